"""One revision of a task definition: from ECS, or from what an earlier night wrote down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.aws.calls import Read
from auditor.aws.collectors.collector import Visit
from auditor.aws.collectors.paging import pages
from auditor.aws.errors import CallFailed, Failure, Malformed, Remedy
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.reason import Reason
from auditor.domain.resource import Resource
from auditor.domain.scope import Scope
from auditor.parsers.ecs.task_definitions import Malformed as NotADefinition
from auditor.parsers.ecs.task_definitions import parse, whole

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
        raise CallFailed(Failure(Reason.MALFORMED_RESPONSE, Remedy.NONE, "Malformed", detail))
    return family, int(revision)


def describe(visit: Visit, what: str, family: str) -> TaskDefinition | Gap | None:
    """Ask ECS for a revision by its ARN, or by its family for the latest ACTIVE one.

    None where the family has no ACTIVE revision any more; a revision that was asked for by its ARN is there, as
    something runs it, so that it is a gap where ECS does not show it.
    """
    try:
        return visit.line.call(
            "ecs", "DescribeTaskDefinition", _of(visit.scope, what, family), taskDefinition=what, include=["TAGS"]
        )
    except CallFailed as failed:
        if what == family and failed.failure.code == "ClientException" and not _still_there(visit, family):
            return None
        return Gap(visit.scope, "describe", failed.failure.reason, failed.failure.detail, unread(visit, what))


def recalled(visit: Visit, arn: str) -> TaskDefinition | None:
    """Return what an earlier night wrote down about an ACTIVE revision, parsed anew; its tags count as unread.

    None where nothing is known, or where tags are wanted: those change, and come with the description only.
    """
    return None if visit.wishes.tags else remembered(arn, visit.recall.known.get(arn))


def remembered(arn: str, kept: object) -> TaskDefinition | None:
    """Return the fact that was written down about an ACTIVE revision; None where that is nothing to go by."""
    if not isinstance(kept, dict):
        return None
    try:
        definition = whole(parse({**kept, "taskDefinitionArn": arn, "status": "ACTIVE"}))
    except NotADefinition:
        return None
    return replace(definition, tags=None)


def unread(visit: Visit, what: str) -> Resource:
    """Name what could not be read, by its ARN or by its family, so that the finding id is that of the family."""
    family, _, revision = what.rpartition("/")[2].partition(":")
    partition = visit.line.caller.clients.partition(visit.scope.region)
    arn = f"arn:{partition}:ecs:{visit.scope.region}:{visit.scope.account.id}:task-definition/{family}"
    if not revision.isdecimal():
        return Resource(arn=what if what.startswith("arn:") else arn, type=_TYPE, name=family, family=family)
    return Resource(f"{arn}:{revision}", _TYPE, f"{family}:{revision}", family, int(revision))


def _still_there(visit: Visit, family: str) -> bool:
    """Tell a definition that was deregistered since it was listed from one that ECS does not want to show."""
    try:
        only = {"familyPrefix": family, "status": "ACTIVE"}
        return any(
            family in page for page in pages(visit.line, "ecs", "ListTaskDefinitionFamilies", "families", **only)
        )
    except CallFailed:
        return True


def _of(scope: Scope, what: str, family: str) -> Read[TaskDefinition]:
    def read(answer: Mapping[str, Any]) -> TaskDefinition:
        try:
            definition = whole(parse(answer.get("taskDefinition") or {}, answer.get("tags") or ()))
        except NotADefinition as error:
            raise Malformed(f"taskDefinition: {error}") from error
        if definition.family != family or what not in {family, definition.arn}:
            raise Malformed(f"asked for {what}, got {definition.arn}")
        if definition.arn.split(":")[3:5] != [scope.region, scope.account.id]:
            raise Malformed(f"asked in {scope.region} of {scope.account.id}, got {definition.arn}")
        return definition

    return read
