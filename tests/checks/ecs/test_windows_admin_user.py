"""Administrators in Windows containers, and what to do with definitions that do not say their system."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.windows_admin_user import Parameters
from auditor.checks.ecs.windows_admin_user import windows_admin_user as rule
from auditor.domain.check import Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from tests.builders import task_definition
from tests.checks.ecs.tables import cell, rows

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
WINDOWS = "WINDOWS_SERVER_2022_CORE"
AS_SECURITY_HUB = Parameters(unset_os="judge")


def of(*users: str | None, system: str | None = WINDOWS, params: Parameters = rule.parameters) -> Verdict:
    containers = tuple(Container(f"c{n}", user=each) for n, each in enumerate(users))
    verdict: Verdict = rule.judge(task_definition(network_mode=None, containers=containers, os_family=system), params)
    return verdict


TABLE = rows(rule.manual, "system")


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]}, {row[1]}")
def test_the_truth_table_of_the_manual_page_is_true(row: list[str]) -> None:
    system, users, status, reasons, hub = row
    described = [None, "root", "ContainerAdministrator"] if users == "any" else map(cell, users.split(", "))

    for user in described:
        verdict = of(user, system={"windows": WINDOWS, "linux": "LINUX"}.get(system))
        assert (verdict.status, " ".join(verdict.reasons) or "-") == (status, reasons), user
        assert verdict.standards == {"security-hub": hub}, user


def test_the_truth_table_speaks_of_every_kind_of_system() -> None:
    assert {row[0] for row in TABLE} == {"windows", "linux", "-"}
    assert len(TABLE) == 12


@pytest.mark.parametrize(
    "user", ["CONTAINERADMINISTRATOR", "administrator", "nt authority\\system", "\\System", "a\\b\\Administrator"]
)
def test_names_are_compared_as_windows_compares_them(user: str) -> None:
    assert of(user).reasons == ("admin-user",)


@pytest.mark.parametrize(
    "user",
    ["Administrators", "Administrator2", "ContainerAdministrator/x", "SYSTEM ", "System\\app", "root", "0", "DOMAIN\\"],
    ids=repr,
)
def test_what_only_looks_like_an_administrator_is_another_account(user: str) -> None:
    verdict = of(user)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (PASS, (), ())


@pytest.mark.parametrize(
    "system",
    ["WINDOWS_SERVER_2016_FULL", "WINDOWS_SERVER_2025_CORE", "WINDOWS_SERVER_20H2_CORE", "windows_server_2019_core"],
)
def test_every_windows_is_windows(system: str) -> None:
    assert of(None, system=system).status is FAIL


def test_one_bad_container_is_enough_and_the_evidence_says_who_and_on_what() -> None:
    verdict = of("ContainerUser", "ContainerAdministrator", None)

    assert (verdict.status, verdict.reasons) == (FAIL, ("admin-user", "user-unset"))
    assert [(each.part, each.details["user"], each.reasons) for each in verdict.evidence] == [
        ("c1", "ContainerAdministrator", ("admin-user",)),
        ("c2", None, ("user-unset",)),
    ]
    assert {each.details["runtimePlatform.operatingSystemFamily"] for each in verdict.evidence} == {WINDOWS}


def test_a_definition_without_containers_passes_because_nothing_in_it_is_an_administrator() -> None:
    assert (of().status, of(system=None).status) == (PASS, NOT_APPLICABLE)


@pytest.mark.parametrize("system", [None, ""], ids=repr)
@pytest.mark.parametrize("user", [None, "root", "1000"], ids=repr)
def test_a_definition_that_does_not_say_its_system_is_left_to_the_linux_check(
    user: str | None, system: str | None
) -> None:
    verdict = of(user, system=system)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


@pytest.mark.parametrize("system", [None, ""], ids=repr)
@pytest.mark.parametrize("user", ["ContainerUser", "containeradministrator", "User Manager\\ContainerUser"])
def test_an_account_that_only_windows_has_gives_the_whole_definition_away(user: str, system: str | None) -> None:
    verdict = of(user, None, system=system)

    assert verdict.status is FAIL
    assert ("c1", ("user-unset",)) in [(each.part, each.reasons) for each in verdict.evidence]


def test_on_linux_that_says_so_nothing_gives_it_away() -> None:
    assert of("ContainerAdministrator", system="LINUX", params=AS_SECURITY_HUB).status is NOT_APPLICABLE


@pytest.mark.parametrize(
    ("user", "status", "reasons"),
    [
        pytest.param(None, FAIL, ("user-unset",), id="no user fails"),
        pytest.param("ContainerAdministrator", FAIL, ("admin-user",), id="the administrator fails"),
        pytest.param("root", PASS, (), id="root of Linux passes, as it does in Security Hub"),
        pytest.param("1000", PASS, (), id="a uid passes"),
    ],
)
def test_the_parameter_judges_a_definition_that_does_not_say_its_system(
    user: str | None, status: Status, reasons: tuple[str, ...]
) -> None:
    verdict = of(user, system=None, params=AS_SECURITY_HUB)

    assert (verdict.status, verdict.reasons) == (status, reasons)
    assert verdict.status == verdict.standards["security-hub"]
    assert all(each.details["runtimePlatform.operatingSystemFamily"] is None for each in verdict.evidence)


def test_the_parameters_change_our_verdict_and_nobody_elses() -> None:
    assert of(None, system=None).status is not of(None, system=None, params=AS_SECURITY_HUB).status
    assert of(None, system=None).standards == of(None, system=None, params=AS_SECURITY_HUB).standards


def test_the_accounts_that_count_as_administrators_are_the_parameters() -> None:
    only = Parameters(administrators=("Boss",))

    assert [of(each, params=only).status for each in ("DOMAIN\\boss", "SYSTEM")] == [FAIL, PASS]
    assert of(None, params=only).reasons == ("user-unset",)


@pytest.mark.parametrize("accounts", [(), ("",), ("SYSTEM", ""), ("NT AUTHORITY\\SYSTEM",)], ids=repr)
def test_a_list_of_accounts_that_could_never_match_is_refused(accounts: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match=r"^`administrators` must name at least one account"):
        Parameters(administrators=accounts)


def test_one_good_container_clears_no_other_for_security_hub() -> None:
    assert of("app", None).standards == {"security-hub": FAIL}


def test_the_check_is_mapped_to_the_control_for_windows() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {
        "aws-fsbp": ("ECS.21",),
        "aws-config": ("ecs-task-definition-windows-user-non-admin",),
    }
