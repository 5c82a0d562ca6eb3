"""What was read in AWS: typed facts, with the truths that follow from them as properties.

Environment values are not here and must never be: a collector judges them in memory and drops them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: What Go's `strconv.Atoi` reads as 0. The container runtime parses the uid part with it, so `00`, `+0` and `-0` are
#: root, while ` 0`, `0x0` and non-ASCII digits are names that no image has (the container does not start).
_ZERO = re.compile(r"[+-]?0+", re.ASCII)


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
    def lasting_arn(self) -> str:
        """The ARN without its revision: the same tomorrow, when a new revision is registered."""
        return self.arn.removesuffix(f":{self.revision}") if self.revision is not None else self.arn


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a task definition, as ECS holds it. `user` is None where ECS holds none."""

    name: str
    image: str = ""
    user: str | None = None
    privileged: bool = False

    @property
    def user_name(self) -> str:
        """The part of `user` that decides who the process is: before the first colon, where a group may follow."""
        return (self.user or "").partition(":")[0]

    @property
    def user_unset(self) -> bool:
        """Whether the image decides who the process is; no ECS or ECR call tells whom it chose."""
        return self.user_name == ""

    @property
    def runs_as_root(self) -> bool:
        """Whether the definition itself asks for uid 0. The group does not matter; names are case-sensitive."""
        return self.user_name == "root" or _ZERO.fullmatch(self.user_name) is not None


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """One revision of a task definition family.

    `network_mode` is None where ECS holds none, which is never host; `tags` is None where they were not looked at.
    """

    arn: str
    family: str
    revision: int
    status: str
    network_mode: str | None
    containers: tuple[Container, ...]
    tags: Mapping[str, str] | None = field(default_factory=dict, hash=False)
    registered_at: datetime | None = None
    registered_by: str | None = None

    @property
    def uses_host_network(self) -> bool:
        """Whether the containers share the host's network namespace."""
        return self.network_mode == "host"

    @property
    def resource(self) -> Resource:
        """This revision, as a finding names it."""
        return Resource(
            arn=self.arn,
            type="AWS::ECS::TaskDefinition",
            name=f"{self.family}:{self.revision}",
            family=self.family,
            revision=self.revision,
            tags=self.tags,
            registered_at=self.registered_at,
            registered_by=self.registered_by,
        )


#: Grows with every kind of fact that a collector yields.
Fact = TaskDefinition
