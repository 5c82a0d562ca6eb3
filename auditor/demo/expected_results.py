"""The expected results of an audit of the demo, derived from hand-written tables and never from the checks."""

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
    """Expected findings, gaps and exclusions.

    `evaluated` holds the ARNs of all evaluated revisions: the latest ACTIVE revision of every family and all running
    revisions; `running` the running ones. `passing`, `failing` and `not_applicable` hold one ARN per family, by the
    host network check's status for the worst of its evaluated revisions; `unknown` holds ARNs without a revision,
    `user_unset` those of `passing` whose user is decided by the image. `findings` are expected findings of every
    check. `examined` holds (account ID, region) of fully readable scopes; `gaps` (account ID, region, reason) of scopes
    that cannot be read, with region `*` if the regions are unknown; `excluded` (account ID, reason).
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
class _RegionalFamily:
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
        """Return the revision that the finding names: the worst status, then running, then the newest."""
        running = self.running()
        return min(
            self.evaluated(),
            key=lambda revision: (
                _WORST_FIRST.index(self.expected_status(revision)),
                revision not in running,
                -revision,
            ),
        )

    def user_unset(self) -> bool:
        return any(
            container.user is None for container in self.family.revisions[self.reported_revision() - 1].containers
        )

    def _deployed(self) -> Iterator[int]:
        for cluster in self.account.workloads.clusters:
            if self.region not in cluster.regions:
                continue
            for service in cluster.services:
                if service.family == self.family.name:
                    yield service.revision
                    yield from (task_set.revision for task_set in service.task_sets)
                    yield from (service.draining_revision,) if service.draining_revision else ()
            if self.family.name in cluster.standalone_tasks:
                yield 0


def expected_results(accounts: tuple[DemoAccount, ...]) -> ExpectedResults:
    """Return the expected results of an audit of `accounts`."""
    families = tuple(_visible(accounts))
    readable = tuple(family for family in families if not family.denied)
    passing = frozenset(_arns(readable, Status.PASS))
    gaps = frozenset(_gaps(accounts, families))
    return ExpectedResults(
        evaluated=frozenset(family.arn(revision) for family in readable for revision in family.evaluated()),
        running=frozenset(family.arn(revision) for family in families for revision in family.running()),
        passing=passing,
        failing=frozenset(_arns(readable, Status.FAIL)),
        not_applicable=frozenset(_arns(readable, Status.NOT_APPLICABLE)),
        unknown=frozenset(family.unversioned_arn for family in families if family.denied),
        user_unset=frozenset(family.arn(family.reported_revision()) for family in readable if family.user_unset())
        & passing,
        examined=frozenset(_scopes(accounts)) - {(account, region) for account, region, _ in gaps},
        gaps=gaps,
        excluded=frozenset(_excluded(accounts)),
        findings=EXPECTED_FINDINGS,
    )


def _visible(accounts: Iterable[DemoAccount]) -> Iterator[_RegionalFamily]:
    for account in accounts:
        if account.audited and account.role_deployed:
            for family in account.families:
                for region in family.regions:
                    if region not in account.denied_regions:
                        yield _RegionalFamily(account, region, family)


def _arns(families: Iterable[_RegionalFamily], status: Status) -> Iterator[str]:
    reported = ((family, family.reported_revision()) for family in families)
    return (family.arn(number) for family, number in reported if family.expected_status(number) is status)


def _scopes(accounts: Iterable[DemoAccount]) -> Iterator[tuple[str, str]]:
    return (
        (account.id, region) for account in accounts if account.audited and account.role_deployed for region in REGIONS
    )


def _gaps(accounts: Iterable[DemoAccount], families: Iterable[_RegionalFamily]) -> Iterator[tuple[str, str, Reason]]:
    for account in accounts:
        if account.audited and not account.role_deployed:
            yield account.id, EVERY_REGION, Reason.ROLE_DENIED
        for region in account.denied_regions:
            yield account.id, region, Reason.SCP_DENIED
    for family in families:
        if family.denied:
            yield family.account.id, family.region, Reason.PERMISSION_DENIED


def _excluded(accounts: Iterable[DemoAccount]) -> Iterator[tuple[str, Reason]]:
    for account in accounts:
        if account.suspended:
            yield account.id, Reason.ACCOUNT_SUSPENDED
        elif account.exclude:
            yield account.id, Reason.EXCLUDED_BY_CONFIG
