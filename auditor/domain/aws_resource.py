"""The AWS resource that a finding is about, and the revision that first had the problem."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Resource:
    """The AWS resource that a finding is about.

    `type` is the CloudFormation type. `revision` is None if the resource has no revisions or its revision is unknown,
    `tags` is None if tags were not read.
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
        """The ARN without the revision, which stays the same when a new revision is registered."""
        return self.arn.removesuffix(f":{self.revision}") if self.revision is not None else self.arn


@dataclass(frozen=True, slots=True)
class Introduction:
    """The revision that first had the problem: its predecessor does not have it, or there is none."""

    revision: int
    registered_at: datetime | None = None
    registered_by: str | None = None
