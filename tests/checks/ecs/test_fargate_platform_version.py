"""Fargate platform versions of services."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.fargate_platform_version import Parameters
from auditor.checks.ecs.fargate_platform_version import fargate_platform_version as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.workloads import Placement, Service
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    deployment,
    failing_parts,
    judge,
    outcomes,
    service,
    table,
    task_set,
)

OLD, UNCLEAR = "old-platform-version", "platform-version-unclear"


def on_fargate(version: str | None, family: str | None = "Linux", **fields: Any) -> Service:  # noqa: ANN401 - fields
    return service(placement=Placement("FARGATE", (), version, family), **fields)


@pytest.mark.parametrize(
    ("version", "family", "status", "reason"),
    [
        pytest.param("LATEST", "Linux", PASS, None, id="LATEST passes on Linux"),
        pytest.param("LATEST", "Windows", PASS, None, id="LATEST passes on Windows"),
        pytest.param("LATEST", None, PASS, None, id="LATEST passes without a family"),
        pytest.param(None, "Linux", PASS, None, id="an absent version is LATEST"),
        pytest.param(None, None, PASS, None, id="an absent version without a family is LATEST"),
        pytest.param("", "Linux", PASS, None, id="an empty version is absent"),
        pytest.param("1.4.0", "Linux", PASS, None, id="the latest number passes on Linux"),
        pytest.param("1.4.0", None, PASS, None, id="an absent family is Linux"),
        pytest.param("1.0.0", "Windows", PASS, None, id="the latest number passes on Windows"),
        pytest.param("1.0.0", "WINDOWS_SERVER_2022_CORE", PASS, None, id="a Windows family by its long name"),
        pytest.param("1.0.0", "windows_of_next_year", PASS, None, id="a Windows family in lower case"),
        pytest.param("1.4.1", "Linux", PASS, None, id="a newer patch passes"),
        pytest.param("1.5.0", "Linux", PASS, None, id="a newer version passes"),
        pytest.param("1.10.0", "Linux", PASS, None, id="versions are compared as numbers"),
        pytest.param("2", "Linux", PASS, None, id="a shorter version that is greater passes"),
        pytest.param("1.4.0.0", "Linux", PASS, None, id="a longer version that is not less passes"),
        pytest.param("1.3.0", "Linux", FAIL, OLD, id="an old version fails on Linux"),
        pytest.param("1.3.99", "Linux", FAIL, OLD, id="a late patch of an old version fails"),
        pytest.param("1.4", "Linux", FAIL, OLD, id="a shortened version sorts before its first patch"),
        pytest.param("1.0.0", "Linux", FAIL, OLD, id="the version of Windows is old on Linux"),
        pytest.param("1.0.0", None, FAIL, OLD, id="the version of Windows is old without a family"),
        pytest.param("1.0.0", "a family of next year", FAIL, OLD, id="an unknown family is judged as Linux"),
        pytest.param("0.9.0", "Windows", FAIL, OLD, id="an old version fails on Windows"),
        pytest.param("latest", "Linux", UNKNOWN, UNCLEAR, id="case matters for LATEST"),
        pytest.param("v1.4.0", "Linux", UNKNOWN, UNCLEAR, id="text that is not a version is unknown"),
        pytest.param("1.4.0-beta", "Linux", UNKNOWN, UNCLEAR, id="a version with a suffix is unknown"),
        pytest.param("\u0661.4.0", "Linux", UNKNOWN, UNCLEAR, id="only ASCII digits are digits"),
        pytest.param("9" * 5000, "Linux", UNKNOWN, UNCLEAR, id="an extremely long number is unknown"),
    ],
)
def test_a_service_on_fargate(version: str | None, family: str | None, status: Status, reason: str | None) -> None:
    verdict = judge(check, on_fargate(version, family))

    details = {"platformVersion": version, "platformFamily": family}
    assert verdict.status is status
    assert verdict.evidence == ((Evidence(reasons=(reason,), details=details),) if reason else ())
    assert verdict.reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    "placement",
    [
        pytest.param(Placement("EC2", (), "1.3.0"), id="on instances"),
        pytest.param(Placement("EXTERNAL", (), "1.3.0"), id="on external machines"),
        pytest.param(Placement("MANAGED_INSTANCES", (), "1.3.0"), id="on Managed Instances"),
        pytest.param(Placement(None, ("instances",), "1.3.0"), id="by a capacity provider of instances"),
        pytest.param(Placement(None, (), "1.3.0"), id="without a launch type"),
    ],
)
def test_a_service_that_is_not_on_fargate_is_not_applicable(placement: Placement) -> None:
    verdict = judge(check, service(placement=placement))

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize("provider", ["FARGATE", "FARGATE_SPOT"])
def test_a_capacity_provider_can_place_a_service_on_fargate(provider: str) -> None:
    assert judge(check, service(placement=Placement(None, (provider,), "1.3.0", "Linux"))).reasons == (OLD,)


def test_an_older_deployment_with_running_tasks_fails() -> None:
    placed: dict[str, Any] = {"launch_type": "FARGATE", "platform_version": "1.3.0"}
    deployments = (
        deployment("PRIMARY", 7, **placed),
        deployment("ACTIVE", 6, **placed),
        deployment("ACTIVE", 5, running=0, **placed),
        deployment("INACTIVE", 4, **placed),
    )

    verdict = judge(check, on_fargate("LATEST", deployments=deployments))

    assert verdict.status is FAIL
    assert failing_parts(verdict) == ["deployment of web:6"]


def test_task_sets_that_are_not_being_stopped_are_judged() -> None:
    old, new = Placement("FARGATE", (), "1.3.0"), Placement("FARGATE", (), "1.4.0")
    sets = (
        task_set(1, placement=new),
        task_set(2, placement=old, status="ACTIVE"),
        task_set(3, placement=old, status="DRAINING"),
        task_set(4, placement=Placement("EC2", (), "1.3.0")),
    )

    verdict = judge(check, service(task_definition=None, task_sets=sets))

    assert verdict.status is FAIL
    assert failing_parts(verdict) == ["ecs-svc/2"]


def test_new_task_sets_pass_if_the_service_itself_has_no_version() -> None:
    sets = (task_set(placement=Placement("FARGATE", (), "LATEST")),)

    assert judge(check, service(task_sets=sets)).status is PASS


def test_an_old_part_fails_although_another_is_unclear_and_both_are_named() -> None:
    sets = (task_set(placement=Placement("FARGATE", (), "1.3.0")),)

    verdict = judge(check, on_fargate("soon", task_sets=sets))

    assert (verdict.status, verdict.reasons) == (FAIL, (OLD, UNCLEAR))
    assert failing_parts(verdict) == ["", "ecs-svc/1"]


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_deleted_service_is_not_applicable(status: str) -> None:
    verdict = judge(check, on_fargate("1.3.0", status=status))

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize(
    ("version", "family", "params", "status"),
    [
        ("1.4.0", "Linux", Parameters(linux_version="1.5.0"), FAIL),
        ("1.5.0", "Linux", Parameters(linux_version="1.5.0"), PASS),
        ("1.0.0", "Windows", Parameters(linux_version="1.5.0"), PASS),
        ("1.4.0", None, Parameters(linux_version="1.5.0"), FAIL),
        ("1.0.0", "Windows", Parameters(windows_version="1.1.0"), FAIL),
        ("1.1.0", "Windows", Parameters(windows_version="1.1.0"), PASS),
    ],
)
def test_the_latest_versions_are_parameters(
    version: str, family: str | None, params: Parameters, status: Status
) -> None:
    assert judge(check, on_fargate(version, family), params).status is status


@pytest.mark.parametrize("name", ["linux_version", "windows_version"])
@pytest.mark.parametrize("value", ["", "LATEST", "1.", ".1", "1..4", "1.4.0 ", "1.4.0\n", "1.4.x", "-1", "1,4"])
def test_a_parameter_that_is_not_a_version_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        Parameters(**{name: value})


@pytest.mark.parametrize(
    ("placement", "prowler", "powerpipe"),
    [
        pytest.param(Placement("FARGATE", (), "LATEST", "Linux"), PASS, PASS, id="LATEST on Linux"),
        pytest.param(Placement("FARGATE", (), "1.4.0", "Linux"), PASS, FAIL, id="Powerpipe requires LATEST"),
        pytest.param(Placement("FARGATE", (), "1.5.0", "Linux"), FAIL, FAIL, id="Prowler requires the exact version"),
        pytest.param(Placement("FARGATE", (), "1.3.0", "Linux"), FAIL, FAIL, id="an old version on Linux"),
        pytest.param(Placement("FARGATE", (), None, "Linux"), FAIL, FAIL, id="both fail an absent version"),
        pytest.param(Placement("FARGATE", (), "LATEST", "Windows"), FAIL, PASS, id="Prowler fails LATEST on Windows"),
        pytest.param(Placement("FARGATE", (), "1.0.0", "Windows"), PASS, FAIL, id="the latest number on Windows"),
        pytest.param(Placement("FARGATE", (), "1.3.0", None), PASS, FAIL, id="Prowler passes an absent family"),
        pytest.param(Placement("FARGATE", (), "1.3.0", "LINUX"), PASS, FAIL, id="Prowler passes a family in capitals"),
        pytest.param(Placement("EC2"), NOT_APPLICABLE, NOT_APPLICABLE, id="on instances"),
        pytest.param(
            Placement(None, ("FARGATE",), "1.3.0", "Linux"), NOT_APPLICABLE, None, id="by a capacity provider"
        ),
    ],
)
def test_other_standards_are_reproduced_exactly(
    placement: Placement, prowler: Status, powerpipe: Status | None
) -> None:
    expected = {"prowler": prowler} | ({"powerpipe": powerpipe} if powerpipe else {})

    assert judge(check, service(placement=placement)).standards == expected
    assert judge(check, service(placement=placement, status="INACTIVE")).standards == expected


VERSIONS: dict[str, list[str | None]] = {
    "LATEST": ["LATEST"],
    "absent or empty": [None, ""],
    "not a version": ["soon", "latest"],
    "any, but deleted": ["LATEST", "1.3.0", "soon", None],
}
FAMILIES: dict[str, list[str | None]] = {
    "any": ["Linux", "Windows", None],
    "Windows...": ["Windows", "WINDOWS_SERVER_2022_CORE"],
    "any other, absent": ["Linux", "LINUX", "x", None],
}
NUMBERED = {
    ("the latest, newer", "Windows..."): ["1.0.0", "1.0.1"],
    ("the latest, newer", "any other, absent"): ["1.4.0", "1.5.0"],
    ("older", "Windows..."): ["0.9.9"],
    ("older", "any other, absent"): ["1.3.0", "1.0.0"],
}


def services(version: str, family: str) -> list[Service]:
    """Return every service that a row of the page's table describes."""
    if version == "not on Fargate":
        return [service(placement=Placement("EC2", (), "1.3.0"))]
    return [
        on_fargate(number, system, status=status)
        for number in (VERSIONS[version] if version in VERSIONS else NUMBERED[version, family])
        for system in FAMILIES[family]
        for status in (("DRAINING", "INACTIVE") if version == "any, but deleted" else ("ACTIVE",))
    ]


def test_the_table_of_the_manual_page_is_true() -> None:
    for version, family, *expected in table(check.manual, "platformVersion"):
        verdicts: list[Verdict] = [judge(check, fact) for fact in services(version, family)]
        assert outcomes(verdicts) == {tuple(expected)}, (version, family)
