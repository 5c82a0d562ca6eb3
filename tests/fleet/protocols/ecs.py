"""ECS task definitions. Running workloads are in `ecs_running`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.definitions import describe
from tests.fleet.http_protocol import Request
from tests.fleet.organization import ACTIVE, DELETE_IN_PROGRESS, INACTIVE, Family
from tests.fleet.protocols import ecs_daemons, ecs_running, json11
from tests.fleet.protocols.json11 import dumps, make_token, ok, read_token
from tests.fleet.protocols.paging import page_size
from tests.fleet.resource_tags import as_list

_ARN = re.compile(r"arn:aws:ecs:([a-z0-9-]+):(\d{12}):task-definition/(.+)")
_STATUSES = (ACTIVE, INACTIVE, DELETE_IN_PROGRESS)
_RESOURCE = re.compile(rb'"(?:taskDefinition|daemonTaskDefinition|resourceArn)": ?"(?:arn:[^"/]*/)?([^":]+)')


class Ecs:
    """Amazon ECS of every account and region."""

    prefix = "ecs"
    codes = {  # noqa: RUF012 - a constant of the protocol
        "bad-token": ("UnrecognizedClientException", 400),
        "expired": ("ExpiredTokenException", 400),
        "denied": ("AccessDeniedException", 400),
        "throttled": ("ThrottlingException", 400),
        "broken": ("ServerException", 500),
        "unavailable": ("ServiceUnavailableException", 503),
        "unknown": ("UnknownOperationException", 400),
    }

    def __init__(self, world: ServerView) -> None:
        """Serve the organization of the server."""
        self._world = world
        self._operations: dict[str, Callable[[Call], bytes]] = {
            "DescribeTaskDefinition": self._describe,
            "ListTaskDefinitionFamilies": self._list_families,
            "ListTaskDefinitions": self._list_definitions,
            "ListTagsForResource": self._list_tags,
            **ecs_running.operations(world),
            **ecs_daemons.operations(world),
        }

    def operation(self, request: Request) -> str:
        """Return the operation of a request."""
        return json11.target_operation(request)

    def address(self, call: Call) -> None:
        """Leave the call as it is: it reads the session's account."""

    def resource(self, call: Call) -> str:
        """Return the family, or the first requested cluster, service or task."""
        match = _RESOURCE.search(call.request.body)
        if match:
            return match.group(1).decode()
        for key in ("services", "tasks", "clusters", "cluster", "familyPrefix"):
            value = call.payload.get(key)
            if value:
                return str(value[0] if isinstance(value, list) else value).rpartition("/")[2]
        return ""

    def answer(self, call: Call) -> bytes:
        """Answer a call."""
        handler = self._operations.get(call.operation)
        if handler is None:
            raise ServiceError("UnknownOperationException", "")
        return handler(call)

    def missing(self, call: Call) -> bytes:
        """Respond with `failures` to batches, and with an error to other calls."""
        batch = {"DescribeServices": "services", "DescribeTasks": "tasks", "DescribeClusters": "clusters"}.get(
            call.operation
        )
        if call.operation in {"ListServices", "ListTasks"}:
            raise ServiceError("ClusterNotFoundException", "Cluster not found.")
        if batch is None:
            raise ServiceError("ClientException", "Unable to describe task definition.")
        failures = [{"arn": arn, "reason": "MISSING"} for arn in call.payload.get(batch, [])]
        return ok(dumps({batch: [], "failures": failures}))

    def refuse(self, refusal: ServiceError, call: Call | None) -> bytes:
        """Return an error response."""
        return json11.refuse(refusal)

    def _describe(self, call: Call) -> bytes:
        name = call.payload.get("taskDefinition")
        family, revision = self._find(call, str(name)) or (None, None)
        if family is None or revision is None:
            raise ServiceError("ClientException", "Unable to describe task definition.")
        tags = self._tags(family, revision) if "TAGS" in call.payload.get("include", ()) else None
        return ok(describe(self._world.organization, family, revision, tags=tags))

    def _list_tags(self, call: Call) -> bytes:
        family, revision = self._find(call, str(call.payload.get("resourceArn"))) or (None, None)
        if family is None or revision is None:
            raise ServiceError("InvalidParameterException", "The specified task definition is not found.")
        return ok(dumps({"tags": self._tags(family, revision)}))

    def _tags(self, family: Family, revision: int) -> list[dict[str, str]]:
        return as_list(self._world.tags.current(self._world.organization, family, revision), "key", "value")

    def _find(self, call: Call, requested: str) -> tuple[Family, int | None] | None:
        arn = _ARN.fullmatch(requested)
        if arn and (arn.group(1), arn.group(2)) != (call.region, call.account):
            return None
        name, _, number = (arn.group(3) if arn else requested).partition(":")
        organization = self._world.organization
        index = organization.index_of(call.account, call.region, name)
        if index is None:
            return None
        family = organization.family(call.account, call.region, index)
        if not number:
            return family, family.active
        revision = int(number) if number.isdecimal() else 0
        return (family, revision) if family.first <= revision <= family.newest else None

    def _list_families(self, call: Call) -> bytes:
        prefix = call.payload.get("familyPrefix", "")
        status = call.payload.get("status", "ALL")
        if status not in {ACTIVE, INACTIVE, "ALL"}:
            raise ServiceError("InvalidParameterException", "status must be one of ACTIVE, INACTIVE, ALL.")
        organization = self._world.organization
        limit = page_size(call, 100)
        (start,) = read_token(call.payload.get("nextToken"), 1) or [0]
        total = organization.family_count(call.account, call.region)
        names: list[str] = []
        index = start
        while index < total and len(names) < limit:
            family = organization.family(call.account, call.region, index)
            matches = status == "ALL" or (status == ACTIVE) == (family.active is not None)
            if matches and family.name.startswith(prefix):
                names.append(family.name)
            index += 1
        more = {"nextToken": make_token(index)} if index < total else {}
        return ok(dumps({"families": names, **more}))

    def _list_definitions(self, call: Call) -> bytes:
        status = call.payload.get("status", ACTIVE)
        if status not in _STATUSES:
            raise ServiceError(
                "InvalidParameterException", "status must be one of ACTIVE, INACTIVE, DELETE_IN_PROGRESS."
            )
        limit = page_size(call, 100)
        start = read_token(call.payload.get("nextToken"), 2)
        arns: list[str] = []
        for family, revision in self._revisions(call, start):
            if family.status(revision) != status:
                continue
            if len(arns) == limit:
                return ok(dumps({"taskDefinitionArns": arns, "nextToken": make_token(family.index, revision)}))
            arns.append(family.arn(revision))
        return ok(dumps({"taskDefinitionArns": arns}))

    def _revisions(self, call: Call, start: list[int] | None) -> Iterator[tuple[Family, int]]:
        """Yield revisions in the requested order, starting at (family, revision). `familyPrefix` is a full name."""
        organization = self._world.organization
        step = -1 if call.payload.get("sort") == "DESC" else 1
        total = organization.family_count(call.account, call.region)
        indices: range | list[int] = range(total)[::step]
        name = call.payload.get("familyPrefix")
        if name is not None:
            index = organization.index_of(call.account, call.region, name)
            indices = [] if index is None else [index]
        elif start:
            indices = range(total)[start[0] :: step]
        for index in indices:
            family = organization.family(call.account, call.region, index)
            revisions = range(family.first, family.newest + 1)[::step]
            if start and index == start[0]:
                revisions = revisions[revisions.index(start[1]) :]
            for revision in revisions:
                yield family, revision
