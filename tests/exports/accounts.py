"""Accounts to export: an everyday one with every state, one that could not be examined, and a hostile one."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from auditor.archive import encode
from auditor.domain.aws_resource import Introduction
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import Change, Lifecycle, LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult, CheckInfo
from auditor.domain.risk_exception import RiskException
from auditor.domain.scope import Account
from auditor.exports.model import AccountExport, ExportedRun
from tests import builders
from tests.builders import CHECK, NOW

RUN_ID = "20261123T020000Z-1a2b3c"
EARLIER = NOW - timedelta(days=12)
FRAMEWORKS = ("aws-fsbp/ECS.1", "cis-compute-1.1/3.1")
CONTROLS = {"cis-compute-1.1": ("3.1",), "aws-fsbp": ("ECS.1",)}
EXCEPTION = RiskException("EX-7", "accepted-risk", "Sidecar of the vendor", "payments", "SEC-12", date(2026, 12, 31))

#: Texts that a spreadsheet, a terminal, a browser or a strict reader must survive.
HOSTILE = (
    "=cmd|' /C calc'!A0",
    '+1","=HYPERLINK(""https://example.com"")',
    "-2;=1+1",
    "@SUM(A1)\t=1\r\n=2",
    "</script><script>alert(1)</script>",
    "../../../../etc/passwd\x00",
    "safe\u202egnp.exe\u2066\u200b",
    "\x1b]0;owned\x07\x1b[31mred",
    "half \ud83d of a pair, and a whole \U0001f512",
    "x" * 4096,
    "\n\n\n",
    " ",
)


def run(**fields: Any) -> ExportedRun:
    usual: dict[str, Any] = {
        "run_id": RUN_ID,
        "started_at": NOW,
        "version": "0.1.0",
        "partition": "aws",
        "checks": (builders.check_info(frameworks=CONTROLS),),
        "security_lake_region": "eu-central-1",
    }
    return ExportedRun(**(usual | fields))


def export(
    findings: tuple[Finding, ...] = (),
    coverage: tuple[Coverage, ...] = (builders.coverage(),),
    changes: tuple[Change, ...] = (),
    *,
    account: Account | None = None,
    **fields: Any,
) -> AccountExport:
    owner = account or builders.account()
    return AccountExport(
        run=run(**fields),
        account=owner,
        findings=[encode.finding_row(finding, RUN_ID) for finding in findings],
        coverage=[encode.coverage_row(record, RUN_ID) for record in coverage],
        changes=[encode.change_row(change, RUN_ID) for change in changes],
        counts=AccountResult(owner, findings, coverage).summary().statuses,
        accepted=Counter(finding.check_id for finding in findings if finding.exception),
    )


def change(state: LifecycleState, **fields: Any) -> Change:
    usual: dict[str, Any] = {
        "finding_id": f"{list(LifecycleState).index(state):032x}",
        "state": state,
        "previous_state": LifecycleState.OPEN,
        "check_id": CHECK,
        "problem": builders.PROBLEM,
        "severity": Severity.HIGH,
        "account": builders.account(),
        "owner": "payments",
        "environment": "prod",
        "region": "eu-west-1",
        "resource_arn": f"arn:aws:ecs:eu-west-1:000000000001:task-definition/{state}",
        "resource_type": "AWS::ECS::TaskDefinition",
        "resource_name": state.value,
        "changed_at": NOW,
        "first_seen": EARLIER,
        "last_seen": NOW - timedelta(days=1),
        "reason": "",
    }
    return Change(**(usual | fields))


def finding(family: str, state: LifecycleState | None = None, **fields: Any) -> Finding:
    first_seen = {None: None, LifecycleState.NEW: NOW}.get(state, EARLIER)
    usual: dict[str, Any] = {
        "problem": builders.PROBLEM,
        "frameworks": FRAMEWORKS,
        "owner": "payments",
        "environment": "prod",
        "lifecycle": Lifecycle(state, first_seen, NOW if state else None),
    }
    return builders.finding(family, **(usual | fields))


def everyday() -> AccountExport:
    """Return an account with a finding in every status and state, and gaps of every kind."""
    findings = (
        finding("new", LifecycleState.NEW, due=date(2026, 11, 30)),
        finding(
            "open",
            LifecycleState.OPEN,
            revision=7,
            due=date(2026, 11, 20),
            overdue=True,
            introduced_in=Introduction(5, EARLIER, "arn:aws:iam::000000000001:user/ci"),
        ),
        finding("accepted", LifecycleState.OPEN, exception=EXCEPTION),
        finding("back", LifecycleState.REOPENED),
        finding("fixed", LifecycleState.RESOLVED, status=Status.PASS, reasons=(), evidence=(), standards={}),
        finding("fine", status=Status.PASS, reasons=(), evidence=(), standards={}),
        finding("windows", status=Status.NOT_APPLICABLE, reasons=(), evidence=(), standards={}),
        finding("lost", status=Status.UNKNOWN, reasons=("throttled",), evidence=(), standards={}),
        finding("hidden", LifecycleState.STALE, status=Status.UNKNOWN, reasons=("service-error",), evidence=()),
    )
    coverage = (
        builders.coverage(),
        builders.coverage(
            CoverageStatus.PARTIAL,
            region="us-east-1",
            reason=Reason.THROTTLED,
            detail="2 of 9 definitions were not described",
            resources=9,
        ),
        builders.coverage(
            CoverageStatus.NOT_EXAMINED,
            region="eu-central-1",
            collector="ecs-services",
            reason=Reason.SCP_DENIED,
            detail="ecs:ListClusters was denied",
        ),
        builders.coverage(
            CoverageStatus.EXCLUDED,
            region="us-west-2",
            reason=Reason.EXCLUDED_BY_CONFIG,
            detail="excluded by `exclude_regions`",
        ),
    )
    changes = (
        change(LifecycleState.GONE, reason="the resource no longer exists"),
        change(LifecycleState.STALE, reason="scp-denied"),
        change(LifecycleState.RESOLVED, finding_id=findings[4].finding_id),
        change(LifecycleState.STALE, finding_id=findings[8].finding_id),
        change(LifecycleState.NEW, finding_id=findings[0].finding_id, previous_state=None),
    )
    return export(findings, coverage, changes)


def unexamined() -> AccountExport:
    """Return an account whose role could not be assumed, so that nothing is known of it, not even its regions."""
    owner = builders.account(2, name="locked")
    gap = builders.unknown_regions(owner, builders.COLLECTOR, Reason.ROLE_DENIED, "sts:AssumeRole was denied")
    return export((), (gap,), account=owner)


def hostile() -> AccountExport:
    """Return an account with hostile texts wherever AWS or a person can write one."""
    findings = []
    for number, text in enumerate(HOSTILE):
        owner = builders.account(name=text, ou=text, tags={text: text})
        usual = finding(
            f"family-{number}",
            LifecycleState.OPEN,
            account=owner,
            owner=text,
            environment=text,
            title=text,
            problem=text,
            remediation=text,
            reasons=(text,),
            frameworks=(f"{text}/{text}",),
            evidence=(Evidence(text, text, (text,), {text: text}),),
            exception=replace(EXCEPTION, id=text, justification=text, owner=text, ticket=text),
        )
        tagged = replace(usual.resource, name=text, tags={text: text} | {f"k{i}": text for i in range(60)})
        findings.append(replace(usual, resource=tagged))
    owner = builders.account(name=HOSTILE[0], ou=HOSTILE[7])
    coverage = tuple(
        builders.coverage(CoverageStatus.PARTIAL, account=owner, reason=Reason.SERVICE_ERROR, detail=text)
        for text in HOSTILE
    )
    names = {text: (text,) for text in HOSTILE}
    checks: tuple[CheckInfo, ...] = (builders.check_info(frameworks=names, title=HOSTILE[6]),)
    changes = tuple(
        change(LifecycleState.STALE, problem=text, resource_name=text, reason=text, finding_id=text) for text in HOSTILE
    )
    return export(tuple(findings), coverage, changes, account=owner, checks=checks)
