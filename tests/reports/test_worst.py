"""The worst resources: what a reader sees first."""

from __future__ import annotations

from datetime import date

from auditor.domain.check import Severity
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.risk_exception import RiskException
from auditor.reports.totals import RunTotals
from auditor.reports.worst import worst_resources
from tests.builders import CHECK, account, check_info, coverage, finding, run_result

OTHER_CHECK = "ecs-privileged-container"
ACCEPTED = RiskException("EX-1", "accepted-risk", "Legacy host", "payments", "", date(2027, 1, 1))


def worst(*findings: Finding, most: int = 4) -> list[tuple[str, str, int]]:
    checks = (check_info(), check_info(id=OTHER_CHECK, problem="Privileged container"))
    rows = [coverage(account=failure.account) for failure in findings]
    totals = RunTotals(run_result(rows, findings, checks=checks))
    return [(failures.account.id[-1], failures.resource, failures.others) for failures in worst_resources(totals, most)]


def test_a_resource_with_several_problems_is_listed_once() -> None:
    assert worst(finding("web"), finding("web", check_id=OTHER_CHECK), finding("api")) == [
        ("1", "web:1", 1),
        ("1", "api:1", 0),
    ]


def test_a_family_is_listed_once_per_account_and_not_once_per_region() -> None:
    regions = [finding("web", region=region) for region in ("eu-west-1", "us-east-1")]

    assert worst(*regions, finding("web", account=account(2))) == [("1", "web:1", 0), ("2", "web:1", 0)]


def test_every_account_has_a_line_before_one_has_two() -> None:
    first = [finding(name) for name in ("a", "b", "c")]

    assert worst(*first, finding("d", account=account(2)), most=3) == [
        ("1", "a:1", 0),
        ("2", "d:1", 0),
        ("1", "b:1", 0),
    ]


def test_a_worse_failure_comes_before_another_account() -> None:
    critical = [finding(name, severity=Severity.CRITICAL) for name in ("a", "b")]

    assert worst(*critical, finding("c", account=account(2)), most=2) == [("1", "a:1", 0), ("1", "b:1", 0)]


def test_running_and_public_resources_come_first() -> None:
    idle, running = finding("idle", usage=EcsUsage()), finding("running", usage=EcsUsage(running_tasks=1))
    public = finding("zpublic", usage=EcsUsage(running_tasks=1, public_ip=True))

    assert [name for _, name, _ in worst(idle, running, public)] == ["zpublic:1", "running:1", "idle:1"]


def test_accepted_failures_are_not_listed() -> None:
    assert worst(finding("web", exception=ACCEPTED), finding("api")) == [("1", "api:1", 0)]
    assert CHECK != OTHER_CHECK
