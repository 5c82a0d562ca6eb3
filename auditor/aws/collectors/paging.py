"""Pages of ECS lists, read with suspicion."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from auditor.aws.calls import Read, RegionClient
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction
from auditor.domain.coverage import Gap
from auditor.domain.reason import Reason

T = TypeVar("T")

#: The most that ECS puts on a page of a list.
PAGE = 100

_NO_SUCH_CLUSTER = "ClusterNotFoundException"


def pages(client: RegionClient, service: str, operation: str, key: str, /, **parameters: Any) -> Iterator[list[str]]:  # noqa: ANN401
    """Yield the list of strings under `key`, page by page, until there is no `nextToken`.

    Raises CallFailed: when a page cannot be had, and when a token comes back a second time (the list would never end).
    """
    return paginate(client, service, operation, _texts(key), **parameters)


def paginate(
    client: RegionClient,
    service: str,
    operation: str,
    read: Callable[[Mapping[str, Any]], T],
    /,
    **parameters: Any,  # noqa: ANN401
) -> Iterator[T]:
    """Yield what `read` makes of each page. Raises CallFailed as `pages` does."""
    seen: set[str] = set()
    token: str | None = None
    while True:
        more = {"nextToken": token} if token else {}
        items, token = client.call(service, operation, _page(read), **parameters, **more)
        yield items
        if not token:
            return
        if token in seen:
            detail = f"{operation} hands out the same nextToken twice; its pages would never end"
            raise ApiCallError(ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.NONE, "RepeatedToken", detail))
        seen.add(token)


def list_names(client: RegionClient, operation: str, key: str, /, **parameters: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield every name of a list of ECS once: what changes while pages are read can stand on two of them."""
    seen: set[str] = set()
    for page in pages(client, "ecs", operation, key, maxResults=PAGE, **parameters):
        new = [name for name in dict.fromkeys(page) if name not in seen]
        seen.update(new)
        yield from new


def clusters(context: CollectContext) -> tuple[str, ...]:
    """Return the ARNs of the clusters of a region, asked for once. Raises CallFailed, the same to everyone."""
    known = context.state.lists.get("clusters")
    if known is None:
        try:
            known = tuple(list_names(context.client, "ListClusters", "clusterArns"))
        except ApiCallError as error:
            known = error
        context.state.lists["clusters"] = known
    if isinstance(known, ApiCallError):
        raise known
    return known


def in_cluster(context: CollectContext, cluster: str, operation: str, key: str) -> tuple[list[str], Gap | None]:
    """Return what a cluster lists, and a gap where that is not all: other clusters must not suffer for one."""
    arns: list[str] = []
    try:
        for arn in list_names(context.client, operation, key, cluster=cluster):
            arns.append(arn)  # noqa: PERF402 - what came before a failure is kept
    except ApiCallError as error:
        if error.info.code == _NO_SUCH_CLUSTER:
            return arns, None  # deleted since it was listed
        detail = f"{operation} of the cluster {cluster.rpartition('/')[2]}: {error.info.detail}"
        return arns, Gap(context.scope, "list", error.info.reason, detail)
    return arns, None


def _page(read: Callable[[Mapping[str, Any]], T]) -> Read[tuple[T, str | None]]:
    def page(answer: Mapping[str, Any]) -> tuple[T, str | None]:
        items, token = read(answer), answer.get("nextToken")
        if token is not None and not isinstance(token, str):
            raise MalformedResponse("`nextToken` is not text")
        return items, token

    return page


def _texts(key: str) -> Callable[[Mapping[str, Any]], list[str]]:
    def read(answer: Mapping[str, Any]) -> list[str]:
        items = answer.get(key)
        # AWS sends the list even when it is empty; a garbled body parses to nothing, which must not read as "none".
        if not isinstance(items, list) or not all(isinstance(item, str) and item for item in items):
            raise MalformedResponse(f"no list of names under `{key}`")
        return items

    return read
