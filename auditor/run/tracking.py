"""What a run adds to the result of an account before it is written: owners, history, exceptions and due dates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.exceptions import Tally

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.domain.lifecycle import Change
    from auditor.domain.result import AccountResult
    from auditor.run.rules import FindingRules


@dataclass(frozen=True, slots=True)
class TrackedAccount:
    """The result of an account as it is written, and what changed since the run before.

    `exceptions` is what the account tells about the items of the exceptions file.
    """

    result: AccountResult
    changes: tuple[Change, ...] = ()
    exceptions: Tally = field(default_factory=Tally, hash=False)


def track(result: AccountResult, now: datetime, rules: FindingRules) -> TrackedAccount:
    """Return the result with everything that depends on more than this run's answers from AWS.

    `now` is the time of observation of scopes that were never scanned.
    """
    coverage = tuple(record if record.observed_at else replace(record, observed_at=now) for record in result.coverage)
    result = replace(result, coverage=coverage, findings=tuple(map(rules.ownership.with_owner, result.findings)))
    result, tally = rules.register.apply(result)
    findings = tuple(rules.ownership.with_due_date(finding, rules.today) for finding in result.findings)
    return TrackedAccount(replace(result, findings=findings), exceptions=tally)
