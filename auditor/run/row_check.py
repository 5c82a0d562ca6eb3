"""Compare rows of an interrupted run with AWS, before a resumed run takes them over.

Another writer of the output can change rows. Without a MAC key, some accounts that have rows are drawn at random and
audited anew, and their failures must be in the rows.
"""

from collections.abc import Collection, Iterator, Sequence
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
    """What the rows of one account say: the regions that were examined in full, and what was not found to be right."""

    examined: frozenset[str]
    reported: frozenset[_Key]

    @classmethod
    def of(cls, result: AccountResult) -> "EarlierRows":
        """Keep what a comparison needs."""
        partly = {record.region for record in result.coverage if record.status is not CoverageStatus.EXAMINED}
        reported = (finding for finding in result.findings if finding.status in (Status.FAIL, Status.UNKNOWN))
        return cls(frozenset({record.region for record in result.coverage} - partly), frozenset(map(_key, reported)))


@dataclass(slots=True)
class RowCheck:
    """The drawn accounts, what their rows say, and the failures that were found anew.

    Only checks in `content_checks` count, which judge what cannot change after registration, and only revisions that
    were registered before `started_at`.
    """

    targets: tuple[Target, ...]
    earlier: dict[str, EarlierRows]
    content_checks: Collection[str]
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
        return (
            finding.check_id in self.content_checks
            and finding.region in earlier.examined
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
    content = {check.id for check in context.run.settings.checks if not (check.reads_tags or check.reads_state)}
    # The time of the ID that the user gave, because another writer can change the start in the claim.
    started_at = run_time(context.run.run_id) or datetime.min.replace(tzinfo=UTC)
    return RowCheck(tuple(chosen), drawn, content, started_at)


def _key(finding: Finding) -> _Key:
    return finding.check_id, finding.region, finding.resource.unversioned_arn
