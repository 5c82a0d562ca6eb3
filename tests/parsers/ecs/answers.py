"""Helpers for the tests of parsers: any values, damaged answers, and botocore's model of ECS."""

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
ARN_PREFIX = "arn:aws:ecs:eu-west-1:111122223333"
OTHER_REGION = "arn:aws:ecs:eu-west-2:111122223333"
OTHER_ACCOUNT = "arn:aws:ecs:eu-west-1:444455556666"

ODD_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=8)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.decimals(allow_nan=True)
    | st.sampled_from(
        [10**400, -(10**400), Decimal("1e400"), "ENABLED", "DISABLED", "FARGATE", "true", "\ud800", ARN_PREFIX]
    )
)
ANY_VALUE = st.recursive(
    ODD_VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)


@st.composite
def damaged(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """Draw an answer in which up to three values at any depth are missing or replaced by any value."""
    answer = whole
    for path in draw(st.lists(st.sampled_from(sorted(_paths(whole))), max_size=3)):
        value = draw(ANY_VALUE | st.just(MISSING))
        # An earlier change may have removed this value.
        with suppress(KeyError, IndexError, TypeError, ValueError):
            answer = with_value(answer, path, value)
    return answer


def _paths(value: object, prefix: str = "") -> Iterator[str]:
    if prefix:
        yield prefix
    if isinstance(value, dict):
        for name, member in value.items():
            yield from _paths(member, f"{prefix}.{name}" if prefix else name)
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _paths(member, f"{prefix}[{index}]")


def with_value(whole: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """Return an answer with `value` at a path such as `deployments[0].status`, or without that member."""
    answer: dict[str, Any] = _copied(whole)
    *steps, last = [int(step) if step.isdecimal() else step for step in re.findall(r"[^.\[\]]+", path)]
    parent: Any = answer
    for step in steps:
        parent = parent[step]
    if value is MISSING:
        del parent[last]
    else:
        parent[last] = value
    return answer


def _copied(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Copy a document without sharing: `copy.deepcopy` would preserve parts that are the same object."""
    if isinstance(value, dict):
        return {name: _copied(member) for name, member in value.items()}
    return [_copied(member) for member in value] if isinstance(value, list) else value


def case_id(case: tuple[str, object]) -> str:
    """Return the test id of a case."""
    path, value = case
    return f"{path} {'missing' if value is MISSING else repr(value)[:40]}"


def unmodelled_members(kind: str, document: object) -> list[str]:
    """Return the members of a document that botocore's model of ECS does not have, and so would drop."""
    return list(_unmodelled(_ecs().shape_for(kind), document, kind))


def _unmodelled(shape: Shape, document: object, path: str) -> list[str]:
    if isinstance(shape, StructureShape) and isinstance(document, dict):
        names: list[str] = []
        for name, member in document.items():
            if name in shape.members:
                names += _unmodelled(shape.members[name], member, f"{path}.{name}")
            else:
                names.append(f"{path}.{name}")
        return names
    if isinstance(shape, ListShape) and isinstance(document, list):
        return [name for member in document for name in _unmodelled(shape.member, member, f"{path}[]")]
    return []


@cache
def _ecs() -> ServiceModel:
    return botocore.session.get_session().get_service_model("ecs")
