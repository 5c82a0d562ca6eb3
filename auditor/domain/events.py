"""What happens while a run goes on, for whoever watches: a progress bar, a log.

Events come from the engine, one at a time: the caller holds a lock around the observer, so an observer needs none. An
observer must be quick and must not raise; the run waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from auditor.domain.coverage import Coverage
from auditor.domain.result import AccountSummary
from auditor.domain.scope import Account


class Level(StrEnum):
    """How loud a line of the log is, loudest last."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """The inventory is known: so many accounts, excluded ones included, will be judged by these check ids."""

    run_id: str
    accounts: int
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountPlanned:
    """An account's regions are known: `scopes` rows of the ledger will follow."""

    account: Account
    scopes: int


@dataclass(frozen=True, slots=True)
class ScopeEnded:
    """One row of the ledger is final; `fails` counts the FAIL findings there."""

    coverage: Coverage
    fails: int


@dataclass(frozen=True, slots=True)
class AccountEnded:
    """All rows of an account are final and written."""

    summary: AccountSummary


@dataclass(frozen=True, slots=True)
class RunEnded:
    """Nothing more will be examined. `coverage_percent` is 0 to 100."""

    run_id: str
    complete: bool
    coverage_percent: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Anything else worth a line: what happened in `message`, the particulars in `detail`."""

    level: Level
    message: str
    detail: str = ""


Event = RunStarted | AccountPlanned | ScopeEnded | AccountEnded | RunEnded | Notice
Observer = Callable[[Event], None]
