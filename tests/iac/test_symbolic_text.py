"""Texts with open parts: an answer is given only if it does not depend on these parts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.iac import symbolic_text
from auditor.iac.possible_values import Marked, mark, marked_parts, unmark
from auditor.iac.unresolved import OpenText
from tests.iac.sample_files import container_check, fact_check, status_of, template

ANY, OTHER = Marked("", "1"), Marked("", "2")
NAME, FILLED = Marked("n", "3"), Marked("f", "4")
FIRST_ROLE, SECOND_ROLE = Marked("nu", "5"), Marked("nu", "6")


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        pytest.param(("a",), ("a",), True, id="the same text"),
        pytest.param((ANY,), (ANY,), True, id="the same part"),
        pytest.param((ANY,), (OTHER,), None, id="two parts"),
        pytest.param(("a", ANY, "b"), ("a", ANY, "b"), True, id="the same part in the same text"),
        pytest.param(("a", ANY, "b"), ("a", ANY, "c"), False, id="different ends"),
        pytest.param(("a", ANY), ("b", OTHER), False, id="different starts"),
        pytest.param(("a", ANY, "b"), ("a", OTHER, "b"), None, id="different parts in the same text"),
        pytest.param((ANY, "b"), ("a", OTHER), None, id="parts that can overlap the other's text"),
        pytest.param(("a",), ("a", ANY), None, id="a part that can be empty"),
        pytest.param(("a",), ("a", FILLED), False, id="a part that is not empty"),
        pytest.param(("r/", FIRST_ROLE), ("r/", SECOND_ROLE), False, id="names of two resources"),
        pytest.param(("r/", FIRST_ROLE), ("r/", ANY), None, id="a name and a part"),
        pytest.param(("r/", FIRST_ROLE), ("r/app",), None, id="a name and a text"),
        pytest.param((FIRST_ROLE,), ("r/app",), False, id="a name and a text with a separator"),
        pytest.param((ANY, "a", ANY), ("a", ANY), None, id="a part twice"),
    ],
)
def test_equality(left: symbolic_text.Parts, right: symbolic_text.Parts, answer: object) -> None:
    assert symbolic_text.are_equal(left, right) is answer
    assert symbolic_text.are_equal(right, left) is answer


@pytest.mark.parametrize(
    ("function", "parts", "text", "answer"),
    [
        (symbolic_text.starts_with, ("arn:", ANY), "arn:", True),
        (symbolic_text.starts_with, ("ar", ANY), "arn:", None),
        (symbolic_text.starts_with, ("x", ANY), "arn:", False),
        (symbolic_text.starts_with, (ANY,), "arn:", None),
        (symbolic_text.ends_with, (ANY, ":latest"), ":latest", True),
        (symbolic_text.ends_with, (ANY, ":1"), ":latest", False),
        (symbolic_text.ends_with, (ANY,), ":latest", None),
        (symbolic_text.contains, ("a.b", ANY), ".", True),
        (symbolic_text.contains, ("a", NAME), ".", False),
        (symbolic_text.contains, ("a", ANY), ".", None),
        (symbolic_text.contains, ("a", NAME), "bc", None),
    ],
)
def test_contents(
    function: Callable[[Any, Any], bool | None], parts: symbolic_text.Parts, text: str, answer: object
) -> None:
    assert function(parts, text) is answer


@pytest.mark.parametrize(
    ("parts", "first", "last"),
    [
        (("a/b/c",), (("a",), ("b/c",)), (("a/b",), ("c",))),
        (("a/b", ANY), (("a",), ("b", ANY)), None),
        ((ANY, "/b"), None, ((ANY,), ("b",))),
        ((NAME, "/", NAME), ((NAME,), (NAME,)), ((NAME,), (NAME,))),
        ((NAME,), ((), ()), ((), ())),
    ],
)
def test_split(parts: symbolic_text.Parts, first: Any, last: Any) -> None:  # noqa: ANN401 - pairs of parts, or None
    assert symbolic_text.split_first(parts, "/") == first
    assert symbolic_text.split_last(parts, "/") == last


def test_marks_of_a_text_are_its_parts() -> None:
    text = f"a{mark('!Ref X', OpenText('x', is_name=True))}b"

    (start, part, end) = marked_parts(text)
    assert (start, end, unmark(text)) == ("a", "b", "a!Ref Xb")
    assert isinstance(part, Marked)
    assert part.is_name
    assert marked_parts(text[2:]) == ()


@pytest.mark.parametrize(
    ("image", "fails", "status"),
    [
        ("!Sub 'a.b/c:${P}'", lambda image: image.partition("/")[0] == "a.b", "FAIL"),
        ("!Sub '${P}/c'", lambda image: image.partition("/")[0] == "a.b", "UNKNOWN"),
        ("!Sub '${AWS::AccountId}.x/c'", lambda image: image.startswith("111122223333."), "PASS"),
        ("!Sub '${AWS::StackName}:1'", lambda image: "/" in image, "PASS"),
        ("!Ref P", lambda image: image == "x", "UNKNOWN"),
        ("!Ref P", lambda image: image in {"x", "y"}, "UNKNOWN"),
        ("!Sub '${P}:1'", lambda image: (image + "x").endswith(":1x"), "FAIL"),
        ("!Sub '${P}:1'", lambda image: not image, "PASS"),
    ],
)
def test_a_check_inspects_the_known_parts_of_a_text(image: str, fails: Any, status: str) -> None:  # noqa: ANN401 - a function of a symbolic text
    text = template(f"{{ContainerDefinitions: [{{Name: a, Image: {image}}}]}}", parameters="{P: {Type: String}}")

    assert status_of(text, container_check(lambda container: fails(container.image)))[0] == status


def test_an_account_that_the_document_names_is_tried() -> None:
    role = "'arn:aws:iam::111122223333:role/a'"
    same = fact_check(lambda task: task.task_role_arn == task.execution_role_arn)
    other = "!Sub 'arn:aws:iam::${AWS::AccountId}:role/a'"
    properties = f"{{ContainerDefinitions: [{{Name: a}}], TaskRoleArn: {role}, ExecutionRoleArn: {other}}}"

    assert status_of(template(properties), same)[0] == "UNKNOWN"


def test_the_account_of_the_resource_is_that_of_the_pseudo_parameter() -> None:
    foreign = fact_check(lambda task: task.arn.split(":")[4] != task.task_role_arn.split(":")[4])
    other = "arn:aws:iam::111122223333:role/a"
    role = "!Sub 'arn:aws:iam::${AWS::AccountId}:role/a'"
    properties = f"{{ContainerDefinitions: [{{Name: a, Image: '{other}'}}], TaskRoleArn: {role}}}"

    assert status_of(template(properties), foreign) == ("PASS", ())
