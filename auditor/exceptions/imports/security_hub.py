"""Suppressed findings and suppressing automation rules of Security Hub as drafts.

`aws securityhub get-findings` prints {"Findings": [...]}, and `batch-get-automation-rules` prints {"Rules": [...]}.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from auditor.exceptions.imports.draft import Import
from auditor.yaml_files import quote

_CONTROL = re.compile(r"[A-Za-z][A-Za-z0-9]*\.[0-9]+")
_SUPPRESSED = "SUPPRESSED"
#: Criteria of an automation rule that an exception can state, by its key.
_CRITERIA = {
    "AwsAccountId": "account",
    "ComplianceSecurityControlId": "check",
    "ResourceId": "resource",
    "ResourceRegion": "region",
}
#: Criteria that hold for every finding that auditor reports.
_ALWAYS_TRUE = frozenset({"RecordState", "WorkflowStatus", "ProductName", "CompanyName", "ComplianceStatus", "Type"})


def is_export(data: object) -> bool:
    """Whether parsed data are findings or automation rules."""
    return _findings(data) is not None or _rules(data) is not None


def read_export(data: object, peers: Mapping[str, tuple[str, ...]]) -> Import:
    """Return the drafts of an export."""
    found = Import()
    _read_findings(found, _findings(data) or [], peers)
    for rule in _rules(data) or []:
        _read_rule(found, rule, peers)
    return found


def _findings(data: object) -> list[Any] | None:
    """Return the findings of an export, or of a list of findings; None for anything else."""
    if isinstance(data, list):
        return data if data and all(_at(entry, "AwsAccountId") for entry in data) else None
    return _list(data, "Findings") if isinstance(data, dict) and "Findings" in data else None


def _rules(data: object) -> list[Any] | None:
    return _list(data, "Rules") if isinstance(data, dict) and "Rules" in data else None


def _read_findings(found: Import, findings: list[Any], peers: Mapping[str, tuple[str, ...]]) -> None:
    others: Counter[str] = Counter()
    for finding in findings:
        if _at(finding, "Workflow", "Status") != _SUPPRESSED:
            others["not suppressed"] += 1
            continue
        control = _control(finding)
        if control not in peers:
            others[f"of {control or 'another product'}, for which auditor has no check"] += 1
            continue
        resource = _at(finding, "Resources", 0, "Id")
        if not resource or not _at(finding, "AwsAccountId"):
            others[f"of {control} without an account or a resource"] += 1
            continue
        for check_id in peers[control]:
            found.add(
                f"securityhub-{control.lower()}",
                check=check_id,
                account=_at(finding, "AwsAccountId"),
                region=_at(finding, "Resources", 0, "Region") or _at(finding, "Region"),
                resource=resource,
                justification=_at(finding, "Note", "Text"),
            )
    for what, count in sorted(others.items()):
        found.lose(f"{count:,} finding{'' if count == 1 else 's'} {what}")


def _control(finding: object) -> str:
    """Return the ID of a control such as ECS.4, from any of the places where findings have it."""
    places = (
        _at(finding, "Compliance", "SecurityControlId"),
        _at(finding, "ProductFields", "ControlId"),
        _at(finding, "GeneratorId").rpartition("/")[2],
    )
    return next((place for place in places if _CONTROL.fullmatch(place)), "")


def _read_rule(found: Import, rule: object, peers: Mapping[str, tuple[str, ...]]) -> None:
    name = f"rule {quote(_at(rule, 'RuleName') or _at(rule, 'RuleArn') or 'without a name')}"
    statuses = [_at(action, "FindingFieldsUpdate", "Workflow", "Status") for action in _list(rule, "Actions")]
    if _SUPPRESSED not in statuses:
        found.lose(f"{name}: does not suppress findings")
        return
    if _at(rule, "RuleStatus") == "DISABLED":
        found.lose(f"{name}: is disabled")
        return
    criteria = rule.get("Criteria") if isinstance(rule, dict) else None
    values: dict[str, list[str]] = {}
    for criterion, filters in (criteria if isinstance(criteria, dict) else {}).items():
        if criterion in _ALWAYS_TRUE:
            continue
        globs = list(_globs(criterion, filters))
        if not globs:
            found.lose(f"{name}: not carried over: without its criterion {quote(criterion)} it would cover more")
            return
        values[_CRITERIA[criterion]] = globs
    _add_rule(found, name, rule, values, peers)


def _add_rule(
    found: Import, name: str, rule: object, values: Mapping[str, list[str]], peers: Mapping[str, tuple[str, ...]]
) -> None:
    controls = [control for control in values.get("check", []) if control in peers]
    if not controls:
        found.lose(f"{name}: names no control for which auditor has a check")
        return
    notes = (_at(action, "FindingFieldsUpdate", "Note", "Text") for action in _list(rule, "Actions"))
    note = next(filter(None, notes), "") or _at(rule, "Description")
    combinations = product(controls, *(values.get(key, [""]) for key in ("account", "region", "resource")))
    for control, account, region, resource in combinations:
        for check_id in peers[control]:
            found.add(
                f"securityhub-rule-{control.lower()}",
                check=check_id,
                account=account,
                region=region,
                resource=resource,
                justification=note,
            )


def _globs(criterion: str, filters: object) -> Iterator[str]:
    """Yield the alternatives of a criterion; nothing if an exception cannot state all of it."""
    if criterion not in _CRITERIA or not isinstance(filters, list):
        return
    globs = {"EQUALS": "{}", "PREFIX": "{}*"}
    pairs = [(_at(one, "Comparison"), _at(one, "Value")) for one in filters]
    if all(comparison in globs and value for comparison, value in pairs):
        yield from (globs[comparison].format(value) for comparison, value in pairs)


def _list(data: object, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, list) else []


def _at(data: object, *path: str | int) -> str:
    """Return the text at a path; empty if there is none."""
    for part in path:
        if isinstance(part, int):
            data = data[part] if isinstance(data, list) and len(data) > part else None
        else:
            data = data.get(part) if isinstance(data, dict) else None
    return data if isinstance(data, str) else ""
