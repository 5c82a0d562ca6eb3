"""OSCAL assessment results: one document per account, with one observation and one finding per control.

OSCAL knows only `satisfied` and `not-satisfied`. A control is satisfied only if something passed, nothing failed and
everything was examined: what is UNKNOWN or a gap makes it `not-satisfied` with the reason `other`, and says so.
All UUIDs are derived from the run, the account and the control.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from auditor.contracts.document import timestamp
from auditor.contracts.json_lines import to_line
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.framework import framework_name
from auditor.domain.result import CheckInfo
from auditor.domain.visible import visible
from auditor.exports.model import AccountExport, ExportFile, clip

VERSION = "1.2.3"

_CONTENT_TYPE = "application/json"
_PROPERTIES = "urn:auditor:oscal"
_NAMESPACE = uuid5(NAMESPACE_URL, _PROPERTIES)
_LONGEST_TEXT = 2_000
_MOST_GAPS = 20

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Control:
    """One control of a framework, its checks, and what is known of it in one account."""

    framework: str
    name: str
    checks: tuple[CheckInfo, ...]
    counts: dict[Status, int]
    accepted: int
    gaps: int

    @property
    def token(self) -> str:
        """The ID of the control as OSCAL allows it."""
        token = re.sub(r"[^\w.-]", "_", f"{self.framework}_{self.name}")
        return token if re.match(r"[^\W\d]", token) else f"_{token}"

    @property
    def tested(self) -> bool:
        """Whether there is anything to say: a finding that applies, or a gap."""
        return bool(self.gaps or any(self.counts[status] for status in (Status.PASS, Status.FAIL, Status.UNKNOWN)))

    @property
    def status(self) -> Json:
        """The status of the control's objective, with a reason unless it is satisfied."""
        if self.counts[Status.FAIL]:
            return {"state": "not-satisfied", "reason": "fail"}
        if self.counts[Status.UNKNOWN] or self.gaps or not self.counts[Status.PASS]:
            return {
                "state": "not-satisfied",
                "reason": "other",
                "remarks": "Not determined: not everything was examined.",
            }
        return {"state": "satisfied", "reason": "pass"}


def files(account: AccountExport) -> Iterator[ExportFile]:
    """Yield the document of an account; there is none for an account that is not part of the run."""
    if not account.coverage:
        return
    document = assessment_results(account)
    observations = document["assessment-results"]["results"][0]["observations"]
    yield ExportFile(
        f"{account.account.id}.json", f"{to_line(document)}\n".encode("ascii"), _CONTENT_TYPE, len(observations)
    )


def assessment_results(account: AccountExport) -> Json:
    """Return the assessment results of an account."""
    run, subject = account.run, account.account
    seed, started_at = f"{run.run_id}/{subject.id}", timestamp(run.started_at)
    controls, inventory_item, plan = _controls(account), _uuid(f"account/{subject.id}"), _uuid(f"{seed}/plan")
    name = _line(f"{subject.name} ({subject.id})" if subject.name else subject.id)
    observations = [_coverage_observation(account, seed, inventory_item)]
    observations += [_observation(control, seed, inventory_item, started_at) for control in controls]
    result = {
        "uuid": _uuid(f"{seed}/result"),
        "title": f"Audit of AWS account {name}",
        "description": f"Run {run.run_id} of auditor {run.version}. Failures, resources and gaps are in its rows.",
        "start": started_at,
        "local-definitions": {
            "inventory-items": [
                {
                    "uuid": inventory_item,
                    "description": f"AWS account {name}",
                    "props": [_property("account-id", subject.id)],
                }
            ]
        },
        "reviewed-controls": {"control-selections": [_selection(controls)]},
        "observations": observations,
    }
    findings = [_finding(control, seed) for control in controls if control.tested]
    return {
        "assessment-results": {
            "uuid": _uuid(seed),
            "metadata": {
                "title": f"Audit of AWS account {name}",
                "last-modified": started_at,
                "version": run.run_id,
                "oscal-version": VERSION,
            },
            "import-ap": {"href": f"#{plan}"},
            "results": [result | ({"findings": findings} if findings else {})],
            "back-matter": {
                "resources": [
                    {
                        "uuid": plan,
                        "title": "Assessment plan",
                        "description": "The inventory and the settings of the run. Its manifest has their checksums.",
                    }
                ]
            },
        }
    }


