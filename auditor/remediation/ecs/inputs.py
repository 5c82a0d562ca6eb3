"""Read the failing revisions of a definition and what uses them, from ECS or from a file. Changes nothing."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.domain.clock import ReadError
from auditor.domain.ecs.arns import cluster_of
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.domain.ecs.usage import ecs_usage
from auditor.domain.finding import Finding
from auditor.parsers import json_values
from auditor.parsers.json_values import MalformedValue
from auditor.remediation.ecs.plan import Revision, Use
from auditor.remediation.service import Client

ACTIONS = ("ecs:DescribeServices", "ecs:DescribeTaskDefinition")
DAEMON_ACTIONS = ("ecs:DescribeDaemonTaskDefinition",)

_SERVICES_PER_CALL = 10


@dataclass(frozen=True, slots=True)
class DescribedDefinition:
    """A definition as ECS describes it, and its tags."""

    raw: Mapping[str, Any] = field(hash=False)
    tags: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a plan is made from.

    `definitions` holds the revisions that were read, by ARN, the one of the finding first. `complete` is False if more
    than `uses` may use them. `notes` are for people.
    """

    definitions: Mapping[str, DescribedDefinition] = field(hash=False)
    revisions: tuple[Revision, ...]
    uses: tuple[Use, ...]
    complete: bool
    notes: tuple[str, ...] = ()


def is_daemon(finding: Finding) -> bool:
    """Return whether a finding is about the definition of a managed daemon."""
    return finding.resource.type == DaemonTaskDefinition.TYPE


def read_answer(finding: Finding, answer: Mapping[str, Any]) -> Inputs:
    """Return the finding's own revision from a saved answer of ECS, and what uses it from the finding.

    Raises MalformedValue if the answer is not about that revision.
    """
    member = "daemonTaskDefinition" if is_daemon(finding) else "taskDefinition"
    arn = finding.resource.arn
    raw = _checked(answer.get(member) or answer, f"{member}Arn", arn)
    own = DescribedDefinition(raw, tuple(answer.get("tags") or ()))
    notes = ["What uses the old revisions is taken from the run: ECS was not asked what uses them now."]
    if "tags" not in answer:
        notes.insert(0, "The file contains no tags, so the new revision gets none: add them.")
    uses = tuple(_uses_in_run(finding))
    return Inputs(
        definitions={arn: own},
        revisions=tuple(
            _revision(arn, number, own) if number == finding.resource.revision else Revision(arn, number, status="")
            for arn, number in _failing_revisions(finding)
        ),
        uses=uses,
        complete=all(use.cluster for use in uses),
        notes=tuple(notes),
    )


def describe(finding: Finding, client: Client) -> Inputs:
    """Describe the failing revisions and the services that use them. Raises ReadError."""
    definitions: dict[str, DescribedDefinition] = {}
    notes: list[str] = []
    for arn, _ in _failing_revisions(finding):
        try:
            definitions[arn] = _describe_definition(client, arn, daemon=is_daemon(finding))
        except ReadError as error:
            if arn == finding.resource.arn:
                raise
            notes.append(f"{arn} could not be read, and is not changed: {error.detail}.")
    uses = tuple(_uses_in_run(finding) if is_daemon(finding) else _uses_now(finding, client, set(definitions), notes))
    return Inputs(
        definitions=definitions,
        revisions=tuple(
            _revision(arn, number, definitions[arn])
            for arn, number in _failing_revisions(finding)
            if arn in definitions
        ),
        uses=uses,
        complete=all(use.cluster for use in _uses_in_run(finding)),
        notes=tuple(notes),
    )


def _failing_revisions(finding: Finding) -> Iterator[tuple[str, int]]:
    """Yield ARN and number of every failing revision: the finding's own first, then from newest to oldest."""
    own = finding.resource.revision or 0
    yield finding.resource.arn, own
    others = {evidence.revision for evidence in finding.evidence if evidence.revision and evidence.reasons} - {own}
    for number in sorted(others, reverse=True):
        yield f"{finding.resource.unversioned_arn}:{number}", number


def _revision(arn: str, number: int, definition: DescribedDefinition) -> Revision:
    return Revision(arn, number, str(definition.raw.get("status") or ""), f"old-{number}.json")


def _describe_definition(client: Client, arn: str, *, daemon: bool) -> DescribedDefinition:
    if daemon:
        return client.call(
            "ecs",
            "DescribeDaemonTaskDefinition",
            lambda answer: DescribedDefinition(
                _checked(answer.get("daemonTaskDefinition"), "daemonTaskDefinitionArn", arn)
            ),
            daemonTaskDefinition=arn,
        )

    def read(answer: Mapping[str, Any]) -> DescribedDefinition:
        return DescribedDefinition(
            _checked(answer.get("taskDefinition"), "taskDefinitionArn", arn), tuple(answer.get("tags") or ())
        )

    return client.call("ecs", "DescribeTaskDefinition", read, taskDefinition=arn, include=["TAGS"])


def _checked(raw: object, member: str, arn: str) -> Mapping[str, Any]:
    if not isinstance(raw, dict) or raw.get(member) != arn:
        raise MalformedValue(member, f"expected the definition {arn}, got another one")
    return raw


def _uses_in_run(finding: Finding) -> Iterator[Use]:
    usage = ecs_usage(finding.usage)
    for arn in usage.daemons if is_daemon(finding) else usage.services:
        yield Use(arn, cluster_of(arn, usage.clusters), finding.resource.arn)


def _uses_now(finding: Finding, client: Client, failing: set[str], notes: list[str]) -> Iterator[Use]:
    """Yield the services of the run that still use a failing revision, and add the others to `notes`."""
    by_cluster: dict[str, list[str]] = defaultdict(list)
    for use in _uses_in_run(finding):
        by_cluster[use.cluster].append(use.arn)
    for cluster, arns in sorted(by_cluster.items()):
        if not cluster:
            notes.append(f"The cluster of {', '.join(arns)} is unknown: update these services by hand.")
            continue
        services = _describe_services(client, cluster, arns)
        for arn in arns:
            yield from _use(arn, cluster, services.get(arn), failing, notes)


def _describe_services(client: Client, cluster: str, arns: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return the services of one cluster by ARN. Deleted services may be missing. Raises ReadError."""

    def read(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        services = json_values.objects(answer.get("services"), "services")
        return {str(service.get("serviceArn")): service for service, _ in services}

    result: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(arns), _SERVICES_PER_CALL):
        batch = list(arns[start : start + _SERVICES_PER_CALL])
        result |= client.call("ecs", "DescribeServices", read, cluster=cluster, services=batch)
    return result


def _use(
    arn: str, cluster: str, service: Mapping[str, Any] | None, failing: set[str], notes: list[str]
) -> Iterator[Use]:
    if service is None or service.get("status") == "INACTIVE":
        notes.append(f"{arn} was deleted after the run.")
        return
    task_sets = [task_set for task_set in service.get("taskSets") or () if task_set.get("taskDefinition") in failing]
    current = service.get("taskDefinition") or (task_sets[0].get("taskDefinition") if task_sets else "")
    if current not in failing and not task_sets:
        notes.append(f"{arn} has moved to {current or 'another revision'} since the run, and is not changed.")
        return
    controller = (service.get("deploymentController") or {}).get("type")
    has_network = bool((service.get("networkConfiguration") or {}).get("awsvpcConfiguration"))
    yield Use(arn, cluster, str(current), controller, has_network, len(task_sets))
