"""The version of the output contracts, and documents as JSON text."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

if TYPE_CHECKING:
    from pydantic import ConfigDict, TypeAdapter

SchemaVersion = Literal["1.0"]
SCHEMA_VERSION: SchemaVersion = "1.0"


class Document:
    """A written document or a part of one: a frozen dataclass without slots whose fields JSON can carry."""

    #: Read by pydantic, for the schemas and for `parse`.
    __pydantic_config__: ClassVar[ConfigDict] = {"extra": "forbid", "use_attribute_docstrings": True}


D = TypeVar("D", bound=Document)
T = TypeVar("T")

#: Building an adapter takes milliseconds, and a resumed run parses millions of rows.
_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}


def to_json(document: Document) -> str:
    """Return a document as indented JSON with sorted keys, ASCII only, without a final newline."""
    return json.dumps(document, default=vars, indent=2, sort_keys=True, allow_nan=False)


def parse(kind: type[D], text: bytes | str) -> D:
    """Return the document of one kind that a JSON text holds.

    Raises ValueError if the text is not JSON or does not fit the contract exactly.
    """
    from pydantic import TypeAdapter  # noqa: PLC0415 - most commands only write documents and do without

    adapter = _ADAPTERS.get(kind) or _ADAPTERS.setdefault(kind, TypeAdapter(kind))
    document: D = adapter.validate_json(text, strict=True)
    return document


def copy_fields(build: Callable[..., T], source: object, **others: object) -> T:
    """Return a dataclass object with the fields that `source` has under the same names, and with `others`."""
    names, read = _copier(build, frozenset(others))
    return build(**dict(zip(names, read(source), strict=True)), **others)


@cache
def _copier(kind: Any, others: frozenset[str]) -> tuple[tuple[str, ...], Callable[[object], tuple[Any, ...]]]:
    """Return the names of the fields to copy, and a function that reads them all at once."""
    names = tuple(field.name for field in fields(kind) if field.name not in others)
    if len(names) > 1:
        return names, attrgetter(*names)
    return names, lambda source: tuple(getattr(source, name) for name in names)


@lru_cache(maxsize=4096)  # all checks on a revision share its times
def timestamp(moment: datetime) -> str:
    """Return a time as `2026-11-23T02:00:00Z`. A time without a zone counts as UTC."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
