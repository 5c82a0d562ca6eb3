"""Type errors and result types of expressions, inferred without a fact."""

from __future__ import annotations

import pytest

from auditor.domain.fact import fact_kinds
from auditor.yaml_checks.expression import parse_expression, signatures
from auditor.yaml_checks.model import shape_of
from auditor.yaml_checks.typecheck import _RULES, TypeChecker


def infer(text: str, resource: str = "task-definition") -> tuple[str, list[str], TypeChecker]:
    checker = TypeChecker()
    shape = checker.infer(parse_expression(text), shape_of(fact_kinds()[resource]))
    return str(shape), [f"{error.message} -> {error.advice}" for error in checker.errors], checker


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            "contaners",
            "contaners is not a member of TaskDefinition -> Did you mean containers?",
            id="a misspelt member",
        ),
        pytest.param("containers[].usr", "usr is not a member of Container", id="in a list"),
        pytest.param("containers[*].usr", "usr is not a member of Container", id="in a projection"),
        pytest.param("containers[0].usr", "usr is not a member of Container", id="in one item"),
        pytest.param("containers[1:].usr", "usr is not a member of Container", id="in a slice"),
        pytest.param("containers[-1] | usr", "usr is not a member of Container", id="behind a pipe"),
        pytest.param("containers[?usr == 'x']", "usr is not a member of Container", id="in a filter"),
        pytest.param("containers[?priviledged]", "Did you mean privileged?", id="a misspelt member in a filter"),
        pytest.param("length(containers[?!usr]) > `0`", "usr is not a member", id="within a function"),
        pytest.param("sort_by(containers, &usr)", "usr is not a member of Container", id="behind an ampersand"),
        pytest.param("max_by(containers, &memory).usr", "usr is not a member of Container", id="of a result"),
        pytest.param("map(&usr, containers)", "usr is not a member of Container", id="mapped"),
        pytest.param("containers[].environment[].nme", "nme is not a member of Variable", id="two lists deep"),
        pytest.param(
            "containers[].{n: name}[].m", "m is not a member of the object built here", id="of a built object"
        ),
        pytest.param("[family, arn, usr]", "usr is not a member of TaskDefinition", id="in a built list"),
        pytest.param("family || usr", "usr is not a member of TaskDefinition", id="in the right operand"),
        pytest.param("usage.runing_tasks", "Did you mean running_tasks?", id="in an object"),
        pytest.param("not_null(usage).srvices", "srvices is not a member of EcsUsage", id="of a not_null() result"),
        pytest.param("containers.name", "a list has no member name -> Write [].name", id="a list used as an object"),
        pytest.param("family.name", "text has no member name", id="a string used as an object"),
        pytest.param(
            "!usage.in_use", "true or false has no member in_use -> Remove .in_use, or add parentheses", id="!a.b"
        ),
        pytest.param("family[0]", "text is used as a list", id="a string used as a list"),
        pytest.param("revision.*", "number is used as an object", id="a number used as an object"),
        pytest.param("network_mode == null", "Write `null`, in backticks", id="null without backticks"),
        pytest.param('network_mode == "host"', "host is not a member", id="a string in double quotes"),
        pytest.param(
            "revision == '3'", "compares number with text, which are never equal", id="a number compared with a string"
        ),
        pytest.param(
            "uses_host_network == 'true'", "compares true or false with text", id="a boolean compared with a string"
        ),
        pytest.param(
            "containers[?memory == '512']",
            "compares number or null with text",
            id="a number compared with a string in a filter",
        ),
        pytest.param("status > `3`", "orders text, which is not a number", id="an ordered string"),
        pytest.param(
            "lenght(containers) > `0`", "lenght() is not a function -> Did you mean length?", id="an unknown function"
        ),
        pytest.param("length(containers, `1`)", "length() has 2 arguments, expected 1", id="too many arguments"),
        pytest.param("merge()", "merge() has 0 arguments, expected 1 or more", id="too few arguments"),
        pytest.param(
            "length(revision) > `0`", "length() does not accept number, only array or object", id="a number as list"
        ),
        pytest.param(
            "starts_with(containers, 'x')", "starts_with() does not accept list of Container", id="a list as text"
        ),
    ],
)
def test_a_type_error_is_reported_once(text: str, message: str) -> None:
    _, errors, _ = infer(text)

    assert len(errors) == 1
    assert message in errors[0]


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("uses_host_network", "true or false"),
        ("length(containers[?privileged || runs_as_root]) > `0`", "true or false"),
        ("contains(containers[].name, 'agent')", "true or false"),
        ("containers[?privileged]", "list of Container"),
        ("containers[?privileged].name", "list of text"),
        ("containers[].environment[?secret_match != `null`][].name", "list of text"),
        ("sort_by(containers, &name)[0].image", "text"),
        ("map(&image, containers)", "list of text"),
        ("max(containers[].memory)", "number or null"),
        ("to_array(family)", "list of text"),
        ("keys(tags)", "list of text"),
        ("values(tags)", "list of text"),
        ("tags.owner", "text"),
        ("tags.\"cost-center\" == 'x'", "true or false"),
        ("tags.*", "list of text"),
        ("usage.services[0]", "text"),
        ("network_mode || 'bridge'", "text"),
        ("!(usage.in_use)", "true or false"),
        ("!containers", "true or false"),
        ("@.family", "text"),
        ("merge(@, `{}`).anything.goes", "any value"),
        ("`{}`.anything", "any value"),
        ("`[1, 2]`[0]", "any value"),
        ("containers[].{n: name, i: image}[].i", "list of text"),
        ("containers[?privileged] && uses_host_network", "values of different types"),
    ],
)
def test_the_result_type_is_inferred(text: str, result: str) -> None:
    shape, errors, _ = infer(text)

    assert shape == result
    assert errors == []


@pytest.mark.parametrize("resource", fact_kinds())
def test_every_member_of_every_kind_is_accepted(resource: str) -> None:
    for name in shape_of(fact_kinds()[resource]).names:
        assert infer(name, resource)[1] == []


def test_members_are_recorded_with_their_owner() -> None:
    _, _, checker = infer("uses_host_network && length(containers[?privileged]) > `0`")

    assert {(kind.__name__, name) for kind, name in checker.members} == {
        ("TaskDefinition", "uses_host_network"),
        ("TaskDefinition", "containers"),
        ("Container", "privileged"),
    }


def test_every_jmespath_function_is_accepted() -> None:
    samples = {
        "array": "containers",
        "array-string": "containers[].name",
        "array-number": "containers[].memory",
        "string": "family",
        "number": "revision",
        "object": "@",
        "expref": "&name",
    }
    for name, signature in signatures().items():
        arguments = [samples[(parameter["types"] or ["string"])[0]] for parameter in signature]
        assert infer(f"{name}({', '.join(arguments)})")[1] == [], name


def test_every_node_type_has_an_inference_rule() -> None:
    texts = ["a[0:1].b[*].c.* | @[]", "[a, {b: `1`}]", "!(a && b || c == d)", "sort_by(a, &b)[?c]", "a[1]"]
    types, pending = set(), [parse_expression(text) for text in texts]
    while pending:
        node = pending.pop()
        types.add(node["type"])
        pending += [child for child in node["children"] if isinstance(child, dict)]

    assert types - set(_RULES) == {"expref", "key_val_pair"}, "the rules of functions and objects handle both"
