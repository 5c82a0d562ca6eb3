"""Findings on files as SARIF 2.1.0, within the limits of GitHub code scanning."""

import json
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from auditor import __version__
from auditor.domain.check import Severity, Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from auditor.domain.result import CheckInfo
from auditor.reports.files.text import describe, most_precise, ranked
from auditor.reports.sanitize import sanitize

#: GitHub's limits: results per run, locations per result, and tags per rule.
MAX_RESULTS = 5_000
MAX_LOCATIONS = 1_000
MAX_TAGS = 20

#: The rule of what could not be examined: code scanning shows results only.
NOT_EXAMINED = "auditor-not-examined"

_LINK_CHARACTERS = re.compile(r"[\\\[\]]")
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}


def render_sarif(report: FileReport) -> str:
    """Return one run with failures and UNKNOWN findings, the worst first, and a notification if some are omitted."""
    reason_texts = {check.id: check.reason_texts for check in report.checks}
    results = [_unchecked_result(item) for item in report.unchecked]
    results += [_result(finding, reason_texts.get(finding.finding.check_id, {})) for finding in ranked(report)]
    rules = [_rule(check) for check in report.checks]
    if report.unchecked:
        rules.append(_NOT_EXAMINED_RULE)
    run = {
        "tool": {"driver": {"name": "auditor", "version": __version__, "rules": rules}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _notifications(len(results))}],
        "columnKind": "unicodeCodePoints",
        "results": results[:MAX_RESULTS],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False)


def _rule(check: CheckInfo) -> Mapping[str, Any]:
    controls = [f"{framework}/{control}" for framework, ids in check.frameworks.items() for control in ids]
    return {
        "id": check.id,
        "shortDescription": {"text": check.problem or check.title},
        "help": {"text": check.remediation or check.title},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "security-severity": _SCORES[check.severity],
            "tags": ["security", *controls][:MAX_TAGS],
        },
    }


_NOT_EXAMINED_RULE: Mapping[str, Any] = {
    "id": NOT_EXAMINED,
    "shortDescription": {"text": "Resource could not be examined in the file"},
    "help": {"text": "Check the deployed resources with `auditor run`."},
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["security"]},
}


def _result(file_finding: FileFinding, reason_texts: Mapping[str, str]) -> Mapping[str, Any]:
    finding = file_finding.finding
    fails = finding.status is Status.FAIL
    message = f"{file_finding.name}: {describe(file_finding, reason_texts)}"
    return {
        "ruleId": finding.check_id,
        # SARIF has the kind "open" for UNKNOWN, but a viewer may hide it, and the file would look clean.
        "level": _LEVELS[finding.severity] if fails else "warning",
        "message": {"text": _escape(sanitize(message if fails else f"UNKNOWN: {message}", 1_000))},
        # GitHub shows only the first location.
        "locations": [_location(most_precise(file_finding.locations))],
        "relatedLocations": [_location(location) for location in file_finding.locations[:MAX_LOCATIONS]],
        "partialFingerprints": _fingerprints(finding.finding_id),
        "properties": {
            "status": finding.status,
            "resource": sanitize(file_finding.name),
            "type": finding.resource.type,
        },
    }


def _unchecked_result(item: UncheckedItem) -> Mapping[str, Any]:
    return {
        "ruleId": NOT_EXAMINED,
        "level": "warning",
        "message": {"text": _escape(sanitize(f"UNKNOWN: {item.name}: {item.reason}", 1_000))},
        "locations": [_location(item.location)],
        "properties": {"status": Status.UNKNOWN, "resource": sanitize(item.name)},
    }


def _escape(text: str) -> str:
    """Return a text without embedded links, as which viewers show `[text](url)` (SARIF 2.1.0, 3.11.6)."""
    return _LINK_CHARACTERS.sub(r"\\\g<0>", text)


def _fingerprints(finding_id: str) -> Mapping[str, str]:
    """Return fingerprints that do not change when lines move. GitHub hashes the line's text if the first is missing."""
    return {"primaryLocationLineHash": f"{finding_id}:1", "findingId/v1": finding_id}


def _location(location: SourceLocation) -> Mapping[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(location.source)}}
    if location.line:
        physical["region"] = {"startLine": location.line}
    return {"physicalLocation": physical}


def _uri(source: str) -> str:
    path = PurePath(source)
    escaped = quote(path.as_posix(), errors="replace")
    return f"file://{escaped}" if path.is_absolute() else escaped


def _notifications(results: int) -> list[Mapping[str, Any]]:
    if results <= MAX_RESULTS:
        return []
    message = f"{results - MAX_RESULTS} of {results} results were omitted: GitHub accepts {MAX_RESULTS}."
    return [{"level": "warning", "message": {"text": message}}]
