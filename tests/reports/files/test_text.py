"""What is said of files: as text, as JSON and as SARIF."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from auditor.reports.files.sarif import MOST_PLACES, MOST_RESULTS, MOST_TAGS, UNSEEN, sarif
from auditor.reports.files.text import machine, text
from tests.builders import CHECK, check_info, finding

WORDS = {"privileged": "is privileged"}
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
HIDDEN = UncheckedItem(SourceLocation("t.yaml", 2), "Fn::ForEach::X", "it makes resources that only a deployment shows")

#: The part of SARIF 2.1.0 that is written, by its specification: nothing else may stand there.
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_BAG = {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True, "maxItems": MOST_TAGS}}}
_PLACE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["physicalLocation"],
    "properties": {
        "physicalLocation": {
            "additionalProperties": False,
            "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": r"^[A-Za-z0-9._~/:%@!$&'()*+,;=-]+$"}},
                },
                "region": {
                    "additionalProperties": False,
                    "properties": {"startLine": {"type": "integer", "minimum": 1}},
                },
            },
        }
    },
}
_RULE = {
    "additionalProperties": False,
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": _TEXT,
        "help": _TEXT,
        "defaultConfiguration": {"additionalProperties": False, "properties": {"level": _LEVEL}},
        "properties": _BAG,
    },
}
_RESULT = {
    "additionalProperties": False,
    "required": ["message", "ruleId", "locations"],
    "properties": {
        "ruleId": {"type": "string"},
        "level": _LEVEL,
        "message": _TEXT,
        "locations": {"type": "array", "items": _PLACE, "minItems": 1, "maxItems": MOST_PLACES},
        "relatedLocations": {"type": "array", "items": _PLACE, "uniqueItems": True, "maxItems": MOST_PLACES},
        "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
        "properties": _BAG,
    },
}
SCHEMA = {
    "additionalProperties": False,
    "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 20,
            "items": {
                "additionalProperties": False,
                "required": ["tool", "results"],
                "properties": {
                    "tool": {
                        "properties": {
                            "driver": {
                                "additionalProperties": False,
                                "required": ["name"],
                                "properties": {
                                    "name": {"type": "string"},
                                    "version": {"type": "string"},
                                    "rules": {"type": "array", "items": _RULE, "uniqueItems": True},
                                },
                            }
                        }
                    },
                    "invocations": {"type": "array", "items": {"required": ["executionSuccessful"]}},
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": _RESULT, "maxItems": MOST_RESULTS},
                },
            },
        },
    },
}


def inspection(*opinions: FileFinding, unseen: tuple[UncheckedItem, ...] = ()) -> FileReport:
    return FileReport((check_info(reason_texts=WORDS),), (("infra/a b.yaml", 2), ("plan.json", 1)), opinions, unseen)


def run(result: FileReport) -> Any:  # noqa: ANN401
    """The one run of a SARIF log that holds what it must."""
    log = json.loads(sarif(result))
    jsonschema.validate(log, SCHEMA)
    (only,) = log["runs"]
    ids = [each["id"] for each in only["tool"]["driver"]["rules"]]
    assert {each["ruleId"] for each in only["results"]} <= set(ids)
    assert len(ids) == len(set(ids))
    return only


def test_the_text_names_the_container_and_ends_with_the_sum() -> None:
    lines = text(inspection(PASSING, UNKNOWN, FAILING, unseen=(HIDDEN,))).splitlines()

    assert lines[0] == f"infra/a b.yaml:9: high: {CHECK}: Web: app is privileged"
    assert lines[2] == f"plan.json: UNKNOWN: {CHECK}: Api: cannot be told before deployment: it depends on !Ref Net"
    assert lines[4] == "t.yaml:2: UNKNOWN: Fn::ForEach::X: it makes resources that only a deployment shows"
    assert lines[-1] == "FAIL: 1 finding in 1 resource of 3 resources in 2 files, judged by 1 check; 2 UNKNOWN."


@pytest.mark.parametrize(
    ("result", "last"),
    [
        (inspection(PASSING), "PASS: nothing fails in 3 resources in 2 files, judged by 1 check."),
        (
            inspection(UNKNOWN),
            "UNKNOWN: 1 verdict could not be reached on 3 resources in 2 files, judged by 1 check; nothing fails.",
        ),
        (FileReport((), (("a", 0),), (), ()), "Nothing to judge: 0 resources in 1 file."),
        (
            FileReport((), (("a", 0),), (), (HIDDEN,)),
            "UNKNOWN: 1 verdict could not be reached on 0 resources in 1 file, judged by 0 checks; nothing fails.",
        ),
    ],
)
def test_the_sum_says_first_what_matters(result: FileReport, last: str) -> None:
    assert text(result).splitlines()[-1] == last


def test_names_from_files_are_harmless_on_a_terminal() -> None:
    hostile = "\x1b[31m\u202e\n"
    evil = replace(
        FAILING, name=hostile, locations=(SourceLocation(hostile),), finding=finding(evidence=(Evidence(hostile),))
    )

    assert text(inspection(evil)).replace("\n", "").isprintable()
    assert "\x1b" not in sarif(inspection(evil))


def test_json_holds_everything() -> None:
    document = json.loads(machine(inspection(PASSING, UNKNOWN, FAILING, unseen=(HIDDEN,))))

    assert [(each["status"], each["resource"]["name"]) for each in document["findings"]] == [
        ("FAIL", "Web"),
        ("UNKNOWN", "Api"),
        ("PASS", "Ok"),
    ]
    assert document["counts"] == {"FAIL": 1, "UNKNOWN": 1, "PASS": 1, "NOT_APPLICABLE": 0}
    assert document["findings"][0]["locations"][1] == {"path": "infra/a b.yaml", "line": 9}
    assert document["findings"][1]["depends_on"] == ["!Ref Net"]
    assert document["unchecked"][0]["location"]["line"] == 2


def test_sarif_shows_failures_and_what_is_unknown_at_their_places() -> None:
    results = run(inspection(PASSING, UNKNOWN, FAILING, unseen=(HIDDEN,)))["results"]

    assert [(each["ruleId"], each["level"]) for each in results] == [
        (UNSEEN, "warning"),
        (CHECK, "error"),
        (CHECK, "warning"),
    ]
    assert results[1]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "infra/a%20b.yaml"},
        "region": {"startLine": 9},
    }
    assert results[2]["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "plan.json"}}
    assert results[2]["message"]["text"].startswith("UNKNOWN: Api: cannot be told before deployment")


def test_the_fingerprint_stays_when_lines_move_and_differs_between_resources() -> None:
    moved = replace(FAILING, locations=(SourceLocation("infra/a b.yaml", 30),))
    other = replace(FAILING, finding=finding("other"))
    prints = [each["partialFingerprints"] for each in run(inspection(FAILING, moved, other))["results"]]

    assert prints[0] == prints[1]
    assert prints[0] != prints[2]


@pytest.mark.parametrize(
    ("severity", "level"), [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note")]
)
def test_the_level_follows_the_severity(severity: str, level: str) -> None:
    (result,) = run(inspection(replace(FAILING, finding=finding(severity=Severity(severity)))))["results"]

    assert result["level"] == level


def test_what_github_would_drop_is_left_out_by_us_and_said() -> None:
    critical = replace(
        FAILING,
        finding=finding(severity=Severity.CRITICAL),
        locations=tuple(SourceLocation("f", n) for n in range(2000)),
    )
    frameworks = {"f": tuple(str(number) for number in range(50))}
    many = replace(inspection(*[FAILING] * MOST_RESULTS, critical), checks=(check_info(frameworks=frameworks),))

    (log,) = json.loads(sarif(many))["runs"]

    assert len(log["results"]) == MOST_RESULTS
    assert len(log["tool"]["driver"]["rules"][0]["properties"]["tags"]) == MOST_TAGS
    assert log["results"][0]["level"] == "error"
    assert "1 of 5001 results were left out" in json.dumps(log["invocations"])
    assert len(log["results"][0]["relatedLocations"]) == MOST_PLACES


def test_an_absolute_path_is_a_file_uri() -> None:
    (result,) = run(inspection(replace(FAILING, locations=(SourceLocation("/tmp/ü.json", 1),))))["results"]  # noqa: S108

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///tmp/%C3%BC.json"
