"""What an audit of the demo must say: derived from the labels in the table, never from the auditor's own checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.demo.model import REGIONS, DemoAccount, Family
from auditor.domain.check import Status
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION


@dataclass(frozen=True, slots=True)
class Truth:
    """ARNs by status, and what cannot be seen.

    `passing`, `failing` and `not_applicable` hold ARNs with the latest revision, `unknown` ARNs without one.
    `user_unset` holds those of `passing` whose image decides who the process is. `examined` holds (account id, region)
    of the scopes that can be read in full; `gaps` (account id, region, reason) of what was wanted and cannot be seen,
    with `*` where the regions cannot be learnt; `excluded` (account id, reason) of what was not wanted.
    """

    passing: frozenset[str]
    failing: frozenset[str]
    not_applicable: frozenset[str]
    unknown: frozenset[str]
    user_unset: frozenset[str]
    examined: frozenset[tuple[str, str]]
    gaps: frozenset[tuple[str, str, Reason]]
    excluded: frozenset[tuple[str, Reason]]


@dataclass(frozen=True, slots=True)
class _Place:
    account: DemoAccount
    region: str
    family: Family

    @property
    def lasting_arn(self) -> str:
        return f"arn:aws:ecs:{self.region}:{self.account.id}:task-definition/{self.family.name}"

    @property
    def arn(self) -> str:
        return f"{self.lasting_arn}:{len(self.family.revisions)}"

    @property
    def refused(self) -> bool:
        return self.family.refused_in == self.region

    @property
    def user_unset(self) -> bool:
        return any(box.user is None for box in self.family.revisions[-1].boxes)


def truth_of(accounts: tuple[DemoAccount, ...]) -> Truth:
    """Say what must be found in `accounts`, and what cannot be."""
    places = tuple(_visible(accounts))
    passing = frozenset(_arns(places, Status.PASS))
    gaps = frozenset(_gaps(accounts, places))
    return Truth(
        passing=passing,
        failing=frozenset(_arns(places, Status.FAIL)),
        not_applicable=frozenset(_arns(places, Status.NOT_APPLICABLE)),
        unknown=frozenset(place.lasting_arn for place in places if place.refused),
        user_unset=frozenset(place.arn for place in places if place.user_unset) & passing,
        examined=frozenset(_scopes(accounts)) - {(account, region) for account, region, _ in gaps},
        gaps=gaps,
        excluded=frozenset(_excluded(accounts)),
    )


def _visible(accounts: Iterable[DemoAccount]) -> Iterator[_Place]:
    for account in accounts:
        if account.audited and account.role_deployed:
            for family in account.families:
                for region in family.regions:
                    if region not in account.denied_regions:
                        yield _Place(account, region, family)


def _arns(places: Iterable[_Place], status: Status) -> Iterator[str]:
    return (place.arn for place in places if place.family.expect is status and not place.refused)


def _scopes(accounts: Iterable[DemoAccount]) -> Iterator[tuple[str, str]]:
    return (
        (account.id, region) for account in accounts if account.audited and account.role_deployed for region in REGIONS
    )


def _gaps(accounts: Iterable[DemoAccount], places: Iterable[_Place]) -> Iterator[tuple[str, str, Reason]]:
    for account in accounts:
        if account.audited and not account.role_deployed:
            yield account.id, EVERY_REGION, Reason.ROLE_DENIED
        for region in account.denied_regions:
            yield account.id, region, Reason.SCP_DENIED
    for place in places:
        if place.refused:
            yield place.account.id, place.region, Reason.PERMISSION_DENIED


def _excluded(accounts: Iterable[DemoAccount]) -> Iterator[tuple[str, Reason]]:
    for account in accounts:
        if account.suspended:
            yield account.id, Reason.ACCOUNT_SUSPENDED
        elif account.exclude:
            yield account.id, Reason.EXCLUDED_BY_CONFIG
