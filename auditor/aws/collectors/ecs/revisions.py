"""One revision of a task definition: described by ECS, or decoded from the fact cache."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from auditor.aws.calls import Read
from auditor.aws.collectors.cache_codec import CacheCodec
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction
from auditor.aws.paging import paginate_strings
from auditor.domain.aws_resource import Resource
from auditor.domain.cache import ScopeCache
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.json_types import Json
from auditor.domain.reason import Reason
from auditor.domain.scope import Scope
from auditor.parsers.ecs.task_definitions import MalformedValue, parse, require_containers

_TYPE = TaskDefinition.TYPE

#: The content of a revision is immutable. The other fields are not: status and tags change, and usage and the latest
#: revision belong to the region.
CODEC = CacheCodec(
    TaskDefinition,
    key="arn",
    excluded={
        "status": "ACTIVE",
        "tags": None,
        "tags_from_index": False,
        "tags_unread": None,
        "usage": None,
        "latest_active": None,
        "default_log_mode": None,
    },
)

#: Statuses that a revision never leaves for ACTIVE again (ECS developer guide, "task definition states").
DEREGISTERED = frozenset({"INACTIVE", "DELETE_IN_PROGRESS"})
#: The member of a cached revision that holds such a status. Content and status are compared apart.
_STATUS = "status"

_NUMBER = re.compile(r"[0-9]{1,10}")

#: How many older revisions of a family stay in the cache.
_OLDER_REVISIONS = 8


def split_revision_arn(scope: Scope, arn: str) -> tuple[str, int]:
    """Return family and revision of an ARN. Raises ApiCallError if it names no revision of this scope."""
    head, _, name = arn.partition(":task-definition/")
    family, _, revision = name.rpartition(":")
    if (
        not family
        or not (revision.isascii() and revision.isdecimal())
        or head.split(":")[3:] != [scope.region, scope.account.id]
    ):
        detail = f"ECS returned {arn[:200]}, which is no task definition revision of this region"
        raise ApiCallError(ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.NONE, "Malformed", detail))
    return family, int(revision)


def describe(context: CollectContext, name: str, family: str) -> TaskDefinition | Gap | None:
    """Describe a revision by its ARN, or the latest ACTIVE revision by its family.

    None if the family has no ACTIVE revision any more. A revision that is requested by its ARN is in use, so it exists,
    and is a gap if ECS does not return it.
    """
    try:
        return _read_description(context, name, family)
    except ApiCallError as error:
        if name == family and error.info.code == "ClientException" and not _still_exists(context, family):
            return None
        resource = unread_resource(context, name)
        return Gap(context.scope, "describe", error.info.reason, error.info.detail, resource)


def _read_description(context: CollectContext, name: str, family: str) -> TaskDefinition:
    """Return the description, with unread tags if ECS refuses the request for them. Raises ApiCallError."""
    call = partial(context.client.call, "ecs", "DescribeTaskDefinition", _read_requested(context.scope, name, family))
    try:
        return call(taskDefinition=name, include=["TAGS"])
    except ApiCallError as error:
        if error.info.code != "InvalidParameterException":
            raise
        refused = error.info.detail
    return replace(call(taskDefinition=name), tags=None, tags_unread=refused)


def store_revision(cache: ScopeCache, definition: TaskDefinition) -> None:
    """Store a revision in the fact cache, with its status if that is final."""
    status = {_STATUS: definition.status} if definition.status in DEREGISTERED else {}
    cache.store(definition.arn, {**CODEC.encode(definition), **status})


def cached_revision(context: CollectContext, arn: str, *, active: bool) -> TaskDefinition | None:
    """Return a revision from the fact cache, without tags. `active` says whether tonight's list of ACTIVE ones has it.

    None if it is not cached. None also if the cache and the list do not agree on whether it is deregistered: if it
    was since the last run, its status is not known. A revision that was deregistered on an earlier night still is.
    """
    cached = context.cache.cached.get(arn)
    status = cached.get(_STATUS) if isinstance(cached, dict) else None
    if active is not (status is None) or status not in (None, *DEREGISTERED):
        return None
    definition = decode_revision(arn, cached)
    return replace(definition, status=status) if definition is not None and status else definition


def revision_content(cached: object) -> object:
    """Return the immutable part of a cached revision."""
    return {name: value for name, value in cached.items() if name != _STATUS} if isinstance(cached, dict) else cached


def decode_revision(arn: str, cached: object) -> TaskDefinition | None:
    """Return the fact about a revision as if it were ACTIVE, or None if `cached` is not what the codec writes."""
    definition = CODEC.decode(arn, revision_content(cached))
    if definition is None or not definition.containers:
        return None
    return definition if arn.endswith(f":task-definition/{definition.family}:{definition.revision}") else None


def confirm_cached(context: CollectContext, arn: str, cached: Json) -> bool | None:
    """Describe a cached revision anew and return whether its content is the same.

    Its tags may differ, and so may its status, but a revision that was deregistered cannot be ACTIVE again. None if the
    cached value would not be used anyway, or the revision cannot be described.
    """
    if decode_revision(arn, cached) is None:
        return None
    item = describe(context, arn, split_revision_arn(context.scope, arn)[0])
    if not isinstance(item, TaskDefinition):
        return None
    was_deregistered = isinstance(cached, dict) and _STATUS in cached
    return CODEC.encode(item) == revision_content(cached) and (item.status in DEREGISTERED or not was_deregistered)


def prune_history(cache: ScopeCache) -> None:
    """Keep some older revisions of the listed families in the cache: they tell when a problem was introduced."""
    families = {arn.rpartition(":")[0] for arn in cache.fresh}
    older: dict[str, list[tuple[int, str]]] = {}
    known = {**cache.older, **cache.cached}
    for arn in known:
        family, _, revision = arn.rpartition(":")
        if family in families and arn not in cache.fresh and _NUMBER.fullmatch(revision):
            older.setdefault(family, []).append((int(revision), arn))
    for revisions in older.values():
        for _, arn in sorted(revisions, reverse=True)[:_OLDER_REVISIONS]:
            cache.store_older(arn, known[arn])


def unread_resource(context: CollectContext, name: str) -> Resource:
    """Return the resource that could not be read, by ARN or family, with the finding id of its family."""
    family, _, revision = name.rpartition("/")[2].partition(":")
    partition = context.client.call_context.clients.partition(context.scope.region)
    arn = f"arn:{partition}:ecs:{context.scope.region}:{context.scope.account.id}:task-definition/{family}"
    if not revision.isdecimal():
        return Resource(arn=name if name.startswith("arn:") else arn, type=_TYPE, name=family, family=family)
    return Resource(f"{arn}:{revision}", _TYPE, f"{family}:{revision}", family, int(revision))


def _still_exists(context: CollectContext, family: str) -> bool:
    """Tell a family that was deregistered since it was listed from one that ECS does not describe."""
    pages = paginate_strings(
        context.client, "ecs", "ListTaskDefinitionFamilies", "families", familyPrefix=family, status="ACTIVE"
    )
    try:
        return any(family in page for page in pages)
    except ApiCallError:
        return True


def _read_requested(scope: Scope, name: str, family: str) -> Read[TaskDefinition]:
    """Return a reader that refuses the description of another revision than the requested one."""

    def read(answer: Mapping[str, Any]) -> TaskDefinition:
        try:
            definition = require_containers(parse(answer.get("taskDefinition") or {}, answer.get("tags") or ()))
        except MalformedValue as error:
            raise MalformedResponse(f"taskDefinition: {error}") from error
        if definition.family != family or name not in {family, definition.arn}:
            raise MalformedResponse(f"asked for {name}, got {definition.arn}")
        if definition.arn.split(":")[3:5] != [scope.region, scope.account.id]:
            raise MalformedResponse(f"asked in {scope.region} of {scope.account.id}, got {definition.arn}")
        return definition

    return read
