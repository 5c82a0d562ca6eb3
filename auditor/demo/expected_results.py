"""What an audit of the demo must say: derived from the labels in the table, never from the auditor's own checks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from auditor.demo.expected_findings import EXPECTED_FINDINGS, ExpectedFinding
from auditor.demo.model import REGIONS, DemoAccount, Family
from auditor.domain.check import Status
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION

_WORST_FIRST = (Status.FAIL, Status.UNKNOWN, Status.PASS, Status.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class ExpectedResults:
    """ARNs by status, and what cannot be seen.

    `judged` holds the ARNs of what is judged: the latest ACTIVE revision of every family, and whatever else runs;
    `running` those that run. `passing`, `failing` and `not_applicable` hold one ARN of each family, by what the rule
    about the host's network says of the gravest of its judged revisions; `unknown` holds ARNs without a revision, and
    `user_unset` those of `passing` whose image decides who the process is. `labels` is what each check says of some
    resources. `examined` holds (account id, region) of the scopes that can be read in full; `gaps` (account id, region,
    reason) of what was wanted and cannot be seen, with `*` where the regions cannot be learnt; `excluded` (account id,
    reason) of what was not wanted.
    """

    evaluated: frozenset[str]
    running: frozenset[str]
    passing: frozenset[str]
    failing: frozenset[str]
    not_applicable: frozenset[str]
    unknown: frozenset[str]
    user_unset: frozenset[str]
    examined: frozenset[tuple[str, str]]
    gaps: frozenset[tuple[str, str, Reason]]
    excluded: frozenset[tuple[str, Reason]]
    findings: tuple[ExpectedFinding, ...]


@dataclass(frozen=True, slots=True)
class _FamilyInRegion:
    account: DemoAccount
    region: str
    family: Family

    @property
    def unversioned_arn(self) -> str:
        return f"arn:aws:ecs:{self.region}:{self.account.id}:task-definition/{self.family.name}"

    @property
    def denied(self) -> bool:
        return self.family.denied_in == self.region

    @property
    def latest(self) -> int:
        return len(self.family.revisions)

    def arn(self, number: int) -> str:
        return f"{self.unversioned_arn}:{number}"

    def expected_status(self, number: int) -> Status:
        return self.family.expected_status if number == self.latest else self.family.expected_older[number]

    def running(self) -> frozenset[int]:
        return frozenset(number or self.latest for number in self._deployed())

    def evaluated(self) -> frozenset[int]:
        return self.running() | {self.latest}

    def reported_revision(self) -> int:
        """The revision that the family's finding is about: the gravest, then one that runs, then the newest."""
        running = self.running()
        return min(
            self.evaluated(),
            key=lambda each: (_WORST_FIRST.index(self.expected_status(each)), each not in running, -each),
        )

    def user_unset(self) -> bool:
        return any(box.user is None for box in self.family.revisions[self.reported_revision() - 1].containers)

    def _deployed(self) -> Iterator[int]:
        for cluster in self.account.workloads.clusters:
            if self.region not in cluster.regions:
                continue
            for service in cluster.services:
                if service.family == self.family.name:
                    yield service.revision
                    yield from (each.revision for each in service.task_sets)
                    yield from (service.draining_revision,) if service.draining_revision else ()
            if self.family.name in cluster.standalone_tasks:
                yield 0


def expected_results(accounts: tuple[DemoAccount, ...]) -> ExpectedResults:
    """Say what must be found in `accounts`, and what cannot be."""
    places = tuple(_visible(accounts))
    readable = tuple(place for place in places if not place.denied)
    passing = frozenset(_arns(readable, Status.PASS))
    gaps = frozenset(_gaps(accounts, places))
    return ExpectedResults(
        evaluated=frozenset(place.arn(each) for place in readable for each in place.evaluated()),
        running=frozenset(place.arn(each) for place in places for each in place.running()),
        passing=passing,
        failing=frozenset(_arns(readable, Status.FAIL)),
        not_applicable=frozenset(_arns(readable, Status.NOT_APPLICABLE)),
        unknown=frozenset(place.unversioned_arn for place in places if place.denied),
        user_unset=frozenset(place.arn(place.reported_revision()) for place in readable if place.user_unset())
        & passing,
        examined=frozenset(_scopes(accounts)) - {(account, region) for account, region, _ in gaps},
        gaps=gaps,
        excluded=frozenset(_excluded(accounts)),
        findings=EXPECTED_FINDINGS,
    )


def _visible(accounts: Iterable[DemoAccount]) -> Iterator[_FamilyInRegion]:
    for account in accounts:
        if account.audited and account.role_deployed:
            for family in account.families:
                for region in family.regions:
                    if region not in account.denied_regions:
                        yield _FamilyInRegion(account, region, family)


def _arns(places: Iterable[_FamilyInRegion], status: Status) -> Iterator[str]:
    foremost = ((place, place.reported_revision()) for place in places)
    return (place.arn(number) for place, number in foremost if place.expected_status(number) is status)


def _scopes(accounts: Iterable[DemoAccount]) -> Iterator[tuple[str, str]]:
    return (
        (account.id, region) for account in accounts if account.audited and account.role_deployed for region in REGIONS
    )


def _gaps(accounts: Iterable[DemoAccount], places: Iterable[_FamilyInRegion]) -> Iterator[tuple[str, str, Reason]]:
    for account in accounts:
        if account.audited and not account.role_deployed:
            yield account.id, EVERY_REGION, Reason.ROLE_DENIED
        for region in account.denied_regions:
            yield account.id, region, Reason.SCP_DENIED
    for place in places:
        if place.denied:
            yield place.account.id, place.region, Reason.PERMISSION_DENIED


def _excluded(accounts: Iterable[DemoAccount]) -> Iterator[tuple[str, Reason]]:
    for account in accounts:
        if account.suspended:
            yield account.id, Reason.ACCOUNT_SUSPENDED
        elif account.exclude:
            yield account.id, Reason.EXCLUDED_BY_CONFIG
