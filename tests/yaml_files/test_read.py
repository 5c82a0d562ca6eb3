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


def refused(text: str) -> list[str]:
    """What is wrong with `text`, each problem as `line: path: message`, without advice."""
    with pytest.raises(ConfigError) as caught:
        parse(text, "f.yaml")
    return [str(problem).splitlines()[0].removeprefix("f.yaml:") for problem in caught.value.problems]


def bomb(width: int, levels: int) -> str:
    """A text whose aliases unfold to `width` to the power of `levels`."""
    lines = ['a0: &a0 ["x"]']
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("", ["1: is empty"], id="nothing at all"),
        pytest.param("# only a comment\n", ["1: is empty"], id="comments only"),
        pytest.param("---\n", ["2: is empty"], id="a document of nothing"),
        pytest.param(
            "a: [b\n}",
            ["2: this is not YAML: did not find expected ',' or ']' while parsing a flow sequence from line 1"],
            id="an open bracket",
        ),
        pytest.param(
            "a: 1\n  b: 2",
            ["2: this is not YAML: mapping values are not allowed in this context"],
            id="a key where a value goes on",
        ),
        pytest.param(
            "a:\n\t- b",
            ["2: this is not YAML: found character that cannot start any token while scanning for the next token"],
            id="a tab for indentation",
        ),
        pytest.param("a: 1\nb: 2\na: 3", ["3: a: is given twice, first in line 1"], id="a key given twice"),
        pytest.param(
            "x:\n  - {a: 1, b: 2, a: 3}\n  - b: 1\n    b: 2\n",
            ["2: x[0].a: is given twice, first in line 2", "4: x[1].b: is given twice, first in line 3"],
            id="keys given twice deep down are all told",
        ),
        pytest.param(
            "a: 1\na: 2\nb: [\n}",
            [
                "2: a: is given twice, first in line 1",
                "4: this is not YAML: did not find expected node content while parsing a flow node",
            ],
            id="what was found before the syntax ends is told as well",
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
        pytest.param("? [a, b]\n: c", ["1: has a key that is not text"], id="a list for a key"),
        pytest.param("a: &x k\n*x : c", ["2: has a key that is not text"], id="an alias for a key"),
        pytest.param(
            "a: !!python/object/apply:os.system [ls]\nb: !Ref c",
            ["1: a: the tag !!python/object/apply:os.system is not allowed", "2: b: the tag !Ref is not allowed"],
            id="tags",
        ),
        pytest.param("a: *nowhere", ["1: a: *nowhere refers to nothing above it"], id="an alias of nothing"),
        pytest.param(
            "a: [*]",
            ["1: this is not YAML: did not find expected alphabetic or numeric character while scanning an alias"],
            id="a star without quotes",
        ),
        pytest.param("a: &x {b: *x}", ["1: a.b: *x refers to itself"], id="an alias of what is around it"),
        pytest.param("a: 1\n---\nb: 2", ["2: a second document begins here"], id="two documents"),
        pytest.param("a: {<<: 1}", ["1: a: `<<` merges something that is not a mapping"], id="a merge of a number"),
        pytest.param(
            "a: b\nc: \x1b[2J\nd: \ud800",
            [
                '2: holds the character "\\x1b", which configuration must not hold',
                '3: holds the character "\\ud800", which configuration must not hold',
            ],
            id="terminal escapes and broken text, each with its line",
        ),
        pytest.param("[" * 100_000, ["1: is nested deeper than 32 levels"], id="brackets without end"),
        pytest.param("- " * 100_000, ["1: is nested deeper than 32 levels"], id="hyphens without end"),
        pytest.param("{" * 50, ["1: has a key that is not text"], id="braces in braces"),
        pytest.param(
            '{"a": ' * 100_000 + "1" + "}" * 100_000, ["1: is nested deeper than 32 levels"], id="JSON without end"
        ),
    ],
)
def test_a_broken_text_is_refused_with_every_problem_and_its_line(text: str, problems: list[str]) -> None:
    assert refused(text) == problems


def test_braces_without_end_are_refused_for_what_the_parser_meets_first() -> None:
    (problem,) = refused("{" * 100_000)

    assert problem in ("1: has a key that is not text", "1: is nested deeper than 32 levels")


def test_a_depth_that_only_the_yaml_parser_minds_is_told_in_our_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_text: str, **_: object) -> Iterator[object]:
        raise yaml.scanner.ScannerError("while increasing flow level", None, "exceeded maximum nesting depth", None)
        yield

    monkeypatch.setattr(yaml, "parse", too_deep)

    assert refused("[[[[[") == [" is nested deeper than 32 levels"]


def test_an_alias_bomb_is_refused_before_it_unfolds() -> None:
    (problem,) = refused(bomb(width=9, levels=9))

    assert problem.endswith("the aliases blow this file up beyond reason")


def test_aliases_of_long_texts_cost_as_much_as_the_texts() -> None:
    text = f'a: &a "{"x" * 1_000_000}"\nb: [{", ".join(["*a"] * 10)}]'

    assert refused(text) == ["2: b[3]: the aliases blow this file up beyond reason"]


def test_a_thousand_accounts_may_share_what_they_have_in_common() -> None:
    text = "t: &t {owner: a, env: b, cost: c}\nl:\n" + "  - {tags: *t, <<: *t}\n" * 1000

    assert parse(text, "f.yaml").data["l"][999] == {
        "tags": {"owner": "a", "env": "b", "cost": "c"},
        "owner": "a",
        "env": "b",
        "cost": "c",
    }


