"""What a finding is about: one AWS resource, what runs of it, and when its fault came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """The AWS resource that a finding is about.

    `revision` is None where the resource has none or it was not learnt, `tags` where they were not looked at.
    """

    arn: str
    type: str
    name: str
    family: str | None = None
    revision: int | None = None
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    registered_at: datetime | None = None
    registered_by: str | None = None

    @property
    def unversioned_arn(self) -> str:
        """The ARN without its revision: the same tomorrow, when a new revision is registered."""
        return self.arn.removesuffix(f":{self.revision}") if self.revision is not None else self.arn


@dataclass(frozen=True, slots=True)
class Introduction:
    """The revision that brought a fault in: the one before it did not have it, or there is none before it."""

    revision: int
    registered_at: datetime | None = None
    registered_by: str | None = None
