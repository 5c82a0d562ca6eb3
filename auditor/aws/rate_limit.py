"""How fast we may ask: AWS's token buckets, of which we leave a part to the account itself.

ECS keeps one bucket per account, region and group of API actions, shared by everybody who calls: the account's own
deployments too. Sizes and rates are from the ECS API reference, "Request throttling"; groups that are not in it get
a small budget of ours.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf
from threading import Lock


@dataclass(frozen=True, slots=True)
class RateLimit:
    """One group of API actions: `burst` calls at once, then `rate` calls per second."""

    name: str
    burst: float
    rate: float


_TASK_DEFINITION_READ = RateLimit("ecs:task-definition-read", 50, 20)
_CLUSTER_READ = RateLimit("ecs:cluster-read", 50, 20)
_SERVICE_READ = RateLimit("ecs:service-read", 100, 20)
_CLUSTER_RESOURCE_READ = RateLimit("ecs:cluster-resource-read", 100, 20)

_BUCKETS = {
    ("ecs", "DescribeTaskDefinition"): _TASK_DEFINITION_READ,
    ("ecs", "ListTaskDefinitions"): _TASK_DEFINITION_READ,
    ("ecs", "ListTaskDefinitionFamilies"): _TASK_DEFINITION_READ,
    ("ecs", "DescribeClusters"): _CLUSTER_READ,
    ("ecs", "ListClusters"): _CLUSTER_READ,
    ("ecs", "DescribeServices"): _SERVICE_READ,
    ("ecs", "ListServices"): _SERVICE_READ,
    ("ecs", "DescribeTasks"): _CLUSTER_RESOURCE_READ,
    ("ecs", "ListTasks"): _CLUSTER_RESOURCE_READ,
    ("ecs", "DescribeCapacityProviders"): RateLimit("ecs:capacity-provider-read", 50, 20),
    ("sts", "AssumeRole"): RateLimit("sts", 600, 600),  # the default quota, per account and region (IAM user guide)
    ("s3", "PutObject"): RateLimit("s3:write", 3_500, 3_500),  # what S3 promises for one prefix (S3 user guide)
    ("s3", "GetObject"): RateLimit("s3:read", 5_500, 5_500),
}

#: Share of the rate that a throttle takes away, and the share of the full rate that each quiet call gives back.
_CUT = 0.5
_RECOVERY = 0.02
_SLOWEST = 0.5
#: Throttles this close together (seconds) are about one empty bucket: calls that were under way are refused in a bunch,
#: and a cut for each of them would bring everybody to a stop.
_ONE_EVENT = 1.0


@dataclass(slots=True)
class _TokenBucket:
    """A bucket in use: `tokens` may be negative, which is a queue of callers who wait their turn."""

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
    """Token buckets per (account, region, API bucket). `headroom` is the share that we take, above 0 up to 1."""

    def __init__(self, headroom: float) -> None:
        """Start with every bucket at our share of full."""
        self._headroom = headroom
        self._levels: dict[tuple[str, str, str], _TokenBucket] = {}

    def reserve(self, account: str, region: str, api: tuple[str, str], now: float) -> float:
        """Reserve one call; the answer is how many seconds to wait before making it."""
        return self._bucket(account, region, api, now).take(now)

    def on_throttle(self, account: str, region: str, api: tuple[str, str], now: float) -> None:
        """AWS said no: somebody else drains the bucket. Slow down, and let it fill."""
        self._bucket(account, region, api, now).throttle(now)

    def on_success(self, account: str, region: str, api: tuple[str, str], now: float) -> None:
        """Record that a call went through: speed up again, gently."""
        self._bucket(account, region, api, now).recover()

    def evict(self, account: str) -> None:
        """Drop the buckets of an account that has ended, so that memory does not grow with the organization."""
        for key in [key for key in tuple(self._levels) if key[0] == account]:
            self._levels.pop(key, None)

    def _bucket(self, account: str, region: str, api: tuple[str, str], now: float) -> _TokenBucket:
        bucket = _BUCKETS.get(api) or RateLimit(f"{api[0]}:other", 20, 10)
        key = (account, region, bucket.name)
        level = self._levels.get(key)
        if level is None:
            burst, rate = max(1.0, bucket.burst * self._headroom), bucket.rate * self._headroom
            # setdefault is one step under the interpreter lock: of two first callers, both get the same level.
            level = self._levels.setdefault(key, _TokenBucket(burst, rate, rate, burst, now))
        return level
