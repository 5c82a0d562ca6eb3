"""Definitions that fail a check, corrected and judged again."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest

from auditor import checks
from auditor.domain.aws_resource import Resource
from auditor.domain.check import Check, Evidence, Status
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition
from auditor.domain.repair import BLANK, Repair
from auditor.parsers.ecs.task_definitions import parse, parse_daemon
from auditor.remediation.ecs.patch import Correction, PatchedDefinition, evidence_about, patch, patch_all
from tests.builders import finding
from tests.remediation.failing import FAILING, Failing, registered

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
CHECKS = {check.id: check for check in checks.load()}


def by_name(name: str) -> Failing:
    return next(failing for failing in FAILING if failing.name == name)


def described(failing: Failing) -> dict[str, Any]:
    arn = ARN.replace("web:7", f"{failing.name}:7")
    return registered(failing.definition) | {"taskDefinitionArn": arn, "revision": 7, "status": "ACTIVE"}


def judged(check: Check[Any], raw: dict[str, Any], settings: dict[str, Any]) -> Any:  # noqa: ANN401 - a Verdict
    return check.judge(parse(raw, raw.get("tags", ())), replace(check.parameters, **settings))


def corrected_by_its_check(failing: Failing) -> tuple[dict[str, Any], PatchedDefinition]:
    raw = described(failing)
    check = CHECKS[failing.check]
    verdict = judged(check, raw, failing.settings)
    assert failing.reason in verdict.reasons
    return raw, patch(raw, verdict.evidence, check.repairs)


def test_every_reason_of_a_check_of_definitions_has_a_repair_with_a_failing_definition_or_a_manual_step() -> None:
    of_definitions = [check for check in CHECKS.values() if issubclass(check.fact_type, Definition)]
    reasons = ((check, reason) for check in of_definitions for reason in check.reason_texts)
    # The note says where the tags of a PASS were read.
    repairs = {(check.id, reason): check.repairs[reason] for check, reason in reasons if reason != "tags-from-index"}
    manual = {key for key, repair in repairs.items() if repair.manual and repair == Repair(manual=repair.manual)}
    corrected = {(failing.check, failing.reason) for failing in FAILING}

    # A repair that several reasons of a check share is tested with one of them.
    shared = {key for key in repairs for other in corrected if key[0] == other[0] and repairs[key] is repairs[other]}
    missing = sorted(repairs.keys() - manual - corrected - shared)
    assert not missing, f"add failing definitions to FAILING in tests/remediation/failing.py for {missing}"
    assert corrected <= repairs.keys() - manual


@pytest.mark.parametrize("failing", FAILING, ids=lambda failing: failing.name)
def test_the_corrected_definition_passes(failing: Failing) -> None:
    raw, patched = corrected_by_its_check(failing)
    before = copy.deepcopy(raw)

    verdict = judged(CHECKS[failing.check], patched.definition, failing.settings)

    if failing.name == "anywhere":
        assert patched.definition["networkMode"] == "bridge"
    assert verdict.status in (Status.PASS, Status.NOT_APPLICABLE), verdict.reasons
    assert raw == before
    assert patched.definition != before


@pytest.mark.parametrize("failing", FAILING, ids=lambda failing: failing.name)
def test_only_the_failing_members_change(failing: Failing) -> None:
    raw, patched = corrected_by_its_check(failing)
    repaired = {"volumes", "networkMode", "pidMode", "ipcMode", "taskRoleArn", "containerDefinitions"}

    assert {key: value for key, value in patched.definition.items() if key not in repaired} == {
        key: value for key, value in raw.items() if key not in repaired
    }
    new, old = patched.definition["containerDefinitions"], raw["containerDefinitions"]
    assert [(container["name"], container["image"]) for container in new] == [
        (container["name"], container["image"]) for container in old
    ]
    assert values_in(new) <= values_in(old)


def values_in(containers: list[dict[str, Any]]) -> set[str]:
    return {variable["value"] for container in containers for variable in container.get("environment", ())}


def corrected(name: str) -> dict[str, Any]:
    """Return the corrected definition of a case by its name."""
    return corrected_by_its_check(by_name(name))[1].definition


def test_dropped_capabilities_stay_dropped() -> None:
    assert corrected("caps-some")["containerDefinitions"][0]["linuxParameters"] == {
        "capabilities": {"drop": ["NET_RAW"]}
    }


def test_a_mount_is_removed_with_its_volume_if_no_other_container_mounts_it() -> None:
    definition = corrected("path-written")

    assert definition["containerDefinitions"][0]["mountPoints"] == [
        {"sourceVolume": "scratch", "containerPath": "/work"}
    ]
    assert [volume["name"] for volume in definition["volumes"]] == ["scratch"]


def test_a_volume_is_kept_if_another_container_mounts_it() -> None:
    raw = described(by_name("path-written"))
    mount = {"sourceVolume": "host", "containerPath": "/etc/localtime", "readOnly": True}
    raw["containerDefinitions"][1]["mountPoints"] = [mount]
    details = {"sourceVolume": "host", "containerPath": "/host/etc"}

    patched = patch(raw, [Evidence("app", "container", ("x",), details)], {"x": DefinitionRepair(removes="mount")})

    assert [volume["name"] for volume in patched.definition["volumes"]] == ["host", "scratch"]
    assert patched.definition["containerDefinitions"][1]["mountPoints"] == [mount]


@pytest.mark.parametrize(("name", "moved"), [("names", "AWS_SECRET_ACCESS_KEY"), ("values", "UPLOADER")])
def test_a_secret_variable_moves_to_secrets_without_its_value(name: str, moved: str) -> None:
    container = corrected(name)["containerDefinitions"][0]

    assert [variable["name"] for variable in container["environment"]] == ["MODE"]
    assert container["secrets"] == [{"name": moved, "valueFrom": BLANK}]


def test_an_existing_secret_reference_is_kept() -> None:
    raw = described(by_name("names"))
    existing = {"name": "AWS_SECRET_ACCESS_KEY", "valueFrom": "arn:aws:ssm:::parameter/x"}
    raw["containerDefinitions"][0]["secrets"] = [existing]
    evidence = Evidence("app", "container", ("x",), {"environment": ("AWS_SECRET_ACCESS_KEY",)})

    patched = patch(raw, [evidence], {"x": DefinitionRepair(removes="variables")})

    assert patched.definition["containerDefinitions"][0]["secrets"] == [existing]


def test_log_options_contain_the_region_family_and_container_of_the_definition() -> None:
    options = corrected("silent")["containerDefinitions"][0]["logConfiguration"]["options"]

    assert options == {
        "awslogs-group": "/ecs/silent",
        "awslogs-region": "eu-west-1",
        "awslogs-stream-prefix": "app",
    }


def test_ports_and_links_that_awsvpc_does_not_support_are_removed_with_a_note() -> None:
    _, patched = corrected_by_its_check(by_name("vpc-bridge"))
    container = patched.definition["containerDefinitions"][0]

    assert container["portMappings"] == [{"containerPort": 8080}]
    assert "links" not in container
    assert any("8080" in decision for decision in patched.decisions)
    assert any("`links`" in decision for decision in patched.decisions)


def test_a_limit_is_never_below_the_reservation() -> None:
    assert corrected("unlimited")["containerDefinitions"][0]["memory"] == 1024


def test_a_limit_is_never_more_than_the_rest_of_the_task_memory() -> None:
    assert [container["memory"] for container in corrected("unlimited-within-a-task")["containerDefinitions"]] == [
        448,
        64,
    ]


@pytest.mark.parametrize("task_memory", ["1 GB", "1GB", "1024", 1024])
def test_task_memory_is_a_number_or_a_text_with_a_unit(task_memory: object) -> None:
    app = {"name": "app", "memoryReservation": 100}
    side = {"name": "side", "memory": 700}
    raw = {"family": "web", "revision": 7, "memory": task_memory, "containerDefinitions": [app, side]}
    repair = DefinitionRepair(container={"memory": 512})

    patched = patch(raw, [Evidence("app", "container", ("x",))], {"x": repair})

    assert patched.definition["containerDefinitions"][0]["memory"] == 324


def test_a_note_asks_for_more_task_memory_if_no_limit_fits() -> None:
    app = {"name": "app", "memoryReservation": 100}
    raw = {"family": "web", "revision": 7, "memory": "512", "containerDefinitions": [app, {"name": "b", "memory": 500}]}

    patched = patch(raw, [Evidence("app", "container", ("x",))], {"x": DefinitionRepair(container={"memory": 512})})

    assert any("ECS refuses" in decision for decision in patched.decisions)


def test_a_decision_names_each_container_once() -> None:
    raw = {"containerDefinitions": [{"name": "a"}, {"name": "b"}]}
    evidence = [Evidence("a", reasons=("x", "y")), Evidence("b", reasons=("x",))]
    repair = DefinitionRepair(container={"user": "1000"}, manual="Choose.")

    assert patch(raw, evidence, {"x": repair, "y": repair}).decisions == ("a, b: Choose.",)


def test_evidence_about_another_revision_is_left_out() -> None:
    evidence = (Evidence("a", revision=1), Evidence("b", revision=2), Evidence("c"))

    of_revision_2 = finding(evidence=evidence, resource=Resource("arn:web:2", "", "web", "web", 2))

    assert [part.part for part in evidence_about(of_revision_2, 2)] == ["b", "c"]


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
def test_the_repairs_also_correct_the_definition_of_a_daemon(
    check: str, members: dict[str, Any], container: dict[str, Any]
) -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:3"
    app = {"name": "agent", "image": "a:1", **container}
    raw = {"daemonTaskDefinitionArn": arn, "family": "agent", "revision": 3, "containerDefinitions": [app], **members}
    daemon_check = CHECKS[check]

    def judge(raw: dict[str, Any]) -> Any:  # noqa: ANN401 - a Verdict
        fact = parse_daemon(raw)
        assert isinstance(fact, DaemonTaskDefinition)
        return daemon_check.judge(fact, daemon_check.parameters)

    verdict = judge(raw)
    assert verdict.status is Status.FAIL

    assert judge(patch(raw, verdict.evidence, daemon_check.repairs).definition).status is Status.PASS


def test_members_that_two_checks_set_differently_are_named_and_the_first_check_wins() -> None:
    raw = {"containerDefinitions": [{"name": "a"}]}
    evidence = (Evidence("a", "container", reasons=("r",)),)

    def correction(check: str, **container: object) -> Correction:
        return Correction(check, evidence, {"r": DefinitionRepair(container=container)})

    patched = patch_all(
        raw,
        [
            correction("one", user="1000", privileged=False),
            correction("two", user="2000", privileged=False, readonlyRootFilesystem=True),
        ],
    )

    (container,) = patched.definition["containerDefinitions"]
    assert (container["user"], container["privileged"], container["readonlyRootFilesystem"]) == ("1000", False, True)
    assert patched.decisions == (
        "`containerDefinitions[a].user`: one and two need different values; it has that of one.",
    )


def test_checks_that_remove_different_items_of_a_list_are_no_conflict() -> None:
    mounts = [{"sourceVolume": name, "containerPath": f"/{name}"} for name in ("x", "y", "z")]
    raw = {"containerDefinitions": [{"name": "a", "mountPoints": mounts}], "volumes": []}

    def removal(name: str) -> Correction:
        evidence = Evidence("a", "container", ("r",), {"sourceVolume": name, "containerPath": f"/{name}"})
        return Correction(name, (evidence,), {"r": DefinitionRepair(removes="mount")})

    patched = patch_all(raw, [removal("x"), removal("y")])

    assert patched.definition["containerDefinitions"][0]["mountPoints"] == mounts[2:]
    assert patched.decisions == ()
