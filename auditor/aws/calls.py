"""One call to AWS as this floor makes it: within the budget, counted, retried, and understood if it fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from auditor.aws import retry
from auditor.aws.clients import Clients, sign_with
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction, classify
from auditor.aws.rate_limit import RateLimiter
from auditor.domain.clock import Clock
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason

_CALL_ERRORS = (ClientError, BotoCoreError, ResponseParserError, MalformedResponse, OSError)
#: What botocore's parsers let slip through when a body is not shaped like the model: a time in the year 10^292 is a
#: RuntimeError, a number in place of a list a TypeError, and so on.
_PARSER_ERRORS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

T = TypeVar("T")

#: What one scope may lose to calls that never come back. After that its other resources are gaps, without a call.
LOST_SECONDS_PER_SCOPE = 120.0

#: Takes what it needs out of an answer, and raises Malformed where the answer does not hold it: then it is asked again.
Read = Callable[[Mapping[str, Any]], T]


class CredentialsProvider(Protocol):
    """Where a call gets its keys from: an assumed role that renews itself, or the ambient credentials."""

    account_id: str

    def credentials(self) -> ReadOnlyCredentials:
        """Return keys that are valid now.

        Raises Unreadable when the role cannot be assumed (any more), and CallFailed when the environment has none.
        """

    def refresh(self, stale: ReadOnlyCredentials) -> bool:
        """Replace keys that AWS refuses before they were due; False when there is nothing to renew."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """Everything a call needs that does not change within a run."""

    clients: Clients
    rate_limiter: RateLimiter
    clock: Clock
    retry_quota: retry.RetryQuota = field(default_factory=retry.RetryQuota)


@dataclass(slots=True)
class RegionClient:
    """Calls to one region with one account's keys. Made for one scope, used by one thread at a time."""

    call_context: CallContext
    credentials_provider: CredentialsProvider
    region: str
    stats: CallStats = field(default_factory=CallStats)
    lost_seconds: float = 0.0
    refresh_helps: bool = True

    def call(self, service: str, operation: str, read: Read[T], /, **parameters: object) -> T:
        """Return what `read` makes of the answer. Raises CallFailed when nothing helps, Stopped at the end."""
        renewed = False

        def attempt() -> T:
            nonlocal renewed
            self._await_turn(service, operation)
            keys = self.credentials_provider.credentials()
            try:
                return self._send(keys, service, operation, read, parameters)
            except ApiCallError as error:
                if error.info.retry_action is not RetryAction.RENEW or renewed or not self._refresh(keys):
                    raise
            renewed = True
            self._await_turn(service, operation)
            try:
                return self._send(self.credentials_provider.credentials(), service, operation, read, parameters)
            except ApiCallError as error:
                self.refresh_helps = error.info.retry_action is not RetryAction.RENEW
                raise

        return retry.retry_policy(self.call_context.clock, self._may_retry)(attempt)

    def _await_turn(self, service: str, operation: str) -> None:
        budget, clock = self.call_context.rate_limiter, self.call_context.clock
        clock.raise_if_stopped()
        self._give_up_on_a_hanging_region()
        if (
            wait := budget.reserve(
                self.credentials_provider.account_id, self.region, (service, operation), clock.monotonic()
            )
        ) > 0:
            clock.sleep(wait)

    def _send(
        self,
        keys: ReadOnlyCredentials,
        service: str,
        operation: str,
        read: Read[T],
        parameters: Mapping[str, Any],
    ) -> T:
        clock, api = self.call_context.clock, (service, operation)
        self.stats.calls += 1
        sent = clock.monotonic()
        try:
            with sign_with(keys):
                result = read(_invoke(self.call_context.clients, self.region, api, parameters))
        except _CALL_ERRORS as error:
            failure = classify(error)
            self._count(failure, api, clock.monotonic() - sent)
            raise ApiCallError(failure) from error
        self.call_context.retry_quota.release()
        self.call_context.rate_limiter.on_success(
            self.credentials_provider.account_id, self.region, api, clock.monotonic()
        )
        return result

    def _refresh(self, stale: ReadOnlyCredentials) -> bool:
        return self.refresh_helps and self.credentials_provider.refresh(stale) and self._may_retry()

    def _give_up_on_a_hanging_region(self) -> None:
        if self.lost_seconds > LOST_SECONDS_PER_SCOPE:
            detail = f"Not asked: {self.lost_seconds:.0f} s were lost here to calls that never came back"
            raise ApiCallError(ErrorInfo(Reason.TIMEOUT, RetryAction.NONE, "GaveUp", detail))

    def _count(self, failure: ErrorInfo, api: tuple[str, str], seconds: float) -> None:
        if failure.reason is Reason.TIMEOUT:
            self.lost_seconds += seconds
        if failure.retry_action is RetryAction.BACK_OFF:
            self.stats.throttled += 1
            self.call_context.rate_limiter.on_throttle(
                self.credentials_provider.account_id, self.region, api, self.call_context.clock.monotonic()
            )

    def _may_retry(self) -> bool:
        if self.stats.retried >= retry.RETRIES_PER_SCOPE or not self.call_context.retry_quota.acquire():
            return False
        self.stats.retried += 1
        return True


def _invoke(clients: Clients, region: str, api: tuple[str, str], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call, and turn a parser's accident into what it means. Accidents of those who read answers are bugs of ours."""
    try:
        return clients.invoke(api[0], region, api[1], parameters)
    except (ClientError, BotoCoreError, OSError):
        raise  # some of botocore's errors are ValueErrors too
    except _PARSER_ERRORS as error:
        raise MalformedResponse(f"{type(error).__name__}: {error}") from error
