"""What can be told of an expression before any fact is there."""

from __future__ import annotations

import pytest

from auditor.yaml_checks.expression import parsed, signatures
from auditor.yaml_checks.model import KINDS, shape_of
from auditor.yaml_checks.typecheck import _RULES, Reading


def read(text: str, over: str = "task-definition") -> tuple[str, list[str], Reading]:
    reading = Reading()
    shape = reading.gives(parsed(text), shape_of(KINDS[over]))
    return str(shape), [f"{each.message} -> {each.advice}" for each in reading.complaints], reading


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("contaners", "contaners is not a member of TaskDefinition -> Did you mean containers?", id="slip"),
        pytest.param("containers[].usr", "usr is not a member of Container", id="in a list"),
        pytest.param("containers[*].usr", "usr is not a member of Container", id="in a projection"),
        pytest.param("containers[0].usr", "usr is not a member of Container", id="in one item"),
        pytest.param("containers[1:].usr", "usr is not a member of Container", id="in a slice"),
        pytest.param("containers[-1] | usr", "usr is not a member of Container", id="behind a pipe"),
        pytest.param("containers[?usr == 'x']", "usr is not a member of Container", id="in a filter"),
        pytest.param("containers[?priviledged]", "Did you mean privileged?", id="a slip in a filter"),
        pytest.param("length(containers[?!usr]) > `0`", "usr is not a member", id="within a function"),
        pytest.param("sort_by(containers, &usr)", "usr is not a member of Container", id="behind an ampersand"),
        pytest.param("max_by(containers, &memory).usr", "usr is not a member of Container", id="of a result"),
        pytest.param("map(&usr, containers)", "usr is not a member of Container", id="mapped"),
        pytest.param("containers[].environment[].nme", "nme is not a member of Variable", id="two lists deep"),
        pytest.param("containers[].{n: name}[].m", "m is not a member of what is made here", id="of what is made"),
        pytest.param("[family, arn, usr]", "usr is not a member of TaskDefinition", id="in a list that is made"),
        pytest.param("family || usr", "usr is not a member of TaskDefinition", id="on the other side"),
        pytest.param("usage.runing_tasks", "Did you mean running_tasks?", id="in an object"),
        pytest.param("not_null(usage).srvices", "srvices is not a member of Usage", id="of the first that is there"),
        pytest.param("containers.name", "name is asked of a list -> Write [].name", id="a list taken for an object"),
        pytest.param("family.name", "name is asked of text", id="a text taken for an object"),
        pytest.param("!usage.in_use", "in_use is asked of true or false -> Remove .in_use, or write brackets", id="not a.b"),
        pytest.param("family[0]", "text is taken for a list", id="a text taken for a list"),
        pytest.param("revision.*", "number is taken for an object", id="a number taken for an object"),
        pytest.param("network_mode == null", "Write `null`, with these very quotes", id="null without quotes"),
        pytest.param('network_mode == "host"', "host is not a member", id="a text in double quotes"),
        pytest.param("revision == '3'", "compares number with text, which are never equal", id="a number as a text"),
        pytest.param("uses_host_network == 'true'", "compares true or false with text", id="a truth as a text"),
        pytest.param("containers[?memory == '512']", "compares number or null with text", id="the like in a filter"),
        pytest.param("status > `3`", "orders text, which is no number", id="a text that is ordered"),
        pytest.param("lenght(containers) > `0`", "lenght() is not a function -> Did you mean length?", id="no such"),
        pytest.param("length(containers, `1`)", "length() takes 1, and is given 2", id="too many arguments"),
        pytest.param("merge()", "merge() takes 1 or more, and is given 0", id="too few arguments"),
        pytest.param("length(revision) > `0`", "length() is given number, not array or object", id="misgiven"),
        pytest.param("starts_with(containers, 'x')", "starts_with() is given list of Container", id="misgiven a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(text: str, said: str) -> None:
    _, complaints, _ = read(text)

    assert len(complaints) == 1
    assert said in complaints[0]


@pytest.mark.parametrize(
    ("text", "gives"),
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
        ("merge(@, `{}`).anything.goes", "anything"),
        ("`{}`.anything", "anything"),
        ("`[1, 2]`[0]", "anything"),
        ("containers[].{n: name, i: image}[].i", "list of text"),
        ("containers[?privileged] && uses_host_network", "now one kind of value and now another"),
    ],
)
def test_what_it_gives_is_told(text: str, gives: str) -> None:
    shape, complaints, _ = read(text)

    assert shape == gives
    assert complaints == []


@pytest.mark.parametrize("over", KINDS)
def test_every_member_of_every_kind_can_be_named(over: str) -> None:
    for name in shape_of(KINDS[over]).names:
        assert read(name, over)[1] == []


def test_what_is_read_is_remembered_with_its_owner() -> None:
    _, _, reading = read("uses_host_network && length(containers[?privileged]) > `0`")

    assert {(kind.__name__, name) for kind, name in reading.members} == {
        ("TaskDefinition", "uses_host_network"),
        ("TaskDefinition", "containers"),
        ("Container", "privileged"),
    }


def test_every_function_of_the_language_is_known() -> None:
    for name, signature in signatures().items():
        behind = {"array": "containers", "string": "family", "number": "revision", "object": "@", "expref": "&name"}
        wanted = [(each["types"] or ["string"])[0] for each in signature]
        given = ["containers[].name" if each == "array-string" else "containers[].memory" if each == "array-number"
                 else behind[each] for each in wanted]  # fmt: skip
        assert read(f"{name}({', '.join(given)})")[1] == [], name


def test_every_kind_of_node_that_a_tree_may_hold_has_a_rule() -> None:
    texts = ["a[0:1].b[*].c.* | @[]", "[a, {b: `1`}]", "!(a && b || c == d)", "sort_by(a, &b)[?c]", "a[1]"]
    kinds, waiting = set(), [parsed(each) for each in texts]
    while waiting:
        node = waiting.pop()
        kinds.add(node["type"])
        waiting += [each for each in node["children"] if isinstance(each, dict)]

    assert kinds - set(_RULES) == {"expref", "key_val_pair"}, "both stand within a function or an object only"
