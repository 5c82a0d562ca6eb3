"""What an export is made from, and the files that it consists of."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from auditor.contracts.rows import ChangeRow, CoverageRow, FindingRow
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.result import CheckInfo
from auditor.domain.scope import Account

#: Changes of findings that this run may have no row of.
_ENDED = frozenset({LifecycleState.RESOLVED, LifecycleState.GONE, LifecycleState.STALE})
_GAPS = frozenset({CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED})


@dataclass(frozen=True, slots=True)
class ExportedRun:
    """What the exports say about the run. `partition` is AWS's, such as `aws` or `aws-us-gov`."""

    run_id: str
    started_at: datetime
    version: str
    partition: str
    checks: tuple[CheckInfo, ...]
    security_lake_region: str


@dataclass(frozen=True, slots=True)
class AccountExport:
    """The rows of one account.

    `findings` can be iterated repeatedly, once per format. `counts` holds the number of findings by check ID and
    status, those without a row included, and `accepted` the number of failures with an exception by check ID.
    """

    run: ExportedRun
    account: Account
    findings: Iterable[FindingRow]
    coverage: Sequence[CoverageRow]
    changes: Sequence[ChangeRow]
    counts: Mapping[tuple[str, Status], int]
    accepted: Mapping[str, int]

    @property
    def gaps(self) -> Iterator[CoverageRow]:
        """The coverage rows of scopes that were expected and not examined in full."""
        return (row for row in self.coverage if row.status in _GAPS)

    def changes_without(self, finding_ids: Collection[str]) -> Iterator[ChangeRow]:
        """Yield the changes of resolved, gone and stale findings that are not in `finding_ids`."""
        return (row for row in self.changes if row.state in _ENDED and row.finding_id not in finding_ids)


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One file of an export. `name` is its path below the folder of the format; `rows` counts its records."""

    name: str
    body: bytes
    content_type: str
    rows: int
    content_encoding: str | None = None


def clip(text: str, most: int) -> str:
    """Return at most `most` characters of a text; a longer text ends in `...`."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def milliseconds(timestamp: str) -> int:
    """Return an ISO 8601 timestamp as milliseconds since 1970."""
    return int(datetime.fromisoformat(timestamp).timestamp() * 1000)
