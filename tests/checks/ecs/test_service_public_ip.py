"""Public IP addresses of a service's tasks."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.service_public_ip import service_public_ip as check
from auditor.domain.check import Detail, Evidence, Verdict
from auditor.domain.ecs.workloads import Deployment, Placement
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    deployment,
    details,
    failing_parts,
    judge,
    outcomes,
    revision_arn,
    service,
    table,
    task_set,
)

PUBLIC, PRIVATE, NO_NETWORK = Placement("FARGATE", public_ip=True), Placement("FARGATE", public_ip=False), Placement()


def test_a_service_with_public_addresses_fails_and_shows_its_launch_type() -> None:
    evidence = Evidence(reasons=("public-ip",), details={"assignPublicIp": "ENABLED", "launchType": "FARGATE"})

    assert judge(check, service(placement=PUBLIC)) == Verdict(FAIL, ("public-ip",), (evidence,))


@pytest.mark.parametrize("launch_type", [None, "EC2", "FARGATE", "MANAGED_INSTANCES", "EXTERNAL"])
def test_the_launch_type_does_not_matter(launch_type: str | None) -> None:
    verdict = judge(check, service(placement=Placement(launch_type, public_ip=True)))

    assert verdict.reasons == ("public-ip",)
    assert details(verdict)["launchType"] == launch_type


def test_a_service_without_tasks_fails_because_its_next_task_gets_an_address() -> None:
    assert judge(check, service(placement=PUBLIC, desired=0, running=0)).status is FAIL


def test_a_service_without_public_addresses_passes() -> None:
    assert judge(check, service(placement=PRIVATE)) == Verdict(PASS)


def test_a_service_without_a_network_configuration_is_not_applicable() -> None:
    assert judge(check, service(placement=NO_NETWORK)) == Verdict(NOT_APPLICABLE)


def test_task_sets_are_left_to_their_own_check() -> None:
    sets = (task_set(placement=PUBLIC),)

    assert judge(check, service(placement=NO_NETWORK, task_sets=sets)).status is NOT_APPLICABLE
    assert judge(check, service(placement=PRIVATE, task_sets=sets)).status is PASS


def test_an_older_deployment_with_public_addresses_and_running_tasks_fails() -> None:
    old = deployment("ACTIVE", 6, running=3, public_ip=True)
    verdict = judge(check, service(placement=PRIVATE, deployments=(deployment("PRIMARY", 7, public_ip=False), old)))

    values: dict[str, Detail] = {"assignPublicIp": "ENABLED", "taskDefinition": revision_arn(6), "runningCount": 3}
    evidence = Evidence("deployment of web:6", "deployment", ("public-ip-lingers",), values)
    assert verdict == Verdict(FAIL, ("public-ip-lingers",), (evidence,))


def test_the_service_and_its_older_deployment_can_both_fail() -> None:
    verdict = judge(check, service(placement=PUBLIC, deployments=(deployment(public_ip=True),)))

    assert verdict.reasons == ("public-ip", "public-ip-lingers")
    assert failing_parts(verdict) == ["", "deployment of web:6"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(deployment("PRIMARY", public_ip=True), id="the newest deployment, which the service describes"),
        pytest.param(deployment("INACTIVE", public_ip=True), id="a deployment that was replaced completely"),
        pytest.param(deployment("ACTIVE", running=0, public_ip=True), id="a deployment without running tasks"),
        pytest.param(deployment("ACTIVE", public_ip=False), id="a deployment without public addresses"),
        pytest.param(deployment("ACTIVE"), id="a deployment without a network configuration"),
    ],
)
def test_other_deployments_do_not_matter(other: Deployment) -> None:
    assert judge(check, service(placement=PRIVATE, deployments=(other,))) == Verdict(PASS)


def test_a_deployment_with_an_unknown_status_and_running_tasks_is_judged() -> None:
    fact = service(placement=PRIVATE, deployments=(deployment("BAKING", public_ip=True),))

    assert judge(check, fact).status is FAIL


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_deleted_service_is_not_applicable_even_with_running_tasks(status: str) -> None:
    fact = service(status=status, placement=PUBLIC, deployments=(deployment(public_ip=True),))

    assert judge(check, fact) == Verdict(NOT_APPLICABLE)


@pytest.mark.parametrize("status", ["ACTIVE", "", "A STATUS OF NEXT YEAR"], ids=repr)
def test_a_service_with_any_other_status_is_judged(status: str) -> None:
    assert judge(check, service(status=status, placement=PUBLIC)).status is FAIL


PLACEMENTS = {
    "ENABLED": [PUBLIC],
    "DISABLED": [PRIVATE],
    "absent": [NO_NETWORK],
    "any, but deleted": [PUBLIC, PRIVATE, NO_NETWORK],
}
DEPLOYMENTS: dict[str, list[tuple[Deployment, ...]]] = {
    "ENABLED": [(deployment(public_ip=True),)],
    "DISABLED or none": [(), (deployment(public_ip=False),)],
    "none": [()],
    "any": [(), (deployment(public_ip=True),), (deployment(public_ip=False),)],
}


def test_the_table_of_the_manual_page_is_true() -> None:
    for own, older, status, reason in table(check.manual, "service"):
        verdicts = [
            judge(check, service(placement=placement, deployments=deployments, status=state))
            for state in (("DRAINING", "INACTIVE") if own == "any, but deleted" else ("ACTIVE",))
            for placement in PLACEMENTS[own]
            for deployments in DEPLOYMENTS[older]
        ]
        first_reasons = {(verdict.status.value, (verdict.reasons or ("-",))[0]) for verdict in verdicts}
        assert first_reasons == {(status, reason)}, (own, older)
        assert own == "ENABLED" or outcomes(verdicts) == {(status, reason)}, (own, older)
