"""One call to AWS as this floor makes it: within the budget, counted, retried, and understood if it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from auditor.aws import retry
from auditor.aws.clients import Clients, using
from auditor.aws.errors import CallFailed, Failure, Malformed, Remedy, understand
from auditor.aws.rate_limit import Budget
from auditor.domain.clock import Clock
from auditor.domain.coverage import Meter
from auditor.domain.reason import Reason

_RAISED = (ClientError, BotoCoreError, ResponseParserError, Malformed, OSError)
#: What botocore's parsers let slip through when a body is not shaped like the model: a time in the year 10^292 is a
#: RuntimeError, a number in place of a list a TypeError, and so on.
_PARSER_ACCIDENTS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

T = TypeVar("T")

#: What one scope may lose to calls that never come back. After that its other resources are gaps, without a call.
LOST_SECONDS_PER_SCOPE = 120.0

#: Takes what it needs out of an answer, and raises Malformed where the answer does not hold it: then it is asked again.
Read = Callable[[Mapping[str, Any]], T]


class Keyring(Protocol):
    """Where a call gets its keys from: an assumed role that renews itself, or the ambient credentials."""

    account_id: str

    def keys(self) -> ReadOnlyCredentials:
        """Return keys that are valid now.

        Raises Unreadable when the role cannot be assumed (any more), and CallFailed when the environment has none.
        """

    def renew(self, stale: ReadOnlyCredentials) -> bool:
        """Replace keys that AWS refuses before they were due; False when there is nothing to renew."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Everything a call needs that does not change within a run."""

    clients: Clients
    budget: Budget
    clock: Clock
    allowance: retry.Allowance = field(default_factory=retry.Allowance)


@dataclass(slots=True)
class Line:
    """Calls to one region with one account's keys. Made for one scope, used by one thread at a time."""

    caller: Caller
    keyring: Keyring
    region: str
    meter: Meter = field(default_factory=Meter)
    lost: float = 0.0
    renewing_helps: bool = True

    def call(self, service: str, operation: str, read: Read[T], /, **parameters: object) -> T:
        """Return what `read` makes of the answer. Raises CallFailed when nothing helps, Stopped at the end."""
        renewed = False

        def attempt() -> T:
            nonlocal renewed
            self._await_turn(service, operation)
            keys = self.keyring.keys()
            try:
                return self._send(keys, service, operation, read, parameters)
            except CallFailed as failed:
                if failed.failure.remedy is not Remedy.RENEW or renewed or not self._renew(keys):
                    raise
            renewed = True
            self._await_turn(service, operation)
            try:
                return self._send(self.keyring.keys(), service, operation, read, parameters)
            except CallFailed as failed:
                self.renewing_helps = failed.failure.remedy is not Remedy.RENEW
                raise

        return retry.policy(self.caller.clock, self._may_retry)(attempt)

    def _await_turn(self, service: str, operation: str) -> None:
        budget, clock = self.caller.budget, self.caller.clock
        clock.check()
        self._give_up_on_a_hanging_region()
        if (wait := budget.take(self.keyring.account_id, self.region, (service, operation), clock.monotonic())) > 0:
            clock.sleep(wait)

    def _send(
        self,
        keys: ReadOnlyCredentials,
        service: str,
        operation: str,
        read: Read[T],
        parameters: Mapping[str, Any],
    ) -> T:
        clock, api = self.caller.clock, (service, operation)
        self.meter.calls += 1
        sent = clock.monotonic()
        try:
            with using(keys):
                result = read(_answer(self.caller.clients, self.region, api, parameters))
        except _RAISED as error:
            failure = understand(error)
            self._count(failure, api, clock.monotonic() - sent)
            raise CallFailed(failure) from error
        self.caller.allowance.earn()
        self.caller.budget.quiet(self.keyring.account_id, self.region, api, clock.monotonic())
        return result

    def _renew(self, stale: ReadOnlyCredentials) -> bool:
        return self.renewing_helps and self.keyring.renew(stale) and self._may_retry()

    def _give_up_on_a_hanging_region(self) -> None:
        if self.lost > LOST_SECONDS_PER_SCOPE:
            detail = f"Not asked: {self.lost:.0f} s were lost here to calls that never came back"
            raise CallFailed(Failure(Reason.TIMEOUT, Remedy.NONE, "GaveUp", detail))

    def _count(self, failure: Failure, api: tuple[str, str], seconds: float) -> None:
        if failure.reason is Reason.TIMEOUT:
            self.lost += seconds
        if failure.remedy is Remedy.BACK_OFF:
            self.meter.throttled += 1
            self.caller.budget.throttled(self.keyring.account_id, self.region, api, self.caller.clock.monotonic())

    def _may_retry(self) -> bool:
        if self.meter.retried >= retry.RETRIES_PER_SCOPE or not self.caller.allowance.spend():
            return False
        self.meter.retried += 1
        return True


def _answer(clients: Clients, region: str, api: tuple[str, str], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call, and turn a parser's accident into what it means. Accidents of those who read answers are bugs of ours."""
    try:
        return clients.invoke(api[0], region, api[1], parameters)
    except (ClientError, BotoCoreError, OSError):
        raise  # some of botocore's errors are ValueErrors too
    except _PARSER_ACCIDENTS as error:
        raise Malformed(f"{type(error).__name__}: {error}") from error
