"""The latest ACTIVE revision of every task definition family: one page of families per hundred, one call per family.

`DescribeTaskDefinition` with a family's name answers with its latest ACTIVE revision (ECS API reference), so the
revisions in between are never listed and never described.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.aws.calls import Line, Read
from auditor.aws.collectors.collector import Collector
from auditor.aws.collectors.paging import pages
from auditor.aws.collectors.task_definition import Malformed as NotADefinition
from auditor.aws.collectors.task_definition import parse
from auditor.aws.failures import CallFailed, Malformed
from auditor.domain.facts import Fact, Resource, TaskDefinition
from auditor.domain.result import Gap
from auditor.domain.scope import Scope

_PAGE = 100


def families(line: Line) -> Iterator[str]:
    """Yield the name of every family that has an ACTIVE revision, once. Raises CallFailed."""
    seen: set[str] = set()
    for page in pages(line, "ecs", "ListTaskDefinitionFamilies", "families", status="ACTIVE", maxResults=_PAGE):
        # A family that is registered while the pages are read can push its neighbour onto the next page too.
        new = [family for family in dict.fromkeys(page) if family not in seen]
        seen.update(new)
        yield from new


def _collect(scope: Scope, line: Line) -> Iterator[Fact | Gap]:
    for family in families(line):
        fact = _describe(scope, line, family)
        if fact is not None:
            yield fact


def _count(scope: Scope, line: Line) -> Iterator[Fact | Gap]:
    arn = f"arn:aws:ecs:{scope.region}:{scope.account.id}:task-definition/listed"
    listed = TaskDefinition(arn, "listed", 1, "", None, ())
    for _ in families(line):
        yield listed


def _describe(scope: Scope, line: Line, family: str) -> Fact | Gap | None:
    try:
        return line.call("ecs", "DescribeTaskDefinition", _of(scope, family), taskDefinition=family, include=["TAGS"])
    except CallFailed as failed:
        if failed.failure.code == "ClientException" and not _still_there(line, family):
            return None
        return Gap(scope, "describe", failed.failure.reason, failed.failure.detail, _unread(scope, line, family))


def _still_there(line: Line, family: str) -> bool:
    """Tell a definition that was deregistered since it was listed from one that ECS does not want to show."""
    try:
        answer = pages(line, "ecs", "ListTaskDefinitionFamilies", "families", familyPrefix=family, status="ACTIVE")
        return any(family in page for page in answer)
    except CallFailed:
        return True


def _of(scope: Scope, family: str) -> Read[TaskDefinition]:
    def read(answer: Mapping[str, Any]) -> TaskDefinition:
        try:
            task = parse(answer.get("taskDefinition") or {}, answer.get("tags") or ())
        except NotADefinition as error:
            raise Malformed(f"taskDefinition: {error}") from error
        if task.family != family:
            raise Malformed(f"asked for the family {family}, got {task.family}")
        if task.arn.split(":")[3:5] != [scope.region, scope.account.id]:
            raise Malformed(f"asked in {scope.region} of {scope.account.id}, got {task.arn}")
        return task

    return read


def _unread(scope: Scope, line: Line, family: str) -> Resource:
    # The ARN without a revision: the finding id is then the one that the family has when it can be read.
    partition = line.caller.clients.partition(scope.region)
    arn = f"arn:{partition}:ecs:{scope.region}:{scope.account.id}:task-definition/{family}"
    return Resource(arn=arn, type="AWS::ECS::TaskDefinition", name=family, family=family)


collector = Collector(
    name="ecs-task-definitions",
    yields=TaskDefinition,
    actions=("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitionFamilies"),
    collect=_collect,
    count=_count,
)
