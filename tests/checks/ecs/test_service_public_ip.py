"""Public addresses of a service's tasks, as tables: one row a sentence."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.service_public_ip import service_public_ip as rule
from auditor.domain.check import Detail, Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.workloads import Deployment, Placement, Service
from tests.checks.ecs.running import deployment, revision, said, service, table, task_set

PUBLIC, PRIVATE, NO_NETWORK = Placement("FARGATE", public_ip=True), Placement("FARGATE", public_ip=False), Placement()


def judged(fact: Service) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


def test_a_service_with_public_addresses_fails_and_says_where_it_runs() -> None:
    evidence = Evidence(reasons=("public-ip",), details={"assignPublicIp": "ENABLED", "launchType": "FARGATE"})

    assert judged(service(placement=PUBLIC)) == Verdict(Status.FAIL, ("public-ip",), (evidence,))


@pytest.mark.parametrize("launch_type", [None, "EC2", "FARGATE", "MANAGED_INSTANCES", "EXTERNAL"])
def test_the_launch_type_does_not_matter(launch_type: str | None) -> None:
    verdict = judged(service(placement=Placement(launch_type, public_ip=True)))

    assert verdict.reasons == ("public-ip",)
    assert verdict.evidence[0].details["launchType"] == launch_type


def test_a_service_without_tasks_fails_because_the_next_one_gets_an_address() -> None:
    assert judged(service(placement=PUBLIC, desired=0, running=0)).status is Status.FAIL


def test_a_service_without_public_addresses_passes() -> None:
    assert judged(service(placement=PRIVATE)) == Verdict(Status.PASS)


def test_a_service_whose_tasks_have_no_network_of_their_own_is_not_applicable() -> None:
    assert judged(service(placement=NO_NETWORK)) == Verdict(Status.NOT_APPLICABLE)


def test_task_sets_are_another_check_s() -> None:
    sets = (task_set(placement=PUBLIC),)

    assert judged(service(placement=NO_NETWORK, task_sets=sets)).status is Status.NOT_APPLICABLE
    assert judged(service(placement=PRIVATE, task_sets=sets)).status is Status.PASS


def test_an_older_deployment_that_still_runs_with_public_addresses_fails_by_its_revision() -> None:
    old = deployment("ACTIVE", 6, running=3, public_ip=True)
    verdict = judged(service(placement=PRIVATE, deployments=(deployment("PRIMARY", 7, public_ip=False), old)))

    details: dict[str, Detail] = {"assignPublicIp": "ENABLED", "taskDefinition": revision(6), "runningCount": 3}
    evidence = Evidence("deployment of web:6", "deployment", reasons=("public-ip-lingers",), details=details)
    assert verdict == Verdict(Status.FAIL, ("public-ip-lingers",), (evidence,))


def test_both_are_named_where_both_are_at_fault() -> None:
    verdict = judged(service(placement=PUBLIC, deployments=(deployment(public_ip=True),)))

    assert verdict.reasons == ("public-ip", "public-ip-lingers")
    assert [each.part for each in verdict.evidence] == ["", "deployment of web:6"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(deployment("PRIMARY", public_ip=True), id="the newest deployment, which the service speaks for"),
        pytest.param(deployment("INACTIVE", public_ip=True), id="a deployment that was replaced in full"),
        pytest.param(deployment("ACTIVE", running=0, public_ip=True), id="a deployment of which nothing runs"),
        pytest.param(deployment("ACTIVE", public_ip=False), id="a deployment without public addresses"),
        pytest.param(deployment("ACTIVE"), id="a deployment whose tasks have no network of their own"),
    ],
)
def test_other_deployments_do_not_matter(other: Deployment) -> None:
    assert judged(service(placement=PRIVATE, deployments=(other,))) == Verdict(Status.PASS)


def test_a_deployment_in_a_state_of_next_year_that_runs_is_looked_at() -> None:
    assert judged(service(placement=PRIVATE, deployments=(deployment("BAKING", public_ip=True),))).status is Status.FAIL


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_on_its_way_out_is_not_applicable_whatever_still_runs(status: str) -> None:
    fact = service(status=status, placement=PUBLIC, deployments=(deployment(public_ip=True),))

    assert judged(fact) == Verdict(Status.NOT_APPLICABLE)


@pytest.mark.parametrize("status", ["ACTIVE", "", "A STATUS OF NEXT YEAR"], ids=repr)
def test_a_service_in_any_other_state_is_judged(status: str) -> None:
    assert judged(service(status=status, placement=PUBLIC)).status is Status.FAIL


PLACED = {"ENABLED": [PUBLIC], "DISABLED": [PRIVATE], "absent": [NO_NETWORK]}
DEPLOYED: dict[str, list[tuple[Deployment, ...]]] = {
    "ENABLED": [(deployment(public_ip=True),)],
    "DISABLED or none": [(), (deployment(public_ip=False),)],
    "none": [()],
    "any": [(), (deployment(public_ip=True),), (deployment(public_ip=False),)],
}


@pytest.mark.parametrize("row", table(rule.manual, "service"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    own, older, status, reason = row
    going = own == "any, but deleted"
    facts = [
        service(placement=placement, deployments=deployments, status=state)
        for state in (("DRAINING", "INACTIVE") if going else ("ACTIVE",))
        for placement in ([PUBLIC, PRIVATE, NO_NETWORK] if going else PLACED[own])
        for deployments in DEPLOYED[older]
    ]
    first_reasons = {(each.status.value, (each.reasons or ("-",))[0]) for each in map(judged, facts)}

    assert first_reasons == {(status, reason)}
    assert own == "ENABLED" or said(map(judged, facts)) == {(status, reason)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.2",),
        "aws-fsbp": ("ECS.2",),
        "aws-config": ("ecs-service-assign-public-ip-disabled",),
    }
