"""Findings on files as SARIF."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from auditor.domain.check import Severity
from auditor.domain.file_report import FileReport, SourceLocation
from auditor.reports.files.sarif import MAX_LOCATIONS, MAX_RESULTS, MAX_TAGS, NOT_EXAMINED, render_sarif
from tests.builders import CHECK, check_info, finding
from tests.reports.files.sample_reports import FAILING, PASSING, UNCHECKED, UNKNOWN, report

#: The part of SARIF 2.1.0 that auditor writes, by its specification. No other property is allowed.
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_BAG = {"type": "object", "properties": {"tags": {"type": "array", "uniqueItems": True, "maxItems": MAX_TAGS}}}
_LOCATION = {
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
        "locations": {"type": "array", "items": _LOCATION, "minItems": 1, "maxItems": MAX_LOCATIONS},
        "relatedLocations": {"type": "array", "items": _LOCATION, "uniqueItems": True, "maxItems": MAX_LOCATIONS},
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
                    "results": {"type": "array", "items": _RESULT, "maxItems": MAX_RESULTS},
                },
            },
        },
    },
}


def only_run(file_report: FileReport) -> Any:  # noqa: ANN401 - JSON data
    """Return the only run of a valid SARIF log."""
    log = json.loads(render_sarif(file_report))
    jsonschema.validate(log, SCHEMA)
    (run,) = log["runs"]
    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert {result["ruleId"] for result in run["results"]} <= set(ids)
    assert len(ids) == len(set(ids))
    return run


def test_failures_and_unknown_findings_are_results_at_their_locations() -> None:
    results = only_run(report(PASSING, UNKNOWN, FAILING, unchecked=(UNCHECKED,)))["results"]

    assert [(result["ruleId"], result["level"]) for result in results] == [
        (NOT_EXAMINED, "warning"),
        (CHECK, "error"),
        (CHECK, "warning"),
    ]
    assert results[1]["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "infra/a%20b.yaml"},
        "region": {"startLine": 9},
    }
    assert results[2]["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "plan.json"}}
    assert results[2]["message"]["text"].startswith("UNKNOWN: Api: cannot be determined before deployment")


def test_the_fingerprint_depends_on_the_resource_and_not_on_the_line() -> None:
    moved = replace(FAILING, locations=(SourceLocation("infra/a b.yaml", 30),))
    other = replace(FAILING, finding=finding("other"))
    results = only_run(report(FAILING, moved, other))["results"]
    fingerprints = [result["partialFingerprints"] for result in results]

    assert fingerprints[0] == fingerprints[1]
    assert fingerprints[0] != fingerprints[2]


@pytest.mark.parametrize(
    ("severity", "level"), [("critical", "error"), ("high", "error"), ("medium", "warning"), ("low", "note")]
)
def test_the_level_follows_the_severity(severity: str, level: str) -> None:
    (result,) = only_run(report(replace(FAILING, finding=finding(severity=Severity(severity)))))["results"]

    assert result["level"] == level


def test_results_beyond_the_limits_of_github_are_omitted_with_a_notification() -> None:
    critical = replace(
        FAILING,
        finding=finding(severity=Severity.CRITICAL),
        locations=tuple(SourceLocation("f", line) for line in range(2000)),
    )
    frameworks = {"f": tuple(str(number) for number in range(50))}
    many = replace(report(*[FAILING] * MAX_RESULTS, critical), checks=(check_info(frameworks=frameworks),))

    (run,) = json.loads(render_sarif(many))["runs"]

    assert len(run["results"]) == MAX_RESULTS
    assert len(run["tool"]["driver"]["rules"][0]["properties"]["tags"]) == MAX_TAGS
    assert run["results"][0]["level"] == "error"
    assert "1 of 5001 results were omitted" in json.dumps(run["invocations"])
    assert len(run["results"][0]["relatedLocations"]) == MAX_LOCATIONS


def test_an_absolute_path_is_a_file_uri() -> None:
    located = replace(FAILING, locations=(SourceLocation("/srv/ü.json", 1),))
    (result,) = only_run(report(located))["results"]

    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "file:///srv/%C3%BC.json"


def test_names_from_files_are_sanitized() -> None:
    assert "\x1b" not in render_sarif(report(replace(FAILING, name="\x1b[31m\u202e\n")))


def test_a_message_contains_no_links() -> None:
    file_report = report(replace(FAILING, name=r"[click](https://evil.example)\a"))

    (result,) = only_run(file_report)["results"]
    assert result["message"]["text"].startswith(r"\[click\](https://evil.example)\\a: ")
