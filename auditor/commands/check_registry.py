"""Every check that there is: those that come with auditor, those of other packages, and those of one's own folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor import checks, settings
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.settings import Override


@dataclass(frozen=True, slots=True)
class CheckRegistry:
    """All known checks, sorted by id, and what is wrong with those that could not be taken in."""

    checks: tuple[Check[Any], ...]
    problems: tuple[Problem, ...] = ()


def load_checks(text: str | None, source: str, overrides: Mapping[str, Override]) -> CheckRegistry:
    """Gather the checks, those of the folders that the settings and flags name included. Raises nothing of its own."""
    problems: list[Problem] = []
    try:
        known = checks.load()
    except ConfigError as error:
        problems += error.problems
        known = checks.built_in()
    try:
        folders = settings.folders(text, source, overrides)
    except ConfigError as error:
        return CheckRegistry(known, (*problems, *error.problems))
    if folders:
        from auditor.yaml_checks import load  # noqa: PLC0415 - most runs have no checks of their own

        found = load(folders, {each.id: owner(each) for each in known})
        known = tuple(sorted((*known, *found.checks), key=lambda each: each.id))
        problems += found.problems
    return CheckRegistry(known, tuple(problems))


def checks_without_collector(chosen: Iterable[Check[Any]]) -> list[Problem]:
    """Return a problem for each check from elsewhere that judges what this version of auditor does not read."""
    foreign = [each for each in chosen if each.origin.source]
    if not foreign:
        return []
    from auditor.aws.collectors import collectors_for  # noqa: PLC0415 - boto takes longer to load than `validate` may

    problems = []
    for each in foreign:
        try:
            collectors_for([each.fact_type])
        except LookupError as error:
            advice = "Leave the check out with `checks.exclude`, or update auditor."
            problems.append(Problem(each.origin.source, 0, "resource", f"{each.id}: {error.args[0]}", advice))
    return problems


def owner(check: Check[Any]) -> str:
    """Return who has the id of a check, as messages say it."""
    return check.origin.source or "a check that comes with auditor"
