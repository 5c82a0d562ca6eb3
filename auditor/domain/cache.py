"""The fact cache: descriptions of immutable resources, kept between runs.

A task definition revision never changes, so it has to be described only once; its status and its tags can change and
are not cached. The cache saves calls and never changes a verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ScopeCache:
    """The cache entries of one collector in one region: those of earlier runs, and those for the next run.

    `cached` maps ARNs to encoded facts of earlier runs, and `listed` is the number of ARNs in the last full listing, 0
    if there was none. `fresh` and `listed_tonight` are the same for this run; if `complete` is set they replace the old
    ones.
    """

    cached: Mapping[str, Any] = field(default_factory=dict)
    listed: int = 0
    fresh: dict[str, Any] = field(default_factory=dict)
    listed_tonight: int = 0
    complete: bool = False

    def store(self, arn: str, fact: object) -> None:
        """Keep an encoded fact about an immutable resource. `fact` must be plain JSON."""
        self.fresh[arn] = fact

    @property
    def changed(self) -> bool:
        """Whether the entries of this run differ from those of the earlier runs."""
        return self.complete and (self.fresh != dict(self.cached) or self.listed_tonight != self.listed)


#: (region, collector) -> cache entries.
AccountCache = dict[tuple[str, str], ScopeCache]
