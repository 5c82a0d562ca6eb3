"""Fargate platform versions, as tables: one row a sentence."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.fargate_platform_version import Parameters
from auditor.checks.ecs.fargate_platform_version import fargate_platform_version as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.workloads import Placement, Service
from tests.checks.ecs.running import deployment, said, service, table, task_set

PASS, FAIL, UNKNOWN, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.UNKNOWN, Status.NOT_APPLICABLE
OLD, UNCLEAR = "old-platform-version", "platform-version-unclear"


def judged(fact: Service, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    verdict: Verdict = rule.judge(fact, params)
    return verdict


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
        pytest.param("", "Linux", PASS, None, id="an empty version is an absent one"),
        pytest.param("1.4.0", "Linux", PASS, None, id="the latest by number passes on Linux"),
        pytest.param("1.4.0", None, PASS, None, id="without a family Linux is meant"),
        pytest.param("1.0.0", "Windows", PASS, None, id="the latest by number passes on Windows"),
        pytest.param("1.0.0", "WINDOWS_SERVER_2022_CORE", PASS, None, id="a Windows family by its long name"),
        pytest.param("1.0.0", "windows_of_next_year", PASS, None, id="a Windows family in lower case"),
        pytest.param("1.4.1", "Linux", PASS, None, id="a newer patch passes"),
        pytest.param("1.5.0", "Linux", PASS, None, id="a newer version passes"),
        pytest.param("1.10.0", "Linux", PASS, None, id="versions are compared as numbers and not as text"),
        pytest.param("2", "Linux", PASS, None, id="a shorter version that is greater passes"),
        pytest.param("1.4.0.0", "Linux", PASS, None, id="a longer version that is not less passes"),
        pytest.param("1.3.0", "Linux", FAIL, OLD, id="an old version fails on Linux"),
        pytest.param("1.3.99", "Linux", FAIL, OLD, id="a late patch of an old version fails"),
        pytest.param("1.4", "Linux", FAIL, OLD, id="a version cut short sorts before its first patch"),
        pytest.param("1.0.0", "Linux", FAIL, OLD, id="the version of Windows is an old one of Linux"),
        pytest.param("1.0.0", None, FAIL, OLD, id="and without a family too"),
        pytest.param("1.0.0", "a family of next year", FAIL, OLD, id="and with a family that nobody knows"),
        pytest.param("0.9.0", "Windows", FAIL, OLD, id="an old version fails on Windows"),
        pytest.param("latest", "Linux", UNKNOWN, UNCLEAR, id="in another case it is not LATEST"),
        pytest.param("v1.4.0", "Linux", UNKNOWN, UNCLEAR, id="text that is no version cannot be compared"),
        pytest.param("1.4.0-beta", "Linux", UNKNOWN, UNCLEAR, id="nor can a version with something behind it"),
        pytest.param("\u0661.4.0", "Linux", UNKNOWN, UNCLEAR, id="digits are those of ASCII"),
        pytest.param("9" * 5000, "Linux", UNKNOWN, UNCLEAR, id="a number without measure is no version"),
    ],
)
def test_a_service_on_fargate(version: str | None, family: str | None, status: Status, reason: str | None) -> None:
    verdict = judged(on_fargate(version, family))

    details = {"platformVersion": version, "platformFamily": family}
    assert verdict.status is status
    assert verdict.evidence == ((Evidence(reasons=(reason,), details=details),) if reason else ())
    assert verdict.reasons == ((reason,) if reason else ())


@pytest.mark.parametrize(
    "placement",
    [
        pytest.param(Placement("EC2", (), "1.3.0"), id="on instances"),
        pytest.param(Placement("EXTERNAL", (), "1.3.0"), id="elsewhere"),
        pytest.param(Placement("MANAGED_INSTANCES", (), "1.3.0"), id="on Managed Instances"),
        pytest.param(Placement(None, ("instances",), "1.3.0"), id="by a capacity provider of instances"),
        pytest.param(Placement(None, (), "1.3.0"), id="nowhere that is known"),
    ],
)
def test_a_service_that_is_not_on_fargate_is_not_applicable(placement: Placement) -> None:
    verdict = judged(service(placement=placement))

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize("provider", ["FARGATE", "FARGATE_SPOT"])
def test_a_service_is_on_fargate_by_its_capacity_provider_too(provider: str) -> None:
    assert judged(service(placement=Placement(None, (provider,), "1.3.0", "Linux"))).reasons == (OLD,)


def test_an_older_deployment_that_still_runs_fails_by_its_revision() -> None:
    placed: dict[str, Any] = {"launch_type": "FARGATE", "platform_version": "1.3.0"}
    still = deployment("ACTIVE", 6, **placed)
    gone = deployment("ACTIVE", 5, running=0, **placed), deployment("INACTIVE", 4, **placed)

    verdict = judged(on_fargate("LATEST", deployments=(deployment("PRIMARY", 7, **placed), still, *gone)))

    assert verdict.status is FAIL
    assert [each.part for each in verdict.evidence] == ["deployment of web:6"]


def test_a_service_that_leaves_it_to_its_task_sets_is_judged_by_those_that_are_not_stopped() -> None:
    old, new = Placement("FARGATE", (), "1.3.0"), Placement("FARGATE", (), "1.4.0")
    sets = (
        task_set(1, placement=new),
        task_set(2, placement=old, status="ACTIVE"),
        task_set(3, placement=old, status="DRAINING"),
        task_set(4, placement=Placement("EC2", (), "1.3.0")),
    )

    verdict = judged(service(task_definition=None, task_sets=sets))

    assert verdict.status is FAIL
    assert [each.part for each in verdict.evidence] == ["ecs-svc/2"]


def test_task_sets_that_are_all_new_pass_although_the_service_itself_says_nothing() -> None:
    sets = (task_set(placement=Placement("FARGATE", (), "LATEST")),)

    assert judged(service(task_sets=sets)).status is PASS


def test_one_part_that_is_old_fails_where_another_is_unclear_and_both_are_named() -> None:
    verdict = judged(on_fargate("soon", task_sets=(task_set(placement=Placement("FARGATE", (), "1.3.0")),)))

    assert (verdict.status, verdict.reasons) == (FAIL, (OLD, UNCLEAR))
    assert [each.part for each in verdict.evidence] == ["", "ecs-svc/1"]


@pytest.mark.parametrize("status", ["DRAINING", "INACTIVE"])
def test_a_service_on_its_way_out_is_not_applicable(status: str) -> None:
    verdict = judged(on_fargate("1.3.0", status=status))

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize(
    ("version", "family", "status"),
    [("1.4.0", "Linux", FAIL), ("1.5.0", "Linux", PASS), ("1.0.0", "Windows", PASS), ("1.4.0", None, FAIL)],
)
def test_the_latest_version_of_linux_is_a_parameter(version: str, family: str | None, status: Status) -> None:
    assert judged(on_fargate(version, family), Parameters(linux_version="1.5.0")).status is status


@pytest.mark.parametrize(("version", "status"), [("1.0.0", FAIL), ("1.1.0", PASS)])
def test_the_latest_version_of_windows_is_a_parameter(version: str, status: Status) -> None:
    assert judged(on_fargate(version, "Windows"), Parameters(windows_version="1.1.0")).status is status


@pytest.mark.parametrize("name", ["linux_version", "windows_version"])
@pytest.mark.parametrize("value", ["", "LATEST", "1.", ".1", "1..4", "1.4.0 ", "1.4.0\n", "1.4.x", "-1", "1,4"])
def test_a_parameter_that_is_no_version_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}: "):
        Parameters(**{name: value})


@pytest.mark.parametrize(
    ("placement", "prowler", "powerpipe"),
    [
        pytest.param(Placement("FARGATE", (), "LATEST", "Linux"), PASS, PASS, id="LATEST on Linux"),
        pytest.param(Placement("FARGATE", (), "1.4.0", "Linux"), PASS, FAIL, id="Powerpipe wants the word"),
        pytest.param(Placement("FARGATE", (), "1.5.0", "Linux"), FAIL, FAIL, id="Prowler wants the very version"),
        pytest.param(Placement("FARGATE", (), "1.3.0", "Linux"), FAIL, FAIL, id="old on Linux"),
        pytest.param(Placement("FARGATE", (), None, "Linux"), FAIL, FAIL, id="neither knows what absent is"),
        pytest.param(Placement("FARGATE", (), "LATEST", "Windows"), FAIL, PASS, id="Prowler fails Windows on LATEST"),
        pytest.param(Placement("FARGATE", (), "1.0.0", "Windows"), PASS, FAIL, id="the latest of Windows"),
        pytest.param(Placement("FARGATE", (), "1.3.0", None), PASS, FAIL, id="Prowler passes without a family"),
        pytest.param(Placement("FARGATE", (), "1.3.0", "LINUX"), PASS, FAIL, id="Prowler passes another case"),
        pytest.param(Placement("EC2"), NOT_APPLICABLE, NOT_APPLICABLE, id="on instances"),
        pytest.param(Placement(None, ("FARGATE",), "1.3.0", "Linux"), NOT_APPLICABLE, None, id="by capacity provider"),
    ],
)
def test_what_other_tools_say(placement: Placement, prowler: Status, powerpipe: Status | None) -> None:
    known = {"prowler": prowler} | ({"powerpipe": powerpipe} if powerpipe else {})

    assert judged(service(placement=placement)).standards == known
    assert judged(service(placement=placement, status="INACTIVE")).standards == known


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


@pytest.mark.parametrize("row", table(rule.manual, "platformVersion"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    version, family, *verdict = row
    if version == "not on Fargate":
        assert said([judged(service(placement=Placement("EC2", (), "1.3.0")))]) == {tuple(verdict)}
        return
    versions = VERSIONS[version] if version in VERSIONS else NUMBERED[version, family]
    statuses = ("DRAINING", "INACTIVE") if version == "any, but deleted" else ("ACTIVE",)
    facts = [
        on_fargate(each, where, status=status) for each in versions for where in FAMILIES[family] for status in statuses
    ]

    assert said(map(judged, facts)) == {tuple(verdict)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.parameters == Parameters(linux_version="1.4.0", windows_version="1.0.0")
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.8",),
        "aws-fsbp": ("ECS.10",),
        "aws-config": ("ecs-fargate-latest-platform-version",),
    }
