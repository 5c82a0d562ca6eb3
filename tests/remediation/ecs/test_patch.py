"""The repairs of the checks, applied and judged again; what is left alone, and what a fixed value would break."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from auditor import checks
from auditor.domain.check import Check, Evidence, Status
from auditor.domain.ecs.repair import BLANK, DefinitionRepair
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition
from auditor.domain.repair import Repair
from auditor.parsers.ecs.task_definitions import parse, parse_daemon
from auditor.remediation.ecs.patch import PatchedDefinition, about, patch
from tests.remediation.failing import FAILING, Failing, registered

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
CHECKS = {each.id: each for each in checks.load()}
#: Nothing but a decision mends these.
BY_HAND = {
    *(("ecs-running-inactive-revision", each) for each in ("deregistered", "being-deleted", "status-unclear")),
    *(("ecs-running-non-latest-revision", each) for each in ("older-than-latest", "newer-than-latest")),
    *(("ecs-running-non-latest-revision", each) for each in ("no-active-revision", "latest-revision-unknown")),
    *(("ecs-task-definition-untagged", each) for each in ("untagged", "required-tags-missing", "tags-not-read")),
    *(("ecs-untrusted-image", each) for each in ("untrusted-registry", "no-image")),
}


def described(failing: Failing) -> dict[str, Any]:
    arn = ARN.replace("web:7", f"{failing.name}:7")
    return registered(failing.definition) | {"taskDefinitionArn": arn, "revision": 7, "status": "ACTIVE"}


def judged(check: Check[Any], raw: dict[str, Any], settings: dict[str, Any]) -> Any:  # noqa: ANN401 - a Verdict
    return check.judge(parse(raw, raw.get("tags", ())), replace(check.parameters, **settings))


def mended(failing: Failing) -> tuple[dict[str, Any], PatchedDefinition]:
    raw = described(failing)
    check = CHECKS[failing.check]
    verdict = judged(check, raw, failing.settings)
    assert failing.reason in verdict.reasons
    return raw, patch(raw, verdict.evidence, check.repairs)


def test_every_reason_of_every_check_over_definitions_is_mended_below_or_by_hand() -> None:
    over = [each for each in CHECKS.values() if issubclass(each.fact_type, Definition)]
    reasons = {(each.id, reason) for each in over for reason in each.reason_texts}

    assert {(each.check, each.reason) for each in FAILING} | BY_HAND == reasons
    assert {(each.check, each.reason) for each in FAILING} & BY_HAND == set()
    for check_id, reason in BY_HAND:
        repair = CHECKS[check_id].repairs[reason]
        assert repair == Repair(manual=repair.manual)
        assert repair.manual


@pytest.mark.parametrize("failing", FAILING, ids=lambda each: each.name)
def test_the_corrected_definition_does_not_fail_any_more(failing: Failing) -> None:
    raw, corrected = mended(failing)
    before = copy.deepcopy(raw)

    verdict = judged(CHECKS[failing.check], corrected.definition, failing.settings)

    if failing.name == "anywhere":
        assert corrected.definition["networkMode"] == "bridge"
    assert verdict.status in (Status.PASS, Status.NOT_APPLICABLE), verdict.reasons
    assert raw == before
    assert corrected.definition != before


@pytest.mark.parametrize("failing", FAILING, ids=lambda each: each.name)
def test_nothing_but_what_fails_is_changed(failing: Failing) -> None:
    raw, corrected = mended(failing)
    concerned = {"volumes", "networkMode", "pidMode", "ipcMode", "taskRoleArn", "containerDefinitions"}

    assert {key: value for key, value in corrected.definition.items() if key not in concerned} == {
        key: value for key, value in raw.items() if key not in concerned
    }
    new, old = corrected.definition["containerDefinitions"], raw["containerDefinitions"]
    assert [(each["name"], each["image"]) for each in new] == [(each["name"], each["image"]) for each in old]
    values = {each["value"] for container in old for each in container.get("environment", ())}
    assert {each["value"] for container in new for each in container.get("environment", ())} <= values


def of(name: str) -> dict[str, Any]:
    """The corrected definition of a case by its name."""
    return mended(next(each for each in FAILING if each.name == name))[1].definition


def test_other_capabilities_that_are_dropped_stay_dropped() -> None:
    assert of("caps-some")["containerDefinitions"][0]["linuxParameters"] == {"capabilities": {"drop": ["NET_RAW"]}}


def test_a_mount_is_taken_out_with_the_volume_that_nothing_else_mounts() -> None:
    corrected = of("path-written")

    assert corrected["containerDefinitions"][0]["mountPoints"] == [
        {"sourceVolume": "scratch", "containerPath": "/work"}
    ]
    assert [each["name"] for each in corrected["volumes"]] == ["scratch"]


def test_a_volume_that_another_container_mounts_stays() -> None:
    raw = described(next(each for each in FAILING if each.name == "path-written"))
    mount = {"sourceVolume": "host", "containerPath": "/etc/localtime", "readOnly": True}
    raw["containerDefinitions"][1]["mountPoints"] = [mount]
    details = {"sourceVolume": "host", "containerPath": "/host/etc"}

    corrected = patch(raw, [Evidence("app", "container", ("x",), details)], {"x": DefinitionRepair(removes="mount")})

    assert [each["name"] for each in corrected.definition["volumes"]] == ["host", "scratch"]
    assert corrected.definition["containerDefinitions"][1]["mountPoints"] == [mount]


@pytest.mark.parametrize(("name", "moved"), [("names", "AWS_SECRET_ACCESS_KEY"), ("values", "UPLOADER")])
def test_a_secret_in_the_environment_is_to_come_from_a_store_and_its_value_is_gone(name: str, moved: str) -> None:
    container = of(name)["containerDefinitions"][0]

    assert [each["name"] for each in container["environment"]] == ["MODE"]
    assert container["secrets"] == [{"name": moved, "valueFrom": BLANK}]


def test_a_secret_that_has_its_place_in_the_store_keeps_it() -> None:
    raw = described(next(each for each in FAILING if each.name == "names"))
    there = {"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": "arn:aws:ssm:::parameter/x"}
    raw["containerDefinitions"][0]["secrets"] = [there]
    evidence = Evidence("app", "container", ("x",), {"environment": ("AWS_SECRET_ACCESS_KEY",)})

    corrected = patch(raw, [evidence], {"x": DefinitionRepair(removes="variables")})

    assert corrected.definition["containerDefinitions"][0]["secrets"] == [there]


def test_a_log_goes_to_the_region_and_under_the_names_of_the_definition() -> None:
    options = of("silent")["containerDefinitions"][0]["logConfiguration"]["options"]

    assert options == {
        "awslogs-group": "/ecs/silent",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "app",
    }


def test_in_awsvpc_ports_and_links_that_ecs_would_refuse_are_gone_and_told() -> None:
    _, corrected = mended(next(each for each in FAILING if each.name == "vpc-bridge"))
    container = corrected.definition["containerDefinitions"][0]

    assert container["portMappings"] == [{"containerPort": 8080}]
    assert "links" not in container
    assert any("8080" in each for each in corrected.by_hand)
    assert any("`links`" in each for each in corrected.by_hand)


def test_a_limit_is_never_below_the_reservation() -> None:
    assert of("unlimited")["containerDefinitions"][0]["memory"] == 1024


def test_a_limit_is_never_more_than_the_task_has_left() -> None:
    assert [each["memory"] for each in of("unlimited-within-a-task")["containerDefinitions"]] == [448, 64]


@pytest.mark.parametrize("whole", ["1 GB", "1GB", "1024", 1024])
def test_the_memory_of_a_task_is_read_as_ecs_writes_it(whole: object) -> None:
    app = {"name": "app", "memoryReservation": 100}
    side = {"name": "side", "memory": 700}
    raw = {"family": "web", "revision": 7, "memory": whole, "containerDefinitions": [app, side]}
    repair = DefinitionRepair(container={"memory": 512})

    corrected = patch(raw, [Evidence("app", "container", ("x",))], {"x": repair})

    assert corrected.definition["containerDefinitions"][0]["memory"] == 324


def test_where_no_limit_fits_a_person_is_told() -> None:
    app = {"name": "app", "memoryReservation": 100}
    raw = {"family": "web", "revision": 7, "memory": "512", "containerDefinitions": [app, {"name": "b", "memory": 500}]}

    corrected = patch(raw, [Evidence("app", "container", ("x",))], {"x": DefinitionRepair(container={"memory": 512})})

    assert any("ECS refuses" in each for each in corrected.by_hand)


def test_what_a_person_decides_names_every_container_once() -> None:
    raw = {"containerDefinitions": [{"name": "a"}, {"name": "b"}]}
    evidence = [Evidence("a", reasons=("x", "y")), Evidence("b", reasons=("x",))]
    repair = DefinitionRepair(container={"user": "1000"}, manual="Choose.")

    assert patch(raw, evidence, {"x": repair, "y": repair}).by_hand == ("a, b: Choose.",)


def test_evidence_of_another_revision_is_not_this_ones() -> None:
    evidence = (Evidence("a", revision=1), Evidence("b", revision=2), Evidence("c"))

    assert [each.part for each in about(evidence, 2)] == ["b", "c"]


@pytest.mark.parametrize(
    ("check", "members", "container"),
    [
        ("ecs-host-pid-mode", {"pidMode": "shared"}, {}),
        ("ecs-host-ipc-mode", {"ipcMode": "host"}, {}),
        ("ecs-privileged-container", {}, {"privileged": True}),
        ("ecs-writable-root-filesystem", {}, {}),
        ("ecs-linux-root-user", {}, {"user": "0"}),
    ],
)
def test_the_definition_of_a_daemon_is_mended_by_the_same_repairs(
    check: str, members: dict[str, Any], container: dict[str, Any]
) -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:3"
    app = {"name": "agent", "image": "a:1", **container}
    raw = {"daemonTaskDefinitionArn": arn, "family": "agent", "revision": 3, "containerDefinitions": [app], **members}
    rule = CHECKS[check]

    def judge(raw: dict[str, Any]) -> Any:  # noqa: ANN401 - a Verdict
        fact = parse_daemon(raw)
        assert isinstance(fact, DaemonTaskDefinition)
        return rule.judge(fact, rule.parameters)

    verdict = judge(raw)
    assert verdict.status is Status.FAIL

    assert judge(patch(raw, verdict.evidence, rule.repairs).definition).status is Status.PASS
