"""The errors that end a command, each with what to do next.

    AuditorError            exit 1: the tool failed and wrote nothing usable
    ├── ConfigError         exit 2: the configuration is wrong; every problem at once
    ├── IdentityError       exit 1: no usable credentials to start from
    ├── OrganizationError   exit 1: the organization could not be listed, so the expected accounts are unknown
    ├── RunExists           exit 0: another run has claimed this run ID and does the work
    ├── RunStopped          exit 1, 130 or 143: a signal or the deadline ended the run before its scan started
    └── StorageError        exit 1: the output cannot be written or read

MacError, raised if the MAC key cannot be used, never ends a command: stored state is then not used.
Errors within an account are not among these: they become a `Gap`, and the run continues.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AuditorError(Exception):
    """Ends the command. `advice` says what to do next; `exit_code` is what the shell sees."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[AuditorError], tuple[object, ...]]:
        """Pickle the arguments: worker processes send errors to the main process."""
        return type(self), (self.message, self.advice)

    def __str__(self) -> str:
        return f"{self.message}\n  -> {self.advice}" if self.advice else self.message


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a configuration. `line` counts from 1; it is 0 if no line can be named."""

    source: str
    line: int
    path: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        location = f"{self.source}:{self.line}" if self.line else self.source
        text = ": ".join(part for part in (location, self.path, self.message) if part)
        return f"{text}\n  -> {self.advice}" if self.advice else text


class ConfigError(AuditorError):
    """The configuration is wrong. No account was called."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[object, ...]]:
        return type(self), (self.problems,)


class IdentityError(AuditorError):
    """There are no usable default credentials."""


class OrganizationError(AuditorError):
    """The organization could not be listed."""


class StorageError(AuditorError):
    """The output cannot be written or read."""


class MacError(AuditorError):
    """The key that authenticates stored state cannot be used."""


class RunStopped(AuditorError):
    """A signal or the deadline ended the run before its scan started. `exit_code` is that of the signal, if any."""


class RunExists(AuditorError):
    """Another run has claimed this run ID. Exit code 0: a schedule that fires twice must not raise an alarm."""

    exit_code = 0
