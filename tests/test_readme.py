"""The README files: generated blocks are current, links lead somewhere, and lengths stay bounded."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.readme import FILES, ROOT, render

_LINK = re.compile(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)")
DOCUMENTS = sorted({*FILES, *(ROOT / "auditor").rglob("*.md"), *(ROOT / "tests").glob("*.md")})
MAX_LINES = {"README.md": 140}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_generated_blocks_are_current(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert render(text) == text, "run `make readme`"


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_to_files(file: Path) -> None:
    targets = _LINK.findall(file.read_text(encoding="utf-8"))

    assert [target for target in targets if not (file.parent / target).exists()] == []


def test_the_readme_is_short() -> None:
    lengths = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name in MAX_LINES}

    assert {name: length for name, length in lengths.items() if length > MAX_LINES[name]} == {}
