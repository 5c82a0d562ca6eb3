"""Task definitions: the latest ACTIVE revision of every family, and every revision that something runs.

`DescribeTaskDefinition` with a family's name answers with its latest ACTIVE revision (ECS API reference), so the
revisions in between are never listed and never described. On later nights the ACTIVE ARNs are listed in place of the
families where that is cheaper, and only revisions that no earlier night has seen are described.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.introductions import add_introductions
from auditor.aws.collectors.ecs.revisions import (
    CODEC,
    cached_revision,
    describe,
    prune_history,
    split_revision_arn,
    store_revision,
    unread_resource,
)
from auditor.aws.collectors.ecs.task_definition_lists import families, latest_revisions
from auditor.aws.collectors.ecs.usage import UsageIndex, usage_in_region
from auditor.aws.errors import ApiCallError
from auditor.aws.paging import paginate_strings
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.fact import Fact


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    uses = usage_in_region(context)
    judged: set[str] = set()
    #: The number of the latest ACTIVE revision by family, None where it could not be read.
    latest: dict[str, int | None] = {}
    active: set[str] = set()
    if context.options.latest:
        for item, family in _latest(context, uses, active):
            latest[family] = item.revision if isinstance(item, TaskDefinition) else None
            if isinstance(item, TaskDefinition):
                judged.add(item.arn)
                yield _kept(context, item, uses, item.revision)
            else:
                yield item
    for arn in sorted(uses.by_arn):
        if arn not in judged:
            yield from _running(context, arn, uses, latest, known_active=arn in active)
    if uses.gap is not None:
        yield uses.gap
    prune_history(context.cache)
    context.cache.complete = True


def _latest(context: CollectContext, uses: UsageIndex, active: set[str]) -> Iterator[tuple[TaskDefinition | Gap, str]]:
    """Yield the latest revision of every family, or its gap. ARNs of `uses` that are listed are added to `active`."""
    listed = latest_revisions(context, uses.by_arn.keys(), active)
    for family, arn in listed.items() if listed is not None else ((each, "") for each in families(context.client)):
        item = cached_revision(context, arn) or describe(context, family, family)
        if item is not None:
            yield item, family


def _running(
    context: CollectContext, arn: str, uses: UsageIndex, latest: dict[str, int | None], *, known_active: bool
) -> Iterator[TaskDefinition | Gap]:
    """Yield a revision that runs and is not the latest one, or its gap."""
    try:
        family, _ = split_revision_arn(context.scope, arn)
    except ApiCallError as error:
        yield Gap(context.scope, "describe", error.info.reason, error.info.detail, unread_resource(context, arn))
        return
    if family not in latest:
        latest[family] = 0 if context.options.latest else _latest_number(context, family)
    item = (cached_revision(context, arn) if known_active else None) or describe(context, arn, family)
    if isinstance(item, TaskDefinition):
        yield _kept(context, item, uses, latest[family])
    elif item is not None:
        yield item


def _latest_number(context: CollectContext, family: str) -> int | None:
    """Ask for the number alone: nobody wants the latest revision judged. 0 where the family has no ACTIVE one."""
    wanted = {"familyPrefix": family, "status": "ACTIVE", "sort": "DESC", "maxResults": 1}
    try:
        arns = next(paginate_strings(context.client, "ecs", "ListTaskDefinitions", "taskDefinitionArns", **wanted))
        return split_revision_arn(context.scope, arns[0])[1] if arns else 0
    except ApiCallError:
        return None


def _kept(context: CollectContext, definition: TaskDefinition, uses: UsageIndex, latest: int | None) -> TaskDefinition:
    store_revision(context.cache, definition)
    return replace(definition, usage=uses.of(definition.arn), latest_active=latest)


def _count(context: CollectContext) -> Iterator[Fact | Gap]:
    arn = f"arn:aws:ecs:{context.scope.region}:{context.scope.account.id}:task-definition/"
    return (TaskDefinition(f"{arn}{family}", family, 0, "", None, ()) for family in families(context.client))


collector = Collector(
    name="ecs-task-definitions",
    service="ecs",
    fact_type=TaskDefinition,
    actions=("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitionFamilies", "ecs:ListTaskDefinitions"),
    collect=_collect,
    list_only=_count,
    batch=1,
    cost="1 per 100 families, 1 per family, 1 per older revision that runs",
    usage_depends_on=("ecs-services", "ecs-tasks"),
    cache_codec=CODEC,
    add_introductions=add_introductions,
    required_members={
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
