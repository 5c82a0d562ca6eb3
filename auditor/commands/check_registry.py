"""All checks that a command knows: built-in ones, those of other packages, and those of the user's own folders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from auditor import checks, settings
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.settings import Override


@dataclass(frozen=True, slots=True)
class CheckRegistry:
    """All known checks, sorted by ID, and the problems of checks that could not be loaded."""

    checks: tuple[Check[Any], ...]
    problems: tuple[Problem, ...] = ()


def load_registry(text: str | None, source: str, overrides: Mapping[str, Override]) -> CheckRegistry:
    """Load all checks, including those of the folders that settings and flags name. Problems are returned, not raised.

    `text` is that of the settings file and `source` its name in messages.
    """
    problems: list[Problem] = []
    try:
        known_checks = checks.load()
    except ConfigError as error:
        problems += error.problems
        known_checks = checks.built_in()
    try:
        folders = settings.folders(text, source, overrides)
    except ConfigError as error:
        return CheckRegistry(known_checks, (*problems, *error.problems))
    if folders:
        from auditor.yaml_checks import load

        yaml_checks = load(folders, {check.id: describe_origin(check) for check in known_checks})
        known_checks = tuple(sorted((*known_checks, *yaml_checks.checks), key=lambda check: check.id))
        problems += yaml_checks.problems
    return CheckRegistry(known_checks, tuple(problems))


def checks_without_collector(enabled: Iterable[Check[Any]]) -> list[Problem]:
    """Return a problem for each check of another origin whose facts no collector of this version reads."""
    foreign = [check for check in enabled if check.origin.source]
    if not foreign:
        return []
    from auditor.aws.collectors import collectors_for

    problems = []
    for check in foreign:
        try:
            collectors_for([check.fact_type])
        except LookupError as error:
            advice = "Exclude the check with `checks.exclude`, or update auditor."
            problems.append(Problem(check.origin.source, 0, "resource", f"{check.id}: {error.args[0]}", advice))
    return problems


def describe_origin(check: Check[Any]) -> str:
    """Return where a check comes from, for messages."""
    return check.origin.source or "a check that comes with auditor"
