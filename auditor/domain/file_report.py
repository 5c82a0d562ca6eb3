"""What the checks say of files: resources that are not deployed, each with the place where it is described."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.domain.check import Status
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo

#: The reason of a verdict that depends on something which only a deployment resolves.
UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A place in a file. `line` counts from 1 and is 0 where there is none to name."""

    source: str
    line: int = 0

    def __str__(self) -> str:
        """`file:line`."""
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A finding about a resource in a file.

    `name` is what the file calls the resource, `spots` where the fault is, the resource itself first. `depends_on` are
    the expressions that leave it UNKNOWN.
    """

    finding: Finding
    name: str
    locations: tuple[SourceLocation, ...]
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UncheckedItem:
    """Something in a file that may hold what is judged, and could not be looked into."""

    location: SourceLocation
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of all files. `resources` counts what was judged, by file."""

    checks: tuple[CheckInfo, ...]
    resources: tuple[tuple[str, int], ...]
    findings: tuple[FileFinding, ...]
    unchecked: tuple[UncheckedItem, ...]

    def with_status(self, status: Status) -> tuple[FileFinding, ...]:
        """The opinions with one status."""
        return tuple(each for each in self.findings if each.finding.status is status)
