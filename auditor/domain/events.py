"""Events of a run, for observers such as a progress bar or a log.

The engine sends events one at a time, so an observer needs no lock. An observer must be quick and must not raise: the
run waits for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from auditor.domain.coverage import Coverage
from auditor.domain.gap_groups import GapGroup
from auditor.domain.result import AccountSummary
from auditor.domain.scope import Account


class Level(StrEnum):
    """Severity of a log line, most severe last."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The targets are known. `accounts` counts them, excluded ones included; `checks` are the enabled check IDs."""

    run_id: str
    accounts: int
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountPlanned:
    """The regions of an account are known. `scopes` is the number of coverage records that will follow."""

    account: Account
    scopes: int


@dataclass(frozen=True, slots=True)
class ScopeEnded:
    """A coverage record is final. `fails` is the number of FAIL findings in that scope."""

    coverage: Coverage
    fails: int


@dataclass(frozen=True, slots=True)
class AccountEnded:
    """All rows of an account are written. `gaps` are its coverage records that are not EXAMINED, by cause."""

    summary: AccountSummary
    gaps: tuple[GapGroup, ...] = ()


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The run has ended. `coverage_percent` is 0 to 100."""

    run_id: str
    complete: bool
    coverage_percent: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Any other log line: `message` says what happened, `detail` names the particulars."""

    level: Level
    message: str
    detail: str = ""


Event = RunStarted | AccountPlanned | ScopeEnded | AccountEnded | RunEnded | Notice
Observer = Callable[[Event], None]
