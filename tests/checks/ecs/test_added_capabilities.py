"""Linux capabilities that containers add, and which of them reach beyond the container."""

from __future__ import annotations

import re

import pytest

from auditor.checks.ecs._capabilities import ALL, KNOWN
from auditor.checks.ecs.added_capabilities import Parameters
from auditor.checks.ecs.added_capabilities import added_capabilities as rule
from auditor.domain.check import Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from auditor.parsers.ecs.task_definitions import parse_daemon
from tests.builders import task_definition
from tests.checks.ecs.tables import cell, rows

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
FARGATE = ("FARGATE",)

#: What Docker gives every container.
USUAL = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)


def judged(definition: Definition, params: Parameters = rule.parameters) -> Verdict:
    verdict: Verdict = rule.judge(definition, params)
    return verdict


def adding(
    *names: str,
    drop: tuple[str, ...] = (),
    launch: tuple[str, ...] = (),
    params: Parameters = rule.parameters,
    privileged: bool = False,
) -> Verdict:
    app = Container("app", capabilities_added=names, capabilities_dropped=drop, privileged=privileged)
    return judged(task_definition(containers=(app,), launch_types=launch), params)


def names(text: str) -> tuple[str, ...]:
    return tuple((cell(text) or "").split())


TABLE = rows(rule.manual, "requires")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} adds {row[1]} drops {row[2]}")
def test_the_truth_table_of_the_manual_page_is_true(row: list[str]) -> None:
    requires, add, drop, status, reasons = row
    app = Container("app", capabilities_added=names(add), capabilities_dropped=names(drop))
    windows = requires == "on Windows"
    verdict = judged(
        task_definition(
            containers=(app,),
            launch_types=() if windows else names(requires),
            os_family="WINDOWS_SERVER_2022_CORE" if windows else None,
        )
    )

    assert (verdict.status, " ".join(verdict.reasons) or "-") == (status, reasons)


def test_the_truth_table_shows_every_reason() -> None:
    assert {row[4] for row in TABLE} == {"-", *rule.reason_texts}


@pytest.mark.parametrize("name", [each for each in Parameters().dangerous if each != ALL])
def test_each_dangerous_capability_fails_alone_however_it_is_spelt(name: str) -> None:
    for spelling in (name, name.lower(), f"CAP_{name}", f"cap_{name.lower()}"):
        verdict = adding(spelling)
        assert (verdict.status, verdict.reasons) == (FAIL, ("dangerous-capabilities",)), spelling
        assert verdict.evidence[0].details["dangerous"] == (name,)


def test_each_dangerous_capability_is_justified_on_the_manual_page() -> None:
    for name in Parameters().dangerous:
        assert f"\n    {name} " in rule.manual


def test_every_capability_is_either_dangerous_or_the_manual_page_says_why_not() -> None:
    _, _, others = rule.manual.partition("What is not on the list, and why:")
    explained = set(re.findall("[A-Z_]+", others.partition("`drop` removes")[0]))

    assert KNOWN - (explained - {ALL}) == set(Parameters().dangerous)


def test_what_docker_gives_every_container_may_be_given_back_after_all_was_dropped() -> None:
    assert adding(*USUAL, drop=("ALL",)) == Verdict(PASS)


@pytest.mark.parametrize(
    "name", ["", "string", "SYS_ADMI", "SYS_ADMIN ", "SYS-ADMIN", "NET", "CAP_", "ALLOW"], ids=repr
)
def test_what_is_no_capability_adds_nothing(name: str) -> None:
    assert adding(name) == Verdict(PASS)


def test_the_evidence_says_what_is_added_as_it_is_written_and_what_of_that_is_dangerous() -> None:
    verdict = adding("kill", "CAP_SYS_ADMIN", "net_admin", drop=("MKNOD",))

    (evidence,) = verdict.evidence
    assert (evidence.part, evidence.reasons) == ("app", ("dangerous-capabilities",))
    assert evidence.details == {
        "linuxParameters.capabilities.add": ("kill", "CAP_SYS_ADMIN", "net_admin"),
        "linuxParameters.capabilities.drop": ("MKNOD",),
        "dangerous": ("NET_ADMIN", "SYS_ADMIN"),
    }


def test_one_bad_container_is_enough_and_the_evidence_names_each_in_order() -> None:
    containers = (
        Container("web", capabilities_added=("KILL",)),
        Container("mesh", user="0", capabilities_added=("NET_ADMIN",)),
        Container("log"),
        Container("sensor", capabilities_added=("all",)),
    )
    verdict = judged(task_definition(containers=containers))

    assert (verdict.status, verdict.reasons) == (FAIL, ("all-capabilities", "dangerous-capabilities"))
    assert [(each.part, each.reasons) for each in verdict.evidence] == [
        ("mesh", ("dangerous-capabilities",)),
        ("sensor", ("all-capabilities",)),
    ]


