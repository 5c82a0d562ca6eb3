"""The one retry policy. botocore's own retries are off, so attempts never multiply and every throttle is counted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import tenacity
from tenacity import RetryCallState, Retrying

from auditor.aws.failures import CallFailed, Remedy
from auditor.domain.clock import Clock

T = TypeVar("T")

#: Calls for one logical call, the first included.
ATTEMPTS = 8
#: Retries that one scope may spend in all: a region that is down costs its own time, not the night's.
RETRIES_PER_SCOPE = 200

_FIRST_WAIT = 0.2
_LONGEST_WAIT = 10.0


def _worth_it(error: BaseException) -> bool:
    return isinstance(error, CallFailed) and error.failure.remedy in (Remedy.RETRY, Remedy.BACK_OFF)


def policy(clock: Clock, may_retry: Callable[[], bool] = lambda: True) -> Retrying:
    """Retry what is on the allow-list, with full jitter, until the attempts, the scope's retries or the run end.

    The sleep is the clock's: it raises Stopped when the run is to end. Raises the last CallFailed.
    """

    def exhausted(state: RetryCallState) -> bool:
        return state.attempt_number >= ATTEMPTS or not may_retry()

    return Retrying(
        retry=tenacity.retry_if_exception(_worth_it),
        wait=tenacity.wait_random_exponential(multiplier=_FIRST_WAIT, max=_LONGEST_WAIT),
        stop=exhausted,
        sleep=clock.sleep,
        reraise=True,
    )
