"""Which of the known checks a run enables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from auditor.domain.check import Check
from auditor.domain.errors import Problem
from auditor.yaml_files import Document, quote, suggestion


def select(include: Sequence[str], exclude: Sequence[str], checks: Mapping[str, Check[Any]]) -> tuple[Check[Any], ...]:
    """The checks that match `include` and not `exclude`, by id."""
    return tuple(checks[id_] for id_ in sorted(checks) if _matches_any(id_, include) and not _matches_any(id_, exclude))


def of_frameworks(patterns: Sequence[str], checks: Sequence[Check[Any]]) -> tuple[Check[Any], ...]:
    """Those of `checks` that belong to a framework which `patterns` name; all of them where there is no pattern."""
    if not patterns:
        return tuple(checks)
    return tuple(each for each in checks if any(_matches_any(name, patterns) for name in each.frameworks))


def selection_problems(document: Document, checks: Mapping[str, Check[Any]]) -> Iterator[Problem]:
    """Every id and glob that names no check."""
    section = document.data.get("checks")
    if not isinstance(section, dict):
        return
    for key in ("include", "exclude"):
        given = section.get(key)
        patterns = [given] if isinstance(given, str) else given if isinstance(given, list) else []
        for index, pattern in enumerate(patterns):
            if isinstance(pattern, str) and not any(_matches(id_, pattern) for id_ in checks):
                yield _nothing(document, ("checks", key, index), pattern, checks)
    yield from _framework_problems(document, section, checks)


def _framework_problems(
    document: Document, section: Mapping[str, Any], checks: Mapping[str, Check[Any]]
) -> Iterator[Problem]:
    given = section.get("frameworks")
    known = sorted({name for check in checks.values() for name in check.frameworks})
    patterns = [given] if isinstance(given, str) else given if isinstance(given, list) else []
    for index, pattern in enumerate(patterns):
        if isinstance(pattern, str) and not any(_matches(name, pattern) for name in known):
            advice = suggestion(pattern, known) or f"There are {', '.join(known)}."
            message = f"{quote(pattern)} is no framework of a check"
            yield document.problem(("checks", "frameworks", index), message, advice)


def unknown_check(document: Document, path: tuple[str | int, ...], id_: str, known: Mapping[str, Any]) -> Problem:
    """The problem of an id that no check has."""
    advice = suggestion(id_, known) or "`auditor checks` lists them."
    return document.problem(path, f"{quote(id_)} is not a check", advice)


def _nothing(document: Document, path: tuple[str | int, ...], pattern: str, known: Mapping[str, Any]) -> Problem:
    if any(char in pattern for char in "*?["):
        return document.problem(path, f"{quote(pattern)} matches no check", "`auditor checks` lists them.")
    return unknown_check(document, path, pattern, known)


def _matches_any(id_: str, patterns: Sequence[str]) -> bool:
    return any(_matches(id_, pattern) for pattern in patterns)


def _matches(id_: str, pattern: str) -> bool:
    return id_ == pattern or fnmatchcase(id_, pattern)