@pytest.mark.parametrize("spelling", ["ALL", "all", "CAP_ALL"])
def test_all_is_all_that_is_not_dropped(spelling: str) -> None:
    dangerous = adding(spelling, drop=("cap_sys_admin",)).evidence[0].details["dangerous"]

    assert isinstance(dangerous, tuple)
    assert set(dangerous) == set(Parameters().dangerous) - {"SYS_ADMIN"}


def test_all_fails_a_list_without_it_by_what_is_left_of_the_list() -> None:
    listed = Parameters(dangerous=("SYS_ADMIN", "BPF"))

    assert adding("ALL", params=listed).reasons == ("all-capabilities",)
    assert adding("ALL", drop=("SYS_ADMIN",), params=listed).evidence[0].details["dangerous"] == ("BPF",)
    assert adding("ALL", drop=("ALL",), params=listed).status is FAIL
    assert adding("ALL", drop=("SYS_ADMIN", "BPF"), params=listed).status is PASS


def test_to_drop_all_beside_adding_all_takes_nothing_from_a_list_of_all_alone() -> None:
    assert adding("ALL", drop=("ALL",), params=Parameters(dangerous=("ALL",))).reasons == ("all-capabilities",)


def test_a_privileged_container_is_judged_by_what_remains_when_the_privilege_is_taken_away() -> None:
    assert adding("SYS_ADMIN", privileged=True).reasons == ("dangerous-capabilities",)
    assert adding(privileged=True).status is PASS


def test_devices_are_not_judged() -> None:
    assert judged(task_definition(containers=(Container("app", devices=("/dev/mem",)),))).status is PASS


def test_tracing_on_fargate_is_noted_and_passes() -> None:
    verdict = adding("CAP_SYS_PTRACE", "KILL", launch=FARGATE)

    assert (verdict.status, verdict.reasons) == (PASS, ("ptrace-on-fargate",))
    (evidence,) = verdict.evidence
    assert (evidence.part, evidence.reasons) == ("app", ("ptrace-on-fargate",))
    assert evidence.details["dangerous"] == ("SYS_PTRACE",)


def test_tracing_on_fargate_fails_where_the_parameter_says_so() -> None:
    strict = Parameters(fargate_ptrace="fail")

    assert adding("SYS_PTRACE", launch=FARGATE, params=strict).status is FAIL
    assert adding("SYS_PTRACE", launch=FARGATE, params=strict).reasons == ("ptrace-on-fargate",)
    assert adding("KILL", launch=FARGATE, params=strict) == Verdict(PASS)


@pytest.mark.parametrize("launch", [(), ("EC2",), ("EC2", "FARGATE"), ("FARGATE", "EXTERNAL"), ("fargate",)], ids=str)
def test_tracing_fails_where_the_task_may_run_on_an_instance(launch: tuple[str, ...]) -> None:
    assert adding("SYS_PTRACE", launch=launch).reasons == ("dangerous-capabilities",)


def test_a_note_has_no_room_beside_a_failure() -> None:
    sidecar = Container("sidecar", capabilities_added=("SYS_PTRACE",))
    verdict = judged(
        task_definition(containers=(sidecar, Container("app", capabilities_added=("ALL",))), launch_types=FARGATE)
    )

    assert (verdict.status, verdict.reasons) == (FAIL, ("all-capabilities",))
    assert [each.part for each in verdict.evidence] == ["app"]


def test_the_list_is_the_parameters_in_any_spelling() -> None:
    listed = Parameters(dangerous=("cap_ipc_lock",))

    assert [adding(each, params=listed).status for each in ("IPC_LOCK", "SYS_ADMIN")] == [FAIL, PASS]


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        ((), r"^`dangerous` is empty\.$"),
        (("SYS_ADMN",), r"^`dangerous` has unknown Linux capabilities: 'SYS_ADMN'\.$"),
        (("BPF", "root", ""), r"^`dangerous` has unknown Linux capabilities: '', 'ROOT'\.$"),
    ],
    ids=str,
)
def test_a_list_that_could_never_match_is_refused(listed: tuple[str, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Parameters(dangerous=listed)


def test_windows_has_no_capabilities() -> None:
    odd = (Container("app", capabilities_added=("ALL",)),)

    assert judged(task_definition(containers=odd, os_family="WINDOWS_SERVER_2022_CORE")) == Verdict(NOT_APPLICABLE)


def test_a_daemon_is_judged_by_the_same_rule() -> None:
    raw = {
        "daemonTaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:3",
        "family": "agent",
        "revision": 3,
        "containerDefinitions": [{"name": "agent", "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}}],
    }

    assert judged(parse_daemon(raw)).reasons == ("dangerous-capabilities",)


def test_the_check_is_severe_and_no_benchmark_has_it() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.HIGH, {})
