"""Made-up nights that hold every case of the queries, written as a run writes them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from auditor.archive.archive import Archive, make_manifest
from auditor.archive.layout import Layout
from auditor.domain.aws_resource import Resource
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import Change, Lifecycle, LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult, AccountSource
from auditor.domain.risk_exception import RiskException
from auditor.domain.scope import Account
from auditor.store.folder import Folder
from tests import builders

TODAY = date(2026, 11, 23)
#: Last week; two whole nights of one day; a narrowed run, one that was interrupted, and one without an inventory.
LONG_AGO, WEEK = "20261101T020000Z-old", "20261119T020000Z-week"
FIRST, SECOND = "20261123T020000Z-first", "20261123T140000Z-second"
NARROWED, INTERRUPTED, UNLISTED = "20261123T150000Z-one", "20261123T160000Z-cut", "20261123T170000Z-mine"
RUNS = (LONG_AGO, WEEK, FIRST, SECOND, NARROWED, INTERRUPTED, UNLISTED)

_CHECKS = {
    "ecs-env-secret-values": (Severity.CRITICAL, ("aws-fsbp/ECS.8", "cis-compute-1.1/3.8")),
    "ecs-privileged-container": (Severity.HIGH, ("cis-compute-1.1/3.4", "nist-800-53-r5/AC-6(10)")),
    "ecs-host-pid-mode": (Severity.HIGH, ("cis-compute-1.1/3.3",)),
    "ecs-service-public-ip": (Severity.HIGH, ()),
    "ecs-memory-hard-limit": (Severity.LOW, ("acme/1",)),
}
_USAGES = (
    None,
    EcsUsage(),
    EcsUsage(complete=False),
    EcsUsage(running_tasks=2, public_ip=True),
    EcsUsage(running_tasks=2, public_ip=False),
    EcsUsage(running_tasks=1, public_ip=None),
)
_FAILED = (LifecycleState.NEW, LifecycleState.OPEN, LifecycleState.REOPENED, None)
_OTHER = (LifecycleState.RESOLVED, LifecycleState.STALE, None)
_GAPS = (Reason.PERMISSION_DENIED, Reason.SCP_DENIED, Reason.THROTTLED)


def accounts() -> tuple[Account, ...]:
    """Return accounts of several owners, environments and units; some have none, and one has a hostile name."""
    places = [("Prod/Shop", "shop", "production"), ("Prod", "pay'ments; --", "production"), ("Dev", "", "")]
    return tuple(
        replace(
            builders.account(number, ou=unit, tags={"Owner": owner, "owner": owner or "?"}),
            owner=owner,
            environment=environment,
        )
        for number, (unit, owner, environment) in enumerate([*places, *places, ("", "shop", "")], start=1)
    )


def write(folder: Path) -> None:
    """Write all runs."""
    for run_id in RUNS:
        _write_run(Folder(folder), run_id)


def _write_run(store: Folder, run_id: str) -> None:
    dice = random.Random(run_id)
    archive, began = Archive(store, Layout(run_id)), _time(run_id)
    everyone = accounts()[:2] if run_id in {NARROWED, UNLISTED} else accounts()
    summaries = []
    for account in everyone:
        excluded = account.id.endswith("7")
        coverage = tuple(_coverage(account, dice, began, excluded=excluded))
        findings = () if excluded else tuple(_findings(account, dice, began))
        changes = () if excluded else tuple(_changes(findings, dice))
        result = AccountResult(account, findings, coverage)
        archive.write_account(result, changes)
        counts = {state: sum(change.state is state for change in changes) for state in LifecycleState}
        summaries.append(replace(result.summary(), changes=counts))
    if run_id == INTERRUPTED:
        return
    result_of_run = builders.run_result(
        run_id=run_id,
        accounts=tuple(summaries),
        started_at=began,
        finished_at=began + timedelta(minutes=5),
        narrowed_by=("--account",) if run_id == NARROWED else (),
        account_source=AccountSource.CREDENTIALS if run_id == UNLISTED else AccountSource.ORGANIZATION,
    )
    manifest = make_manifest(result_of_run, [], builders.provenance())
    archive.write_manifest(manifest)
    archive.write_index(manifest)


def _time(run_id: str) -> datetime:
    return datetime.strptime(run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


def _coverage(account: Account, dice: random.Random, began: datetime, *, excluded: bool) -> Iterator[Coverage]:
    if account.id.endswith("6"):  # the role is refused
        yield replace(
            builders.unknown_regions(account, "ecs-services", Reason.ROLE_DENIED, "AccessDenied"), observed_at=began
        )
        return
    for region in ("eu-west-1", "us-east-1", "ap-south-1"):
        status = CoverageStatus.EXCLUDED if excluded else dice.choice(list(CoverageStatus)[:3])
        reason = Reason.EXCLUDED_BY_CONFIG if excluded else dice.choice(_GAPS)
        examined = status is CoverageStatus.EXAMINED
        yield builders.coverage(
            status,
            account=account,
            region=region,
            reason=None if examined else reason,
            detail="" if examined else f"{reason} in {region}",
            observed_at=began,
        )


def _findings(account: Account, dice: random.Random, began: datetime) -> Iterator[Finding]:
    if account.id.endswith("6"):
        return
    for number in range(8):
        for check_id, (severity, frameworks) in _CHECKS.items():
            status = dice.choices(list(Status), weights=(3, 5, 1, 1))[0]
            failed = status is Status.FAIL
            state = dice.choice(_FAILED if failed else _OTHER)
            first = began - timedelta(days=dice.randrange(90))
            due = first.date() + timedelta(days=30)
            yield builders.finding(
                check_id=check_id,
                account=account,
                resource=_resource(account, number, dice),
                severity=severity,
                status=status,
                reasons=(dice.choice(_GAPS).value,) if status is Status.UNKNOWN else ("because",),
                observed_at=began,
                frameworks=frameworks,
                owner=dice.choice((account.owner, "platform")),
                environment=account.environment,
                usage=dice.choice(_USAGES),
                lifecycle=Lifecycle(state, first, began) if failed or state else Lifecycle(),
                due=due if failed else None,
                overdue=failed and due < began.date(),
                exception=_exception(number, began) if failed and dice.random() < 0.3 else None,
            )


def _resource(account: Account, number: int, dice: random.Random) -> Resource:
    if number < 6:
        resource = builders.resource(f"app-{number}", dice.randrange(1, 4), of=account)
        return replace(resource, tags=dice.choice((None, {}, {"Team": "a", "team": "b"})))
    arn = f"arn:aws:ecs:eu-west-1:{account.id}:service/prod/app-{number}"
    return Resource(arn, "AWS::ECS::Service", f"prod/app-{number}")


def _exception(number: int, began: datetime) -> RiskException:
    expires = began.date() + timedelta(days=number * 4)
    return RiskException(f"risk-{number}", "accepted-risk", "A test; it's fine.", "security", f"SEC-{number}", expires)


def _changes(findings: tuple[Finding, ...], dice: random.Random) -> Iterator[Change]:
    reasons = [reason.value for reason in _GAPS]
    for finding in findings:
        state = finding.lifecycle.state
        if state is None and finding.status is not Status.FAIL and dice.random() < 0.2:
            state = LifecycleState.GONE
        if state in {None, LifecycleState.OPEN}:
            continue
        assert state is not None
        yield builders.change(
            state,
            finding_id=finding.finding_id,
            previous_state=None if state is LifecycleState.NEW else LifecycleState.OPEN,
            check_id=finding.check_id,
            severity=finding.severity,
            account=finding.account,
            owner=finding.owner,
            environment=finding.environment,
            region=finding.region,
            resource_arn=finding.resource.unversioned_arn,
            resource_type=finding.resource.type,
            resource_name=finding.resource.name,
            changed_at=finding.observed_at,
            first_seen=finding.lifecycle.first_seen,
            last_seen=finding.lifecycle.last_seen,
            reason=dice.choice(reasons) if state in {LifecycleState.STALE, LifecycleState.GONE} else "",
        )
