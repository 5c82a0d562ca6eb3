"""Linux capabilities that containers add."""

from __future__ import annotations

import re

import pytest

from auditor.checks.ecs._capabilities import ALL, KNOWN
from auditor.checks.ecs.added_capabilities import Parameters
from auditor.checks.ecs.added_capabilities import added_capabilities as check
from auditor.domain.check import Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    WINDOWS,
    cell_value,
    definition_repair,
    details,
    failing_parts,
    judge,
    outcomes,
    parse_agent,
    table,
)

FARGATE = ("FARGATE",)

#: Docker's default set.
DOCKER_DEFAULT = (
    *("AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "NET_RAW"),
    *("SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"),
)


def judge_added(
    *names: str, drop: tuple[str, ...] = (), launch_types: tuple[str, ...] = (), params: Parameters | None = None
) -> Verdict:
    app = Container("app", capabilities_added=names, capabilities_dropped=drop)
    return judge(check, task_definition(containers=(app,), launch_types=launch_types), params)


def names_of(cell: str) -> tuple[str, ...]:
    return tuple((cell_value(cell) or "").split())


def test_the_truth_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "requires")

    assert {row[4] for row in rows} == {"-", *check.reason_texts}
    for requires, add, drop, *expected in rows:
        app = Container("app", capabilities_added=names_of(add), capabilities_dropped=names_of(drop))
        windows = requires == "on Windows"
        task = task_definition(
            containers=(app,),
            launch_types=() if windows else names_of(requires),
            os_family=WINDOWS if windows else None,
        )
        assert outcomes([judge(check, task)]) == {tuple(expected)}, (requires, add, drop)


def test_each_dangerous_capability_fails_alone_in_every_spelling() -> None:
    for name in Parameters().dangerous:
        if name == ALL:
            continue
        for spelling in (name, name.lower(), f"CAP_{name}", f"cap_{name.lower()}"):
            verdict = judge_added(spelling)
            assert (verdict.status, verdict.reasons) == (FAIL, ("dangerous-capabilities",)), spelling
            assert details(verdict)["dangerous"] == (name,)


def test_the_manual_page_justifies_each_dangerous_capability() -> None:
    assert [name for name in Parameters().dangerous if f"\n    {name} " not in check.manual] == []


def test_the_manual_page_explains_why_every_other_capability_is_not_dangerous() -> None:
    _, _, others = check.manual.partition("What is not on the list, and why:")
    explained = set(re.findall("[A-Z_]+", others.partition("`drop` removes")[0]))

    assert KNOWN - (explained - {ALL}) == set(Parameters().dangerous)


def test_dockers_default_set_can_be_added_after_all_was_dropped() -> None:
    assert judge_added(*DOCKER_DEFAULT, drop=("ALL",)) == Verdict(PASS)


@pytest.mark.parametrize(
    "name", ["", "string", "SYS_ADMI", "SYS_ADMIN ", "SYS-ADMIN", "NET", "CAP_", "ALLOW"], ids=repr
)
def test_an_unknown_capability_adds_nothing(name: str) -> None:
    assert judge_added(name) == Verdict(PASS)


def test_the_evidence_shows_the_capabilities_as_written_and_the_dangerous_ones() -> None:
    verdict = judge_added("kill", "CAP_SYS_ADMIN", "net_admin", drop=("MKNOD",))

    assert failing_parts(verdict) == ["app"]
    assert details(verdict) == {
        "linuxParameters.capabilities.add": ("kill", "CAP_SYS_ADMIN", "net_admin"),
        "linuxParameters.capabilities.drop": ("MKNOD",),
        "dangerous": ("NET_ADMIN", "SYS_ADMIN"),
    }


def test_one_failing_container_is_enough_and_the_evidence_names_each_in_order() -> None:
    containers = (
        Container("web", capabilities_added=("KILL",)),
        Container("mesh", user="0", capabilities_added=("NET_ADMIN",)),
        Container("log"),
        Container("sensor", capabilities_added=("all",)),
    )
    verdict = judge(check, task_definition(containers=containers))

    assert (verdict.status, verdict.reasons) == (FAIL, ("all-capabilities", "dangerous-capabilities"))
    assert [(part.part, part.reasons) for part in verdict.evidence] == [
        ("mesh", ("dangerous-capabilities",)),
        ("sensor", ("all-capabilities",)),
    ]


@pytest.mark.parametrize("spelling", ["ALL", "all", "CAP_ALL"])
def test_all_adds_everything_that_is_not_dropped(spelling: str) -> None:
    dangerous = details(judge_added(spelling, drop=("cap_sys_admin",)))["dangerous"]

    assert set(dangerous) == set(Parameters().dangerous) - {"SYS_ADMIN"}


