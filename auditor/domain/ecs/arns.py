"""ARNs of ECS resources."""

from collections.abc import Collection

_PARTS_WITH_CLUSTER = 3


def cluster_of(arn: str, clusters: Collection[str] = ()) -> str:
    """Return the ARN of the cluster of a service, a daemon or a task set; empty if it cannot be determined.

    ARNs in the old format do not contain the cluster. It is then the only one of `clusters`, which are names.
    """
    head, _, name = arn.rpartition(":")
    parts = name.split("/")
    if len(parts) >= _PARTS_WITH_CLUSTER:
        return f"{head}:cluster/{parts[1]}"
    return f"{head}:cluster/{next(iter(clusters))}" if len(clusters) == 1 else ""
