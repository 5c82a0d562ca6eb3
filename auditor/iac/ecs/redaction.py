"""Removes values that may be secrets from expressions: reports show expressions."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from auditor.iac.unresolved import Conditional, Unresolved
from auditor.yaml_files import quote

_TEXT_LISTS = frozenset(("command", "entryPoint"))
_TEXT_MAPS = frozenset(("options", "dockerLabels"))


def redact_environment(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a document whose unresolved variables, options and arguments are named by their key only."""
    redacted: Mapping[str, Any] = _redacted(document, "")
    return redacted


def _redacted(value: Any, key: str) -> Any:
    if isinstance(value, Conditional):
        return replace(value, if_true=_redacted(value.if_true, key), if_false=_redacted(value.if_false, key))
    if isinstance(value, list):
        return [_redacted_value(item, key) if key in _TEXT_LISTS else _redacted(item, key) for item in value]
    if not isinstance(value, dict):
        return value
    if key == "environment" and "value" in value:
        return {**value, "value": _redacted_value(value["value"], value.get("name"))}
    if key in _TEXT_MAPS:
        return {name: _redacted_value(member, name) for name, member in value.items()}
    return {name: _redacted(member, name) for name, member in value.items()}


def _redacted_value(value: Any, variable: Any) -> Any:
    if isinstance(value, Conditional):
        if_true, if_false = (_redacted_value(branch, variable) for branch in (value.if_true, value.if_false))
        return replace(value, if_true=if_true, if_false=if_false)
    if not isinstance(value, Unresolved):
        return value
    name = variable.expression if isinstance(variable, Unresolved) else quote(variable)
    return replace(value, expression=f"the value of {name}", identity=value.identity or value.expression)
