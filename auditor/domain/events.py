"""Events of a run, for observers such as a progress bar or a log.

The engine sends events one at a time, so an observer needs no lock. An observer must be quick and must not raise: the
run waits for it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from auditor.domain.coverage import Coverage
from auditor.domain.gap_groups import GapGroup
from auditor.domain.result import AccountSummary, RunResult
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
    """The run has ended, and this is the last event. `result` has the counts; `seconds` is how long the run took.

    `delivered` says whether the output has everything that was to be written, and `published` whether `latest.json`
    names the run. `results` is the folder or URL where the results are: the spool if the output refused them.
    `exit_reason` says why the exit code is what it is. `manifest_sha256` is the digest of the manifest, empty if there
    is none: the log keeps it out of reach of those who can write to the output.
    """

    result: RunResult
    exit_code: int
    delivered: bool
    published: bool
    results: str
    report: str
    manifest_sha256: str = ""
    exit_reason: str = ""


@dataclass(frozen=True, slots=True)
class RunFailed:
    """The command has ended without a result, and this is the last event.

    With exit code 0, another process does the work.
    """

    message: str
    advice: str
    exit_code: int


@dataclass(frozen=True, slots=True)
class Notice:
    """Any other log line: `message` says what happened, `detail` names the particulars."""

    level: Level
    message: str
    detail: str = ""


Event = RunStarted | AccountPlanned | ScopeEnded | AccountEnded | RunEnded | RunFailed | Notice
Observer = Callable[[Event], None]
