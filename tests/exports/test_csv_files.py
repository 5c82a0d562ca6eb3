"""CSV: what a spreadsheet shows, and what it must not evaluate."""

from __future__ import annotations

import csv
import io
import re

from hypothesis import given
from hypothesis import strategies as st

from auditor.exports import csv_files
from auditor.exports.model import AccountExport
from tests.exports import accounts

#: What starts a formula in Excel, LibreOffice or Google Sheets.
FORMULA = tuple("=+-@\uff1d\uff0b\uff0d\uff20\t\r\n")


def tables(account: AccountExport) -> list[list[dict[str, str]]]:
    texts = (file.body.decode("utf-8-sig") for file in csv_files.files(account))
    return [list(csv.DictReader(io.StringIO(text, newline=""), strict=True)) for text in texts]


def test_an_unknown_finding_and_a_stale_one_are_unknown() -> None:
    findings, _ = tables(accounts.everyday())

    assert {(row["resource"].partition(":")[0], row["state"]) for row in findings if row["status"] == "UNKNOWN"} == {
        ("lost", ""),
        ("hidden", "stale"),
        ("stale", "stale"),
    }


def test_a_value_that_is_not_known_is_not_an_empty_cell() -> None:
    findings, _ = tables(accounts.everyday())

    assert {row["is_public"] for row in findings} == {"unknown"}


def test_gaps_and_exclusions_have_a_file_of_their_own() -> None:
    _, gaps = tables(accounts.everyday())

    assert [(row["status"], row["region"]) for row in gaps] == [
        ("EXCLUDED", "us-west-2"),
        ("NOT_EXAMINED", "eu-central-1"),
        ("PARTIAL", "us-east-1"),
    ]


def test_the_file_of_gaps_exists_without_gaps() -> None:
    assert tables(accounts.export())[1] == []


def test_lines_end_as_in_rfc_4180_and_hold_one_record_each() -> None:
    body = next(csv_files.files(accounts.hostile())).body.decode("utf-8-sig")

    assert "\n" not in body.replace("\r\n", "")
    assert len(body.split("\r\n")) == len(tables(accounts.hostile())[0]) + 2


def formulas(text: str) -> list[str]:
    """Return the formulas of a text, if a spreadsheet takes any of these characters for the end of a cell."""
    return [part for part in re.split('[,;|\t\r\n"]', text) if part.lstrip(" ").startswith(FORMULA)]


def test_no_cell_of_a_hostile_account_starts_a_formula() -> None:
    for file in csv_files.files(accounts.hostile()):
        assert formulas(file.body.decode("utf-8-sig")) == []


@given(st.text() | st.text(alphabet="=+-@,;|\"' \t\r\na"))
def test_no_text_starts_a_formula_wherever_a_spreadsheet_splits_it(text: str) -> None:
    cell = csv_files.cell(text)

    assert formulas(cell) == []
    assert cell.isprintable()


def test_a_text_is_cut_before_a_spreadsheet_cuts_it() -> None:
    assert len(csv_files.cell("x" * 40_000)) == csv_files.LONGEST_CELL


def test_a_harmless_text_is_unchanged() -> None:
    text = "arn:aws:ecs:eu-west-1:000000000001:task-definition/web-api:7, 1 of 2; caf\u00e9 <b>"

    assert csv_files.cell(text) == text
