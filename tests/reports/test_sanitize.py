"""Text from audited accounts, made safe to display."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from auditor.reports.sanitize import display_width, sanitize, truncate


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("payments-prod", "payments-prod", id="an ordinary name is unchanged"),
        pytest.param("Zürich 東京", "Zürich 東京", id="letters of any script are unchanged"),
        pytest.param("\x1b[31mred", "\\x1b[31mred", id="a terminal escape"),
        pytest.param("a\u202egnp", "a\\u202egnp", id="a direction override"),
        pytest.param("a\u2066b\u200b", "a\\u2066b\\u200b", id="isolates and zero-width characters"),
        pytest.param("one\ntwo\tthree", "one\\ntwo\\tthree", id="line breaks and tabs"),
        pytest.param("\x9b31m", "\\x9b31m", id="a one-byte terminal escape"),
        pytest.param("\ud800", "\\ud800", id="a lone surrogate"),
        pytest.param("\U000e0041", "\\U000e0041", id="an invisible tag character"),
    ],
)
def test_invisible_characters_are_escaped(text: str, expected: str) -> None:
    assert sanitize(text) == expected


def test_a_long_text_is_truncated_and_its_length_shown() -> None:
    assert sanitize("x" * 65_536, 10) == "xxxxxxxxxx… (65,536 characters)"


@given(st.text())
def test_any_text_becomes_printable_and_encodable(text: str) -> None:
    shown = sanitize(text)
    assert shown.isprintable()
    assert shown.encode().decode() == shown


@given(st.text(), st.integers(min_value=4, max_value=60))
def test_a_truncated_text_fits_its_width(text: str, width: int) -> None:
    line = truncate(sanitize(text), width)
    assert cell_len(line) <= display_width(line) <= width
