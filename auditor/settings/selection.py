"""Which of the known checks a run enables."""

from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from auditor.domain.check import Check
from auditor.domain.errors import Problem
from auditor.settings.model import CheckSelection
from auditor.yaml_files import Document, one_or_more, quote, suggestion


def select_checks(selection: CheckSelection, checks: Mapping[str, Check[Any]]) -> tuple[Check[Any], ...]:
    """Return the checks that match `include` and not `exclude` and are in one of the `frameworks`, sorted by ID."""
    return tuple(
        check
        for check_id, check in sorted(checks.items())
        if _matches_any(check_id, selection.include)
        and not _matches_any(check_id, selection.exclude)
        and (not selection.frameworks or any(_matches_any(name, selection.frameworks) for name in check.frameworks))
    )


def selection_problems(document: Document, checks: Mapping[str, Check[Any]]) -> Iterator[Problem]:
    """Yield a problem for every ID, glob and framework that matches no check."""
    for key in ("include", "exclude"):
        for index, pattern in _patterns(document, key):
            if not any(_matches(check_id, pattern) for check_id in checks):
                yield _no_match(document, ("checks", key, index), pattern, checks)
    frameworks = sorted({name for check in checks.values() for name in check.frameworks})
    for index, pattern in _patterns(document, "frameworks"):
        if not any(_matches(name, pattern) for name in frameworks):
            advice = suggestion(pattern, frameworks) or f"There are {', '.join(frameworks)}."
            message = f"{quote(pattern)} is not a framework of any check"
            yield document.problem(("checks", "frameworks", index), message, advice)


def unknown_check(document: Document, path: tuple[str | int, ...], check_id: str, known: Iterable[str]) -> Problem:
    """Return the problem of an ID that no check has."""
    advice = suggestion(check_id, known) or "`auditor checks` lists them."
    return document.problem(path, f"{quote(check_id)} is not a check", advice)


def _patterns(document: Document, key: str) -> list[tuple[int, str]]:
    """Return the patterns in a list of the section `checks` with their indexes; values of other types are skipped."""
    section = document.data.get("checks")
    values = one_or_more(section.get(key)) if isinstance(section, dict) else None
    if not isinstance(values, tuple):
        return []
    return [(index, value) for index, value in enumerate(values) if isinstance(value, str)]


def _no_match(document: Document, path: tuple[str | int, ...], pattern: str, known: Iterable[str]) -> Problem:
    if any(char in pattern for char in "*?["):
        return document.problem(path, f"{quote(pattern)} matches no check", "`auditor checks` lists them.")
    return unknown_check(document, path, pattern, known)


def _matches_any(name: str, patterns: Iterable[str]) -> bool:
    return any(_matches(name, pattern) for pattern in patterns)


def _matches(name: str, pattern: str) -> bool:
    return name == pattern or fnmatchcase(name, pattern)
