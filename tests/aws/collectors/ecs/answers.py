"""What every parser of answers is held to: odd values, whole answers spoilt in one place, and AWS's own model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from functools import cache
from typing import Any

import botocore.session
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from hypothesis import strategies as st

MISSING = object()
HERE = "arn:aws:ecs:eu-west-1:111122223333"
ELSEWHERE = "arn:aws:ecs:eu-west-2:111122223333"
ANOTHER_ACCOUNT = "arn:aws:ecs:eu-west-1:444455556666"

ODDITIES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=8)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.decimals(allow_nan=True)
    | st.sampled_from([10**400, -(10**400), Decimal("1e400"), "ENABLED", "DISABLED", "FARGATE", "true", "\ud800", HERE])
)
ANYTHING = st.recursive(
    ODDITIES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)


@st.composite
def like(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """A whole answer, of which up to three places at any depth are anything or missing."""
    answer = whole
    for path in draw(st.lists(st.sampled_from(sorted(_paths(whole))), max_size=3)):
        value = draw(ANYTHING | st.just(MISSING))
        # What was spoilt before may have taken this place with it.
        with suppress(KeyError, IndexError, TypeError, ValueError):
            answer = spoilt(answer, path, value)
    return answer


def _paths(value: object, way: str = "") -> Iterator[str]:
    if way:
        yield way
    if isinstance(value, dict):
        for name, each in value.items():
            yield from _paths(each, f"{way}.{name}" if way else name)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _paths(each, f"{way}[{index}]")


def spoilt(whole: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A whole answer with `value` at a path such as `deployments[0].status`, or without what is there."""
    answer: dict[str, Any] = _copied(whole)
    *way, last = [int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", path)]
    place: Any = answer
    for step in way:
        place = place[step]
    if value is MISSING:
        del place[last]
    else:
        place[last] = value
    return answer


def _copied(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Copy a document so that no part of it is shared with another part, as `copy.deepcopy` would keep it."""
    if isinstance(value, dict):
        return {name: _copied(each) for name, each in value.items()}
    return [_copied(each) for each in value] if isinstance(value, list) else value


def name_of(case: tuple[str, object]) -> str:
    """Name a case for the list of tests."""
    path, value = case
    return f"{path} {'missing' if value is MISSING else repr(value)[:40]}"


def unmodelled(kind: str, document: object) -> list[str]:
    """Return the members of a document that botocore's model of ECS does not have: it would never hand them on."""
    return list(_unmodelled(_ecs().shape_for(kind), document, kind))


def _unmodelled(shape: Shape, document: object, path: str) -> list[str]:
    if isinstance(shape, StructureShape) and isinstance(document, dict):
        strange = [f"{path}.{name}" for name in document if name not in shape.members]
        known = [
            (shape.members[name], each, f"{path}.{name}") for name, each in document.items() if name in shape.members
        ]
        return strange + [found for part in known for found in _unmodelled(*part)]
    if isinstance(shape, ListShape) and isinstance(document, list):
        return [found for each in document for found in _unmodelled(shape.member, each, f"{path}[]")]
    return []


@cache
def _ecs() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ecs")
