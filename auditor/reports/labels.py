"""The words that stand for the machine's words, in one place so that every report says the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from auditor.domain.check import Severity
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.reports.sanitize import sanitize

WORST_FIRST = tuple(reversed(Severity))

STANDING = {
    CoverageStatus.EXAMINED: "fully examined",
    CoverageStatus.PARTIAL: "examined in part",
    CoverageStatus.NOT_EXAMINED: "not examined",
    CoverageStatus.EXCLUDED: "excluded",
}

MEANING = {
    CoverageStatus.EXAMINED: "everything expected there was read and judged",
    CoverageStatus.PARTIAL: "some of it was read; the rest is listed below",
    CoverageStatus.NOT_EXAMINED: "nothing is known about it, good or bad",
    CoverageStatus.EXCLUDED: "left out on purpose, with a reason",
}

REASON_HEADLINES = {
    Reason.ROLE_DENIED: "The role could not be assumed",
    Reason.SCP_DENIED: "A service control policy denies it",
    Reason.PERMISSION_DENIED: "The role lacks a permission",
    Reason.REGION_DISABLED: "The region is not enabled in the account",
    Reason.THROTTLED: "AWS throttled the calls to the end",
    Reason.TIMEOUT: "No answer came in time",
    Reason.EXPIRED_CREDENTIALS: "The credentials were refused as expired",
    Reason.SERVICE_ERROR: "AWS answered with an error",
    Reason.MALFORMED_RESPONSE: "The answer could not be understood",
    Reason.ACCOUNT_SUSPENDED: "The account is suspended",
    Reason.EXCLUDED_BY_CONFIG: "The configuration leaves it out",
    Reason.INTERRUPTED: "The run was stopped",
    Reason.DEADLINE: "The run reached its deadline",
    Reason.INTERNAL_ERROR: "The auditor itself failed",
}

#: Other rule sets as their users know them.
_STANDARDS = {
    "aws-config": "AWS Config",
    "checkov": "Checkov",
    "kics": "KICS",
    "powerpipe": "Powerpipe",
    "prowler": "Prowler",
    "security-hub": "Security Hub",
    "trivy": "Trivy",
}

#: Frameworks as their users know them, those first that people ask for first.
_FRAMEWORKS = {
    "cis-compute-1.1": "CIS AWS Compute Services Benchmark 1.1.0",
    "aws-fsbp": "AWS Foundational Security Best Practices",
    "aws-resource-tagging": "AWS Resource Tagging Standard",
    "aws-config": "AWS Config managed rules",
}

#: Resources by their type, as a word within a sentence.
_KINDS = {
    "AWS::ECS::TaskDefinition": "task definition",
    "AWS::ECS::DaemonTaskDefinition": "daemon task definition",
    "AWS::ECS::TaskSet": "task set",
    "AWS::ECS::CapacityProvider": "capacity provider",
}

NO_REASON = "No reason was recorded"
NO_ADVICE = "This is a bug in auditor: every gap must have its reason. Please report it."


def reason_headline(reason: Reason | None) -> str:
    """Return the cause as a heading."""
    return REASON_HEADLINES[reason] if reason else NO_REASON


def advice(reason: Reason | None) -> str:
    """Return what to do about the cause."""
    return reason.advice if reason else NO_ADVICE


def standard(name: str) -> str:
    """Return the name of another rule set."""
    return _STANDARDS.get(name, name)


def framework(name: str) -> str:
    """Return the name of a framework."""
    return _FRAMEWORKS.get(name, name)


def prominence(name: str) -> tuple[int, str]:
    """Return where a framework stands among others."""
    known = list(_FRAMEWORKS)
    return (known.index(name) if name in known else len(known), name)


def kind(type_: str) -> str:
    """Return what a resource of this type is called."""
    return _KINDS.get(type_) or type_.rpartition("::")[2].lower()


def pluralize(value: int, one: str, many: str = "") -> str:
    """Return `1 account`, `1,200 accounts`; `many` where an s is not enough."""
    return f"{value:,} {one if value == 1 else many or one + 's'}"


def join_words(parts: list[str]) -> str:
    """Return `a, b and c`."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def format_duration(seconds: float) -> str:
    """Return `41 s`, `3 min 20 s` or `2 h 5 min`."""
    whole = max(0, round(seconds))
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004


def format_utc(moment: datetime) -> str:
    """Return a moment to the minute."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def phrase(reason: str, known: Mapping[str, str]) -> str:
    """Return what a reason of a check means, fit to follow the name of the part; `known` are the check's own words."""
    return sanitize(known.get(reason) or reason.replace("-", " "))


def phrases(reasons: Iterable[str], known: Mapping[str, str]) -> str:
    """Return the whole of it: `is privileged and runs as root`."""
    return join_words([phrase(reason, known) for reason in reasons])