def _controls(account: AccountExport) -> list[_Control]:
    checks: dict[tuple[str, str], list[CheckInfo]] = defaultdict(list)
    for check in account.run.checks:
        for framework, names in check.frameworks.items():
            for name in names:
                checks[framework, name].append(check)
    gaps = Counter(row.collector for row in account.gaps)
    return [
        _Control(
            framework,
            name,
            tuple(covering),
            {status: sum(account.counts.get((check.id, status), 0) for check in covering) for status in Status},
            sum(account.accepted.get(check.id, 0) for check in covering),
            sum(gaps[collector] for collector in {name for check in covering for name in check.collectors}),
        )
        for (framework, name), covering in sorted(checks.items())
    ]


def _selection(controls: Sequence[_Control]) -> Json:
    # Two controls can have the same token, if their names differ in characters that OSCAL does not allow.
    tokens = sorted({control.token for control in controls})
    return {"include-controls": [{"control-id": token} for token in tokens]} if tokens else {"include-all": {}}


def _observation(control: _Control, seed: str, inventory_item: str, collected: str) -> Json:
    counts = control.counts
    description = (
        f"{framework_name(control.framework)} {control.name}: {counts[Status.FAIL]} failing, {counts[Status.PASS]} "
        f"passing, {counts[Status.UNKNOWN]} unknown, {control.gaps} gaps"
    )
    names = {
        Status.PASS: "passing",
        Status.FAIL: "failing",
        Status.UNKNOWN: "unknown",
        Status.NOT_APPLICABLE: "not-applicable",
    }
    return {
        "uuid": _observation_uuid(control, seed),
        "description": _line(description),
        "props": [
            *(_property(names[status], str(counts[status])) for status in Status),
            _property("accepted-failures", str(control.accepted)),
            _property("gaps", str(control.gaps)),
            *(_property("check", check.id) for check in control.checks),
        ],
        "methods": ["TEST"],
        "subjects": [{"subject-uuid": inventory_item, "type": "inventory-item"}],
        "collected": collected,
    }


def _coverage_observation(account: AccountExport, seed: str, inventory_item: str) -> Json:
    counts = Counter(row.status.lower().replace("_", "-") for row in account.coverage)
    gaps = sorted(f"{row.region} {row.collector}: {row.detail or row.reason}" for row in account.gaps)
    shown = "; ".join((*gaps[:_MOST_GAPS], *([f"and {len(gaps) - _MOST_GAPS} more"] if gaps[_MOST_GAPS:] else [])))
    return {
        "uuid": _uuid(f"{seed}/coverage"),
        "title": "Coverage",
        "description": _line(f"Not examined in full: {shown}" if gaps else _without_gaps(account)),
        "props": [_property(f"scopes-{status}", str(counts[status])) for status in sorted(counts)],
        "methods": ["EXAMINE"],
        "subjects": [{"subject-uuid": inventory_item, "type": "inventory-item"}],
        "collected": timestamp(account.run.started_at),
    }


def _without_gaps(account: AccountExport) -> str:
    if all(row.status is CoverageStatus.EXCLUDED for row in account.coverage):
        return "The account is excluded: nothing was expected, and nothing was examined."
    return "Everything expected was examined."


def _finding(control: _Control, seed: str) -> Json:
    title = f"{framework_name(control.framework)} {control.name}"
    return {
        "uuid": _uuid(f"{seed}/finding/{control.framework}/{control.name}"),
        "title": _line(title),
        "description": _line("; ".join(check.title for check in control.checks)),
        "target": {"type": "objective-id", "target-id": control.token, "status": control.status},
        "related-observations": [
            {"observation-uuid": _observation_uuid(control, seed)},
            {"observation-uuid": _uuid(f"{seed}/coverage")},
        ],
    }


def _observation_uuid(control: _Control, seed: str) -> str:
    return _uuid(f"{seed}/observation/{control.framework}/{control.name}")


def _property(name: str, value: str) -> Json:
    return {"name": name, "ns": _PROPERTIES, "value": _line(value)}


def _line(text: str) -> str:
    """Return a text that OSCAL accepts everywhere: one line that neither starts nor ends with a space."""
    return clip(visible(text).strip(), _LONGEST_TEXT) or "-"


def _uuid(name: str) -> str:
    return str(uuid5(_NAMESPACE, visible(name)))
