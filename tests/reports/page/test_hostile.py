"""Hostile strings from accounts in the page, on the terminal and in `summary.json`."""

from __future__ import annotations

import json

import pytest

from auditor.reports.terminal.summary import WIDTH, summary
from tests.builders import account
from tests.reports import rendered, scenarios
from tests.reports.page_parser import Page

HARMLESS = (*(f"harmless {letter}" for letter in "abcdefghi"), "harmless " * 7000)


@pytest.fixture(scope="module")
def html() -> str:
    return rendered.html(scenarios.hostile())


def test_hostile_strings_add_no_elements(html: str) -> None:
    assert len(HARMLESS) == len(scenarios.HOSTILE)
    assert Page(html).tags == Page(rendered.html(scenarios.hostile(HARMLESS))).tags


def test_attributes_hold_no_strings_from_accounts(html: str) -> None:
    values = [value for _, attributes in Page(html).elements for value in attributes.values()]
    assert not [value for value in values if any(text[:12] in value for text in scenarios.HOSTILE)]


def test_markup_is_shown_as_text(html: str) -> None:
    text = Page(html).text
    assert "<img src=x onerror=alert(1)>" in text
    assert "</script><script>alert(1)</script>" in text


def test_template_syntax_is_shown_and_not_evaluated(html: str) -> None:
    assert "{{7*7}}{% for x in y %}${7*7}" in Page(html).text


def test_page_has_no_invisible_characters(html: str) -> None:
    assert {char for char in html if not char.isprintable()} == {"\n"}


def test_direction_marks_are_escaped_and_texts_are_isolated(html: str) -> None:
    assert "<bdi>safe\\u202egnp.exe\\u2066\\u200b</bdi>" in html
    assert "<bdi>שלום עולם</bdi>" in html


def test_a_huge_value_is_truncated_and_its_length_shown(html: str) -> None:
    assert "(65,536 characters)" in html
    assert "x" * 2001 not in html
    assert len(html) < 210_000


def test_page_can_be_encoded(html: str) -> None:
    assert html.encode().decode() == html


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
def test_terminal_summary_has_no_control_characters_except_its_styles(colour: bool) -> None:  # noqa: FBT001 - a parameter of the test
    shown = summary(scenarios.hostile(), output="\x1b]0;owned\x07" * 99, report="\u202e" * 99, colour=colour)
    for style in ("\x1b[1;35m", "\x1b[1m", "\x1b[0m") if colour else ():
        shown = shown.replace(style, "")
    lines = shown.split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) <= 25
    assert max(map(len, lines)) <= WIDTH


def test_summary_file_is_ascii_and_keeps_names_unchanged() -> None:
    content = rendered.summary_file(scenarios.hostile())
    assert content.isascii()
    names = {entry["id"]: entry["name"] for entry in json.loads(content)["accounts"]}
    assert names == {account(number).id: text for number, text in enumerate(scenarios.HOSTILE, start=1)}
