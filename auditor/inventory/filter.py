"""One run over a part of the inventory. What is left out keeps its row and says why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from auditor.domain.errors import ConfigError, Problem
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, ExcludedBy, Target
from auditor.inventory.regions import check_region
from auditor.yaml_files import FieldError, quote, suggestion

_LEFT_OUT = ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "left out by --account")


def filter_targets(
    targets: Iterable[Target],
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    known_regions: Collection[str] | None = None,
) -> tuple[Target, ...]:
    """Leave only these accounts (ids or names, exact or glob) and regions (names or globs) in; empty means all.

    An account left out becomes an excluded target, a region left out is excluded by the target's region rule. Raises
    ConfigError for an account pattern that matches nothing and, with `known_regions`, for a region that does not exist.
    """
    targets = tuple(targets)
    problems = [*_unmatched(targets, accounts), *_unknown(regions, known_regions)]
    if problems:
        raise ConfigError(problems)
    return tuple(_narrowed(target, accounts, tuple(regions)) for target in targets)


def _narrowed(target: Target, accounts: Sequence[str], regions: tuple[str, ...]) -> Target:
    chosen = not accounts or any(_matches(target.account, pattern) for pattern in accounts)
    return replace(
        target,
        regions=replace(target.regions, only=regions),
        excluded=target.excluded or (None if chosen else _LEFT_OUT),
    )


def _matches(account: Account, pattern: str) -> bool:
    return any(pattern == text or fnmatchcase(text, pattern) for text in (account.id, account.name) if text)


def _unmatched(targets: Sequence[Target], patterns: Iterable[str]) -> Iterable[Problem]:
    for pattern in patterns:
        if not any(_matches(target.account, pattern) for target in targets):
            known = [text for target in targets for text in (target.account.name, target.account.id) if text]
            advice = suggestion(pattern, known) or "Give the id or the name of an account, or a glob."
            yield Problem("--account", 0, "", f"{quote(pattern)} matches no account of the inventory", advice)


def _unknown(patterns: Iterable[str], known: Collection[str] | None) -> Iterable[Problem]:
    for pattern in patterns if known is not None else ():
        try:
            check_region(pattern, known or ())
        except FieldError as complaint:
            yield Problem("--region", 0, "", complaint.message, complaint.advice)
