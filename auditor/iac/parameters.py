"""Values of template parameters from a file, as `aws cloudformation` and pipelines accept them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.errors import ConfigError, Problem
from auditor.iac.json_text import is_json_like, to_plain_json
from auditor.iac.substitution import is_scalar, to_text
from auditor.yaml_files import TEMPLATE, parse

_NAME = re.compile(r"[A-Za-z0-9]{1,255}")
_ADVICE = 'Write [{"ParameterKey": "Stage", "ParameterValue": "prod"}], {"Stage": "prod"}, or lines such as Stage=prod.'


def parse_parameters(text: str, source: str) -> dict[str, str | None]:
    """Return the values by name, None for a parameter that keeps its previous value. Raises ConfigError.

    Accepts the list of `aws cloudformation create-stack`, a list or lines of NAME=VALUE as `deploy` takes them, an
    object with the values, and one that has them as `Parameters`.
    """
    if is_json_like(text, source):
        return dict(_pairs(parse(to_plain_json(text, source), source, TEMPLATE).data, source))
    lines = [line.strip() for line in text.splitlines()]
    return dict(_assignment(line, source, number) for number, line in enumerate(lines, 1) if line and line[0] != "#")


def with_values(parameters: Mapping[str, Any], values: Mapping[str, str | None]) -> dict[str, Any]:
    """Return the parameters of a template with values instead of their defaults."""
    return {name: _with_value(parameter, name, values) for name, parameter in parameters.items()}


def _with_value(parameter: object, name: str, values: Mapping[str, str | None]) -> object:
    if name not in values or not isinstance(parameter, dict):
        return parameter
    others = {key: member for key, member in parameter.items() if key != "Default"}
    return others if values[name] is None else {**others, "Default": values[name]}


def _pairs(data: object, source: str) -> Iterator[tuple[str, str | None]]:
    if isinstance(data, dict):
        values = data.get("Parameters", data)
        items = values.items() if isinstance(values, dict) else ()
        yield from (_pair(name, value, source) for name, value in items)
        return
    for item in data if isinstance(data, list) else [data]:
        if isinstance(item, str):
            yield _assignment(item, source, 0)
        elif isinstance(item, dict) and item.get("UsePreviousValue") in (True, "true"):
            yield str(item.get("ParameterKey")), None
        else:
            members = item if isinstance(item, dict) else {}
            yield _pair(members.get("ParameterKey"), members.get("ParameterValue"), source)


def _pair(name: object, value: object, source: str) -> tuple[str, str]:
    if isinstance(value, list) and all(map(is_scalar, value)):
        value = ",".join(map(to_text, value))
    if isinstance(name, str) and _NAME.fullmatch(name) and is_scalar(value):
        return name, to_text(value)
    raise ConfigError([Problem(source, 0, str(name), "is not a parameter with a value", _ADVICE)])


def _assignment(text: str, source: str, line: int) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if equals and _NAME.fullmatch(name.strip()):
        return name.strip(), value.strip().strip("\"'")
    raise ConfigError([Problem(source, line, "", "is not a parameter with a value", _ADVICE)])
