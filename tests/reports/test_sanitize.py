"""Strings made harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.reports.sanitize import display_width, sanitize, truncate


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("payments-prod", "payments-prod", id="an ordinary name stays as it is"),
        pytest.param("Zürich 東京", "Zürich 東京", id="letters of any script stay as they are"),
        pytest.param("\x1b[31mred", "\\x1b[31mred", id="a terminal escape is shown, not obeyed"),
        pytest.param("a\u202egnp", "a\\u202egnp", id="a direction override is shown"),
        pytest.param("a\u2066b\u200b", "a\\u2066b\\u200b", id="isolates and zero-width characters are shown"),
        pytest.param("one\ntwo\tthree", "one\\ntwo\\tthree", id="line breaks and tabs are shown"),
        pytest.param("\x9b31m", "\\x9b31m", id="the one-byte terminal escape is shown"),
        pytest.param("\ud800", "\\ud800", id="half a surrogate pair is shown"),
        pytest.param("\U000e0041", "\\U000e0041", id="an invisible tag character is shown"),
    ],
)
def test_what_cannot_be_seen_is_spelt_out(text: str, shown: str) -> None:
    assert sanitize(text) == shown


def test_a_long_value_is_cut_and_its_length_told() -> None:
    assert sanitize("x" * 65_536, 10) == "xxxxxxxxxx… (65,536 characters)"


@given(st.text())
def test_whatever_comes_in_can_be_printed_and_encoded(text: str) -> None:
    shown = sanitize(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown


@given(st.text(), st.integers(min_value=4, max_value=60))
def test_a_fitted_text_takes_no_more_columns_than_it_may(text: str, width: int) -> None:
    line = truncate(sanitize(text), width)
    assert cell_len(line) <= display_width(line) <= width
