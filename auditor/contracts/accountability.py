"""The parts of `summary.json` about owners and accepted risks."""

from dataclasses import dataclass

from auditor.contracts.document import Document
from auditor.domain.check import Severity
from auditor.domain.exception_review import ExceptionProblem


@dataclass(frozen=True, kw_only=True)
class OwnerNumbers(Document):
    """The failures of one owner."""

    owner: str
    """The owner; empty for failures without one."""
    severity: dict[Severity, int]
    """FAIL findings by severity, those with an exception included; every severity is named."""
    overdue: int
    """FAIL findings without an exception whose due date has passed."""
    excepted: int
    """FAIL findings that an exception covers."""


@dataclass(frozen=True, kw_only=True)
class OwnerSummary(Document):
    """The failures by owner."""

    listed: list[OwnerNumbers]
    """Owners with failures, sorted by name: at most 5,000."""
    others: OwnerNumbers | None
    """All owners after these; null if there are none."""


@dataclass(frozen=True, kw_only=True)
class ExceptionItemSummary(Document):
    """An item of the exceptions file that needs attention."""

    id: str
    """Its ID."""
    line: int
    """The line where it begins."""
    check: str
    """The check that it is for, or a glob."""
    owner: str
    """Who answers for it."""
    ticket: str
    """Where the decision was made; empty if it does not say."""
    expires: str
    """The last day on which it holds."""
    problems: list[ExceptionProblem]
    """`expired`; `expiring` soon; `reopened`: `reopen_on` ended it for some findings; `too-broad`; `matches-nothing`:
    everything that it could match was examined; `not-checked`: it matches nothing, and not everything was examined."""
    findings: int
    """Failing findings that it matches."""
    reopened: int
    """Those of them that it no longer covers because of `reopen_on`."""


@dataclass(frozen=True, kw_only=True)
class ExceptionSummary(Document):
    """The exceptions file of a run."""

    source: str
    """The path or URL of the file."""
    items: int
    """Its items."""
    problems: dict[ExceptionProblem, int]
    """Items by problem; every problem is named."""
    attention: list[ExceptionItemSummary]
    """The items that have a problem, in the order of the file."""
