"""What runs a definition that fails, in words. What nobody looked at is unknown, and never `nowhere`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.domain.aws_resource import Introduction
from auditor.domain.finding import Finding
from auditor.reports.labels import format_utc, join_words, pluralize
from auditor.reports.sanitize import sanitize

_MOST_NAMES = 3
_NAME = 60


@dataclass(frozen=True, slots=True)
class Running:
    """`said` is where it runs, and `warnings` are what makes it worse that it does there."""

    said: str
    warnings: tuple[str, ...] = ()


def running(finding: Finding) -> Running | None:
    """Return what is known of what runs it, None where the finding is about nothing that could be run."""
    if not _can_run(finding):
        return None
    usage = finding.usage
    if usage is None:
        return Running("Not known whether it runs")
    if not usage.in_use:
        known = "Runs nowhere" if usage.complete else "Not known whether it runs: not all could be read"
        return Running(known)
    named = [_named(usage.services, "service"), _named(usage.daemons, "daemon")]
    tasks = pluralize(usage.running_tasks, "running task") if usage.running_tasks else ""
    parts = [*named, tasks, _named(usage.clusters, "cluster"), *(sanitize(each, _NAME) for each in usage.launch_types)]
    more = "; perhaps more, as not all could be read" if not usage.complete else ""
    warnings = (("public IP address",) if usage.public_ip else ()) + (("ECS Exec",) if usage.exec_enabled else ())
    return Running(f"Runs: {', '.join(filter(None, parts))}{more}", warnings)


def tag(finding: Finding) -> str:
    """Return the same in a few words; empty where the finding is about nothing that could be run."""
    usage = finding.usage
    if not _can_run(finding):
        return ""
    if usage is None or not (usage.in_use or usage.complete):
        return "use unknown"
    if not usage.in_use:
        return "runs nowhere"
    owners = [
        pluralize(len(usage.services), "service") if usage.services else "",
        pluralize(len(usage.daemons), "daemon") if usage.daemons else "",
    ]
    loose = [] if any(owners) else [pluralize(usage.running_tasks, "task")]
    return ", ".join([*filter(None, owners), *loose, *(["public IP"] if usage.public_ip else [])])


def since(introduction: Introduction | None) -> str:
    """Return which revision brought the fault in, and who registered it when; empty where it is not known."""
    if introduction is None:
        return ""
    when = format_utc(introduction.registered_at) if introduction.registered_at else ""
    who = f"by {sanitize(introduction.registered_by, 120)}" if introduction.registered_by else ""
    registered = ", registered" if when or who else ""
    return " ".join(filter(None, [f"Since revision {introduction.revision}{registered}", when, who]))


def _can_run(finding: Finding) -> bool:
    return finding.resource.family is not None or finding.usage is not None


def _named(arns: Sequence[str], noun: str) -> str:
    """Return `services web, api, db and 2 more`: the ends of ARNs, or names as they are."""
    if not arns:
        return ""
    names = [sanitize(arn.rpartition("/")[2], _NAME) for arn in arns[:_MOST_NAMES]]
    more = [f"{len(arns) - _MOST_NAMES:,} more"] if len(arns) > _MOST_NAMES else []
    return f"{noun if len(arns) == 1 else noun + 's'} {join_words([*names, *more])}"
