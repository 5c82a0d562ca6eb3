"""What a collector is: the calls that turn one scope into facts and gaps, and what it knows of the others there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from auditor.domain.cache import ScopeCache
from auditor.domain.check import Status
from auditor.domain.coverage import Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.scope import Scope

if TYPE_CHECKING:
    from auditor.aws.calls import RegionClient
    from auditor.aws.errors import ApiCallError  # whoever only parses needs no client of AWS

#: What the checks can do without: see `Wishes`.
LATEST, RUNNING, BOTH = "latest", "running", "latest+running"


@dataclass(frozen=True, slots=True)
class CollectOptions:
    """What is wanted of the collectors.

    `revisions` is `latest` (of every family), `running` (whatever something uses) or `latest+running`. With `tags`,
    tags are read anew tonight, and not taken as unread where the rest is remembered.
    """

    revisions: str = BOTH
    tags: bool = True

    @property
    def latest(self) -> bool:
        """Whether the latest revision of every family is judged."""
        return self.revisions != RUNNING

    @property
    def running(self) -> bool:
        """Whether what runs is looked at."""
        return self.revisions != LATEST


@dataclass(frozen=True, slots=True)
class CollectorResult:
    """What a collector came to in a scope: facts and gaps, and why it could not go on, if so."""

    items: tuple[Fact | Gap, ...]
    error: ApiCallError | None = None


#: Returns what another collector came to in the same scope; reads it now where it was not read before.
CollectSibling = Callable[[str], CollectorResult]


@dataclass(slots=True)
class ScopeState:
    """What the collectors of one scope share, so that nothing is asked twice. Used by one thread at a time.

    `outcomes` are those of collectors that others build on; `lists` the results, or failures, of lists that several
    need; `lost` is how many seconds calls to this region have cost that never came back.
    """

    results: dict[str, CollectorResult] = field(default_factory=dict)
    lists: dict[str, tuple[str, ...] | ApiCallError] = field(default_factory=dict)
    lost_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class CollectContext:
    """One collector in one scope: how to call, what an earlier night left, and what is known of the others."""

    scope: Scope
    client: RegionClient
    cache: ScopeCache
    options: CollectOptions
    state: ScopeState
    collect_sibling: CollectSibling


#: Yields facts and gaps as they come. Raises CallFailed when the scope itself cannot be listed (any further).
Collect = Callable[[CollectContext], Iterator[Fact | Gap]]


#: Returns the status that a check, by its id, gives to a fact.
JudgeFact = Callable[[str, Any], Status]


class AddIntroductions(Protocol):
    """Adds to failing findings the revision that first had the problem."""

    def __call__(
        self, context: CollectContext, findings: Iterable[Finding], judge: JudgeFact, *, search: bool
    ) -> Iterator[Finding]:
        """Yield the findings, changed or as they are. Calls AWS only with `search`."""


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads one kind of fact.

    `name` stands in the coverage records, `service` is botocore's name of the AWS service, `actions` are the IAM actions it needs, `version` is that of its notes for
    the next night: a change of what it writes down or how it parses is a new one. `count` only lists, and yields as
    many resources as `collect` would: they are judged by nothing. `needs` names the collectors that it builds on, and
    `running_needs` those that tell it what runs, where that is wanted. `batch` is how many resources one describe call
    takes, 0 where listing them is all, and `cost` says the same for people. `models` lists, by botocore's name of a
    shape, the members that are read.

    `add_introductions` adds to failing findings the revision that first had the problem, for kinds that have revisions.
    """

    name: str
    service: str
    fact_type: type[Any]
    actions: tuple[str, ...]
    version: int
    collect: Collect
    list_only: Collect
    batch: int
    cost: str
    depends_on: tuple[str, ...] = ()
    usage_depends_on: tuple[str, ...] = ()
    add_introductions: AddIntroductions | None = None
    required_members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def describe_calls(self, resources: int) -> int:
        """Return how many calls it takes to describe so many resources, once they are listed."""
        return -(-resources // self.batch) if self.batch else 0
