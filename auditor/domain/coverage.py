"""Coverage: what was expected to be examined, what was, and the gaps."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from auditor.domain.aws_resource import Resource
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Scope


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that should have been read and was not.

    With a `resource` it stands for one known thing (an UNKNOWN finding for every check over it); without one it stands
    for a whole scope. `stage` names where it happened: `assume-role`, `regions`, `list`, `describe`, `parse`, `judge`.
    """

    scope: Scope
    stage: str
    reason: Reason
    detail: str
    resource: Resource | None = None


class CoverageStatus(StrEnum):
    """How much of a scope was looked at."""

    EXAMINED = "EXAMINED"
    PARTIAL = "PARTIAL"
    NOT_EXAMINED = "NOT_EXAMINED"
    EXCLUDED = "EXCLUDED"


@dataclass(slots=True)
class CallStats:
    """What reading one scope cost: calls sent, of them throttled, of them retries."""

    calls: int = 0
    throttled: int = 0
    retried: int = 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row of the ledger: one expected (account, region, collector). `resources` counts what was listed there."""

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
