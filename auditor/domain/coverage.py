"""Coverage: what was expected to be examined, what was, and the gaps."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auditor.domain.aws_resource import Resource
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Scope


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that should have been examined and could not be.

    With a `resource`, the gap is one known resource, and every check of it gives an UNKNOWN finding. Without one, the
    gap is part of the whole scope. `stage` is `assume-role`, `regions`, `list`, `describe`, `parse` or `judge`.
    """

    scope: Scope
    stage: str
    reason: Reason
    detail: str
    resource: Resource | None = None


class CoverageStatus(StrEnum):
    """How much of a scope was examined."""

    EXAMINED = "EXAMINED"
    PARTIAL = "PARTIAL"
    NOT_EXAMINED = "NOT_EXAMINED"
    EXCLUDED = "EXCLUDED"


@dataclass(slots=True)
class CallStats:
    """API calls of one scope: all that were sent, those that were throttled, and those that were retries."""

    calls: int = 0
    throttled: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The coverage record of one expected (account, region, collector). `resources` counts what was listed.

    `observed_at` is when the scan of the scope started; None if it was not scanned.
    """

    account: Account
    region: str
    collector: str
    status: CoverageStatus
    reason: Reason | None = None
    detail: str = ""
    calls: int = 0
    throttled: int = 0
    retried: int = 0
    duration_s: float = 0.0
    resources: int = 0
    observed_at: datetime | None = None
