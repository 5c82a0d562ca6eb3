"""One call to AWS: within the rate limit, counted, retried, and classified if it fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from auditor.aws import retry
from auditor.aws.answer_limit import answer_within
from auditor.aws.clients import Clients, sign_with
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction, classify
from auditor.aws.rate_limit import RateLimiter
from auditor.domain.clock import Clock
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason

_CALL_ERRORS = (ClientError, BotoCoreError, ResponseParserError, MalformedResponse, OSError)
#: What botocore's parsers raise by accident if a body does not have the modelled form: RuntimeError for a time in the
#: year 10^292, TypeError for a number instead of a list, and so on.
_PARSER_ERRORS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)

T = TypeVar("T")

#: How long the calls of one scope may hang in total (seconds). After that its other resources are gaps, without a call.
LOST_SECONDS_PER_SCOPE = 120.0

#: Extracts the needed part of an answer. Raises MalformedResponse if it is missing; then the call is repeated.
Read = Callable[[Mapping[str, Any]], T]


class CredentialsProvider(Protocol):
    """Where a call gets its credentials from: an assumed role that is renewed, or the default credentials."""

    account_id: str

    def credentials(self) -> ReadOnlyCredentials:
        """Return credentials that are valid now.

        Raises ReadError if the role cannot be assumed (any more), and ApiCallError if the environment has none.
        """

    def refresh(self, rejected: ReadOnlyCredentials) -> bool:
        """Replace credentials that AWS rejected before they expired. Return False if there are no others."""


@dataclass(frozen=True, slots=True)
class CallContext:
    """What all calls of a run share.

    `unreachable` are optional services, with the region, that could not be reached and are not tried again.
    `stopped_for` returns the seconds since the run was stopped, 0 if it was not: calls that hang end soon after.
    """

    clients: Clients
    rate_limiter: RateLimiter
    clock: Clock
    stopped_for: Callable[[], float] = lambda: 0.0
    retry_quota: retry.RetryQuota = field(default_factory=retry.RetryQuota)
    unreachable: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class LostTime:
    """How many seconds the calls of one scope have waited for answers that never arrived."""

    seconds: float = 0.0


@dataclass(slots=True)
class RegionClient:
    """Calls to one region with the credentials of one account. Made for one scope, used by one thread at a time."""

    call_context: CallContext
    credentials_provider: CredentialsProvider
    region: str
    stats: CallStats = field(default_factory=CallStats)
    lost_time: LostTime = field(default_factory=LostTime)
    refresh_helps: bool = True

    def call(self, service: str, operation: str, read: Read[T], /, **parameters: object) -> T:
        """Return what `read` extracts from the answer.

        Raises ApiCallError if the call and its retries fail, ReadError if a role cannot be assumed, and Stopped if the
        run ends.
        """
        refreshed = False

        def attempt() -> T:
            nonlocal refreshed
            self._await_turn(service, operation)
            credentials = self.credentials_provider.credentials()
            try:
                return self._send(credentials, service, operation, read, parameters)
            except ApiCallError as error:
                if error.info.retry_action is not RetryAction.RENEW or refreshed or not self._refresh(credentials):
                    raise
            refreshed = True
            self._await_turn(service, operation)
            try:
                return self._send(self.credentials_provider.credentials(), service, operation, read, parameters)
            except ApiCallError as error:
                self.refresh_helps = error.info.retry_action is not RetryAction.RENEW
                raise

        return retry.retry_policy(self.call_context.clock, self._may_retry)(attempt)

    def _await_turn(self, service: str, operation: str) -> None:
        limiter, clock = self.call_context.rate_limiter, self.call_context.clock
        account = self.credentials_provider.account_id
        clock.raise_if_stopped()
        self._raise_if_region_hangs()
        if (wait := limiter.reserve(account, self.region, (service, operation), clock.monotonic())) > 0:
            clock.sleep(wait)

    def _send(
        self,
        credentials: ReadOnlyCredentials,
        service: str,
        operation: str,
        read: Read[T],
        parameters: Mapping[str, Any],
    ) -> T:
        clients, clock, api = self.call_context.clients, self.call_context.clock, (service, operation)
        self.stats.calls += 1
        sent_at = clock.monotonic()
        try:
            with sign_with(credentials), answer_within(clients.read_timeout, self.call_context.stopped_for):
                result = read(_invoke(clients, self.region, api, parameters))
        except _CALL_ERRORS as error:
            info = classify(error)
            self._record_failure(info, api, clock.monotonic() - sent_at)
            raise ApiCallError(info) from error
        self.call_context.retry_quota.release()
        account = self.credentials_provider.account_id
        self.call_context.rate_limiter.on_success(account, self.region, api, clock.monotonic())
        return result

    def _refresh(self, rejected: ReadOnlyCredentials) -> bool:
        return self.refresh_helps and self.credentials_provider.refresh(rejected) and self._may_retry()

    def _raise_if_region_hangs(self) -> None:
        if self.lost_time.seconds > LOST_SECONDS_PER_SCOPE:
            detail = f"Not called: earlier calls to this region hung for {self.lost_time.seconds:.0f} s in total"
            raise ApiCallError(ErrorInfo(Reason.TIMEOUT, RetryAction.NONE, "GaveUp", detail))

    def _record_failure(self, info: ErrorInfo, api: tuple[str, str], seconds: float) -> None:
        if info.reason is Reason.TIMEOUT:
            self.lost_time.seconds += seconds
        if info.retry_action is RetryAction.BACK_OFF:
            self.stats.throttled += 1
            account, now = self.credentials_provider.account_id, self.call_context.clock.monotonic()
            self.call_context.rate_limiter.on_throttle(account, self.region, api, now)

    def _may_retry(self) -> bool:
        if self.stats.retried >= retry.RETRIES_PER_SCOPE or not self.call_context.retry_quota.acquire():
            return False
        self.stats.retried += 1
        return True


def _invoke(clients: Clients, region: str, api: tuple[str, str], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """Call AWS, and raise MalformedResponse for the accidents of botocore's parsers.

    `read` runs outside of this function: an accident there is a bug of this program.
    """
    try:
        return clients.invoke(api[0], region, api[1], parameters)
    except (ClientError, BotoCoreError, OSError):
        raise  # some of botocore's errors are ValueErrors too
    except _PARSER_ERRORS as error:
        raise MalformedResponse(f"{type(error).__name__}: {error}") from error
