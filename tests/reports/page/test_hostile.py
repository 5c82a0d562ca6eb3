"""Strings that accounts choose, out to break the page, the terminal or the file that shows them."""

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


def test_a_hostile_run_has_exactly_the_elements_of_a_harmless_one(html: str) -> None:
    assert len(HARMLESS) == len(scenarios.HOSTILE)
    assert Page(html).tags == Page(rendered.html(scenarios.hostile(HARMLESS))).tags


def test_no_attribute_holds_a_string_from_an_account(html: str) -> None:
    values = [value for _, attributes in Page(html).elements for value in attributes.values()]
    assert not [value for value in values if any(text[:12] in value for text in scenarios.HOSTILE)]


def test_the_markup_is_shown_as_text(html: str) -> None:
    text = Page(html).text
    assert "<img src=x onerror=alert(1)>" in text
    assert "</script><script>alert(1)</script>" in text


def test_template_syntax_is_shown_and_not_computed(html: str) -> None:
    assert "{{7*7}}{% for x in y %}${7*7}" in Page(html).text


def test_nothing_unseen_is_in_the_page(html: str) -> None:
    assert {char for char in html if not char.isprintable()} == {"\n"}


def test_directions_of_writing_are_spelt_out_and_isolated(html: str) -> None:
    assert "<bdi>safe\\u202egnp.exe\\u2066\\u200b</bdi>" in html
    assert "<bdi>שלום עולם</bdi>" in html


def test_a_huge_value_is_cut_and_its_length_told(html: str) -> None:
    assert "(65,536 characters)" in html
    assert "x" * 2001 not in html
    assert len(html) < 200_000


def test_the_page_can_be_encoded(html: str) -> None:
    assert html.encode().decode() == html


@pytest.mark.parametrize("colour", [True, False], ids=["colour", "no colour"])
def test_the_terminal_sees_nothing_but_text_and_our_own_styles(colour: bool) -> None:  # noqa: FBT001 - a case
    shown = summary(scenarios.hostile(), output="\x1b]0;owned\x07" * 99, report="\u202e" * 99, colour=colour)
    for style in ("\x1b[1;35m", "\x1b[1m", "\x1b[0m") if colour else ():
        shown = shown.replace(style, "")
    lines = shown.split("\n")
    assert all(line.isprintable() for line in lines)
    assert len(lines) <= 25
    assert max(map(len, lines)) <= WIDTH


def test_the_summary_file_is_ascii_and_holds_the_names_as_they_are() -> None:
    content = rendered.summary_file(scenarios.hostile())
    assert content.isascii()
    names = {each["id"]: each["name"] for each in json.loads(content)["accounts"]}
    assert names == {account(place).id: text for place, text in enumerate(scenarios.HOSTILE, start=1)}
