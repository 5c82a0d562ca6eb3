"""The tables of manual pages, so that a test can hold a page to what it says."""

from __future__ import annotations

import re


def rows(manual: str, heading: str) -> list[list[str]]:
    """Return the rows of the table whose line of headings begins with `heading`, cut into cells."""
    _, found, table = re.split(rf"^( {{4}}{heading} .*\n[ -]+)\n", manual, maxsplit=1, flags=re.MULTILINE)
    columns = len(re.split(r" {2,}", found.splitlines()[0].strip()))
    lines = table.partition("\n\n")[0].splitlines()
    cut = [re.split(r" {2,}", line.strip()) for line in lines]
    assert all(len(row) == columns for row in cut), f"a row has not {columns} cells: {cut}"
    return cut


def cell(text: str) -> str | None:
    """Return the value that a cell stands for: a hyphen is an absent one, and two quotes an empty one."""
    return {"-": None, '""': ""}.get(text, text)
