"""Task definitions: the latest ACTIVE revision of every family, and every revision that something runs.

`DescribeTaskDefinition` with a family's name answers with its latest ACTIVE revision (ECS API reference), so the
revisions in between are never listed and never described. On later nights the ACTIVE ARNs are listed in place of the
families where that is cheaper, and only revisions that no earlier night has seen are described.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.aws.collectors.collector import Collector, Visit
from auditor.aws.collectors.ecs.cache_codec import history, note
from auditor.aws.collectors.ecs.revisions import describe, named, recalled, remembered, unread
from auditor.aws.collectors.ecs.task_definition_lists import families, latest_revisions
from auditor.aws.collectors.ecs.usage import Uses, look_around
from auditor.aws.collectors.paging import pages
from auditor.aws.errors import CallFailed
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.fact import Fact


def _collect(visit: Visit) -> Iterator[Fact | Gap]:
    uses = look_around(visit)
    judged: set[str] = set()
    #: The number of the latest ACTIVE revision by family, None where it could not be read.
    latest: dict[str, int | None] = {}
    active: set[str] = set()
    if visit.wishes.latest:
        for item, family in _latest(visit, uses, active):
            latest[family] = item.revision if isinstance(item, TaskDefinition) else None
            if isinstance(item, TaskDefinition):
                judged.add(item.arn)
                yield _kept(visit, item, uses, item.revision)
            else:
                yield item
    for arn in sorted(uses.by_arn):
        if arn not in judged:
            yield from _running(visit, arn, uses, latest, known_active=arn in active)
    if uses.gap is not None:
        yield uses.gap
    history(visit.recall)
    visit.recall.complete = True


def _latest(visit: Visit, uses: Uses, active: set[str]) -> Iterator[tuple[TaskDefinition | Gap, str]]:
    """Yield the latest revision of every family, or its gap. ARNs of `uses` that are listed are added to `active`."""
    listed = latest_revisions(visit, uses.by_arn.keys(), active)
    for family, arn in listed.items() if listed is not None else ((each, "") for each in families(visit.line)):
        item = recalled(visit, arn) or describe(visit, family, family)
        if item is not None:
            yield item, family


def _running(
    visit: Visit, arn: str, uses: Uses, latest: dict[str, int | None], *, known_active: bool
) -> Iterator[TaskDefinition | Gap]:
    """Yield a revision that runs and is not the latest one, or its gap."""
    try:
        family, _ = named(visit.scope, arn)
    except CallFailed as failed:
        yield Gap(visit.scope, "describe", failed.failure.reason, failed.failure.detail, unread(visit, arn))
        return
    if family not in latest:
        latest[family] = 0 if visit.wishes.latest else _latest_number(visit, family)
    item = (recalled(visit, arn) if known_active else None) or describe(visit, arn, family)
    if isinstance(item, TaskDefinition):
        yield _kept(visit, item, uses, latest[family])
    elif item is not None:
        yield item


def _latest_number(visit: Visit, family: str) -> int | None:
    """Ask for the number alone: nobody wants the latest revision judged. 0 where the family has no ACTIVE one."""
    wanted = {"familyPrefix": family, "status": "ACTIVE", "sort": "DESC", "maxResults": 1}
    try:
        arns = next(pages(visit.line, "ecs", "ListTaskDefinitions", "taskDefinitionArns", **wanted))
        return named(visit.scope, arns[0])[1] if arns else 0
    except CallFailed:
        return None


def _kept(visit: Visit, definition: TaskDefinition, uses: Uses, latest: int | None) -> TaskDefinition:
    visit.recall.keep(definition.arn, note(definition))
    return replace(definition, in_use=uses.of(definition.arn), latest_active=latest)


def _revisit(visit: Visit, arn: str) -> Fact | Gap | None:
    family, _ = named(visit.scope, arn)
    item = describe(visit, arn, family)
    if isinstance(item, TaskDefinition):
        visit.recall.keep(arn, note(item))  # the next night need not ask again
    # So ECS says that there is no such revision (any more).
    return None if isinstance(item, Gap) and item.detail.startswith("ClientException:") else item


def _count(visit: Visit) -> Iterator[Fact | Gap]:
    arn = f"arn:aws:ecs:{visit.scope.region}:{visit.scope.account.id}:task-definition/"
    return (TaskDefinition(f"{arn}{family}", family, 0, "", None, ()) for family in families(visit.line))


collector = Collector(
    name="ecs-task-definitions",
    yields=TaskDefinition,
    actions=("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitionFamilies", "ecs:ListTaskDefinitions"),
    version=3,
    collect=_collect,
    count=_count,
    batch=1,
    cost="1 per 100 families, 1 per family, 1 per older revision that runs",
    running_needs=("ecs-services", "ecs-tasks"),
    remembered=remembered,
    revisit=_revisit,
    models={
        "TaskDefinition": (
            *("taskDefinitionArn", "family", "revision", "status", "networkMode", "containerDefinitions", "pidMode"),
            *("ipcMode", "taskRoleArn", "executionRoleArn", "volumes", "runtimePlatform", "requiresCompatibilities"),
            *("registeredAt", "registeredBy"),
        ),
        "ContainerDefinition": (
            *("name", "image", "user", "privileged", "readonlyRootFilesystem", "environment", "secrets", "memory"),
            *("memoryReservation", "logConfiguration", "linuxParameters", "mountPoints"),
        ),
    },
)
