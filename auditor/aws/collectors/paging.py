"""Pages of ECS lists, read with suspicion."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.aws.calls import Line, Read
from auditor.aws.failures import CallFailed, Failure, Malformed, Remedy
from auditor.domain.reason import Reason


def pages(line: Line, service: str, operation: str, key: str, /, **parameters: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """Yield the list of strings under `key`, page by page, until there is no `nextToken`.

    Raises CallFailed: when a page cannot be had, and when a token comes back a second time (the list would never end).
    """
    seen: set[str] = set()
    token: str | None = None
    while True:
        more = {"nextToken": token} if token else {}
        items, token = line.call(service, operation, _page(key), **parameters, **more)
        yield items
        if not token:
            return
        if token in seen:
            detail = f"{operation} hands out the same nextToken twice; its pages would never end"
            raise CallFailed(Failure(Reason.MALFORMED_RESPONSE, Remedy.NONE, "RepeatedToken", detail))
        seen.add(token)


def _page(key: str) -> Read[tuple[list[str], str | None]]:
    def read(answer: Mapping[str, Any]) -> tuple[list[str], str | None]:
        items, token = answer.get(key), answer.get("nextToken")
        # AWS sends the list even when it is empty; a garbled body parses to nothing, which must not read as "none".
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            raise Malformed(f"no list of names under `{key}`")
        if token is not None and not isinstance(token, str):
            raise Malformed("`nextToken` is not text")
        return items, token

    return read
