"""Results of checking IaC files: findings about resources that are not deployed, with their locations."""

from dataclasses import dataclass

from auditor.domain.check import Status
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo

#: Reason of a verdict that depends on a value which only deployment resolves.
UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A place in a file. `line` counts from 1; it is 0 if no line can be named."""

    source: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class FileFinding:
    """A finding about a resource in a file.

    `name` is the name of the resource in the file. `locations` are the lines concerned, the resource itself first.
    `depends_on` holds the expressions that make the finding UNKNOWN.
    """

    finding: Finding
    name: str
    locations: tuple[SourceLocation, ...]
    depends_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UncheckedItem:
    """A part of a file that could contain resources to check and could not be examined."""

    location: SourceLocation
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """The results for all files. `resources` pairs each file with the number of resources that were checked in it."""

    checks: tuple[CheckInfo, ...]
    resources: tuple[tuple[str, int], ...]
    findings: tuple[FileFinding, ...]
    unchecked: tuple[UncheckedItem, ...]

    def with_status(self, status: Status) -> tuple[FileFinding, ...]:
        """Return the findings with one status."""
        return tuple(file_finding for file_finding in self.findings if file_finding.finding.status is status)
