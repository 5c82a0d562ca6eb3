"""Compare rows of an interrupted run with AWS, before a resumed run takes them over.

Another writer of the output can change rows. Without a MAC key, some accounts that have rows are drawn at random and
audited anew, and their failures must be in the rows.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import ceil
from random import Random, SystemRandom

from auditor.archive.layout import run_time
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.integrity import IntegrityKind, IntegrityProblem
from auditor.domain.result import AccountResult
from auditor.domain.scope import Target
from auditor.run.context import RunContext

#: Check ID, region and ARN without the revision.
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class EarlierRows:
    """What the rows of one account say: the regions and collectors that were examined, and what is not right there."""

    examined: frozenset[tuple[str, str]]
    reported: frozenset[_Key]

    @classmethod
    def of(cls, result: AccountResult) -> "EarlierRows":
        """Keep what a comparison needs."""
        records = (record for record in result.coverage if record.status is CoverageStatus.EXAMINED)
        reported = (finding for finding in result.findings if finding.status in (Status.FAIL, Status.UNKNOWN))
        examined = frozenset((record.region, record.collector) for record in records)
        return cls(examined, frozenset(map(_key, reported)))


@dataclass(slots=True)
class RowCheck:
    """The drawn accounts, what their rows say, and the failures that were found anew.

    Only checks that judge what cannot change after registration count: `collectors` has the collector of each by check
    ID and type of resource. Only revisions that were registered before `started_at` count.
    """

    targets: tuple[Target, ...]
    earlier: dict[str, EarlierRows]
    collectors: Mapping[tuple[str, str], str]
    started_at: datetime
    failures: dict[str, list[Finding]] = field(default_factory=dict)

    def add(self, result: AccountResult) -> None:
        """Add what was found anew in an account. May be called from any thread."""
        self.failures[result.account.id] = [finding for finding in result.findings if finding.status is Status.FAIL]

    def problems(self) -> Iterator[IntegrityProblem]:
        """Yield the first failure of each account that its rows should have had."""
        for account_id, failures in sorted(self.failures.items()):
            missing = (finding for finding in failures if self._is_missing(finding, self.earlier[account_id]))
            finding = next(missing, None)
            if finding is not None:
                detail = f"{finding.check_id} fails, and no row said so. No rows are taken over."
                kind = IntegrityKind.RESUME_MISMATCH
                yield IntegrityProblem(kind, detail, account_id, finding.region, finding.resource.arn)

    def _is_missing(self, finding: Finding, earlier: EarlierRows) -> bool:
        resource = finding.resource
        collector = self.collectors.get((finding.check_id, resource.type), "")
        return (
            (finding.region, collector) in earlier.examined
            and resource.revision is not None
            and resource.registered_at is not None
            and resource.registered_at < self.started_at
            and _key(finding) not in earlier.reported
        )


def draw_row_check(targets: Sequence[Target], context: RunContext, chance: Random | None = None) -> RowCheck:
    """Draw accounts that have rows: one in `cache.reread_nights` of all, at least one. Raises StorageError."""
    chance = chance or SystemRandom()
    wanted = ceil(len(targets) / context.run.settings.cache.reread_nights)
    drawn: dict[str, EarlierRows] = {}
    chosen: list[Target] = []
    for target in chance.sample(targets, len(targets)):
        if len(chosen) == wanted:
            break
        stored = context.archive.read_account(target.account)
        if stored is not None and (rows := EarlierRows.of(stored.result)).examined:
            chosen.append(target)
            drawn[target.account.id] = rows
    collectors = {
        (configured.check.id, assignment.resource_type): assignment.collector
        for assignment in context.assignments
        for configured in assignment.checks
        if not (configured.check.reads_tags or configured.check.reads_state)
    }
    # The time of the ID that the user gave, because another writer can change the start in the claim.
    started_at = run_time(context.run.run_id) or datetime.min.replace(tzinfo=UTC)
    return RowCheck(tuple(chosen), drawn, collectors, started_at)


def _key(finding: Finding) -> _Key:
    return finding.check_id, finding.region, finding.resource.unversioned_arn
