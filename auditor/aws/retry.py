"""The retry policy. botocore's own retries are off: attempts do not multiply, and every throttle is counted."""

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import tenacity
from tenacity import RetryCallState, Retrying

from auditor.aws.answer_limit import GRACE
from auditor.aws.errors import ApiCallError, RetryAction
from auditor.domain.clock import Clock

T = TypeVar("T")

#: Attempts for one call, including the first.
ATTEMPTS = 8
#: Retries of all calls of one scope, so that a region that is down does not delay the run.
RETRIES_PER_SCOPE = 200
#: Retries of one process, plus one for each answered call. A run in which nearly every call fails ends soon, with its
#: reasons, and does not add to the load.
RETRIES_PER_RUN = 10_000

#: How long calls to the output are retried after the run was stopped (seconds).
OUTPUT_GRACE = GRACE

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 10.0


class RetryQuota:
    """The remaining retries of all scopes. Used from any thread."""

    def __init__(self, retries: int = RETRIES_PER_RUN) -> None:
        self._left = retries
        self._lock = Lock()

    def release(self) -> None:
        """Add one retry: AWS has answered a call."""
        with self._lock:
            self._left += 1

    def acquire(self) -> bool:
        """Take one retry. Return False if none is left."""
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            return True


class OutputRetryQuota(RetryQuota):
    """The remaining retries of calls to the output. There are none when the run was stopped a while ago.

    Results are still written after a stop, so that nothing is lost, but a bucket that hangs must not keep the process:
    it would be killed, with everything that it has not written to the spool yet.
    """

    def __init__(self, stopped_for: Callable[[], float]) -> None:
        """`stopped_for` returns the seconds since the run was stopped, 0 if it was not."""
        super().__init__()
        self._stopped_for = stopped_for

    def acquire(self) -> bool:
        """Take one retry. Return False if none is left or the run was stopped too long ago."""
        return self._stopped_for() <= OUTPUT_GRACE and super().acquire()


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, ApiCallError) and error.info.retry_action in (RetryAction.RETRY, RetryAction.BACK_OFF)


def retry_policy(clock: Clock, may_retry: Callable[[], bool] = lambda: True) -> Retrying:
    """Return the retry policy: retry what can succeed, with full jitter, while attempts and `may_retry` allow it.

    It raises the last ApiCallError. The clock's sleep raises Stopped when the run ends.
    """

    def exhausted(state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or not may_retry()

    return Retrying(
        retry=tenacity.retry_if_exception(_is_retryable),
        wait=tenacity.wait_random_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT),
        stop=exhausted,
        sleep=clock.sleep,
        reraise=True,
    )
