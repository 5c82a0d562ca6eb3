"""Root in Linux containers, written down or left to the image."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.linux_root_user import Parameters
from auditor.checks.ecs.linux_root_user import linux_root_user as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import Definition
from auditor.parsers.ecs.task_definitions import parse_daemon
from tests.builders import task_definition
from tests.checks.ecs.tables import cell, rows

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
WINDOWS = "WINDOWS_SERVER_2022_CORE"
TRUSTING = Parameters(unset_user="pass")


def judged(definition: Definition, params: Parameters = rule.parameters) -> Verdict:
    verdict: Verdict = rule.judge(definition, params)
    return verdict


def of(*users: str | None, system: str | None = None, params: Parameters = rule.parameters) -> Verdict:
    containers = tuple(Container(f"c{n}", user=each) for n, each in enumerate(users))
    return judged(task_definition(network_mode="awsvpc", containers=containers, os_family=system), params)


TABLE = rows(rule.manual, "user")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row[0])
def test_the_truth_table_of_the_manual_page_is_true(row: list[str]) -> None:
    described, status, reasons, hub, powerpipe = row
    users, windows, _ = described.partition(", on Windows")

    for user in users.split(", "):
        verdict = of(cell(user), system=WINDOWS if windows else None)
        assert (verdict.status, " ".join(verdict.reasons) or "-") == (status, reasons), user
        assert verdict.standards == {"security-hub": hub, "powerpipe": powerpipe}, user


def test_the_truth_table_has_a_row_for_every_case_that_the_standards_differ_on() -> None:
    assert len(TABLE) == 9


@pytest.mark.parametrize("user", [" root", "root ", " 0", "0x0", "ROOT", "\u0660", "toor", "4294967296"], ids=repr)
def test_what_only_looks_like_root_is_another_user(user: str) -> None:
    verdict = of(user)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (PASS, (), ())


@pytest.mark.parametrize(
    ("user", "reason"), [("root", "root-user"), ("0:0", "root-user"), (None, "user-unset"), ("", "user-unset")]
)
def test_the_evidence_says_who_the_container_runs_as(user: str | None, reason: str) -> None:
    assert of(user).evidence == (Evidence("c0", "container", (reason,), {"user": user, "privileged": False}),)


def test_one_bad_container_is_enough_and_each_has_its_own_reason() -> None:
    verdict = of("1000", "root", None, "app")

    assert (verdict.status, verdict.reasons) == (FAIL, ("root-user", "user-unset"))
    assert verdict.evidence == (
        Evidence("c1", "container", ("root-user",), {"user": "root", "privileged": False}),
        Evidence("c2", "container", ("user-unset",), {"user": None, "privileged": False}),
    )


def test_a_definition_without_containers_passes_because_nothing_in_it_is_root() -> None:
    assert (of().status, of().evidence) == (PASS, ())


def test_an_unset_user_passes_with_a_note_where_the_parameter_says_so() -> None:
    verdict = of(None, "1000", params=TRUSTING)

    assert (verdict.status, verdict.reasons) == (PASS, ("user-unset",))
    assert verdict.evidence == (Evidence("c0", "container", ("user-unset",), {"user": None, "privileged": False}),)


def test_root_that_is_written_down_fails_whatever_the_parameter_and_leaves_no_room_for_notes() -> None:
    verdict = of(None, "0", params=TRUSTING)

    assert (verdict.status, verdict.reasons) == (FAIL, ("root-user",))
    assert [each.part for each in verdict.evidence] == ["c1"]


def test_the_parameter_changes_our_verdict_and_nobody_elses() -> None:
    assert of(None).status is not of(None, params=TRUSTING).status
    assert of(None).standards == of(None, params=TRUSTING).standards


@pytest.mark.parametrize("system", [None, "", "LINUX", "a system of next year"], ids=repr)
def test_a_definition_is_for_linux_unless_it_says_windows(system: str | None) -> None:
    assert of("root", system=system).status is FAIL


@pytest.mark.parametrize("user", ["root", None, "ContainerAdministrator"], ids=repr)
def test_windows_is_judged_by_another_check(user: str | None) -> None:
    verdict = of(user, system=WINDOWS)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


def test_one_good_container_clears_no_other_for_anybody() -> None:
    assert of("1000", "root").standards == {"security-hub": FAIL, "powerpipe": FAIL}
    assert of("1000", None).standards == {"security-hub": FAIL, "powerpipe": PASS}


@pytest.mark.parametrize(("user", "reason"), [(0, "root-user"), ("root:staff", "root-user"), (None, "user-unset")])
def test_a_daemon_is_judged_by_the_same_rule_and_nobody_else_says_anything(user: object, reason: str) -> None:
    raw = {
        "daemonTaskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:3",
        "family": "agent",
        "revision": 3,
        "containerDefinitions": [{"name": "agent", "user": user}],
    }
    verdict = judged(parse_daemon(raw))

    assert (verdict.status, verdict.reasons, verdict.standards) == (FAIL, (reason,), {})


def test_the_check_is_mapped_to_the_control_that_took_the_place_of_an_older_one() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {
        "aws-fsbp": ("ECS.20",),
        "aws-config": ("ecs-task-definition-linux-user-non-root",),
    }
