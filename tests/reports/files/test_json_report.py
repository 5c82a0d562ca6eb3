"""Findings on files as JSON."""

from __future__ import annotations

import json

from auditor.reports.files.json_report import render_json
from tests.reports.files.sample_reports import FAILING, PASSING, UNCHECKED, UNKNOWN, report


def test_the_document_has_all_findings_and_unchecked_items() -> None:
    document = json.loads(render_json(report(PASSING, UNKNOWN, FAILING, unchecked=(UNCHECKED,))))

    assert [(finding["status"], finding["resource"]["name"]) for finding in document["findings"]] == [
        ("FAIL", "Web"),
        ("UNKNOWN", "Api"),
        ("PASS", "Ok"),
    ]
    assert document["counts"] == {"FAIL": 1, "UNKNOWN": 1, "PASS": 1, "NOT_APPLICABLE": 0}
    assert document["findings"][0]["locations"][1] == {"path": "infra/a b.yaml", "line": 9}
    assert document["findings"][1]["depends_on"] == ["!Ref Net"]
    assert document["unchecked"][0]["location"]["line"] == 2
