"""Past findings: what a run keeps of failing findings for the next run."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.domain.check import Severity
from auditor.domain.lifecycle import LifecycleState

#: What identifies a finding within its account: region, check, type of the resource, and its ARN without the revision.
FindingKey = tuple[str, str, str, str]

#: Keys by region.
KeysByRegion = Mapping[str, Collection[FindingKey]]

_CLOSED = frozenset({LifecycleState.RESOLVED, LifecycleState.GONE})


@dataclass(frozen=True, slots=True)
class PastFinding:
    """A finding that fails or failed, as one run left it.

    `state` is None if it failed and was not compared. `resource_arn` has no revision. `revisions` is the setting that
    chose the judged revisions when it last failed, empty if the resource has no revisions. `closed_at` is the start of
    the run that found it resolved or gone, None while it is open.
    """

    finding_id: str
    check_id: str
    problem: str
    severity: Severity
    owner: str
    environment: str
    region: str
    resource_arn: str
    resource_type: str
    resource_name: str
    revisions: str
    state: LifecycleState | None
    first_seen: datetime
    last_seen: datetime
    closed_at: datetime | None = None

    @property
    def key(self) -> FindingKey:
        """What identifies it within its account."""
        return self.region, self.check_id, self.resource_type, self.resource_arn

    @property
    def is_open(self) -> bool:
        """Whether it failed when it was last examined."""
        return self.state not in _CLOSED
