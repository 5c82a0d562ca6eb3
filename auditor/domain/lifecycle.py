"""Findings from night to night: their state compared with earlier runs, and the changes that a run records."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auditor.domain.check import Severity
from auditor.domain.scope import Account


class LifecycleState(StrEnum):
    """State of a finding compared with earlier runs. Missing coverage never makes a finding RESOLVED or GONE."""

    NEW = "new"
    """Fails, and did not before."""
    OPEN = "open"
    """Fails, and did before."""
    REOPENED = "reopened"
    """Fails again after it was resolved or gone."""
    RESOLVED = "resolved"
    """Failed before, was evaluated again, and no longer fails."""
    GONE = "gone"
    """Failed before; the resource no longer exists, and the run examined the place where it was."""
    STALE = "stale"
    """Failed before, and could not be examined in this run."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The lifecycle of one finding.

    `state` is None if the finding was not compared, or neither fails nor failed before. `first_seen` and `last_seen`
    are when it was first and last seen to fail, None if it was not.
    """

    state: LifecycleState | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None


NOT_COMPARED = Lifecycle()


@dataclass(frozen=True, slots=True)
class Change:
    """A finding whose state differs from the one of the run before, or that is still stale.

    `previous_state` is None if the finding was not known before. `reason` says why it is stale or gone, else it is
    empty. `changed_at` is when this run noticed it.
    """

    finding_id: str
    state: LifecycleState
    previous_state: LifecycleState | None
    check_id: str
    problem: str
    severity: Severity
    account: Account
    owner: str
    environment: str
    region: str
    resource_arn: str
    resource_type: str
    resource_name: str
    changed_at: datetime
    first_seen: datetime | None
    last_seen: datetime | None
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What identifies the finding within its account: region, check, and type and ARN of the resource."""
        return self.region, self.check_id, self.resource_type, self.resource_arn
