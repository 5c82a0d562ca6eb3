"""Task definitions: the latest ACTIVE revision of every family, and every revision in use.

`DescribeTaskDefinition` returns the latest ACTIVE revision of a family (ECS API reference), so older revisions are
neither listed nor described. Later runs list ACTIVE ARNs instead of families if that is cheaper, and describe only
revisions that are not cached. A description contains the tags; those of cached revisions are read apart.
"""

from collections.abc import Iterator
from dataclasses import replace

from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.collectors.ecs.account_settings import LOG_MODE_PART, with_default_log_mode
from auditor.aws.collectors.ecs.introductions import add_introductions
from auditor.aws.collectors.ecs.revisions import (
    CODEC,
    DEREGISTERED,
    cached_revision,
    confirm_cached,
    describe,
    prune_history,
    split_revision_arn,
    store_revision,
    unread_resource,
)
from auditor.aws.collectors.ecs.task_definition_lists import families, latest_revisions
from auditor.aws.collectors.ecs.usage import UsageIndex, usage_in_region
from auditor.aws.collectors.tag_source import TagSource
from auditor.aws.collectors.tags import TagReader
from auditor.aws.errors import ApiCallError
from auditor.aws.paging import paginate_strings
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.fact import Fact

_TAGS = TagSource("ecs:task-definition", "ecs", "ListTagsForResource", "resourceArn", "ecs:ListTagsForResource")


def _collect(context: CollectContext) -> Iterator[Fact | Gap]:
    usages = usage_in_region(context)
    collected: set[str] = set()
    #: The number of the latest ACTIVE revision by family, None if it could not be read.
    latest: dict[str, int | None] = {}
    active: set[str] = set()
    listed = latest_revisions(context, usages.by_arn.keys(), active) if context.options.latest else None
    judged = {*listed.values(), *usages.by_arn} if listed is not None else set()
    tags = TagReader(context, _TAGS, judged & context.cache.cached.keys())
    if context.options.latest:
        for item, family in _latest(context, listed):
            latest[family] = item.revision if isinstance(item, TaskDefinition) else None
            if isinstance(item, TaskDefinition):
                collected.add(item.arn)
                yield _complete(context, item, usages, item.revision, tags)
            else:
                yield item
    for arn in sorted(usages.by_arn.keys() - collected):
        known = None if listed is None else cached_revision(context, arn, active=arn in active)
        yield from _revision_in_use(context, arn, known, usages, latest, tags)
    yield from (gap for gap in (usages.gap, tags.gap()) if gap is not None)
    prune_history(context.cache)
    context.cache.complete = True


def _latest(context: CollectContext, listed: dict[str, str] | None) -> Iterator[tuple[TaskDefinition | Gap, str]]:
    """Yield the latest revision of every family, or its gap. `listed` are their ARNs by family if they were listed."""
    if listed is None:
        for family in families(context.client):
            if (item := describe(context, family, family)) is not None:
                yield item, family
        return
    for family, arn in listed.items():
        if (item := cached_revision(context, arn, active=True) or _describe_listed(context, arn, family)) is not None:
            yield item, family


def _describe_listed(context: CollectContext, arn: str, family: str) -> TaskDefinition | Gap | None:
    """Describe the revision that was listed as the latest one, not the one that ECS takes for the latest by now.

    A description of the family can be stale. If the revision was deregistered since it was listed, the family's latest
    ACTIVE revision is described.
    """
    item = describe(context, arn, family)
    if isinstance(item, TaskDefinition) and item.status in DEREGISTERED:
        return describe(context, family, family)
    return item


def _revision_in_use(  # noqa: PLR0913, PLR0917 - what a revision is completed with
    context: CollectContext,
    arn: str,
    known: TaskDefinition | None,
    usages: UsageIndex,
    latest: dict[str, int | None],
    tags: TagReader,
) -> Iterator[TaskDefinition | Gap]:
    """Yield a revision that is in use and not the latest one, or its gap. `known` is what the fact cache tells."""
    try:
        family, _ = split_revision_arn(context.scope, arn)
    except ApiCallError as error:
        yield Gap(context.scope, "describe", error.info.reason, error.info.detail, unread_resource(context, arn))
        return
    if family not in latest:
        latest[family] = 0 if context.options.latest else _latest_number(context, family)
    item = known or describe(context, arn, family)
    if isinstance(item, TaskDefinition):
        yield _complete(context, item, usages, latest[family], tags)
    elif item is not None:
        yield item


def _latest_number(context: CollectContext, family: str) -> int | None:
    """Return the number of the latest ACTIVE revision, 0 if there is none, or None if it cannot be listed."""
    parameters = {"familyPrefix": family, "status": "ACTIVE", "sort": "DESC", "maxResults": 1}
    try:
        arns = next(paginate_strings(context.client, "ecs", "ListTaskDefinitions", "taskDefinitionArns", **parameters))
        return split_revision_arn(context.scope, arns[0])[1] if arns else 0
    except ApiCallError:
        return None


def _complete(
    context: CollectContext, definition: TaskDefinition, usages: UsageIndex, latest: int | None, tags: TagReader
) -> TaskDefinition:
    """Store a revision, and return it with its usage, and with its tags if it is from the fact cache."""
    store_revision(context.cache, definition)
    complete = replace(definition, usage=usages.of(definition.arn), latest_active=latest)
    complete = with_default_log_mode(context, complete)
    is_cached = definition.tags is None and definition.tags_unread is None
    return tags.with_tags(complete) if is_cached else complete


def _list_only(context: CollectContext) -> Iterator[Fact | Gap]:
    arn = f"arn:aws:ecs:{context.scope.region}:{context.scope.account.id}:task-definition/"
    return (TaskDefinition(f"{arn}{family}", family, 0, "", None, ()) for family in families(context.client))


collector = Collector(
    name="ecs-task-definitions",
    service="ecs",
    fact_type=TaskDefinition,
    actions=("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitionFamilies", "ecs:ListTaskDefinitions"),
    collect=_collect,
    list_only=_list_only,
    batch=1,
    cost="1 per 100 families, 1 per family, 1 per older revision in use",
    usage_depends_on=("ecs-services", "ecs-tasks"),
    cache_codec=CODEC,
    confirm_cached=confirm_cached,
    tag_source=_TAGS,
    add_introductions=add_introductions,
    optional_parts=LOG_MODE_PART,
    required_members={
        "TaskDefinition": (
            *("taskDefinitionArn", "family", "revision", "status", "networkMode", "containerDefinitions", "pidMode"),
            *("ipcMode", "taskRoleArn", "executionRoleArn", "volumes", "runtimePlatform", "requiresCompatibilities"),
            *("registeredAt", "registeredBy", "memory"),
        ),
        "ContainerDefinition": (
            *("name", "image", "user", "privileged", "readonlyRootFilesystem", "environment", "secrets", "memory"),
            *("memoryReservation", "logConfiguration", "linuxParameters", "mountPoints", "command", "entryPoint"),
            *("healthCheck", "dockerLabels", "firelensConfiguration", "environmentFiles"),
        ),
        "LinuxParameters": ("capabilities", "devices"),
        "Device": ("hostPath",),
        "Volume": ("name", "host", "efsVolumeConfiguration", "dockerVolumeConfiguration"),
        "HostVolumeProperties": ("sourcePath",),
        "EFSVolumeConfiguration": ("transitEncryption",),
        "DockerVolumeConfiguration": ("driver", "driverOpts"),
    },
)
