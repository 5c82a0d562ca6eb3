"""Root in Linux containers, requested explicitly or left to the image."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.linux_root_user import Parameters
from auditor.checks.ecs.linux_root_user import linux_root_user as check
from auditor.domain.check import Evidence, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    WINDOWS,
    cell_values,
    definition_repair,
    failing_parts,
    judge,
    outcomes,
    parse_agent,
    table,
)

LENIENT = Parameters(unset_user="pass")


def judge_users(*users: str | None, system: str | None = None, params: Parameters | None = None) -> Verdict:
    containers = tuple(Container(f"c{number}", user=user) for number, user in enumerate(users))
    return judge(check, task_definition(network_mode="awsvpc", containers=containers, os_family=system), params)


def evidence(name: str, user: str | None, reason: str) -> Evidence:
    return Evidence(name, "container", (reason,), {"user": user, "privileged": False})


def test_the_truth_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "user")

    assert len(rows) == 10
    for described, status, reasons, security_hub, powerpipe in rows:
        users, windows, _ = described.partition(", on Windows")
        for user in cell_values(users):
            verdict = judge_users(user, system=WINDOWS if windows else None)
            assert outcomes([verdict]) == {(status, reasons)}, user
            assert verdict.standards == {"security-hub": security_hub, "powerpipe": powerpipe}, user


@pytest.mark.parametrize("user", [" root", "root ", " 0", "0x0", "ROOT", "\u0660", "toor", "2147483647"], ids=repr)
def test_a_name_that_only_looks_like_root_is_another_user(user: str) -> None:
    verdict = judge_users(user)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (PASS, (), ())


@pytest.mark.parametrize(
    ("user", "reason"),
    [("root", "root-user"), ("0:0", "root-user"), (":0", "root-user"), (None, "user-unset"), ("", "user-unset")],
)
def test_the_evidence_shows_the_user(user: str | None, reason: str) -> None:
    assert judge_users(user).evidence == (evidence("c0", user, reason),)


def test_one_failing_container_is_enough_and_each_has_its_own_reason() -> None:
    verdict = judge_users("1000", "root", None, "app")

    assert (verdict.status, verdict.reasons) == (FAIL, ("root-user", "user-unset"))
    assert verdict.evidence == (evidence("c1", "root", "root-user"), evidence("c2", None, "user-unset"))


@pytest.mark.parametrize(
    "user",
    ["2147483648", "4294967296", "4294967296:1000", "-4294967296", "+04294967296", "9" * 5000],
    ids=lambda u: u[:9],
)
@pytest.mark.parametrize("params", [None, LENIENT], ids=["default", "lenient"])
def test_a_number_that_old_runtimes_cut_to_32_bits_is_unknown(user: str, params: Parameters | None) -> None:
    verdict = judge_users("1000", user, None if params else "1000", params=params)

    assert (verdict.status, verdict.reasons) == (UNKNOWN, ("user-out-of-range",))
    assert failing_parts(verdict) == ["c1"]


def test_root_in_another_container_outweighs_a_number_out_of_range() -> None:
    verdict = judge_users("4294967296", "root")

    assert (verdict.status, failing_parts(verdict)) == (FAIL, ["c1"])


def test_a_definition_without_containers_passes() -> None:
    assert (judge_users().status, judge_users().evidence) == (PASS, ())


def test_an_unset_user_passes_with_a_note_with_the_parameter() -> None:
    verdict = judge_users(None, "1000", params=LENIENT)

    assert (verdict.status, verdict.reasons) == (PASS, ("user-unset",))
    assert verdict.evidence == (evidence("c0", None, "user-unset"),)


def test_an_explicit_root_fails_with_the_parameter_and_without_notes() -> None:
    verdict = judge_users(None, "0", params=LENIENT)

    assert (verdict.status, verdict.reasons) == (FAIL, ("root-user",))
    assert failing_parts(verdict) == ["c1"]


def test_the_parameter_changes_our_verdict_but_no_other_standard() -> None:
    assert judge_users(None).status is not judge_users(None, params=LENIENT).status
    assert judge_users(None).standards == judge_users(None, params=LENIENT).standards


@pytest.mark.parametrize("system", [None, "", "LINUX", "a system of next year"], ids=repr)
def test_a_definition_is_for_linux_unless_it_names_windows(system: str | None) -> None:
    assert judge_users("root", system=system).status is FAIL


@pytest.mark.parametrize("user", ["root", None, "ContainerAdministrator"], ids=repr)
def test_windows_is_not_applicable(user: str | None) -> None:
    verdict = judge_users(user, system=WINDOWS)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


def test_one_good_container_clears_no_other_in_other_standards() -> None:
    assert judge_users("1000", "root").standards == {"security-hub": FAIL, "powerpipe": FAIL}
    assert judge_users("1000", None).standards == {"security-hub": FAIL, "powerpipe": PASS}


@pytest.mark.parametrize(
    ("user", "reason"), [(0, "root-user"), ("root:staff", "root-user"), (":100", "root-user"), (None, "user-unset")]
)
def test_a_daemon_is_judged_by_the_same_rule_and_without_other_standards(user: object, reason: str) -> None:
    verdict = judge(check, parse_agent({"name": "agent", "user": user}))

    assert (verdict.status, verdict.reasons, verdict.standards) == (FAIL, (reason,), {})


@pytest.mark.parametrize("reason", ["root-user", "user-unset", "user-out-of-range"])
def test_the_repair_sets_a_user_that_passes(reason: str) -> None:
    repair = definition_repair(check, reason)

    assert judge_users(repair.container["user"]).status is PASS
    assert repair.manual
