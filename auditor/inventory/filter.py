"""Restrict one run to a part of the inventory. Accounts that are left out become excluded targets with a reason."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from auditor.domain.errors import ConfigError, Problem
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, ExcludedBy, Target
from auditor.inventory.regions import check_region
from auditor.yaml_files import FieldError, quote, suggestion

_EXCLUDED = ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "left out by --account")


def filter_targets(
    targets: Iterable[Target],
    accounts: Sequence[str] = (),
    regions: Sequence[str] = (),
    known_regions: Collection[str] | None = None,
) -> tuple[Target, ...]:
    """Keep only these accounts (IDs or names, exact or glob) and regions (names or globs); empty means all.

    Other accounts become excluded targets; other regions are excluded by the targets' region rules. Raises ConfigError
    for an account pattern that matches nothing and, with `known_regions`, for a region that does not exist.
    """
    targets = tuple(targets)
    problems = [*_unmatched_accounts(targets, accounts), *_unknown_regions(regions, known_regions)]
    if problems:
        raise ConfigError(problems)
    return tuple(_filtered(target, accounts, tuple(regions)) for target in targets)


def _filtered(target: Target, accounts: Sequence[str], regions: tuple[str, ...]) -> Target:
    selected = not accounts or any(_matches(target.account, pattern) for pattern in accounts)
    return replace(
        target,
        regions=replace(target.regions, only=regions),
        excluded=target.excluded or (None if selected else _EXCLUDED),
    )


def _matches(account: Account, pattern: str) -> bool:
    return any(pattern == text or fnmatchcase(text, pattern) for text in (account.id, account.name) if text)


def _unmatched_accounts(targets: Sequence[Target], patterns: Iterable[str]) -> Iterable[Problem]:
    names = [text for target in targets for text in (target.account.name, target.account.id) if text]
    for pattern in patterns:
        if not any(_matches(target.account, pattern) for target in targets):
            advice = suggestion(pattern, names) or "Write the ID or the name of an account, or a glob."
            yield Problem("--account", 0, "", f"{quote(pattern)} matches no account of the inventory", advice)


def _unknown_regions(patterns: Iterable[str], known: Collection[str] | None) -> Iterable[Problem]:
    if known is None:
        return
    for pattern in patterns:
        try:
            check_region(pattern, known)
        except FieldError as error:
            yield Problem("--region", 0, "", error.message, error.advice)
