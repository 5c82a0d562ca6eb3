"""AWS as the engine sees it: which regions an account has, and what is in one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from auditor.aws import regions
from auditor.aws.calls import Caller, Keyring, Line
from auditor.aws.collectors.collector import Collector
from auditor.aws.failures import CallFailed, Failure, is_ambiguous
from auditor.aws.roles import Roles
from auditor.domain.clock import Unreadable
from auditor.domain.facts import Fact
from auditor.domain.reason import Reason
from auditor.domain.recall import Notes, ScopeRecall
from auditor.domain.result import Gap, Meter
from auditor.domain.scope import Account, Scope, Target


@dataclass(slots=True)
class _Open:
    """An account that is being read. `enabled` is None while its regions are not known."""

    keyring: Keyring
    notes: Notes
    enabled: frozenset[str] | None = None


class Memory(Protocol):
    """Where notes come from and go to. Neither may fail: notes save calls, and that is all."""

    def read(self, account_id: str) -> Notes:
        """Return what is remembered of an account."""

    def write(self, account_id: str, notes: Notes) -> object:
        """Remember an account."""


class Forgetful:
    """Remembers nothing."""

    def read(self, account_id: str) -> Notes:  # noqa: ARG002 - nothing is known of anyone
        """Return nothing."""
        return {}

    def write(self, account_id: str, notes: Notes) -> None:
        """Drop it."""


class Reader:
    """Reads accounts. Every method may be called from any thread; an account is opened by `regions`."""

    def __init__(
        self, caller: Caller, roles: Roles, collectors: Iterable[Collector], memory: Memory | None = None
    ) -> None:
        """Calls nothing. Without a `memory` every night is the first."""
        self._memory = memory or Forgetful()
        self._caller = caller
        self._roles = roles
        self._collectors = {each.name: each for each in collectors}
        self._open: dict[str, _Open] = {}

    def regions(self, target: Target, meter: Meter) -> frozenset[str]:
        """Get into the account and return its enabled regions. Raises Unreadable, with the stage that failed."""
        keyring = self._roles.keyring(target, meter)
        keyring.keys()
        account = _Open(keyring, self._memory.read(target.account.id))
        self._open[target.account.id] = account
        account.enabled = regions.ask(self._caller, account.keyring, meter, target.regions.named)
        return account.enabled

    def collect(self, scope: Scope, collector: str, meter: Meter) -> Iterator[Fact | Gap]:
        """Yield what one collector finds in one region. Raises Unreadable when it cannot be listed (any further)."""
        account = self._open[scope.account.id]
        line = Line(self._caller, account.keyring, scope.region, meter)
        try:
            recall = account.notes.setdefault((scope.region, collector), ScopeRecall())
            yield from self._collectors[collector].collect(scope, line, recall)
        except CallFailed as failed:
            reason, detail = _blame(failed.failure, scope.region, account.enabled)
            raise Unreadable("list", reason, detail) from failed

    def close(self, account: Account) -> None:
        """Forget an account that has ended, its keys and its rate budget, but for the notes for the next night."""
        ended = self._open.pop(account.id, None)
        self._caller.budget.forget(account.id)
        if ended is not None:
            self._memory.write(account.id, ended.notes)


def _blame(failure: Failure, region: str, enabled: frozenset[str] | None) -> tuple[Reason, str]:
    """Tell a bad token from a region that is not enabled: AWS says the same of both, the account's list decides."""
    if not is_ambiguous(failure) or region in (regions.ALWAYS_ENABLED if enabled is None else enabled):
        return failure.reason, failure.detail
    known = "The account has not enabled this region." if enabled is not None else "The region is probably not enabled."
    return Reason.REGION_DISABLED, f"{known} {failure.detail}"
