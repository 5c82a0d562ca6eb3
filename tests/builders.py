"""Builders of domain objects for every test: a test names the fields that matter, the others have defaults."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor import checks
from auditor.contracts.run import Provenance
from auditor.domain.aws_resource import Resource
from auditor.domain.check import Check, Evidence, Severity, Status, Verdict
from auditor.domain.coverage import Coverage, CoverageStatus, Gap
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.finding import Finding
from auditor.domain.gap_groups import group_gaps
from auditor.domain.lifecycle import Change, LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountSummary, CheckInfo, RunResult
from auditor.domain.scope import EVERY_REGION, Account, RegionRule, Role, Scope, Target
from auditor.engine.ports import Assignment, ConfiguredCheck

Fields = dict[str, Any]

NOW = datetime(2026, 11, 23, 2, 0, 0, tzinfo=UTC)
CHECK = "ecs-host-network-privileged-or-root"
COLLECTOR = "ecs-task-definitions"
TITLE = "Containers on the host's network are neither privileged nor root"
PROBLEM = "Privileged or root container on the host's network"
REMEDIATION = (
    "Register a revision whose containers have `privileged` false and a `user` with a uid other than 0, or whose "
    "network mode is not host; update the services that use the family; then deregister the old revision."
)
WORDS = {
    "privileged": "is privileged",
    "root-user": "runs as root",
    "user-unset": "sets no user, so the image decides",
}
A_USER = DefinitionRepair(container={"user": "1000:1000"}, manual="Name a user that the image is ready for.")
REPAIRS = {"privileged": DefinitionRepair(container={"privileged": False}), "root-user": A_USER, "user-unset": A_USER}


def account(number: int = 1, **fields: Any) -> Account:
    """Return an account whose twelve-digit ID is made of `number`."""
    usual: Fields = {"id": f"{number:012d}", "name": f"account-{number}"}
    return Account(**(usual | fields))


def scope(region: str = "eu-west-1", **fields: Any) -> Scope:
    """Return one region of one account."""
    usual: Fields = {"account": account(), "region": region}
    return Scope(**(usual | fields))


def container(name: str = "app", **fields: Any) -> Container:
    """Return one container of a task definition."""
    return Container(**({"name": name, "image": "app:1"} | fields))


def task_definition(family: str = "web", revision: int = 1, **fields: Any) -> TaskDefinition:
    """Return one revision, by default ACTIVE and in host network mode."""
    usual: Fields = {
        "arn": f"arn:aws:ecs:eu-west-1:000000000001:task-definition/{family}:{revision}",
        "family": family,
        "revision": revision,
        "status": "ACTIVE",
        "network_mode": "host",
        "containers": (container(),),
    }
    return TaskDefinition(**(usual | fields))


def resource(
    family: str = "web", revision: int = 1, *, region: str = "eu-west-1", of: Account | None = None
) -> Resource:
    """Return the resource of a task definition in `region` of the account `of`."""
    owner = (of or account()).id
    arn = f"arn:aws:ecs:{region}:{owner}:task-definition/{family}:{revision}"
    author = f"arn:aws:sts::{owner}:assumed-role/deployer/ci"
    return task_definition(
        family, revision, arn=arn, registered_at=NOW - timedelta(days=9), registered_by=author
    ).resource


def check_by_id(check_id: str = CHECK) -> Check[Any]:
    """Return the product's check with an ID."""
    return next(check for check in checks.load() if check.id == check_id)


def finding(family: str = "web", revision: int = 1, **fields: Any) -> Finding:
    """Return a finding, by default a failure with high severity for a privileged container."""
    owner, region = fields.get("account", account()), fields.get("region", "eu-west-1")
    usual: Fields = {
        "check_id": CHECK,
        "title": TITLE,
        "severity": Severity.HIGH,
        "status": Status.FAIL,
        "account": owner,
        "region": region,
        "resource": resource(family, revision, region=region, of=owner),
        "observed_at": NOW,
        "reasons": ("privileged",),
        "evidence": (Evidence("app", "container", ("privileged",), {"privileged": True}),),
        "standards": {"prowler": Status.PASS},
        "remediation": REMEDIATION,
    }
    return Finding(**(usual | fields))


def change(state: LifecycleState = LifecycleState.NEW, **fields: Any) -> Change:
    """Return the change of a finding."""
    found = finding()
    usual: Fields = {
        "finding_id": found.finding_id,
        "state": state,
        "previous_state": None,
        "check_id": found.check_id,
        "problem": found.problem,
        "severity": found.severity,
        "account": found.account,
        "owner": "",
        "environment": "",
        "region": found.region,
        "resource_arn": found.resource.unversioned_arn,
        "resource_type": found.resource.type,
        "resource_name": found.resource.name,
        "changed_at": NOW,
        "first_seen": NOW,
        "last_seen": NOW,
    }
    return Change(**(usual | fields))


def unknown(family: str = "lost", reason: Reason = Reason.SERVICE_ERROR, **fields: Any) -> Finding:
    """Return the finding of a resource that could not be read."""
    usual: Fields = {"status": Status.UNKNOWN, "reasons": (reason.value,), "evidence": (), "standards": {}}
    return finding(family, **(usual | fields))


def coverage(status: CoverageStatus = CoverageStatus.EXAMINED, **fields: Any) -> Coverage:
    """Return a coverage record."""
    usual: Fields = {
        "account": account(),
        "region": "eu-west-1",
        "collector": COLLECTOR,
        "status": status,
        "calls": 3,
        "observed_at": NOW,
    }
    return Coverage(**(usual | fields))


