"""What a run says about the exceptions file: which items covered findings, and which need attention."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Self


class ExceptionProblem(StrEnum):
    """Why an item of the exceptions file needs attention. The values are part of the output contract."""

    headline: str

    def __new__(cls, value: str, headline: str = "") -> Self:
        """Create a member whose value is `value` alone."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.headline = headline
        return member

    EXPIRED = "expired", "expired"
    REOPENED = "reopened", "no longer cover all their findings"
    EXPIRING = "expiring", "expire soon"
    TOO_BROAD = "too-broad", "too broad"
    MATCHES_NOTHING = "matches-nothing", "match nothing"
    NOT_CHECKED = "not-checked", "could not be checked"


@dataclass(frozen=True, slots=True)
class ReviewedException:
    """An item of the exceptions file after a run.

    `findings` counts the failing findings that it matches. Of these, `reopened` counts those that it no longer covers
    because of `reopen_on`; if it has expired, it covers none. `line` is where it begins in the file.
    """

    id: str
    line: int
    check: str
    owner: str
    ticket: str
    expires: date
    problems: tuple[ExceptionProblem, ...] = ()
    findings: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class ExceptionReview:
    """The exceptions file of a run: its source as the user named it, and its items in their order."""

    source: str
    items: tuple[ReviewedException, ...] = ()

    def with_problem(self, problem: ExceptionProblem) -> tuple[ReviewedException, ...]:
        """Return the items that have a problem."""
        return tuple(item for item in self.items if problem in item.problems)

    @property
    def needing_attention(self) -> tuple[ReviewedException, ...]:
        """The items that have any problem."""
        return tuple(item for item in self.items if item.problems)
