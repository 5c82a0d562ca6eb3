"""Where the documents of a run are stored, as reports show it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunPaths:
    """Full URLs or local paths of a run's documents, the bucket included.

    `findings` and `coverage` are the folders that hold one file of rows per account, `report` is the HTML report.
    """

    findings: str
    coverage: str
    report: str
