"""Findings on files as text."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.domain.check import Evidence
from auditor.domain.file_report import FileReport, SourceLocation
from auditor.reports.files.text import render_text
from tests.builders import CHECK, finding
from tests.reports.files.sample_reports import FAILING, PASSING, UNCHECKED, UNKNOWN, report


def test_lines_name_location_resource_and_container_and_the_last_is_the_summary() -> None:
    lines = render_text(report(PASSING, UNKNOWN, FAILING, unchecked=(UNCHECKED,))).splitlines()

    assert lines[0] == f"infra/a b.yaml:9: high: {CHECK}: Web: app is privileged"
    assert lines[2] == (
        f"plan.json: UNKNOWN: {CHECK}: Api: cannot be determined before deployment: it depends on !Ref Net"
    )
    assert lines[4] == "t.yaml:2: UNKNOWN: Fn::ForEach::X: it creates unknown resources"
    assert lines[-1] == "FAIL: 1 finding in 1 of 3 resources in 2 files; 1 check applied; 2 UNKNOWN."


@pytest.mark.parametrize(
    ("file_report", "summary"),
    [
        pytest.param(
            report(PASSING), "PASS: no failures in 3 resources in 2 files; 1 check applied.", id="nothing fails"
        ),
        pytest.param(
            report(UNKNOWN),
            "UNKNOWN: 1 verdict undetermined in 3 resources in 2 files; 1 check applied; no failures.",
            id="an unknown finding",
        ),
        pytest.param(
            FileReport((), (("a", 0),), (), ()), "Nothing to check: 0 resources in 1 file.", id="no resources"
        ),
        pytest.param(
            FileReport((), (("a", 0),), (), (UNCHECKED,)),
            "UNKNOWN: 1 verdict undetermined in 0 resources in 1 file; 0 checks applied; no failures.",
            id="an unchecked item",
        ),
    ],
)
def test_the_summary_begins_with_the_worst_status(file_report: FileReport, summary: str) -> None:
    assert render_text(file_report).splitlines()[-1] == summary


def test_names_from_files_cannot_control_the_terminal() -> None:
    hostile = "\x1b[31m\u202e\n"
    evil = replace(
        FAILING, name=hostile, locations=(SourceLocation(hostile),), finding=finding(evidence=(Evidence(hostile),))
    )

    assert render_text(report(evil)).replace("\n", "").isprintable()
