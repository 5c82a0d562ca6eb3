"""The auditor's packages scan the demo: the results equal the expected ones exactly."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from auditor import checks
from auditor.aws.account_reader import AccountReader, required_actions
from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.clients import Clients, Connection
from auditor.aws.collectors import collectors_for
from auditor.aws.organizations import discover
from auditor.aws.rate_limit import RateLimiter
from auditor.aws.roles import DefaultCredentials, Roles, identify
from auditor.demo import DemoOrganization, running
from auditor.demo.model import CANARY, NOT_OPTED_IN, REGIONS
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.finding import Finding
from auditor.domain.result import AccountResult
from auditor.engine.clock import RunClock
from auditor.engine.ports import Assignment, ConfiguredCheck
from auditor.engine.scan import AccountFinished, Scan
from auditor.engine.scan_scope import ScanOptions
from auditor.inventory import parse
from auditor.settings import load
from tests.builders import check_by_id


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoOrganization]:
    with running() as organization:
        yield organization


@pytest.fixture(scope="module")
def results(demo: DemoOrganization) -> list[AccountResult]:
    clock = RunClock(300)
    caller = CallContext(Clients(Connection()), RateLimiter(0.5), clock)
    identity = identify(caller)
    inventory = parse(demo.inventory, "demo.yaml", known_regions=[*REGIONS, NOT_OPTED_IN])
    check = check_by_id()
    settings = load(demo.settings, "settings.yaml", {}, checks.load())
    collectors = collectors_for([check.fact_type])
    (judged_collector,) = [collector for collector in collectors if collector.fact_type is check.fact_type]
    roles = Roles(caller, identity, "demo", required_actions(collectors))
    line = RegionClient(caller, DefaultCredentials(caller, identity.account_id), caller.clients.home_region)
    scan = Scan(
        reader=AccountReader(caller, roles, collectors),
        assignments=[
            Assignment(
                collector.name,
                (ConfiguredCheck(check, check.parameters),) if collector is judged_collector else (),
            )
            for collector in collectors
        ],
        finish=lambda result: result,
        clock=clock,
        workers=settings.limits.workers,
        options=ScanOptions(keep_not_applicable=True),
    )
    events = list(scan.run(inventory.merge(discover(line))))
    return [event.value for event in events if isinstance(event, AccountFinished)]


@pytest.fixture(scope="module")
def findings(results: list[AccountResult]) -> list[Finding]:
    return [finding for result in results for finding in result.findings]


def _arns(findings: list[Finding], status: Status) -> set[str]:
    return {finding.resource.arn for finding in findings if finding.status is status}


def test_the_findings_equal_the_expected_ones(demo: DemoOrganization, findings: list[Finding]) -> None:
    assert _arns(findings, Status.FAIL) == demo.truth.failing
    assert _arns(findings, Status.PASS) == demo.truth.passing
    assert _arns(findings, Status.UNKNOWN) == demo.truth.unknown
    assert _arns(findings, Status.NOT_APPLICABLE) <= demo.truth.not_applicable


def test_a_pass_whose_user_is_set_by_the_image_has_a_reason(demo: DemoOrganization, findings: list[Finding]) -> None:
    with_reason = [finding for finding in findings if finding.status is Status.PASS and "user-unset" in finding.reasons]
    assert _arns(with_reason, Status.PASS) == demo.truth.user_unset


def test_not_applicable_findings_are_counted(demo: DemoOrganization, results: list[AccountResult]) -> None:
    assert sum(sum(result.not_applicable.values()) for result in results) == len(demo.truth.not_applicable)


def test_the_coverage_equals_the_expected_one(demo: DemoOrganization, results: list[AccountResult]) -> None:
    rows = [row for result in results for row in result.coverage if row.collector in {"ecs-task-definitions", "*"}]
    by_status = {
        status: {(row.account.id, row.region, row.reason) for row in rows if row.status is status}
        for status in CoverageStatus
    }
    assert by_status[CoverageStatus.EXAMINED] == {(*scope, None) for scope in demo.truth.examined}
    assert by_status[CoverageStatus.PARTIAL] | by_status[CoverageStatus.NOT_EXAMINED] == demo.truth.gaps
    assert {(id_, reason) for id_, _, reason in by_status[CoverageStatus.EXCLUDED]} == demo.truth.excluded
    assert {row.region for row in rows} == {*REGIONS, "*"}


def test_accounts_have_the_units_and_tags_of_the_table(results: list[AccountResult]) -> None:
    accounts = {result.account.name: (result.account.ou.strip("/"), result.account.tags) for result in results}
    assert accounts["payments-staging"] == ("Workloads/Staging", {"owner": "payments", "env": "staging"})
    assert accounts["legacy-billing"] == ("Suspended", {})


def test_no_value_of_an_environment_variable_leaves_the_collector(results: list[AccountResult]) -> None:
    assert CANARY not in repr(results)
