"""Rate limits: AWS's token buckets, of which the run leaves a share to the account's own callers.

AWS keeps a token bucket per account, region and group of API actions. Everything in the account draws from it: its
own deployments too. The limits of a collected service stand in `collectors/<service>/rate_limits.py`.
"""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from math import inf
from threading import Lock


@dataclass(frozen=True, slots=True)
class RateLimit:
    """The limit of one group of API actions: `burst` calls at once, then `rate` calls per second.

    Operations whose limits have the same `name` share one bucket.
    """

    name: str
    burst: float
    rate: float


#: Limits of services that have no collector but that every run calls.
_CORE_LIMITS: Mapping[str, Mapping[str, RateLimit]] = {
    # The default quota per account and region (IAM user guide).
    "sts": {"AssumeRole": RateLimit("sts", 600, 600)},
    # No number is published for GetResources: this is lower than what AWS publishes for any API that is called here.
    "resourcegroupstaggingapi": {"GetResources": RateLimit("tagging", 10, 10)},
    # What S3 supports for one prefix (S3 user guide).
    "s3": {"PutObject": RateLimit("s3:write", 3_500, 3_500), "GetObject": RateLimit("s3:read", 5_500, 5_500)},
}

#: Share of the rate that a throttle takes away, and share of the full rate that each successful call gives back.
_CUT = 0.5
_RECOVERY = 0.02
_SLOWEST = 0.5
#: Throttles within this many seconds concern one empty bucket: concurrent calls are refused together, and a cut for
#: each of them would stop all callers.
_ONE_EVENT = 1.0


def rate_limit(service: str, operation: str) -> RateLimit:
    """Return the limit of an operation; a low one, shared by the service's other operations, if none is published."""
    return _service_limits(service).get(operation) or RateLimit(f"{service}:other", 20, 10)


@cache
def _service_limits(service: str) -> Mapping[str, RateLimit]:
    name = f"auditor.aws.collectors.{service.replace('-', '_')}.rate_limits"
    try:
        limits: Mapping[str, RateLimit] = importlib.import_module(name).RATE_LIMITS
    except ModuleNotFoundError as error:
        if not name.startswith(str(error.name)):
            raise
        return _CORE_LIMITS.get(service, {})
    return limits


@dataclass(slots=True)
class _TokenBucket:
    """A bucket in use. Negative `tokens` are callers that wait for their turn."""

    burst: float
    full_rate: float
    rate: float
    tokens: float
    updated_at: float
    cut_at: float = -inf
    lock: Lock = field(default_factory=Lock)

    def take(self, now: float) -> float:
        with self.lock:
            self.tokens = min(self.burst, self.tokens + (now - self.updated_at) * self.rate) - 1
            self.updated_at = now
            return max(0.0, -self.tokens / self.rate)

    def throttle(self, now: float) -> None:
        with self.lock:
            self.tokens = min(self.tokens + (now - self.updated_at) * self.rate, 0.0)
            self.updated_at = now
            if now - self.cut_at >= _ONE_EVENT:
                self.cut_at = now
                self.rate = max(min(_SLOWEST, self.full_rate), self.rate * _CUT)

    def recover(self) -> None:
        if self.rate < self.full_rate:
            with self.lock:
                self.rate = min(self.full_rate, self.rate + self.full_rate * _RECOVERY)


class RateLimiter:
    """Token buckets per account, region and rate limit. Every method may be called from any thread."""

    def __init__(self, headroom: float) -> None:
        """Start with full buckets. `headroom` is the share of AWS's limits that the run uses, above 0 and up to 1."""
        self._headroom = headroom
        self._buckets: dict[tuple[str, str, str], _TokenBucket] = {}

    def reserve(self, account: str, region: str, api: tuple[str, str], now: float) -> float:
        """Reserve one call and return how many seconds to wait before making it."""
        return self._bucket(account, region, api, now).take(now)

    def on_throttle(self, account: str, region: str, api: tuple[str, str], now: float) -> None:
        """Slow down and let the bucket fill: AWS throttled a call, so other callers drain the bucket."""
        self._bucket(account, region, api, now).throttle(now)

    def on_success(self, account: str, region: str, api: tuple[str, str], now: float) -> None:
        """Speed up again, gradually: a call succeeded."""
        self._bucket(account, region, api, now).recover()

    def evict(self, account: str) -> None:
        """Drop the buckets of a finished account, so that memory does not grow with the organization."""
        for key in [key for key in tuple(self._buckets) if key[0] == account]:
            self._buckets.pop(key, None)

    def _bucket(self, account: str, region: str, api: tuple[str, str], now: float) -> _TokenBucket:
        limit = rate_limit(*api)
        key = (account, region, limit.name)
        bucket = self._buckets.get(key)
        if bucket is None:
            burst, rate = max(1.0, limit.burst * self._headroom), limit.rate * self._headroom
            # setdefault is atomic under the interpreter lock, so two first callers get the same bucket.
            bucket = self._buckets.setdefault(key, _TokenBucket(burst, rate, rate, burst, now))
        return bucket
