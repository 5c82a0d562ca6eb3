"""Findings on files, for the tests of their renderers."""

from __future__ import annotations

from auditor.domain.check import Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from tests.builders import check_info, finding

REASON_TEXTS = {"privileged": "is privileged"}
FAILING = FileFinding(finding(), "Web", (SourceLocation("infra/a b.yaml", 3), SourceLocation("infra/a b.yaml", 9)))
UNKNOWN = FileFinding(
    finding("x", status=Status.UNKNOWN, reasons=("unresolved",), evidence=(), remediation="It depends on !Ref Net."),
    "Api",
    (SourceLocation("plan.json"),),
    ("!Ref Net",),
)
PASSING = FileFinding(
    finding("y", status=Status.PASS, reasons=(), evidence=()), "Ok", (SourceLocation("infra/a b.yaml", 20),)
)
UNCHECKED = UncheckedItem(SourceLocation("t.yaml", 2), "Fn::ForEach::X", "it creates unknown resources")


def report(*findings: FileFinding, unchecked: tuple[UncheckedItem, ...] = ()) -> FileReport:
    """Return a report on two files and one check."""
    files = (("infra/a b.yaml", 2), ("plan.json", 1))
    return FileReport((check_info(reason_texts=REASON_TEXTS),), files, findings, unchecked)
