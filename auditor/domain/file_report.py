"""What the checks say of files: resources that are not deployed, each with the place where it is described."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.domain.check import Status
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo

#: The reason of a verdict that depends on something which only a deployment resolves.
UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a file. `line` counts from 1 and is 0 where there is none to name."""

    source: str
    line: int = 0

    def __str__(self) -> str:
        """`file:line`."""
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Opinion:
    """A finding about a resource in a file.

    `name` is what the file calls the resource, `spots` where the fault is, the resource itself first. `depends_on` are
    the expressions that leave it UNKNOWN.
    """

    finding: Finding
    name: str
    spots: tuple[Spot, ...]
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unseen:
    """Something in a file that may hold what is judged, and could not be looked into."""

    spot: Spot
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Inspection:
    """What came of all files. `resources` counts what was judged, by file."""

    checks: tuple[CheckInfo, ...]
    resources: tuple[tuple[str, int], ...]
    opinions: tuple[Opinion, ...]
    unseen: tuple[Unseen, ...]

    def having(self, status: Status) -> tuple[Opinion, ...]:
        """The opinions with one status."""
        return tuple(each for each in self.opinions if each.finding.status is status)
