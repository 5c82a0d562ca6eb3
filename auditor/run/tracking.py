"""What a run adds to the result of an account before it is written: owners, history, exceptions and due dates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.domain.lifecycle import Change
    from auditor.domain.result import AccountResult


@dataclass(frozen=True, slots=True)
class TrackedAccount:
    """The result of an account as it is written, and what changed since the run before."""

    result: AccountResult
    changes: tuple[Change, ...] = ()


def track(result: AccountResult, now: datetime) -> TrackedAccount:
    """Return the result with everything that depends on more than this run's answers from AWS.

    `now` is the time of observation of scopes that were never scanned.
    """
    coverage = tuple(record if record.observed_at else replace(record, observed_at=now) for record in result.coverage)
    return TrackedAccount(replace(result, coverage=coverage))
