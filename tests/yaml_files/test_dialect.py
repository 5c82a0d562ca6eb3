"""Tags are functions in templates, and only there."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.domain.errors import ConfigError
from auditor.yaml_files import TEMPLATE, parse


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param("!Ref Name", {"Ref": "Name"}, id="a reference"),
        pytest.param("!Ref 8080", {"Ref": "8080"}, id="a reference to digits stays text"),
        pytest.param("!Condition Live", {"Condition": "Live"}, id="a condition has no prefix"),
        pytest.param('!Sub "a-${B}"', {"Fn::Sub": "a-${B}"}, id="a substitution"),
        pytest.param("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}, id="an attribute, split at the first dot"),
        pytest.param("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}, id="an attribute, already split"),
        pytest.param("!If [C, true, 1]", {"Fn::If": ["C", True, 1]}, id="arguments without tags keep their types"),
        pytest.param(
            "!Join ['', [!Ref A, x]]", {"Fn::Join": ["", [{"Ref": "A"}, "x"]]}, id="a function within a function"
        ),
        pytest.param("{Fn::Sub: {a: 1}}", {"Fn::Sub": {"a": 1}}, id="the long form"),
        pytest.param(
            "{80: a, true: b, 012345670123: c}",
            {"80": "a", "true": "b", "012345670123": "c"},
            id="keys that are not text",
        ),
    ],
)
def test_short_forms_are_read_as_long_forms(text: str, data: object) -> None:
    assert parse(f"v: {text}", "f", TEMPLATE).data == {"v": data}


@pytest.mark.parametrize("text", ["v: !Ref A", "v: !Sub [a]", "80: a"])
def test_configuration_files_have_neither_functions_nor_number_keys(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text, "f")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("v: !!python/object:os.system x", "is not allowed", id="a Python object"),
        pytest.param("v: !lower x", "is not allowed", id="a tag in lower case"),
        pytest.param("v: !<tag:example.com,2026:Ref> x", "is not allowed", id="a verbatim tag"),
        pytest.param("!Ref a: b", "is a mapping, not text", id="a function as key"),
        pytest.param("v: " + "[" * 70 + "]" * 70, "nested deeper than 64", id="too deep"),
        pytest.param("v: &a !If [*a]", "refers to itself", id="an alias in its own function"),
        pytest.param("v: !Ref a\nv: !Ref b", "is a duplicate key", id="a duplicate key"),
    ],
)
def test_templates_are_checked_like_configuration_files(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        parse(text, "f", TEMPLATE)


def test_lines_are_found_inside_functions() -> None:
    document = parse("a:\n  b: !If\n    - C\n    - x: 1\n      y: !Ref Z\n", "f", TEMPLATE)
    path: list[Any] = ["a", "b", "Fn::If", 1, "y"]

    assert document.line_of(path) == 5
    assert document.line_of([*path, "Ref"]) == 5
