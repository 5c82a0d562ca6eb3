"""The one retry policy. botocore's own retries are off, so attempts never multiply and every throttle is counted."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

import tenacity
from tenacity import RetryCallState, Retrying

from auditor.aws.errors import ApiCallError, RetryAction
from auditor.domain.clock import Clock

T = TypeVar("T")

#: Calls for one logical call, the first included.
ATTEMPTS = 8
#: Retries that one scope may spend in all: a region that is down costs its own time, not the night's.
RETRIES_PER_SCOPE = 200
#: Retries that a process of the run may spend in all, beside one for every call that AWS has answered. A night on
#: which nearly nothing works is to end soon, with its reasons, and not to add to the trouble.
RETRIES_PER_RUN = 10_000

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 10.0


class RetryQuota:
    """The retries that are left to all scopes together. Used from any thread."""

    def __init__(self, retries: int = RETRIES_PER_RUN) -> None:
        """Start with so many."""
        self._left = retries
        self._lock = Lock()

    def release(self) -> None:
        """Record that a call went through: AWS is there, and somebody may try once more."""
        with self._lock:
            self._left += 1

    def acquire(self) -> bool:
        """Take one; False where there is none."""
        with self._lock:
            if self._left <= 0:
                return False
            self._left -= 1
            return True


def _is_retryable(error: BaseException) -> bool:
    return isinstance(error, ApiCallError) and error.info.retry_action in (RetryAction.RETRY, RetryAction.BACK_OFF)


def retry_policy(clock: Clock, may_retry: Callable[[], bool] = lambda: True) -> Retrying:
    """Retry what is on the allow-list, with full jitter, until attempts, retries (of scope or run) or the run end.

    The sleep is the clock's: it raises Stopped when the run is to end. Raises the last CallFailed.
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
