"""The Resource Groups Tagging API, as far as GetResources for task definitions.

It returns revisions in every status that have tags, and those that had some, with an empty list. Revisions that never
had tags are missing, and changes appear late. A page can be short although another one follows, and its token expires.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.json_service import CODES, JsonService
from tests.fleet.protocols.json11 import make_token, read_token
from tests.fleet.resource_tags import Tags, as_list

_TYPES = frozenset({"ecs", "ecs:task-definition"})
_MOST = 100
#: The quota is not published; the auditor may use half of this one.
_LIMIT = (10.0, 10.0)
#: How long a page token can be used (Resource Groups Tagging API reference).
_TOKEN_SECONDS = 900.0


class Tagging:
    """Answers GetResources, with at most `page` resources."""

    def __init__(self, world: ServerView, page: int) -> None:
        self._world = world
        self._page = page

    def service(self) -> JsonService:
        """Return the service that the server addresses."""
        return JsonService(
            "tagging",
            {"GetResources": self._get_resources},
            "ResourceGroupsTaggingAPI_20170126",
            prefix="tag",
            codes={**CODES, "throttled": ("ThrottledException", 400), "broken": ("InternalServiceException", 500)},
            rate_limits={"GetResources": _LIMIT},
        )

    def _get_resources(self, call: Call) -> dict[str, Any]:
        limit = self._limit(call)
        start = self._start(call)
        mappings: list[dict[str, Any]] = []
        for index, revision, arn, tags in self._indexed(call, start):
            if len(mappings) == limit:
                token = make_token(index, revision, int(self._world.now * 1000))
                return {"PaginationToken": token, "ResourceTagMappingList": mappings}
            mappings.append({"ResourceARN": arn, "Tags": as_list(tags, "Key", "Value")})
        return {"PaginationToken": "", "ResourceTagMappingList": mappings}

    def _limit(self, call: Call) -> int:
        size = call.payload.get("ResourcesPerPage", _MOST)
        if not isinstance(size, int) or not 1 <= size <= _MOST:
            raise ServiceError("InvalidParameterException", "ResourcesPerPage must be between 1 and 100.")
        if not _TYPES.issuperset(call.payload.get("ResourceTypeFilters", ())):
            raise ServiceError("InvalidParameterException", "The stand-in knows the tags of task definitions only.")
        return min(size, self._page)

    def _start(self, call: Call) -> tuple[int, int]:
        token = call.payload.get("PaginationToken") or None
        index, revision, made_at = read_token(token, 3) or (0, 0, None)
        if made_at is not None and self._world.now - made_at / 1000 > _TOKEN_SECONDS:
            raise ServiceError("PaginationTokenExpiredException", "The pagination token has expired.")
        return index, revision

    def _indexed(self, call: Call, start: tuple[int, int]) -> Iterator[tuple[int, int, str, Tags]]:
        organization, tags, now = self._world.organization, self._world.tags, self._world.now
        for index in range(start[0], organization.family_count(call.account, call.region)):
            family = organization.family(call.account, call.region, index)
            for revision in range(family.first, family.newest + 1):
                if (index, revision) >= start:
                    indexed = tags.indexed(organization, family, revision, now)
                    if indexed is not None:
                        yield index, revision, family.arn(revision), indexed
