"""Where a service is, read out of its ARN. Pure."""

from __future__ import annotations

from collections.abc import Collection

_PARTS_WITH_CLUSTER = 3


def cluster_of(service: str, clusters: Collection[str] = ()) -> str:
    """Return the ARN of the cluster that a service, a daemon or a task set is in; empty where it cannot be told.

    Old ARNs do not name it: then it is the only one of `clusters`, which are names.
    """
    head, _, name = service.rpartition(":")
    parts = name.split("/")
    if len(parts) >= _PARTS_WITH_CLUSTER:
        return f"{head}:cluster/{parts[1]}"
    return f"{head}:cluster/{next(iter(clusters))}" if len(clusters) == 1 else ""
