"""Calls of CloudFormation's intrinsic functions in JSON data: how to recognize them, and how messages show them."""

from collections.abc import Mapping
from typing import Any

from auditor.yaml_files import quote

#: Characters and levels of an expression in a message.
_MAX_SHOWN = 120
_MAX_SHOWN_DEPTH = 8


def function_call(value: Mapping[Any, Any]) -> tuple[str, Any]:
    """Return the name and the argument of the function that an object calls; the name is empty if it calls none."""
    if len(value) != 1:
        return "", None
    ((name, argument),) = value.items()
    is_function = isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::"))
    return (name, argument) if is_function else ("", None)


def merged_call(value: Mapping[Any, Any]) -> str | None:
    """Return the call in an object that adds members to it, None if there is none.

    `Fn::Transform` next to other members, and `Fn::ForEach::X` anywhere, can add any member.
    """
    for key, argument in value.items():
        if isinstance(key, str) and key.startswith("Fn::") and (len(value) > 1 or key.startswith("Fn::ForEach")):
            return show({key: argument})
    return None


def show(value: object, depth: int = 0) -> str:
    """Return a value in the notation of YAML templates, shortened for messages."""
    if depth > _MAX_SHOWN_DEPTH:
        return "..."
    if isinstance(value, dict):
        name, argument = function_call(value)
        if name:
            return _shorten(f"!{name.removeprefix('Fn::')} {show(argument, depth + 1)}")
        members = (f"{quote(key)}: {show(member, depth + 1)}" for key, member in value.items())
        return _shorten("{" + ", ".join(members) + "}")
    if isinstance(value, list):
        return _shorten("[" + ", ".join(show(item, depth + 1) for item in value) + "]")
    return "null" if value is None else quote(value)


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."
