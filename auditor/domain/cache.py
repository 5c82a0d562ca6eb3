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

    `cached` maps ARNs to encoded facts that the last run judged, `older` those of earlier revisions, which only tell
    when a problem was introduced and never decide a verdict. `listed` is the number of ARNs in the last full listing, 0
    if there was none. `fresh`, `fresh_older` and `listed_tonight` are the same for this run; if `complete` is set they
    replace the old ones.
    """

    cached: Mapping[str, Any] = field(default_factory=dict)
    older: Mapping[str, Any] = field(default_factory=dict)
    listed: int = 0
    fresh: dict[str, Any] = field(default_factory=dict)
    fresh_older: dict[str, Any] = field(default_factory=dict)
    listed_tonight: int = 0
    complete: bool = False

    def store(self, arn: str, fact: object) -> None:
        """Keep an encoded fact about an immutable resource. `fact` must be plain JSON."""
        self.fresh[arn] = fact

    def store_older(self, arn: str, fact: object) -> None:
        """Keep an encoded fact about a revision that was not judged."""
        self.fresh_older[arn] = fact

    def find(self, arn: str) -> object:
        """Return an encoded fact of this or an earlier run, judged or not; None if there is none."""
        for facts in (self.fresh, self.fresh_older, self.cached, self.older):
            if arn in facts:
                return facts[arn]
        return None

    @property
    def changed(self) -> bool:
        """Whether the entries of this run differ from those of the earlier runs."""
        before = (self.cached, self.older, self.listed)
        return self.complete and (self.fresh, self.fresh_older, self.listed_tonight) != before


#: (region, collector) -> cache entries.
AccountCache = dict[tuple[str, str], ScopeCache]