def unknown_regions(account: Account, collector: str, reason: Reason, detail: str) -> Coverage:
    """Return the coverage record of an account whose regions could not be listed."""
    return Coverage(account, EVERY_REGION, collector, CoverageStatus.NOT_EXAMINED, reason, detail)


def check_info(**fields: Any) -> CheckInfo:
    """Return the description of the only check of a run."""
    usual: Fields = {
        "id": CHECK,
        "title": TITLE,
        "problem": PROBLEM,
        "severity": Severity.HIGH,
        "frameworks": {"cis-compute-1.1": ("3.1",)},
        "remediation": REMEDIATION,
        "reason_texts": WORDS,
        "repairs": REPAIRS,
        "collectors": (COLLECTOR,),
    }
    return CheckInfo(**(usual | fields))


def summarise(
    owner: Account, rows: Iterable[Coverage], findings: Iterable[Finding], extra: Mapping[Status, int]
) -> AccountSummary:
    """Return the summary of an account; `extra` counts statuses without a listed finding (PASS, NOT_APPLICABLE)."""
    own = [row for row in rows if row.account.id == owner.id]
    own_findings = [finding for finding in findings if finding.account.id == owner.id]
    statuses = Counter((finding.check_id, finding.status) for finding in own_findings)
    statuses.update({(CHECK, status): count for status, count in extra.items()})
    return AccountSummary(
        account=owner,
        statuses=dict(statuses),
        coverage=dict(Counter(row.status for row in own)),
        failing=dict(Counter(finding.severity for finding in own_findings if finding.status is Status.FAIL)),
        calls=sum(row.calls for row in own),
        throttled=sum(row.throttled for row in own),
        retried=sum(row.retried for row in own),
        collectors=dict(Counter((row.collector, row.status) for row in own)),
    )


def run_result(
    rows: Iterable[Coverage] = (),
    findings: Iterable[Finding] = (),
    extra: Mapping[str, Mapping[Status, int]] | None = None,
    **fields: Any,
) -> RunResult:
    """Return the result of a run with these coverage records and findings; `extra` is by account ID."""
    rows, findings, extra = tuple(rows), tuple(findings), extra or {}
    owners = {row.account.id: row.account for row in rows} | {
        finding.account.id: finding.account for finding in findings
    }
    failures = tuple(finding for finding in findings if finding.status is Status.FAIL)
    unknowns = tuple(finding for finding in findings if finding.status is Status.UNKNOWN)
    usual: Fields = {
        "run_id": "20261123T020000Z-1a2b3c",
        "started_at": NOW,
        "finished_at": NOW + timedelta(seconds=41),
        "version": "0.1.0",
        "checks": (check_info(),),
        "accounts": tuple(summarise(owners[key], rows, findings, extra.get(key, {})) for key in sorted(owners)),
        "failures": failures,
        "failures_total": len(failures),
        "unknowns": unknowns,
        "unknowns_total": len(unknowns),
        "gaps": group_gaps(rows),
    }
    return RunResult(**(usual | fields))


def provenance(**fields: Any) -> Provenance:
    """Return the provenance of a run."""
    usual: Fields = {
        "identity": "arn:aws:sts::999999999999:assumed-role/auditor/task",
        "output": "s3://results/nightly",
        "previous_run": None,
        "previous_manifest_sha256": None,
        "accounts_listed_at": "2026-11-23T02:00:00Z",
        "accounts": [],
        "settings": {},
        "parameters": {},
        "check_versions": {CHECK: "0" * 64},
        "inventory_sha256": None,
        "settings_sha256": None,
        "exceptions_sha256": None,
        "cache_digests": {},
        "checks": [CHECK],
        "check_origins": {},
        "versions": {"auditor": "0.1.0"},
    }
    return Provenance(**(usual | fields))


def target(number: int = 1, *include: str, **fields: Any) -> Target:
    """Return a target of the inventory with the expected regions `include`, by default all."""
    owner = account(number)
    usual: Fields = {
        "account": owner,
        "roles": (Role(f"arn:{{partition}}:iam::{owner.id}:role/AuditorReadOnly"),),
        "regions": RegionRule(include or ("all",)),
    }
    return Target(**(usual | fields))


def gap(family: str | None = "lost", reason: Reason = Reason.SERVICE_ERROR, **fields: Any) -> Gap:
    """Return the gap of a family that could not be described, or of the list if there is no family."""
    usual: Fields = {
        "scope": scope(),
        "stage": "describe" if family else "list",
        "reason": reason,
        "detail": "ecs:DescribeTaskDefinition: ServerException",
        "resource": resource(family) if family else None,
    }
    return Gap(**(usual | fields))


def configured_check(judge: Callable[..., Verdict] | Status = Status.FAIL, **fields: Any) -> ConfiguredCheck:
    """Return a check of task definitions that calls a function or always has the same status."""
    usual: Fields = {
        "id": CHECK,
        "title": TITLE,
        "severity": Severity.HIGH,
        "fact_type": TaskDefinition,
        "judge": (lambda _fact, _parameters: Verdict(judge)) if isinstance(judge, Status) else judge,
        "frameworks": {},
        "remediation": REMEDIATION,
    }
    check: Check[Any] = Check(**(usual | fields))
    return ConfiguredCheck(check, check.parameters)


def assignment(*rules: ConfiguredCheck, collector: str = COLLECTOR) -> Assignment:
    """Return an assignment of checks to a collector, by default of one check that always fails."""
    return Assignment(collector, rules or (configured_check(),), "AWS::ECS::TaskDefinition")
