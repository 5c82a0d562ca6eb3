"""The exit codes of all commands: the one table of codes, names and meanings."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the shell sees. `meaning` is the text that help and README show."""

    meaning: str

    def __new__(cls, code: int, meaning: str) -> Self:
        """Keep the meaning next to the number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    OK = (
        0,
        (
            "complete, and no findings at or above --fail-on (by default, findings never fail a nightly run); "
            "or another run holds this run ID, and nothing was done"
        ),
    )
    FAILED = 1, "failed: nothing usable was written, or the results could not be delivered or published"
    USAGE_ERROR = 2, "bad usage or configuration; no account was called"
    FINDINGS = 3, "findings at or above --fail-on"
    INCOMPLETE = 4, "coverage below --min-coverage, or UNKNOWN at or above --fail-on"
    BOTH = 5, "both 3 and 4"
    TAMPERED = 6, "another writer changed the stored state of an earlier run; the results of this run are right"
    INTERRUPTED = 130, "interrupted (SIGINT); what was done is saved and can be resumed"
    TERMINATED = 143, "terminated (SIGTERM, SIGHUP); what was done is saved and can be resumed"


OK = ExitCode.OK
FAILED = ExitCode.FAILED
USAGE_ERROR = ExitCode.USAGE_ERROR
FINDINGS = ExitCode.FINDINGS
INCOMPLETE = ExitCode.INCOMPLETE
BOTH = ExitCode.BOTH
TAMPERED = ExitCode.TAMPERED
INTERRUPTED = ExitCode.INTERRUPTED


def result_code(*, failing: bool, incomplete: bool) -> ExitCode:
    """Return the exit code of a command that ended in order."""
    if failing and incomplete:
        return BOTH
    if failing:
        return FINDINGS
    return INCOMPLETE if incomplete else OK


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a command: the text to print, without a final newline, and the exit code.

    `notes` are for the person at the terminal, and go to standard error.
    """

    text: str = ""
    exit_code: int = OK
    notes: str = ""
