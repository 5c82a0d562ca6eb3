"""The product's words: plain technical English, and one word per concept.

The tests read docstrings, comments and text literals of `auditor/`, comments and docstrings of `tests/`, and the
Markdown and YAML files for people. They hold what can be held mechanically; the rest is up to the reader.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

#: Pattern -> what to write instead.
BANNED = {
    r"\b(nobody|somebody|whoever|whatever|whomever)\b": "name the actor or the thing",
    r"\bone's own\b": "your own",
    r"\b(is|are|was|were) told\b": "name who says what",
    r"\b(is|are|was) said of\b": "subject, verb, object",
    r"\bcomes? to (a|an|the|be)\b": "the result is",
    r"\b(takes?|taken|took) up\b": "resume",
    r"\b(lets?|letting) in\b": "accepts",
    r"\b(gets?|getting|got) into\b": "assumes the role",
    r"\bwhat (runs|ran)\b": "running revisions, usage",
    r"\bso that [^.]{0,60}\bmay\b": "so that ... can",
    r"\b(None|True|False|empty|null|nothing|0) where\b": "if or when",
    r"\bRaises \w+(?:,? (?:and|or) \w+)* where\b": "if or when",
    r"\bwhere (there|it|they|that) (is|are|was|were|has|have) (no|none|not|nothing)\b": "if there is no",
    r"\b(ledger|recollection|vouche[sd])\b": "coverage; fact cache; trusted digests",
    r"\bbesides? (it|them|that|this)\b": "next to it, in addition",
    r"\b(has|have) to do with\b": "concerns",
    r"\bnot? any ?more\b": "no longer",
    r"\bin place of\b": "instead of",
    r"\bbeside\b": "next to, in addition to",
    r"\b(goes|went|going) on\b": "continues",
    r"\bcame to\b": "resulted in",
    r"\b(anybody|everybody|no one)\b": "name the actor",
}
#: The same for the names of functions, classes, parameters and variables.
BANNED_NAMES = {
    r"(^|_)(nobody|somebody|whoever|whatever)(_|$)": "name the thing",
    r"(^|_)(ledger|vouched|vouches|recalled|recollection)(_|$)": "coverage; fact cache; trusted digests",
    r"^(each|told|said)$": "use the noun",
}

PYTHON = [
    path for folder in ("auditor", "tests") for path in sorted((ROOT / folder).rglob("*.py")) if path != Path(__file__)
]
PROSE = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "auditor").rglob("*.md")),
    *sorted((ROOT / "auditor").rglob("*.j2")),
    *sorted((ROOT / "config").rglob("*.md")),
    *sorted((ROOT / "config").rglob("*.yaml")),
    *sorted((ROOT / "config").rglob("*.sql")),
    ROOT / "Makefile",
    ROOT / "tests" / "README.md",
]


def texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of every docstring, comment and, in the product, every other text literal."""
    source = path.read_text(encoding="utf-8")
    product = path.is_relative_to(ROOT / "auditor")
    for node in ast.walk(ast.parse(source)):
        if product and isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif not product and isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            yield getattr(node, "lineno", 1), ast.get_docstring(node) or ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def names(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything that the module defines or assigns."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id


def problems(text: str, banned: dict[str, str] = BANNED) -> list[str]:
    """Return each banned construction in `text`, with what to write instead."""
    flat = " ".join(text.split())
    if not _any_of(tuple(banned)).search(flat):  # nearly always: searching for each pattern alone takes longer
        return []
    found = (
        (match[0], advice) for pattern, advice in banned.items() for match in re.finditer(pattern, flat, re.IGNORECASE)
    )
    return [f"{construction!r}: {advice}" for construction, advice in found]


@cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def test_docstrings_comments_and_messages_are_plain_english() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {problem}"
        for path in PYTHON
        for line, text in texts(path)
        for problem in problems(text)
    ] == []


def test_names_are_nouns_of_the_field() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{line}: {problem}"
        for path in PYTHON
        for line, name in names(path)
        for problem in problems(name, BANNED_NAMES)
    ] == []


def test_documents_are_plain_english() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{number}: {problem}"
        for path in PROSE
        if path.exists()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        for problem in problems(line)
    ] == []


@pytest.mark.parametrize(
    "text",
    [
        "None where nobody knows.",
        "Raises StorageError where the bucket refuses.",
        "Return what runs a revision.",
        "The ledger of the run.",
        "The reader is told.",
    ],
)
def test_a_banned_construction_is_noticed(text: str) -> None:
    assert problems(text)


def test_plain_english_is_left_alone() -> None:
    assert problems("Return None if the region is unknown. Raises StorageError when the bucket refuses.") == []
