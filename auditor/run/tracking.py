"""What a run adds to the result of an account before it is written: owners, history, exceptions and due dates."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.domain.integrity import IntegrityKind, IntegrityProblem
from auditor.exceptions import Tally
from auditor.run.history import unread_history

if TYPE_CHECKING:
    from datetime import datetime

    from auditor.domain.comparison import UnreadHistory
    from auditor.domain.lifecycle import Change
    from auditor.domain.past_finding import PastFinding
    from auditor.domain.result import AccountResult
    from auditor.run.history import AccountHistory
    from auditor.run.rules import FindingRules


@dataclass(frozen=True, slots=True)
class TrackedAccount:
    """The result of an account as it is written, what changed since the run before, and what the next run is to know.

    `exceptions` is what the account tells about the items of the exceptions file. `unread` says why the account was not
    compared, None if it was. `problems` are those of the stored history.
    """

    result: AccountResult
    changes: tuple[Change, ...] = ()
    exceptions: Tally = field(default_factory=Tally, hash=False)
    past_findings: tuple[PastFinding, ...] = ()
    unread: UnreadHistory | None = None
    problems: tuple[IntegrityProblem, ...] = ()


def track(result: AccountResult, now: datetime, rules: FindingRules, history: AccountHistory) -> TrackedAccount:
    """Return the result with everything that depends on more than this run's answers from AWS.

    `now` is the time of observation of scopes that were never scanned.
    """
    coverage = tuple(record if record.observed_at else replace(record, observed_at=now) for record in result.coverage)
    result = replace(result, coverage=coverage, findings=tuple(map(rules.ownership.with_owner, result.findings)))
    compared, past = history.compare(result)
    result, tally = rules.register.apply(replace(result, findings=compared.findings))
    findings = tuple(rules.ownership.with_due_date(finding, rules.today) for finding in result.findings)
    account_id = result.account.id
    changed = IntegrityProblem(IntegrityKind.HISTORY_CHANGED, f"{past.problem}.", account_id)
    return TrackedAccount(
        result=replace(result, findings=findings),
        changes=compared.changes,
        exceptions=tally,
        past_findings=compared.past_findings,
        unread=unread_history(account_id, past),
        problems=(changed,) if past.changed else (),
    )
