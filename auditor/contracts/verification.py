"""The result of `auditor verify`."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.contracts.document import Document, SchemaVersion


class Mismatch(StrEnum):
    """What is wrong with an object of a run."""

    LOST = "lost"
    CHANGED = "changed"
    ADDED = "added"
    ROWS = "rows"
    SWAPPED = "swapped"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, order=True)
class Discrepancy(Document):
    """One object that is not as it was written."""

    key: str
    """Its key below the output folder or prefix."""
    mismatch: Mismatch
    """What is wrong with it."""
    detail: str
    """How it differs, in words."""


@dataclass(frozen=True, kw_only=True)
class VerificationDocument(Document):
    """The result of `auditor verify --format json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    run_id: str
    """The run that was verified."""
    manifest_sha256: str
    """SHA-256 of its manifest as it is now."""
    verified: bool
    """Whether nothing differs and something outside the run confirms its manifest."""
    objects: int
    """Objects that the manifest lists."""
    rows: int
    """Rows that the manifest lists."""
    witnesses: list[str]
    """What confirms the manifest: `latest.json`, the manifest of the next run, or the caller."""
    discrepancies: list[Discrepancy]
    """What is not as it was written, sorted by key."""
