"""Administrators in Windows containers, and definitions without an operating system."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.windows_admin_user import Parameters
from auditor.checks.ecs.windows_admin_user import windows_admin_user as check
from auditor.domain.check import Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    WINDOWS,
    cell_values,
    definition_repair,
    judge,
    outcomes,
    table,
)

AS_SECURITY_HUB = Parameters(unset_os="judge")


def judge_users(*users: str | None, system: str | None = WINDOWS, params: Parameters | None = None) -> Verdict:
    containers = tuple(Container(f"c{number}", user=user) for number, user in enumerate(users))
    return judge(check, task_definition(network_mode=None, containers=containers, os_family=system), params)


def test_the_truth_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "system")

    assert len(rows) == 12
    assert {row[0] for row in rows} == {"windows", "linux", "-"}
    for system, described, status, reasons, security_hub in rows:
        users = [None, "root", "ContainerAdministrator"] if described == "any" else cell_values(described)
        for user in users:
            verdict = judge_users(user, system={"windows": WINDOWS, "linux": "LINUX"}.get(system))
            assert outcomes([verdict]) == {(status, reasons)}, (system, user)
            assert verdict.standards == {"security-hub": security_hub}, (system, user)


@pytest.mark.parametrize(
    "user", ["CONTAINERADMINISTRATOR", "administrator", "nt authority\\system", "\\System", "a\\b\\Administrator"]
)
def test_names_are_compared_as_windows_does(user: str) -> None:
    assert judge_users(user).reasons == ("admin-user",)


@pytest.mark.parametrize(
    "user",
    ["Administrators", "Administrator2", "ContainerAdministrator/x", "SYSTEM ", "System\\app", "root", "0", "DOMAIN\\"],
    ids=repr,
)
def test_a_name_that_only_looks_like_an_administrator_is_another_account(user: str) -> None:
    verdict = judge_users(user)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (PASS, (), ())


@pytest.mark.parametrize(
    "system",
    ["WINDOWS_SERVER_2016_FULL", "WINDOWS_SERVER_2025_CORE", "WINDOWS_SERVER_20H2_CORE", "windows_server_2019_core"],
)
def test_every_windows_system_is_judged(system: str) -> None:
    assert judge_users(None, system=system).status is FAIL


def test_one_failing_container_is_enough_and_the_evidence_shows_user_and_system() -> None:
    verdict = judge_users("ContainerUser", "ContainerAdministrator", None)
    system = {"privileged": False, "runtimePlatform.operatingSystemFamily": WINDOWS}

    assert (verdict.status, verdict.reasons) == (FAIL, ("admin-user", "user-unset"))
    assert [(part.part, part.reasons, part.details) for part in verdict.evidence] == [
        ("c1", ("admin-user",), {"user": "ContainerAdministrator", **system}),
        ("c2", ("user-unset",), {"user": None, **system}),
    ]


def test_a_definition_without_containers_passes() -> None:
    assert judge_users().status is PASS
    assert judge_users(system=None).status is NOT_APPLICABLE


@pytest.mark.parametrize("system", [None, ""], ids=repr)
@pytest.mark.parametrize("user", [None, "root", "1000"], ids=repr)
def test_a_definition_without_an_operating_system_is_left_to_the_linux_check(
    user: str | None, system: str | None
) -> None:
    verdict = judge_users(user, system=system)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize("system", [None, ""], ids=repr)
@pytest.mark.parametrize("user", ["ContainerUser", "containeradministrator", "User Manager\\ContainerUser"])
def test_an_account_of_windows_identifies_a_definition_for_windows(user: str, system: str | None) -> None:
    verdict = judge_users(user, None, system=system)

    assert verdict.status is FAIL
    assert ("c1", ("user-unset",)) in [(part.part, part.reasons) for part in verdict.evidence]


def test_an_account_of_windows_does_not_matter_in_a_definition_for_linux() -> None:
    assert judge_users("ContainerAdministrator", system="LINUX", params=AS_SECURITY_HUB).status is NOT_APPLICABLE


@pytest.mark.parametrize(
    ("user", "status", "reasons"),
    [
        pytest.param(None, FAIL, ("user-unset",), id="no user fails"),
        pytest.param("ContainerAdministrator", FAIL, ("admin-user",), id="the administrator fails"),
        pytest.param("root", PASS, (), id="root of Linux passes, as in Security Hub"),
        pytest.param("1000", PASS, (), id="a uid passes"),
    ],
)
def test_the_parameter_judges_a_definition_without_an_operating_system(
    user: str | None, status: Status, reasons: tuple[str, ...]
) -> None:
    verdict = judge_users(user, system=None, params=AS_SECURITY_HUB)

    assert (verdict.status, verdict.reasons) == (status, reasons)
    assert verdict.status == verdict.standards["security-hub"]
    assert all(part.details["runtimePlatform.operatingSystemFamily"] is None for part in verdict.evidence)


def test_the_parameter_changes_our_verdict_but_no_other_standard() -> None:
    default, judged = judge_users(None, system=None), judge_users(None, system=None, params=AS_SECURITY_HUB)

    assert default.status is not judged.status
    assert default.standards == judged.standards


def test_the_administrators_are_a_parameter() -> None:
    only = Parameters(administrators=("Boss",))

    assert [judge_users(user, params=only).status for user in ("DOMAIN\\boss", "SYSTEM")] == [FAIL, PASS]
    assert judge_users(None, params=only).reasons == ("user-unset",)


@pytest.mark.parametrize("accounts", [(), ("",), ("SYSTEM", ""), ("NT AUTHORITY\\SYSTEM",)], ids=repr)
def test_a_list_of_administrators_that_could_never_match_is_refused(accounts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"^`administrators` must name at least one account"):
        Parameters(administrators=accounts)


def test_one_good_container_clears_no_other_for_security_hub() -> None:
    assert judge_users("app", None).standards == {"security-hub": FAIL}


@pytest.mark.parametrize("reason", ["admin-user", "user-unset"])
def test_the_repair_sets_a_user_that_passes(reason: str) -> None:
    repair = definition_repair(check, reason)

    assert judge_users(repair.container["user"]).status is PASS
    assert repair.manual