def test_all_fails_by_the_remaining_capabilities_of_a_list_without_all() -> None:
    params = Parameters(dangerous=("SYS_ADMIN", "BPF"))

    assert judge_added("ALL", params=params).reasons == ("all-capabilities",)
    assert details(judge_added("ALL", drop=("SYS_ADMIN",), params=params))["dangerous"] == ("BPF",)
    assert judge_added("ALL", drop=("ALL",), params=params).status is FAIL
    assert judge_added("ALL", drop=("SYS_ADMIN", "BPF"), params=params).status is PASS


def test_dropping_all_does_not_help_if_all_is_added_and_the_list_contains_only_all() -> None:
    verdict = judge_added("ALL", drop=("ALL",), params=Parameters(dangerous=("ALL",)))

    assert verdict.reasons == ("all-capabilities",)


@pytest.mark.parametrize(
    ("container", "reasons"),
    [
        pytest.param(
            Container("app", privileged=True, capabilities_added=("SYS_ADMIN",)),
            ("dangerous-capabilities",),
            id="a privileged container is judged by its added capabilities",
        ),
        pytest.param(Container("app", privileged=True), (), id="privilege itself is not judged"),
        pytest.param(Container("app", devices=("/dev/mem",)), (), id="devices are not judged"),
    ],
)
def test_only_added_capabilities_are_judged(container: Container, reasons: tuple[str, ...]) -> None:
    assert judge(check, task_definition(containers=(container,))).reasons == reasons


def test_ptrace_on_fargate_passes_with_a_note() -> None:
    verdict = judge_added("CAP_SYS_PTRACE", "KILL", launch_types=FARGATE)

    assert (verdict.status, verdict.reasons) == (PASS, ("ptrace-on-fargate",))
    assert failing_parts(verdict) == ["app"]
    assert details(verdict)["dangerous"] == ("SYS_PTRACE",)


def test_ptrace_on_fargate_fails_with_the_parameter() -> None:
    strict = Parameters(fargate_ptrace="fail")
    verdict = judge_added("SYS_PTRACE", launch_types=FARGATE, params=strict)

    assert (verdict.status, verdict.reasons) == (FAIL, ("ptrace-on-fargate",))
    assert judge_added("KILL", launch_types=FARGATE, params=strict) == Verdict(PASS)


@pytest.mark.parametrize(
    "launch_types", [(), ("EC2",), ("EC2", "FARGATE"), ("FARGATE", "EXTERNAL"), ("fargate",)], ids=str
)
def test_ptrace_fails_if_the_task_can_run_on_an_instance(launch_types: tuple[str, ...]) -> None:
    assert judge_added("SYS_PTRACE", launch_types=launch_types).reasons == ("dangerous-capabilities",)


def test_a_failure_has_no_notes() -> None:
    sidecar = Container("sidecar", capabilities_added=("SYS_PTRACE",))
    app = Container("app", capabilities_added=("ALL",))
    verdict = judge(check, task_definition(containers=(sidecar, app), launch_types=FARGATE))

    assert (verdict.status, verdict.reasons) == (FAIL, ("all-capabilities",))
    assert failing_parts(verdict) == ["app"]


def test_the_list_is_a_parameter_with_names_in_any_spelling() -> None:
    params = Parameters(dangerous=("cap_ipc_lock",))

    assert [judge_added(name, params=params).status for name in ("IPC_LOCK", "SYS_ADMIN")] == [FAIL, PASS]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ((), r"^`dangerous` is empty\.$"),
        (("SYS_ADMN",), r"^`dangerous` has unknown Linux capabilities: 'SYS_ADMN'\.$"),
        (("BPF", "root", ""), r"^`dangerous` has unknown Linux capabilities: '', 'ROOT'\.$"),
    ],
    ids=str,
)
def test_a_list_that_could_never_match_is_refused(names: tuple[str, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Parameters(dangerous=names)


def test_windows_is_not_applicable() -> None:
    task = task_definition(containers=(Container("app", capabilities_added=("ALL",)),), os_family=WINDOWS)

    assert judge(check, task) == Verdict(NOT_APPLICABLE)


def test_a_daemon_is_judged_by_the_same_rule() -> None:
    agent = parse_agent({"name": "agent", "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"]}}})

    assert judge(check, agent).reasons == ("dangerous-capabilities",)


@pytest.mark.parametrize("reason", list(check.reason_texts))
def test_the_repair_adds_nothing_and_leaves_the_harmless_capabilities_to_a_person(reason: str) -> None:
    repair = definition_repair(check, reason)

    assert repair.container == {"linuxParameters": {"capabilities": {"add": None}}}
    assert repair.manual
