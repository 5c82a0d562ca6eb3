"""What an earlier night learnt and tonight may believe: facts that cannot change, and how large a listing was.

A task definition revision is immutable, so a fact about one is true for ever; its status and its tags are not part of
that. Recall saves calls, never judgement: without it a run makes more calls and says the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class ScopeCache:
    """What is remembered of one region with one collector, and what is to be remembered after tonight.

    `known` maps a resource's ARN to what the collector wrote down about it; `listed` is how many ARNs a full listing
    held, 0 where none was made. `kept` and `listed_now` are tonight's; `complete` says that they replace the old ones.
    """

    cached: Mapping[str, Any] = field(default_factory=dict)
    listed: int = 0
    fresh: dict[str, Any] = field(default_factory=dict)
    listed_tonight: int = 0
    complete: bool = False

    def store(self, arn: str, note: object) -> None:
        """Write down a fact about an immutable resource. `note` must be what JSON can carry."""
        self.fresh[arn] = note

    @property
    def changed(self) -> bool:
        """Whether tonight's notes differ from what was there."""
        return self.complete and (self.fresh != dict(self.cached) or self.listed_tonight != self.listed)


#: (region, collector) -> what is remembered there.
AccountCache = dict[tuple[str, str], ScopeCache]
