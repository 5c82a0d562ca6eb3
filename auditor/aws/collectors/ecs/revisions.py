"""One revision of a task definition: from ECS, or from what an earlier night wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.aws.calls import Read
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction
from auditor.aws.paging import paginate_strings
from auditor.domain.aws_resource import Resource
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.reason import Reason
from auditor.domain.scope import Scope
from auditor.parsers.ecs.task_definitions import MalformedValue as NotADefinition
from auditor.parsers.ecs.task_definitions import parse, require_containers

_TYPE = TaskDefinition.TYPE


def named(scope: Scope, arn: str) -> tuple[str, int]:
    """Return family and revision out of an ARN. Raises CallFailed where it names no revision of this scope."""
    head, _, name = arn.partition(":task-definition/")
    family, _, revision = name.rpartition(":")
    if (
        not family
        or not (revision.isascii() and revision.isdecimal())
        or head.split(":")[3:] != [scope.region, scope.account.id]
    ):
        detail = f"ECS names {arn[:200]}, which is no task definition revision of this region"
        raise ApiCallError(ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.NONE, "Malformed", detail))
    return family, int(revision)


def describe(context: CollectContext, what: str, family: str) -> TaskDefinition | Gap | None:
    """Ask ECS for a revision by its ARN, or by its family for the latest ACTIVE one.

    None where the family has no ACTIVE revision any more; a revision that was asked for by its ARN is there, as
    something runs it, so that it is a gap where ECS does not show it.
    """
    try:
        return context.client.call(
            "ecs", "DescribeTaskDefinition", _of(context.scope, what, family), taskDefinition=what, include=["TAGS"]
        )
    except ApiCallError as error:
        if what == family and error.info.code == "ClientException" and not _still_there(context, family):
            return None
        return Gap(context.scope, "describe", error.info.reason, error.info.detail, unread_resource(context, what))


def cached_revision(context: CollectContext, arn: str) -> TaskDefinition | None:
    """Return what an earlier night wrote down about an ACTIVE revision, parsed anew; its tags count as unread.

    None where nothing is known, or where tags are wanted: those change, and come with the description only.
    """
    return None if context.options.tags else decode_revision(arn, context.cache.cached.get(arn))


def decode_revision(arn: str, kept: object) -> TaskDefinition | None:
    """Return the fact that was written down about an ACTIVE revision; None where that is nothing to go by."""
    if not isinstance(kept, dict):
        return None
    try:
        definition = require_containers(parse({**kept, "taskDefinitionArn": arn, "status": "ACTIVE"}))
    except NotADefinition:
        return None
    return replace(definition, tags=None)


def unread_resource(context: CollectContext, what: str) -> Resource:
    """Name what could not be read, by its ARN or by its family, so that the finding id is that of the family."""
    family, _, revision = what.rpartition("/")[2].partition(":")
    partition = context.client.call_context.clients.partition(context.scope.region)
    arn = f"arn:{partition}:ecs:{context.scope.region}:{context.scope.account.id}:task-definition/{family}"
    if not revision.isdecimal():
        return Resource(arn=what if what.startswith("arn:") else arn, type=_TYPE, name=family, family=family)
    return Resource(f"{arn}:{revision}", _TYPE, f"{family}:{revision}", family, int(revision))


def _still_there(context: CollectContext, family: str) -> bool:
    """Tell a definition that was deregistered since it was listed from one that ECS does not want to show."""
    try:
        only = {"familyPrefix": family, "status": "ACTIVE"}
        return any(
            family in page
            for page in paginate_strings(context.client, "ecs", "ListTaskDefinitionFamilies", "families", **only)
        )
    except ApiCallError:
        return True


def _of(scope: Scope, what: str, family: str) -> Read[TaskDefinition]:
    def read(answer: Mapping[str, Any]) -> TaskDefinition:
        try:
            definition = require_containers(parse(answer.get("taskDefinition") or {}, answer.get("tags") or ()))
        except NotADefinition as error:
            raise MalformedResponse(f"taskDefinition: {error}") from error
        if definition.family != family or what not in {family, definition.arn}:
            raise MalformedResponse(f"asked for {what}, got {definition.arn}")
        if definition.arn.split(":")[3:5] != [scope.region, scope.account.id]:
            raise MalformedResponse(f"asked in {scope.region} of {scope.account.id}, got {definition.arn}")
        return definition

    return read
