"""YAML and JSON of any content: plain data with lines, or problems with lines."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import auditor.yaml_files.read
from auditor.domain.errors import ConfigError
from auditor.yaml_files import decode, parse, quote, suggestion
from auditor.yaml_files.encoding import LARGEST


def problems_of(text: str) -> list[str]:
    """Return the problems of a text as `line: path: message`, without advice."""
    with pytest.raises(ConfigError) as caught:
        parse(text, "f.yaml")
    return [str(problem).splitlines()[0].removeprefix("f.yaml:") for problem in caught.value.problems]


def bomb(width: int, levels: int) -> str:
    """Return a text whose aliases expand to `width` to the power of `levels` nodes."""
    lines = ['a0: &a0 ["x"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("", ["1: is empty"], id="an empty text"),
        pytest.param("# only a comment\n", ["1: is empty"], id="only a comment"),
        pytest.param("---\n", ["2: is empty"], id="an empty document"),
        pytest.param(
            "a: [b\n}",
            ["2: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence from line 1"],
            id="an open bracket",
        ),
        pytest.param(
            "a: 1\n  b: 2",
            ["2: this is not YAML: mapping values are not allowed in this context"],
            id="an indented key after a value",
        ),
        pytest.param(
            "a:\n\t- b",
            ["2: this is not YAML: found character that cannot start any token while scanning for the next token"],
            id="a tab for indentation",
        ),
        pytest.param("a: 1\nb: 2\na: 3", ["3: a: is a duplicate key, first in line 1"], id="a duplicate key"),
        pytest.param(
            "x:\n  - {a: 1, b: 2, a: 3}\n  - b: 1\n    b: 2\n",
            ["2: x[0].a: is a duplicate key, first in line 2", "4: x[1].b: is a duplicate key, first in line 3"],
            id="all duplicate keys of nested mappings",
        ),
        pytest.param(
            "a: 1\na: 2\nb: [\n}",
            [
                "2: a: is a duplicate key, first in line 1",
                "4: this is not YAML: did not find expected node content while parsing a flow node",
            ],
            id="problems before a syntax error",
        ),
        pytest.param(
            '1: a\n"2": b\ntrue: c\n? \n: d\n',
            [
                "1: the key 1 is a number, not text",
                "3: the key true is a yes/no value, not text",
                '4: the key "" is empty, not text',
            ],
            id="keys that are not text",
        ),
        pytest.param("? [a, b]\n: c", ["1: has a key that is not text"], id="a list as key"),
        pytest.param("a: &x k\n*x : c", ["2: has a key that is not text"], id="an alias as key"),
        pytest.param(
            "a: !!python/object/apply:os.system [ls]\nb: !Ref c",
            ["1: a: the tag !!python/object/apply:os.system is not allowed", "2: b: the tag !Ref is not allowed"],
            id="tags",
        ),
        pytest.param(
            "a: *nowhere",
            ["1: a: *nowhere refers to an anchor that does not exist above it"],
            id="an alias without anchor",
        ),
        pytest.param(
            "a: [*]",
            ["1: this is not YAML: did not find expected alphabetic or numeric character while scanning an alias"],
            id="an unquoted star",
        ),
        pytest.param("a: &x {b: *x}", ["1: a.b: *x refers to itself"], id="an alias of its own parent"),
        pytest.param("a: 1\n---\nb: 2", ["2: a second document starts here"], id="two documents"),
        pytest.param("a: {<<: 1}", ["1: a: `<<` merges something that is not a mapping"], id="a merge of a number"),
        pytest.param(
            "a: b\nc: \x1b[2J\nd: \ud800",
            [
                '2: contains the forbidden character "\\x1b"',
                '3: contains the forbidden character "\\ud800"',
            ],
            id="control characters and surrogates",
        ),
        pytest.param("[" * 100_000, ["1: is nested deeper than 32 levels"], id="too many brackets"),
        pytest.param("- " * 100_000, ["1: is nested deeper than 32 levels"], id="too many hyphens"),
        pytest.param("{" * 50, ["1: has a key that is not text"], id="nested braces"),
        pytest.param(
            '{"a": ' * 100_000 + "1" + "}" * 100_000,
            ["1: is nested deeper than 32 levels"],
            id="too deeply nested JSON",
        ),
    ],
)
def test_every_problem_of_a_text_is_reported_with_its_line(text: str, problems: list[str]) -> None:
    assert problems_of(text) == problems


def test_too_many_braces_are_refused_by_the_first_rule_that_applies() -> None:
    (problem,) = problems_of("{" * 100_000)

    assert problem in ("1: has a key that is not text", "1: is nested deeper than 32 levels")


def test_the_nesting_limit_of_the_yaml_parser_has_the_same_message(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_text: str, **_: object) -> Iterator[object]:
        raise yaml.scanner.ScannerError("while increasing flow level", None, "exceeded maximum nesting depth", None)
        yield

    monkeypatch.setattr(yaml, "parse", too_deep)

    assert problems_of("[[[[[") == [" is nested deeper than 32 levels"]


def test_an_alias_bomb_is_refused_before_its_expansion() -> None:
    (problem,) = problems_of(bomb(width=9, levels=9))

    assert problem.endswith("YAML alias expansion exceeds the limit")


def test_aliases_of_long_texts_count_by_the_length_of_the_texts() -> None:
    text = f'a: &a "{"x" * 1_000_000}"\nb: [{", ".join(["*a"] * 10)}]'

    assert problems_of(text) == ["2: b[3]: YAML alias expansion exceeds the limit"]


def test_a_thousand_aliases_of_a_small_mapping_are_accepted() -> None:
    text = "t: &t {owner: a, env: b, cost: c}\nl:\n" + "  - {tags: *t, <<: *t}\n" * 1000

    assert parse(text, "f.yaml").data["l"][999] == {
        "tags": {"owner": "a", "env": "b", "cost": "c"},
        "owner": "a",
        "env": "b",
        "cost": "c",
    }


def test_a_text_of_more_than_five_million_characters_is_refused() -> None:
    assert problems_of("a" * (LARGEST + 1)) == [" is too large: 5,000,001 characters, 5,000,000 at most"]


def test_the_number_of_problems_is_limited() -> None:
    assert len(problems_of("a: 1\n" * 1000)) == 101
    assert len(problems_of("\x00" * 1000)) <= 21


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("12", 12),
        ("-3", -3),
        ("012", 12),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("1:30", "1:30"),
        ("1000:0", "1000:0"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("2026-11-23", "2026-11-23"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ("'12'", "12"),
        ('"true"', "true"),
        ("!!str 12", "12"),
    ],
)
def test_scalars_that_yaml_versions_read_differently_stay_text(written: str, value: object) -> None:
    result = parse(f"x: {written}\ny: 1", "f.yaml").data["x"]

    assert result == value
    assert type(result) is type(value)


def test_lines_and_original_texts_are_found_by_path() -> None:
    document = parse('a: 1\nb:\n  - c: 012345670123\n    d: "x"\n  -\n    c: {e: 1}\n', "f.yaml")

    paths: list[list[str | int]] = [[], ["a"], ["b"], ["b", 0, "c"], ["b", 0, "d"], ["b", 1, "c", "e"]]
    assert [document.line_of(path) for path in paths] == [1, 1, 2, 3, 4, 6]
    assert document.text_of(["b", 0, "c"]) == "012345670123"
    assert document.text_of(["b", 0, "d"]) is None


def test_a_missing_path_has_the_line_of_its_nearest_parent() -> None:
    document = parse("a: 1\nb:\n  - c: 1\n", "f.yaml")

    assert document.line_of(["b", 0, "missing", 3]) == 3
    assert document.text_of(["b", 0, "missing"]) is None
    assert str(document.problem(["b", 0, "missing"], "is wrong")) == "f.yaml:3: b[0]: is wrong"


def test_merge_keys_add_only_missing_keys() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n"

    document = parse(text, "f.yaml")

    assert document.data["c"] == {"x": 3, "y": 1, "z": 2}
    assert document.line_of(["c", "z"]) == 2


def test_json_escapes_have_their_meaning_in_json() -> None:
    data = {"name": "😀 \\ud83d é\u2028\u0085", "a/b": [1, 2.5, True, None], "half": "\ud83d!"}

    read = parse(json.dumps(data, indent="\t").replace("/", "\\/"), "f.json").data

    assert read == data | {"half": "\ufffd!"}


def test_a_long_json_key_of_escapes_is_accepted() -> None:
    key = "\u00e9\U0001f600" * 128

    assert parse(json.dumps({key: 1}), "f.json").data == {key: 1}


def test_a_key_that_is_too_long_for_yaml_is_problems_of() -> None:
    assert problems_of(json.dumps({"x" * 1025: 1})) == [
        "1: this is not YAML: did not find expected ',' or '}' while parsing a flow mapping"
    ]


def test_json_lines_are_those_of_the_file() -> None:
    assert parse(json.dumps({"a": ["\U0001f600", {"b": 1}]}, indent=2), "f.json").line_of(["a", 1, "b"]) == 5


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse(decode(b"\xef\xbb\xbfa: 1", "f.yaml"), "f.yaml").data == {"a": 1}
    assert parse("\ufeffa: 1", "f.yaml").data == {"a": 1}


def test_invalid_utf_8_is_refused_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        decode(b"a: b\nc: caf\xe9\n", "f.yaml")

    assert str(caught.value) == "f.yaml:2: byte 0xe9 is not UTF-8\n  -> Save the file as UTF-8."


def test_the_python_parser_returns_the_same_as_the_c_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &a {x: 012}\nb: [*a, {<<: *a, y: no}]\n"
    fast = parse(text, "f.yaml")
    monkeypatch.setattr(auditor.yaml_files.read, "_LOADER", yaml.SafeLoader)

    slow = parse(text, "f.yaml")

    assert slow == fast
    assert problems_of('a: "\\ud800"') == ["1: a: contains half of a surrogate pair"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("eu-west-1", "eu-west-1"),
        ("", '""'),
        ("two words", '"two words"'),
        ("\x1b[2J", '"\\x1b[2J"'),
        ("a\u202eb", '"a\\u202eb"'),
        ("x" * 100, "x" * 60 + "..."),
        (True, "true"),
    ],
)
def test_values_in_messages_are_short_and_printable(value: object, shown: str) -> None:
    assert quote(value) == shown


def test_a_suggestion_needs_a_similar_word() -> None:
    assert suggestion("EU-WST-1", ["eu-west-1", "us-east-1"]) == "Did you mean eu-west-1?"
    assert suggestion("mars", ["eu-west-1"]) == ""
    assert suggestion("x" * 1_000_000, ["eu-west-1"]) == ""


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="ab:-[]{},&*!|>'\"#%@`?\n\t \\<~.0"), st.binary().map(repr)))
def test_every_text_is_accepted_or_raises_a_config_error(text: str) -> None:
    try:
        document = parse(text, "f.yaml")
    except ConfigError as error:
        assert error.problems  # noqa: PT017 - other exceptions fail the test
    else:
        json.dumps(document.data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=100), inner),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_all_json_values_are_read_unchanged(value: object) -> None:
    written = json.dumps({"v": value})

    assert parse(written, "f.json").data == json.loads(written)
