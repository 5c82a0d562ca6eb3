"""Pages and batches of ECS, whose sizes depend on the operation."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from tests.fleet.calls import Call, ServiceError
from tests.fleet.protocols.json11 import dumps, make_token, ok, read_token


def page_size(call: Call, default: int, most: int = 100) -> int:
    """Return `maxResults`. Raises ServiceError if it is out of range."""
    size = call.payload.get("maxResults", default)
    if not isinstance(size, int) or not 1 <= size <= most:
        message = f"maxResults must be between 1 and {most}."
        raise ServiceError("InvalidParameterException", message)
    return size


def page(call: Call, name: str, rows: Iterable[Any], default: int = 100, most: int = 100) -> bytes:
    """Return a response with one page of `rows`."""
    limit = page_size(call, default, most)
    (start,) = read_token(call.payload.get("nextToken"), 1) or [0]
    chosen = list(islice(rows, start, start + limit + 1))
    more = {"nextToken": make_token(start + limit)} if len(chosen) > limit else {}
    return ok(dumps({name: chosen[:limit], **more}))


def batch(call: Call, name: str, most: int) -> list[str]:
    """Return the names of a batch. Raises ServiceError if there are too many or none."""
    names = call.payload.get(name) or []
    if not names or len(names) > most:
        message = f"{name.capitalize()} must have between 1 and {most} items."
        raise ServiceError("InvalidParameterException", message)
    return list(names)


def described(name: str, documents: list[dict[str, Any] | None], arns: list[str]) -> bytes:
    """Return the response to a batch; None documents are failures in a 200."""
    pairs = zip(arns, documents, strict=True)
    failures = [{"arn": arn, "reason": "MISSING"} for arn, document in pairs if document is None]
    return ok(dumps({name: [document for document in documents if document is not None], "failures": failures}))
