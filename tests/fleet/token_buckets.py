"""AWS's token buckets: one per account, region and kind of call, shared by all callers of the account."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

#: Bucket name -> (burst, calls per second).
#: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html
#: The page does not name task sets and daemons; they have the smallest of the common sizes.
#: STS: 600 calls per second and account.
LIMITS = {
    "task-definition-read": (50.0, 20.0),
    "cluster-read": (50.0, 20.0),
    "service-read": (100.0, 20.0),
    "cluster-resource-read": (100.0, 20.0),
    "tag-read": (50.0, 20.0),
    "capacity-provider-read": (50.0, 20.0),
    "setting-read": (50.0, 20.0),
    "service-deployment-read": (50.0, 20.0),
    "service-revision-read": (50.0, 20.0),
    "task-set-read": (50.0, 20.0),
    "daemon-read": (50.0, 20.0),
    "sts": (600.0, 600.0),
}

BUCKET_OF = {
    "DescribeTaskDefinition": "task-definition-read",
    "ListTaskDefinitions": "task-definition-read",
    "ListTaskDefinitionFamilies": "task-definition-read",
    "DescribeClusters": "cluster-read",
    "ListClusters": "cluster-read",
    "DescribeServices": "service-read",
    "ListServices": "service-read",
    "ListTasks": "cluster-resource-read",
    "DescribeTasks": "cluster-resource-read",
    "ListContainerInstances": "cluster-resource-read",
    "DescribeContainerInstances": "cluster-resource-read",
    "ListAttributes": "cluster-resource-read",
    "ListTagsForResource": "tag-read",
    "DescribeCapacityProviders": "capacity-provider-read",
    "ListAccountSettings": "setting-read",
    "DescribeServiceDeployments": "service-deployment-read",
    "ListServiceDeployments": "service-deployment-read",
    "DescribeServiceRevisions": "service-revision-read",
    "DescribeTaskSets": "task-set-read",
    "ListDaemonTaskDefinitions": "daemon-read",
    "DescribeDaemonTaskDefinition": "daemon-read",
    "AssumeRole": "sts",
    "GetCallerIdentity": "sts",
}


@dataclass(frozen=True, slots=True)
class Drain:
    """Another caller that takes `rate` tokens per second from buckets for `seconds` (0: without an end)."""

    rate: float
    account: str = "*"
    region: str = "*"
    bucket: str = "task-definition-read"
    seconds: float = 0.0

    def matches(self, account: str, region: str, bucket: str) -> bool:
        """Whether the caller uses this bucket."""
        return (
            fnmatchcase(account, self.account) and fnmatchcase(region, self.region) and fnmatchcase(bucket, self.bucket)
        )

    def to_json(self) -> dict[str, Any]:
        """Return a document for `Drain(**document)`."""
        return asdict(self)


class TokenBuckets:
    """All buckets. Each is created full by its first call."""

    def __init__(self, drains: Sequence[Drain] = (), limits: Mapping[str, tuple[float, float]] | None = None) -> None:
        """Take the other callers (`drains`) and the limits of further operations, each with a bucket of its own."""
        self._drains = tuple(drains)
        self._limits = {**LIMITS, **(limits or {})}
        self._bucket_of = {**BUCKET_OF, **{operation: operation for operation in limits or {}}}
        self._levels: dict[tuple[str, str, str], tuple[float, float]] = {}

    def take(self, account: str, region: str, operation: str, now: float) -> bool:
        """Take a token, or return False if there is none. `now` is in seconds since the start of the server."""
        bucket = self._bucket_of.get(operation)
        if bucket is None:
            return True
        burst, rate = self._limits[bucket]
        key = (account, region, bucket)
        if self._drains:
            rate = max(0.5, rate - self._drained(key, now))
            burst = min(burst, burst * rate / self._limits[bucket][1])
        level, then = self._levels.get(key, (burst, now))
        level = min(burst, level + (now - then) * rate)
        if level < 1:
            self._levels[key] = (level, now)
            return False
        self._levels[key] = (level - 1, now)
        return True

    def _drained(self, key: tuple[str, str, str], now: float) -> float:
        return sum(
            drain.rate for drain in self._drains if drain.matches(*key) and (not drain.seconds or now < drain.seconds)
        )
