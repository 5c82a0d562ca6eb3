"""Lists of ECS: a hundred names per page, clusters, and what is in a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from auditor.aws.calls import RegionClient
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.errors import ApiCallError
from auditor.aws.models import PageTokens
from auditor.aws.paging import paginate_strings, unique
from auditor.domain.coverage import Gap

#: The largest page of most ECS lists (ECS API reference).
PAGE_SIZE = 100
#: The token names of operations that botocore has no paginator for.
PAGE_TOKENS = PageTokens("nextToken", "nextToken")

_NO_SUCH_CLUSTER = "ClusterNotFoundException"


def list_names(client: RegionClient, operation: str, key: str, /, **parameters: Any) -> Iterator[str]:
    """Yield every name of an ECS list once. Raises ApiCallError."""
    return unique(paginate_strings(client, "ecs", operation, key, maxResults=PAGE_SIZE, **parameters))


def clusters(context: CollectContext) -> tuple[str, ...]:
    """Return the ARNs of the region's clusters, which are listed once for all collectors. Raises ApiCallError."""
    arns = context.state.lists.get("clusters")
    if arns is None:
        try:
            arns = tuple(list_names(context.client, "ListClusters", "clusterArns"))
        except ApiCallError as error:
            arns = error
        context.state.lists["clusters"] = arns
    if isinstance(arns, ApiCallError):
        raise arns
    return arns


def in_cluster(context: CollectContext, cluster: str, operation: str, key: str) -> tuple[list[str], Gap | None]:
    """Return the ARNs that a cluster lists, and a gap if the list is incomplete. Other clusters are not affected."""
    arns: list[str] = []
    try:
        for arn in list_names(context.client, operation, key, cluster=cluster):
            arns.append(arn)  # noqa: PERF402 - ARNs before a failure are kept
    except ApiCallError as error:
        if error.info.code == _NO_SUCH_CLUSTER:
            return arns, None  # deleted since it was listed
        detail = f"{operation} of the cluster {cluster.rpartition('/')[2]}: {error.info.detail}"
        return arns, Gap(context.scope, "list", error.info.reason, detail)
    return arns, None
