"""The output of `auditor diff --format json`."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion
from auditor.contracts.rows import ChangeRow
from auditor.domain.coverage import CoverageStatus
from auditor.domain.lifecycle import LifecycleState


@dataclass(frozen=True, kw_only=True)
class DiffDocument(Document):
    """What changed between two runs."""

    schema_version: SchemaVersion
    """The version of this contract."""
    older: str
    """The run that is compared with."""
    newer: str
    """The run that is compared."""
    counts: dict[LifecycleState, int]
    """Changes by state; every state is named."""
    scopes: dict[CoverageStatus, int]
    """Coverage records of the newer run by status; every status is named."""
    changes: list[ChangeRow]
    """The changes, sorted by account, region, check and resource."""
