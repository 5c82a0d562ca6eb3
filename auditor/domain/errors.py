"""The errors that end a command, each with what to do next.

    AuditorError            exit 1: the tool failed and wrote nothing usable
    ├── ConfigError         exit 2: the configuration is wrong; every problem at once
    ├── IdentityError       exit 1: no usable credentials to start from
    ├── OrganizationError   exit 1: the organization could not be listed, so nobody knows what to expect
    ├── RunExists           exit 0: another run holds this run id, and does the work
    └── StorageError        exit 1: the output cannot be written or read

What goes wrong within an account is none of these: it is a `Gap`, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


class AuditorError(Exception):
    """Ends the command. `advice` says what to do next; `exit_code` is what the shell sees."""

    exit_code = 1

    def __init__(self, message: str, advice: str = "") -> None:
        """Keep the two sentences apart, so that each output can lay them out."""
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __reduce__(self) -> tuple[type[AuditorError], tuple[object, ...]]:
        """Pickle as it was made: errors come back from other processes."""
        return type(self), (self.message, self.advice)

    def __str__(self) -> str:
        """Message, then advice on a line of its own."""
        return f"{self.message}\n  -> {self.advice}" if self.advice else self.message


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing wrong with a configuration. `line` counts from 1 and is 0 where there is no line to name."""

    source: str
    line: int
    path: str
    message: str
    advice: str = ""

    def __str__(self) -> str:
        """`file:line: path: message` in one line, advice below."""
        place = f"{self.source}:{self.line}" if self.line else self.source
        text = ": ".join(part for part in (place, self.path, self.message) if part)
        return f"{text}\n  -> {self.advice}" if self.advice else text


class ConfigError(AuditorError):
    """The configuration is wrong. Nothing was called."""

    exit_code = 2

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Sort the problems by place, so that they read like the file."""
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[object, ...]]:
        """Pickle as it was made."""
        return type(self), (self.problems,)


class IdentityError(AuditorError):
    """There are no usable credentials to start from."""


class OrganizationError(AuditorError):
    """The organization could not be listed."""


class StorageError(AuditorError):
    """The output cannot be written or read."""


class RunExists(AuditorError):  # noqa: N818 - it is news, not a fault
    """Another run holds this run id: a schedule that fires twice must not page anybody."""

    exit_code = 0
