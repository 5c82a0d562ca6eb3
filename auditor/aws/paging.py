"""Lists that arrive in pages, for every service."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from auditor.aws.calls import Read, RegionClient
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, RetryAction
from auditor.aws.models import PageTokens, page_tokens
from auditor.domain.reason import Reason

T = TypeVar("T")

#: Filters can leave many pages in a row empty. After this many pages without a new item, a list is endless.
MAX_PAGES_WITHOUT_NEWS = 1_000


def paginate(
    client: RegionClient,
    service: str,
    operation: str,
    read: Read[T],
    tokens: PageTokens | None = None,
    /,
    **parameters: Any,
) -> Iterator[T]:
    """Yield what `read` returns for each page, until a page holds no token. A page may be empty and not the last.

    botocore's paginators name the tokens; `tokens` names those of operations that have no paginator there. Raises
    ApiCallError if a page cannot be read, and if the list would never end: a token comes back a second time, or too
    many pages in a row contain nothing new. Raises LookupError if the token names are unknown.
    """
    tokens = tokens or page_tokens(service, operation)
    if tokens is None:
        raise LookupError(f"botocore has no paginator for {service}:{operation}; name its page tokens")
    seen: set[str] = set()
    items: set[int] = set()
    pages_without_news = 0
    next_page: dict[str, str] = {}
    while True:
        result, token = client.call(service, operation, _read_page(read, tokens.member), **parameters, **next_page)
        yield result
        if not token:
            return
        if token in seen:
            raise _endless(f"{operation} returned the same {tokens.member} twice, so its pages would never end")
        before = len(items)
        items.update(map(_fingerprint, result if isinstance(result, list) else (result,)))
        pages_without_news = 0 if len(items) > before else pages_without_news + 1
        if pages_without_news >= MAX_PAGES_WITHOUT_NEWS:
            raise _endless(f"{operation} returned {pages_without_news} pages in a row without anything new")
        seen.add(token)
        next_page = {tokens.parameter: token}


def paginate_strings(
    client: RegionClient,
    service: str,
    operation: str,
    key: str,
    tokens: PageTokens | None = None,
    /,
    **parameters: Any,
) -> Iterator[list[str]]:
    """Yield the list of strings under `key` of each page. Raises as `paginate` does."""
    return paginate(client, service, operation, strings_under(key), tokens, **parameters)


def unique(pages: Iterator[list[str]]) -> Iterator[str]:
    """Yield each string of some pages once. A list that changes while it is read can repeat a name on two pages."""
    seen: set[str] = set()
    for page in pages:
        new = [name for name in dict.fromkeys(page) if name not in seen]
        seen.update(new)
        yield from new


def _endless(detail: str) -> ApiCallError:
    return ApiCallError(ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.NONE, "EndlessList", detail))


def _fingerprint(item: object) -> int:
    return hash(item if isinstance(item, str) else repr(item))


def _read_page(read: Callable[[Mapping[str, Any]], T], member: str) -> Read[tuple[T, str | None]]:
    def page(answer: Mapping[str, Any]) -> tuple[T, str | None]:
        result, token = read(answer), answer.get(member)
        if token is not None and not isinstance(token, str):
            raise MalformedResponse(f"`{member}` is not a string")
        return result, token

    return page


def strings_under(key: str) -> Read[list[str]]:
    """Return a reader of the list of strings under `key`, which raises MalformedResponse if there is none."""

    def read(answer: Mapping[str, Any]) -> list[str]:
        names = answer.get(key)
        # AWS sends the list even if it is empty. A garbled body has no list, and must not read as an empty one.
        if not isinstance(names, list) or not all(isinstance(name, str) and name for name in names):
            raise MalformedResponse(f"no list of names under `{key}`")
        return names

    return read
