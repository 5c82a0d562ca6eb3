"""Lists of ECS: a hundred names per page, clusters, and what is in a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from auditor.aws.calls import Read, RegionClient
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse
from auditor.aws.models import PageTokens
from auditor.aws.paging import paginate, paginate_strings, strings_under, unique
from auditor.domain.coverage import Gap
from auditor.domain.reason import Reason
from auditor.domain.scope import Scope

#: The largest page of most ECS lists (ECS API reference).
PAGE_SIZE = 100
#: The token names of operations that botocore has no paginator for.
PAGE_TOKENS = PageTokens("nextToken", "nextToken")

_NO_SUCH_CLUSTER = "ClusterNotFoundException"
_ARN_PARTS, _ARN_LIMIT = 6, 200


def list_names(client: RegionClient, operation: str, key: str, /, **parameters: Any) -> Iterator[str]:
    """Yield every name of an ECS list once. Raises ApiCallError."""
    return unique(paginate_strings(client, "ecs", operation, key, maxResults=PAGE_SIZE, **parameters))


def list_arns(context: CollectContext, operation: str, key: str, /, **parameters: Any) -> Iterator[str]:
    """Yield every ARN of an ECS list once. Raises ApiCallError, also if an ARN belongs to another account or region."""
    read = _read_arns(context.scope, key)
    return unique(paginate(context.client, "ecs", operation, read, maxResults=PAGE_SIZE, **parameters))


def check_scope(scope: Scope, arn: str) -> None:
    """Raise MalformedResponse if an ARN does not name an ECS resource of this account and region."""
    parts = arn.split(":", 5)
    if len(parts) < _ARN_PARTS or (parts[0], *parts[2:5]) != ("arn", "ecs", scope.region, scope.account.id):
        raise MalformedResponse(f"asked in {scope.region} of {scope.account.id}, got {arn[:_ARN_LIMIT]}")


def clusters(context: CollectContext) -> tuple[str, ...]:
    """Return the ARNs of the region's clusters, which are listed once for all collectors. Raises ApiCallError."""
    return _list_clusters(context, "clusters")


def list_clusters_again(context: CollectContext, _missing: Sequence[str] = ()) -> tuple[tuple[str, ...], Gap | None]:
    """Return the clusters of a second list, read once for all collectors; a gap if it cannot be read."""
    try:
        return _list_clusters(context, "clusters, second list"), None
    except ApiCallError as error:
        return (), Gap(context.scope, "list", error.info.reason, f"ListClusters: {error.info.detail}")


def in_cluster(context: CollectContext, cluster: str, operation: str, key: str) -> tuple[list[str], Gap | None]:
    """Return the ARNs that a cluster lists, and a gap if the list is incomplete. Other clusters are not affected.

    A cluster that AWS does not find was deleted since it was listed, if a second list agrees. If it does not, the
    cluster is listed once more.
    """
    arns, error = _read_in_cluster(context, cluster, operation, key)
    if error is None:
        return arns, None
    reason, detail = error.reason, error.detail
    if error.code == _NO_SUCH_CLUSTER:
        listed, gap = list_clusters_again(context)
        if gap is not None:
            return arns, gap
        if cluster not in listed and cluster not in context.state.active:
            return arns, None
        arns, error = _read_in_cluster(context, cluster, operation, key)
        if error is None:
            return arns, None
        reason, detail = error.reason, error.detail
        if error.code == _NO_SUCH_CLUSTER:
            reason, detail = Reason.CONTRADICTORY_RESPONSE, f"{detail}, although other calls of this run find it"
    detail = f"{operation} of the cluster {cluster.rpartition('/')[2]}: {detail}"
    return arns, Gap(context.scope, "list", reason, detail)


def in_cluster_again(
    context: CollectContext, cluster: str, operation: str, key: str, _missing: Sequence[str]
) -> tuple[list[str], Gap | None]:
    """Return what `in_cluster` returns, for a second look at resources that AWS calls missing."""
    return in_cluster(context, cluster, operation, key)


def _read_in_cluster(
    context: CollectContext, cluster: str, operation: str, key: str
) -> tuple[list[str], ErrorInfo | None]:
    arns: list[str] = []
    try:
        for arn in list_arns(context, operation, key, cluster=cluster):
            arns.append(arn)  # noqa: PERF402 - ARNs before a failure are kept
    except ApiCallError as error:
        return arns, error.info
    return arns, None


def _list_clusters(context: CollectContext, name: str) -> tuple[str, ...]:
    """Return the clusters, read once under this name. Raises ApiCallError, also for every later caller."""
    arns = context.state.lists.get(name)
    if arns is None:
        try:
            arns = tuple(list_arns(context, "ListClusters", "clusterArns"))
        except ApiCallError as error:
            arns = error
        context.state.lists[name] = arns
    if isinstance(arns, ApiCallError):
        raise arns
    return arns


def _read_arns(scope: Scope, key: str) -> Read[list[str]]:
    read_strings = strings_under(key)

    def read(answer: Mapping[str, Any]) -> list[str]:
        arns = read_strings(answer)
        for arn in arns:
            check_scope(scope, arn)
        return arns

    return read
