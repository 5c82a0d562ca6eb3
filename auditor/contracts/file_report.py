"""The JSON that `auditor check --format json` prints."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion
from auditor.contracts.rows import EvidenceRow
from auditor.domain.check import Severity, Status


@dataclass(frozen=True, kw_only=True)
class CheckedFile(Document):
    """A file that was read."""

    path: str
    """Its path as given on the command line; `stdin` for standard input."""
    resources: int
    """Resources in it that were judged."""


@dataclass(frozen=True, kw_only=True)
class FileLocation(Document):
    """A location in a file."""

    path: str
    """The file."""
    line: int | None
    """The line, counted from 1; null if it is unknown."""


@dataclass(frozen=True, kw_only=True)
class DeclaredResourceRow(Document):
    """A resource that a file declares."""

    type: str
    """Its type, as CloudFormation names it."""
    name: str
    """Its name in the file."""


@dataclass(frozen=True, kw_only=True)
class FileFindingRow(Document):
    """One verdict of one check on one resource of a file."""

    finding_id: str
    """32 hexadecimal digits: the same for the same check, resource and file."""
    check_id: str
    """The check that was evaluated."""
    title: str
    """What the check requires."""
    problem: str
    """What is wrong if the check fails."""
    severity: Severity
    """How bad a failure is."""
    status: Status
    """The verdict. UNKNOWN: the verdict depends on values that only deployment resolves."""
    reasons: list[str]
    """Why the status was given."""
    resource: DeclaredResourceRow
    """The resource that was judged."""
    locations: list[FileLocation]
    """Where the resource is declared, then where in it the problem is."""
    evidence: list[EvidenceRow]
    """What in the resource shows it."""
    standards: dict[str, Status]
    """What other rule sets say about the same facts, by their names."""
    depends_on: list[str]
    """Expressions with an unresolved value that the verdict depends on."""
    remediation: str
    """What to do about it."""


@dataclass(frozen=True, kw_only=True)
class UncheckedRow(Document):
    """Something in a file that may declare resources and could not be examined."""

    location: FileLocation
    """Where it is."""
    name: str
    """Its name in the file."""
    reason: str
    """Why it could not be examined."""


@dataclass(frozen=True, kw_only=True)
class FileReportDocument(Document):
    """The result of `auditor check --format json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    files: list[CheckedFile]
    """The files that were read."""
    counts: dict[Status, int]
    """Findings by status; every status is named."""
    findings: list[FileFindingRow]
    """All findings: FAIL first, then UNKNOWN, PASS and NOT_APPLICABLE, the worst severity of each first."""
    unchecked: list[UncheckedRow]
    """What could not be examined."""