def test_a_text_of_more_than_five_million_characters_is_refused_unread() -> None:
    assert refused("a" * (LARGEST + 1)) == [" is too large: 5,000,001 characters, 5,000,000 at most"]


def test_hundreds_of_problems_are_cut_short() -> None:
    assert len(refused("a: 1\n" * 1000)) == 101
    assert len(refused("\x00" * 1000)) <= 21


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
def test_only_what_every_reader_of_yaml_reads_alike_is_more_than_text(written: str, value: object) -> None:
    found = parse(f"x: {written}\ny: 1", "f.yaml").data["x"]

    assert found == value
    assert type(found) is type(value)


def test_lines_and_original_texts_are_known_by_path() -> None:
    document = parse('a: 1\nb:\n  - c: 012345670123\n    d: "x"\n  -\n    c: {e: 1}\n', "f.yaml")

    paths: list[list[str | int]] = [[], ["a"], ["b"], ["b", 0, "c"], ["b", 0, "d"], ["b", 1, "c", "e"]]
    assert [document.line_of(path) for path in paths] == [1, 1, 2, 3, 4, 6]
    assert document.text_of(["b", 0, "c"]) == "012345670123"
    assert document.text_of(["b", 0, "d"]) is None


def test_the_line_of_what_is_not_there_is_that_of_what_is_around_it() -> None:
    document = parse("a: 1\nb:\n  - c: 1\n", "f.yaml")

    assert document.line_of(["b", 0, "missing", 3]) == 3
    assert document.text_of(["b", 0, "missing"]) is None
    assert str(document.problem(["b", 0, "missing"], "is wrong")) == "f.yaml:3: b[0]: is wrong"


def test_merge_keys_fill_in_what_is_not_said() -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc:\n  <<: [*a, *b]\n  x: 3\n"

    document = parse(text, "f.yaml")

    assert document.data["c"] == {"x": 3, "y": 1, "z": 2}
    assert document.line_of(["c", "z"]) == 2


def test_json_is_read_as_json_means_it() -> None:
    data = {"name": "😀 \\ud83d é\u2028\u0085", "a/b": [1, 2.5, True, None], "half": "\ud83d!"}

    read = parse(json.dumps(data, indent="\t").replace("/", "\\/"), "f.json").data

    assert read == data | {"half": "\ufffd!"}


def test_a_long_key_of_escapes_in_json_is_read() -> None:
    key = "\u00e9\U0001f600" * 128

    assert parse(json.dumps({key: 1}), "f.json").data == {key: 1}


def test_a_key_that_is_too_long_for_yaml_is_refused() -> None:
    assert refused(json.dumps({"x" * 1025: 1})) == [
        "1: this is not YAML: did not find expected ',' or '}' while parsing a flow mapping"
    ]


def test_the_lines_of_json_are_those_of_the_file() -> None:
    assert parse(json.dumps({"a": ["\U0001f600", {"b": 1}]}, indent=2), "f.json").line_of(["a", 1, "b"]) == 5


def test_a_byte_order_mark_is_dropped() -> None:
    assert parse(decode(b"\xef\xbb\xbfa: 1", "f.yaml"), "f.yaml").data == {"a": 1}
    assert parse("\ufeffa: 1", "f.yaml").data == {"a": 1}


def test_bytes_that_are_not_utf_8_are_refused_with_their_line() -> None:
    with pytest.raises(ConfigError) as caught:
        decode(b"a: b\nc: caf\xe9\n", "f.yaml")

    assert str(caught.value) == "f.yaml:2: byte 0xe9 is not UTF-8\n  -> Save the file as UTF-8."


def test_the_slow_parser_finds_the_same_where_the_fast_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "a: &a {x: 012}\nb: [*a, {<<: *a, y: no}]\n"
    fast = parse(text, "f.yaml")
    monkeypatch.setattr(auditor.yaml_files.read, "_LOADER", yaml.SafeLoader)

    slow = parse(text, "f.yaml")

    assert slow == fast
    assert refused('a: "\\ud800"') == ["1: a: holds half of a surrogate pair"]


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
def test_messages_show_values_short_and_harmless(value: object, shown: str) -> None:
    assert quote(value) == shown


def test_a_suggestion_is_made_only_where_something_is_near() -> None:
    assert suggestion("EU-WST-1", ["eu-west-1", "us-east-1"]) == "Did you mean eu-west-1?"
    assert suggestion("mars", ["eu-west-1"]) == ""
    assert suggestion("x" * 1_000_000, ["eu-west-1"]) == ""


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="ab:-[]{},&*!|>'\"#%@`?\n\t \\<~.0"), st.binary().map(repr)))
def test_no_text_raises_anything_but_a_config_error(text: str) -> None:
    try:
        document = parse(text, "f.yaml")
    except ConfigError as error:
        assert error.problems  # noqa: PT017 - the point is that nothing else is raised
    else:
        json.dumps(document.data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=100), inner),
    max_leaves=10,
)


@settings(max_examples=150, deadline=None)
@given(JSON)
def test_any_json_is_read_as_it_was_written(value: object) -> None:
    written = json.dumps({"v": value})

    assert parse(written, "f.json").data == json.loads(written)
