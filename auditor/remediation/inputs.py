"""What a remedy is made of: the failing revisions, whole, and what uses them now. Describes, and changes nothing."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.commands import config
from auditor.commands.config import Configuration
from auditor.commands.options import Options
from auditor.domain.clock import ReadError
from auditor.domain.ecs.arns import cluster_of
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.domain.ecs.usage import ecs_usage
from auditor.domain.errors import AuditorError, ConfigError, Problem
from auditor.domain.finding import Finding
from auditor.domain.scope import Target
from auditor.remediation.ecs.patch import arn_of
from auditor.remediation.plan import Revision, Use
from auditor.run.aws_context import AwsContext

_SHOW = "aws ecs describe-task-definition --task-definition ARN --include TAGS"


@dataclass(frozen=True, slots=True)
class Read:
    """One revision as ECS describes it, with its tags."""

    raw: Mapping[str, Any]
    tags: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class RemediationInputs:
    """`reads` holds by ARN the revisions that were read, the one of the finding first. `notes` are for people.

    `complete` says whether `uses` is all that the finding says uses them.
    """

    reads: Mapping[str, Read]
    revisions: tuple[Revision, ...]
    uses: tuple[Use, ...]
    notes: tuple[str, ...] = ()
    complete: bool = True


def from_file(path: str, finding: Finding, options: Options, aws: AwsContext) -> RemediationInputs:
    """Read the finding's revision from a file, and what uses it from the finding. Raises ConfigError."""
    source = options.display_name("definition")
    text = config.read_text(path, source, aws)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        # What the parser says may quote the file, and the file holds secrets.
        raise ConfigError([Problem(path, 0, "", "is not JSON", f"Write the answer of `{_SHOW}` into it.")]) from None
    answer = document if isinstance(document, dict) else {}
    raw = answer.get("taskDefinition") or answer.get("daemonTaskDefinition") or answer
    if not isinstance(raw, dict) or arn_of(raw) != finding.resource.arn:
        what = f"does not hold {finding.resource.arn}"
        raise ConfigError([Problem(path, 0, "", what, f"Write the answer of `{_SHOW}` into it.")])
    tags = tuple(answer.get("tags") or ())
    note = () if "tags" in answer else ("The file tells no tags, so that the new revision has none: add them.",)
    revisions = tuple(
        Revision(arn, number, str(raw.get("status") or ""), _kept(number))
        if arn == finding.resource.arn
        else Revision(arn, number, "")
        for arn, number in _failing(finding)
    )
    unasked = "What uses the old revisions is taken from the run: nobody asked ECS what they run now."
    uses = tuple(_remembered(finding))
    complete = all(each.cluster for each in uses)
    return RemediationInputs({finding.resource.arn: Read(raw, tags)}, revisions, uses, (*note, unasked), complete)


def from_aws(
    finding: Finding, loaded: Configuration, options: Options, aws: AwsContext, run_id: str
) -> RemediationInputs:
    """Describe the failing revisions and the services that use them. Raises AuditorError."""
    from auditor.aws import raw_describe  # noqa: PLC0415 - boto takes its time, and a file does without
    from auditor.aws.errors import ApiCallError  # noqa: PLC0415
    from auditor.run.readers import make_region_client  # noqa: PLC0415

    target = _target(finding, loaded, options, aws)
    daemon = finding.resource.type == DaemonTaskDefinition.TYPE
    actions = raw_describe.DAEMON_ACTIONS if daemon else raw_describe.ACTIONS
    line = make_region_client(aws, run_id, target, finding.region, "ecs", actions)
    describe = raw_describe.daemon_task_definition if daemon else raw_describe.task_definition
    reads: dict[str, Read] = {}
    notes: list[str] = []
    try:
        for arn, _ in _failing(finding):
            try:
                raw, tags = describe(line, arn)
            except ApiCallError as failed:
                if arn == finding.resource.arn:
                    raise
                notes.append(f"{arn} could not be read, and is left as it is: {failed.info.detail}.")
                continue
            reads[arn] = Read(raw, tuple(tags))
        uses = tuple(_remembered(finding)) if daemon else tuple(_now(finding, line, set(reads), notes))
    except (ApiCallError, ReadError) as failed:
        detail = failed.info.detail if isinstance(failed, ApiCallError) else failed.detail
        advice = f"The role needs {', '.join(actions)}. Or describe it yourself, and give the file with --definition."
        raise AuditorError(f"{finding.resource.name} could not be read: {detail}.", advice) from failed
    revisions = tuple(
        Revision(arn, number, str(reads[arn].raw.get("status") or ""), _kept(number))
        for arn, number in _failing(finding)
        if arn in reads
    )
    complete = all(each.cluster for each in _remembered(finding))
    return RemediationInputs(reads, revisions, uses, tuple(notes), complete)


def _target(finding: Finding, loaded: Configuration, options: Options, aws: AwsContext) -> Target:
    wanted = finding.account.id
    target = next((each for each in config.targets(loaded, options, aws) if each.account.id == wanted), None)
    if target is None or (target.excluded is not None):
        message = f"The finding is about account {wanted}, and nothing says how to get in there."
        raise AuditorError(message, "Give the inventory of the run with --inventory, or the file with --definition.")
    return target


def _failing(finding: Finding) -> Iterator[tuple[str, int]]:
    """Yield ARN and number of every failing revision: the finding's own first, then from the newest to the oldest."""
    own = finding.resource.revision or 0
    yield finding.resource.arn, own
    others = {each.revision for each in finding.evidence if each.revision and each.reasons} - {own}
    yield from ((f"{finding.resource.unversioned_arn}:{number}", number) for number in sorted(others, reverse=True))


def _kept(number: int) -> str:
    return f"old-{number}.json"


def _remembered(finding: Finding) -> Iterator[Use]:
    usage = ecs_usage(finding.usage)
    for arn in usage.daemons if finding.resource.type == DaemonTaskDefinition.TYPE else usage.services:
        yield Use(arn, cluster_of(arn, usage.clusters), finding.resource.arn)


def _now(finding: Finding, line: Any, failing: set[str], notes: list[str]) -> Iterator[Use]:  # noqa: ANN401 - a Line
    from auditor.aws import raw_describe  # noqa: PLC0415

    by_cluster: dict[str, list[str]] = defaultdict(list)
    for use in _remembered(finding):
        by_cluster[use.cluster].append(use.arn)
    for cluster, arns in sorted(by_cluster.items()):
        if not cluster:
            notes.append(f"The cluster of {', '.join(arns)} cannot be told: move these services by hand.")
            continue
        found = raw_describe.services(line, cluster, arns)
        for arn in arns:
            yield from _use(arn, cluster, found.get(arn), failing, notes)


def _use(
    arn: str, cluster: str, service: Mapping[str, Any] | None, failing: set[str], notes: list[str]
) -> Iterator[Use]:
    if service is None or service.get("status") == "INACTIVE":
        notes.append(f"{arn} is gone since the run.")
        return
    sets = [each for each in service.get("taskSets") or () if each.get("taskDefinition") in failing]
    before = service.get("taskDefinition") or (sets[0].get("taskDefinition") if sets else "")
    if before not in failing and not sets:
        notes.append(f"{arn} has moved to {before or 'another revision'} since the run, and is left alone.")
        return
    controller = (service.get("deploymentController") or {}).get("type")
    network = bool((service.get("networkConfiguration") or {}).get("awsvpcConfiguration"))
    yield Use(arn, cluster, str(before), controller, network, len(sets))
