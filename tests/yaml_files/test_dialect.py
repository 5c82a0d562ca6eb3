"""Templates: tags are functions there, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.domain.errors import ConfigError
from auditor.yaml_files import TEMPLATE, parse


@pytest.mark.parametrize(
    ("text", "data"),
    [
        pytest.param("!Ref Name", {"Ref": "Name"}, id="a reference"),
        pytest.param("!Ref 8080", {"Ref": "8080"}, id="a reference by digits stays text"),
        pytest.param("!Condition Live", {"Condition": "Live"}, id="a condition has no prefix"),
        pytest.param('!Sub "a-${B}"', {"Fn::Sub": "a-${B}"}, id="a substitution"),
        pytest.param("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}, id="an attribute, split at the first dot"),
        pytest.param("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}, id="an attribute, already split"),
        pytest.param("!If [C, true, 1]", {"Fn::If": ["C", True, 1]}, id="untagged arguments are what they are"),
        pytest.param(
            "!Join ['', [!Ref A, x]]", {"Fn::Join": ["", [{"Ref": "A"}, "x"]]}, id="a function within a function"
        ),
        pytest.param("{Fn::Sub: {a: 1}}", {"Fn::Sub": {"a": 1}}, id="the long form"),
        pytest.param("{80: a, true: b, 012345670123: c}", {"80": "a", "true": "b", "012345670123": "c"}, id="keys"),
    ],
)
def test_a_template_reads_as_its_long_form(text: str, data: object) -> None:
    assert parse(f"v: {text}", "f", TEMPLATE).data == {"v": data}


@pytest.mark.parametrize("text", ["v: !Ref A", "v: !Sub [a]", "80: a"])
def test_configuration_takes_no_such_liberty(text: str) -> None:
    with pytest.raises(ConfigError):
        parse(text, "f")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("v: !!python/object:os.system x", "is not allowed", id="an object of Python"),
        pytest.param("v: !lower x", "is not allowed", id="no function begins so"),
        pytest.param("v: !<tag:example.com,2026:Ref> x", "is not allowed", id="a tag in full"),
        pytest.param("!Ref a: b", "is a mapping, not text", id="a function for a key"),
        pytest.param("v: " + "[" * 70 + "]" * 70, "nested deeper than 64", id="too deep"),
        pytest.param("v: &a !If [*a]", "refers to itself", id="an alias in its own function"),
        pytest.param("v: !Ref a\nv: !Ref b", "is given twice", id="a key given twice"),
    ],
)
def test_a_template_is_still_screened(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        parse(text, "f", TEMPLATE)


def test_the_lines_within_a_function_are_known() -> None:
    document = parse("a:\n  b: !If\n    - C\n    - x: 1\n      y: !Ref Z\n", "f", TEMPLATE)
    place: list[Any] = ["a", "b", "Fn::If", 1, "y"]

    assert document.line_of(place) == 5
    assert document.line_of([*place, "Ref"]) == 5
