"""SARIF 2.1.0, within what GitHub's code scanning takes: failures and what is UNKNOWN, each at its line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from auditor import __version__
from auditor.domain.check import Severity, Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from auditor.domain.result import CheckInfo
from auditor.reports.files.text import ranked, said
from auditor.reports.sanitize import sanitize

#: GitHub keeps this many results of a run, and as many places of a result and tags of a rule.
MOST_RESULTS = 5_000
MOST_PLACES = 1_000
MOST_TAGS = 20

#: The rule of what could not be looked into: code scanning shows nothing but results.
UNSEEN = "auditor-not-examined"

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVELS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning", Severity.LOW: "note"}
_SCORES = {Severity.CRITICAL: "9.5", Severity.HIGH: "8.0", Severity.MEDIUM: "5.5", Severity.LOW: "3.0"}


def sarif(inspection: FileReport) -> str:
    """Return one run: the worst results first, and a notification where some had to be left out."""
    words = {check.id: check.reason_texts for check in inspection.checks}
    results = [_unseen(each) for each in inspection.unchecked]
    results += [_result(each, words.get(each.finding.check_id, {})) for each in ranked(inspection)]
    rules = [_rule(check) for check in inspection.checks]
    if inspection.unchecked:
        rules.append(_UNSEEN_RULE)
    run = {
        "tool": {"driver": {"name": "auditor", "version": __version__, "rules": rules}},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": _left_out(len(results))}],
        "columnKind": "unicodeCodePoints",
        "results": results[:MOST_RESULTS],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, allow_nan=False)


def _rule(check: CheckInfo) -> Mapping[str, Any]:
    controls = [f"{framework}/{each}" for framework, found in check.frameworks.items() for each in found]
    return {
        "id": check.id,
        "shortDescription": {"text": check.title},
        "help": {"text": check.remediation or check.title},
        "defaultConfiguration": {"level": _LEVELS[check.severity]},
        "properties": {
            "security-severity": _SCORES[check.severity],
            "tags": ["security", *controls][:MOST_TAGS],
        },
    }


_UNSEEN_RULE: Mapping[str, Any] = {
    "id": UNSEEN,
    "shortDescription": {"text": "Everything that describes a workload can be looked into"},
    "help": {"text": "Check what is deployed with `auditor run`: a file does not show it."},
    "defaultConfiguration": {"level": "warning"},
    "properties": {"tags": ["security"]},
}


def _result(opinion: FileFinding, words: Mapping[str, str]) -> Mapping[str, Any]:
    finding = opinion.finding
    fails = finding.status is Status.FAIL
    message = f"{opinion.name}: {said(opinion, words)}"
    return {
        "ruleId": finding.check_id,
        # SARIF has a kind for what is open, but a viewer that hides it would make it look clean.
        "level": _LEVELS[finding.severity] if fails else "warning",
        "message": {"text": sanitize(message if fails else f"UNKNOWN: {message}", 1_000)},
        "locations": [_location(_nearest(opinion))],
        "relatedLocations": [_location(spot) for spot in opinion.locations[:MOST_PLACES]],
        "partialFingerprints": _fingerprints(finding.finding_id),
        "properties": {"status": finding.status, "resource": sanitize(opinion.name), "type": finding.resource.type},
    }


def _nearest(opinion: FileFinding) -> SourceLocation:
    """The container where it is one, and the resource otherwise: GitHub shows the first place only."""
    return opinion.locations[-1] if len(opinion.locations) == 2 else opinion.locations[0]  # noqa: PLR2004 - resource and container


def _unseen(each: UncheckedItem) -> Mapping[str, Any]:
    return {
        "ruleId": UNSEEN,
        "level": "warning",
        "message": {"text": sanitize(f"UNKNOWN: {each.name}: {each.reason}", 1_000)},
        "locations": [_location(each.location)],
        "properties": {"status": Status.UNKNOWN, "resource": sanitize(each.name)},
    }


def _fingerprints(finding_id: str) -> Mapping[str, str]:
    """Names that stay when lines move. GitHub makes the first one out of the line's text where it is not given."""
    return {"primaryLocationLineHash": f"{finding_id}:1", "findingId/v1": finding_id}


def _location(spot: SourceLocation) -> Mapping[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(spot.source)}}
    if spot.line:
        place["region"] = {"startLine": spot.line}
    return {"physicalLocation": place}


def _uri(source: str) -> str:
    path = PurePath(source)
    safe = quote(path.as_posix(), errors="replace")
    return f"file://{safe}" if path.is_absolute() else safe


def _left_out(results: int) -> list[Mapping[str, Any]]:
    if results <= MOST_RESULTS:
        return []
    message = f"{results - MOST_RESULTS} of {results} results were left out: GitHub keeps {MOST_RESULTS}."
    return [{"level": "warning", "message": {"text": message}}]
