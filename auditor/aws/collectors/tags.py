"""Tags of resources that are not described again: from the tag index of the region, or asked for one by one.

The tag index is the Resource Groups Tagging API. One call returns the tags of a hundred resources, but minutes to hours
late, and nothing about a resource that never had tags. So the index may only settle a resource that passes with the
tags that it shows. Any other resource is asked for with a call of its own, whose answer is up to date.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, TypeVar

from auditor.aws.calls import LostTime
from auditor.aws.collectors.batch_describe import REFUSED_ARGUMENT
from auditor.aws.collectors.collector import CollectContext
from auditor.aws.collectors.tag_source import INDEX_SERVICE, TagSource
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse
from auditor.aws.paging import paginate
from auditor.domain.coverage import Gap
from auditor.domain.reason import Reason
from auditor.parsers import json_values
from auditor.parsers.json_values import MalformedValue

#: The largest page of GetResources (Resource Groups Tagging API reference).
_PAGE_SIZE = 100
#: The index also lists resources that are not judged, such as old revisions. After this many pages it is only read on
#: while each page settles a resource on average; single calls would be cheaper.
_FIRST_PAGES = 10
_REFUSALS = frozenset({Reason.PERMISSION_DENIED, Reason.SCP_DENIED})
_NOT_CONNECTED = "EndpointConnectionError"

_Page = list[tuple[str, Mapping[str, str]]]


class TaggedFact(Protocol):
    """A fact whose tags can be read apart from it.

    `tags_from_index` says that the tags are those of the tag index, `tags_unread` why `tags` is None.
    """

    __dataclass_fields__: ClassVar[dict[str, Any]]

    @property
    def arn(self) -> str:
        """The ARN."""

    @property
    def tags(self) -> Mapping[str, str] | None:
        """The tags, None if they were not read."""

    @property
    def tags_from_index(self) -> bool:
        """Whether `tags` are those of the tag index."""

    @property
    def tags_unread(self) -> str | None:
        """Why the tags could not be read."""


F = TypeVar("F", bound=TaggedFact)


@dataclass(slots=True)
class TagReader:
    """Adds tags to the facts of one scope that come from the fact cache. Calls nothing before the first of them.

    `arns` are all of them: their number decides how many pages of the index are worth reading.
    """

    context: CollectContext
    source: TagSource
    arns: Collection[str]
    _index: Mapping[str, Mapping[str, str]] | None = None
    _refusal: ErrorInfo | None = None
    _unread: dict[str, ErrorInfo] = field(default_factory=dict)

    def with_tags(self, fact: F) -> F:
        """Return a fact from the cache with tags. If they cannot be read, they are None, with the reason."""
        suffice = self.context.options.tags_suffice
        if suffice is None:
            return fact
        if self._index is None:
            self._index = self._read_index()
        if indexed := self._index.get(fact.arn):
            from_index = replace(fact, tags=indexed, tags_from_index=True)
            if suffice(from_index):
                return from_index
        if suffice(fact):
            return fact  # no check needs its tags, for example because it is deregistered
        if self._refusal is not None:
            return self._without_tags(fact, self._refusal)
        try:
            return replace(fact, tags=self._ask(fact.arn))
        except ApiCallError as error:
            return self._without_tags(fact, error.info)

    def gap(self) -> Gap | None:
        """Return the gap of tags that could not be read, if there are any: the resources themselves are known."""
        if not self._unread:
            return None
        arn, info = next(iter(self._unread.items()))
        detail = f"The tags of {len(self._unread)} cached resources could not be read, {arn} among them: {info.detail}"
        return Gap(self.context.scope, "describe", info.reason, detail)

    def _without_tags(self, fact: F, info: ErrorInfo) -> F:
        if info.code not in REFUSED_ARGUMENT:  # an ARN in the old format, which cannot have tags
            self._unread[fact.arn] = info
        return replace(fact, tags=None, tags_unread=info.detail)

    def _ask(self, arn: str) -> Mapping[str, str]:
        """Return the tags of one resource. Raises ApiCallError."""

        def read(answer: Mapping[str, Any]) -> Mapping[str, str]:
            return _tags(answer, self.source.member, self.source.names)

        source = self.source
        return self.context.client.call(source.service, source.operation, read, **{source.parameter: arn})

    def _read_index(self) -> Mapping[str, Mapping[str, str]]:
        """Return what the index shows of `arns`, as far as reading it is cheaper than single calls.

        Other resources in its answer are ignored, and so are resources that it shows with different tags. If it fails,
        single calls replace it. Only a refusal is final: it does not cost a call for each resource every night.
        """
        found: dict[str, Mapping[str, str]] = {}
        unreachable = self.context.client.call_context.unreachable
        place = INDEX_SERVICE, self.context.scope.region
        if len(self.arns) <= 1 or place in unreachable:
            return found
        try:
            for number, page in enumerate(self._pages(), start=1):
                self._add_page(found, page)
                if self._is_read_enough(found, number):
                    break
        except ApiCallError as error:
            if error.info.reason in _REFUSALS:
                self._refusal = error.info
            elif error.info.reason is Reason.TIMEOUT or error.info.code == _NOT_CONNECTED:
                unreachable.add(place)
        return found

    def _add_page(self, found: dict[str, Mapping[str, str]], page: _Page) -> None:
        for arn, tags in page:
            if arn in self.arns:
                found[arn] = tags if found.get(arn, tags) == tags else {}

    def _is_read_enough(self, found: Mapping[str, Mapping[str, str]], pages: int) -> bool:
        worth = max(min(len(self.arns), _FIRST_PAGES), sum(map(bool, found.values())))
        return len(found) == len(self.arns) or pages > worth

    def _pages(self) -> Iterator[_Page]:
        # A network without a path to the index must not use up the time that the scope's other calls may lose.
        client = replace(self.context.client, lost_time=LostTime())
        parameters = {"ResourceTypeFilters": [self.source.resource_type], "ResourcesPerPage": _PAGE_SIZE}
        return paginate(client, INDEX_SERVICE, "GetResources", _read_page, **parameters)


def _read_page(answer: Mapping[str, Any]) -> _Page:
    mappings = answer.get("ResourceTagMappingList")
    if not isinstance(mappings, list) or not all(isinstance(mapping, dict) for mapping in mappings):
        raise MalformedResponse("no list of objects under `ResourceTagMappingList`")
    return [(str(mapping.get("ResourceARN")), _tags(mapping, "Tags", ("Key", "Value"))) for mapping in mappings]


def _tags(answer: Mapping[str, Any], member: str, names: tuple[str, str]) -> Mapping[str, str]:
    if not isinstance(answer.get(member), list):
        raise MalformedResponse(f"no list of tags under `{member}`")
    try:
        return json_values.tag_map(answer[member], member, names)
    except MalformedValue as error:
        raise MalformedResponse(str(error)) from error
