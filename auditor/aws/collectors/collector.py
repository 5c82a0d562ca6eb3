"""The collector: the calls that turn one scope into facts and gaps."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from auditor.aws.calls import LostTime, RegionClient
from auditor.aws.collectors.cache_codec import CacheCodec
from auditor.aws.collectors.tag_source import TagSource
from auditor.aws.errors import ApiCallError
from auditor.domain.cache import ScopeCache
from auditor.domain.check import Status
from auditor.domain.coverage import Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.json_types import Json
from auditor.domain.scope import Scope

#: Tells whether no check needs other tags of a fact than it has.
TagsSuffice = Callable[[Any], bool]

#: Values of `CollectOptions.revisions`.
LATEST, RUNNING, BOTH = "latest", "running", "latest+running"


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """What the enabled checks need from the collectors.

    `revisions` is `latest` (the latest revision of every family), `running` (every revision in use) or
    `latest+running`. `tags_suffice` tells whether every check that reads tags passes or skips a fact with the tags that
    it has; without such checks it is None, and the tags of cached facts are left unread. `needs` names the optional
    parts of facts that are read.
    """

    revisions: str = BOTH
    tags_suffice: TagsSuffice | None = None
    needs: frozenset[str] = frozenset()

    @property
    def latest(self) -> bool:
        """Whether the latest revision of every family is examined."""
        return self.revisions != RUNNING

    @property
    def running(self) -> bool:
        """Whether running revisions are examined, and usage is read."""
        return self.revisions != LATEST


@dataclass(frozen=True, slots=True)
class CollectorResult:
    """Everything that a collector yielded in a scope, and the error that ended it early, if any."""

    items: tuple[Fact | Gap, ...]
    error: ApiCallError | None = None


#: Returns the result of another collector in the same scope. The first call reads it.
CollectSibling = Callable[[str], CollectorResult]


@dataclass(slots=True)
class ScopeState:
    """What the collectors of one scope share, so that no call is made twice. Used by one thread at a time.

    `results` are those of collectors that others depend on, by name. `lists` are lists that several collectors need, or
    the errors that ended them. `active` are the ARNs of containers of other resources, such as clusters, that a
    describe call of this run has called active. `settings` are settings of the account by name, or the errors that
    occurred instead.
    """

    results: dict[str, CollectorResult] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...] | ApiCallError] = field(default_factory=dict)
    active: set[str] = field(default_factory=set)
    settings: dict[str, str | ApiCallError] = field(default_factory=dict)
    lost_time: LostTime = field(default_factory=LostTime)


@dataclass(frozen=True, slots=True)
class CollectContext:
    """What one collector works with in one scope."""

    scope: Scope
    client: RegionClient
    cache: ScopeCache
    options: CollectOptions
    state: ScopeState
    collect_sibling: CollectSibling


#: Yields facts and gaps as they arrive. Raises ApiCallError if the scope cannot be listed completely.
Collect = Callable[[CollectContext], Iterator[Fact | Gap]]


#: Returns the status that a check, by its id, gives to a fact.
JudgeFact = Callable[[str, Any], Status]


#: Describes the resource of a cache key anew. Returns whether the cached value is true, None if that cannot be told.
ConfirmCached = Callable[[CollectContext, str, Json], bool | None]


class AddIntroductions(Protocol):
    """Adds to failing findings the revision that first had the problem."""

    def __call__(
        self, context: CollectContext, findings: Iterable[Finding], judge: JudgeFact, *, search: bool
    ) -> Iterator[Finding]:
        """Yield the findings, changed or as they are. Calls AWS only with `search`."""


@dataclass(frozen=True, slots=True)
class OptionalPart:
    """What reading an optional part of a fact needs in addition: IAM actions, and results of other collectors."""

    actions: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads one kind of fact.

    `name` identifies it in coverage records. `service` is botocore's name of the AWS service. `actions` are the IAM
    actions that it needs.

    `list_only` yields as many resources as `collect` without describing them. `batch` is how many resources one
    describe call takes, 0 if listing returns them described; `cost` states the number of calls for readers.

    `depends_on` names the collectors whose results it uses, `usage_depends_on` those that it also uses to read usage.
    `required_members` lists the members that it reads, by botocore's name of their shape.

    `tag_source` says where the tags of cached facts are read, None if no enabled check reads them. `optional_parts` are
    those that it reads only if a check needs them, by the name in `Check.needs`.

    `cache_codec` encodes the facts that it stores in the fact cache, None if it stores none. `confirm_cached` compares
    one of them with AWS; raises TypeError if a collector that stores facts lacks it. `add_introductions` adds to
    failing findings the revision that first had the problem, for kinds that have revisions.
    """

    name: str
    service: str
    fact_type: type[Any]
    actions: tuple[str, ...]
    collect: Collect
    list_only: Collect
    batch: int
    cost: str
    depends_on: tuple[str, ...] = ()
    usage_depends_on: tuple[str, ...] = ()
    cache_codec: CacheCodec[Any] | None = None
    confirm_cached: ConfirmCached | None = None
    tag_source: TagSource | None = None
    add_introductions: AddIntroductions | None = None
    required_members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    optional_parts: Mapping[str, OptionalPart] = field(default_factory=dict)

    def reading(self, needs: Collection[str]) -> Collector:
        """Return the collector with what reading these optional parts needs."""
        parts = [part for name, part in self.optional_parts.items() if name in needs]
        if not parts:
            return self
        return replace(
            self,
            actions=(*self.actions, *(action for part in parts for action in part.actions)),
            depends_on=(*self.depends_on, *(name for part in parts for name in part.depends_on)),
        )

    def __post_init__(self) -> None:
        """Refuse a cache whose content could not be compared with AWS."""
        if self.cache_codec is not None and self.confirm_cached is None:
            raise TypeError(f"{self.name} stores facts in the cache and has no confirm_cached")

    @property
    def all_actions(self) -> tuple[str, ...]:
        """The IAM actions that it needs, including those for tags."""
        return (*self.actions, *(self.tag_source.actions if self.tag_source else ()))

    def describe_calls(self, resources: int) -> int:
        """Return how many calls describe this number of listed resources."""
        return -(-resources // self.batch) if self.batch else 0
