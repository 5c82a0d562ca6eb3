"""The latest ACTIVE revision of every task definition family: one page of families per hundred, one call per family.

`DescribeTaskDefinition` with a family's name answers with its latest ACTIVE revision (ECS API reference), so the
revisions in between are never listed and never described. On later nights the ACTIVE ARNs are listed in place of the
families where that is cheaper, and only revisions that no earlier night has seen are described.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from math import ceil
from typing import Any

from auditor.aws.calls import Line, Read
from auditor.aws.collectors.collector import Collector
from auditor.aws.collectors.paging import pages
from auditor.aws.collectors.task_definition import Malformed as NotADefinition
from auditor.aws.collectors.task_definition import parse
from auditor.aws.failures import CallFailed, Failure, Malformed, Remedy
from auditor.domain.facts import Fact, Resource, TaskDefinition
from auditor.domain.reason import Reason
from auditor.domain.recall import ScopeRecall
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


def _collect(scope: Scope, line: Line, recall: ScopeRecall) -> Iterator[Fact | Gap]:
    latest = _latest(scope, line, recall)
    for family, arn in latest.items() if latest is not None else _unlisted(line):
        fact = _recalled(scope, family, arn, recall) or _describe(scope, line, family)
        if isinstance(fact, TaskDefinition):
            recall.keep(fact.arn, _note(fact))
        if fact is not None:
            yield fact
    recall.complete = True


def _unlisted(line: Line) -> Iterator[tuple[str, str]]:
    return ((family, "") for family in families(line))


def _latest(scope: Scope, line: Line, recall: ScopeRecall) -> dict[str, str] | None:
    """Return the ARN of the latest ACTIVE revision of every family, or None where that costs more than it saves.

    Listing ARNs takes a call per hundred ACTIVE revisions; it tells which families are as they were. Listing families
    takes a call per hundred families, and then one for each of them.
    """
    otherwise = ceil(len(recall.known) / _PAGE) + len(recall.known)
    if not recall.known or ceil(recall.listed / _PAGE) > otherwise:
        recall.listed_now = recall.listed
        return None
    newest: dict[str, tuple[int, str]] = {}
    listing = pages(
        line, "ecs", "ListTaskDefinitions", "taskDefinitionArns", status="ACTIVE", sort="DESC", maxResults=_PAGE
    )
    for number, page in enumerate(listing, start=1):
        recall.listed_now += len(page)
        for arn in page:
            family, revision = _named(scope, arn)
            newest[family] = max(newest.get(family, (0, "")), (revision, arn))
        if number > otherwise:
            return None  # next time `listed` says so beforehand
    return {family: arn for family, (_, arn) in sorted(newest.items())}


def _named(scope: Scope, arn: str) -> tuple[str, int]:
    head, _, name = arn.partition(":task-definition/")
    family, _, revision = name.rpartition(":")
    if not family or not revision.isdecimal() or head.split(":")[3:] != [scope.region, scope.account.id]:
        detail = f"ListTaskDefinitions names {arn[:200]}, which is no revision of this region"
        raise CallFailed(Failure(Reason.MALFORMED_RESPONSE, Remedy.NONE, "Malformed", detail))
    return family, int(revision)


def _recalled(scope: Scope, family: str, arn: str, recall: ScopeRecall) -> TaskDefinition | None:
    """Return what an earlier night wrote down about a revision, parsed anew. Its tags were not looked at tonight."""
    note = recall.known.get(arn)
    if not isinstance(note, dict):
        return None
    try:
        task = _of(scope, family)({"taskDefinition": {**note, "taskDefinitionArn": arn, "status": "ACTIVE"}})
    except Malformed:
        return None
    return replace(task, tags=None) if task.arn == arn else None


def _note(task: TaskDefinition) -> dict[str, Any]:
    """Write down what is immutable and judged, in ECS's own words: reading it back takes the one parser there is."""
    return {
        "family": task.family,
        "revision": task.revision,
        "networkMode": task.network_mode,
        "containerDefinitions": [
            {"name": each.name, "image": each.image, "user": each.user, "privileged": each.privileged}
            for each in task.containers
        ],
        "registeredAt": task.registered_at.isoformat() if task.registered_at else None,
        "registeredBy": task.registered_by,
    }


def _count(scope: Scope, line: Line, _recall: ScopeRecall) -> Iterator[Fact | Gap]:
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
    actions=("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitionFamilies", "ecs:ListTaskDefinitions"),
    version=1,
    collect=_collect,
    count=_count,
)
