"""Privilege and root on the host's network."""

from __future__ import annotations

from itertools import product

import pytest

from auditor.checks.ecs.host_network_privileged_or_root import Parameters
from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import TaskDefinition
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    UNKNOWN,
    cell_values,
    judge,
    outcomes,
    parse_task,
    table,
)

STRICT = Parameters(unset_user="fail")
STANDARDS = ("aws-config", "prowler", "powerpipe")


def definition(*containers: Container, mode: str | None = "host") -> TaskDefinition:
    return task_definition(containers=containers, network_mode=mode)


def judge_one(user: str | None = None, *, privileged: bool = False, params: Parameters | None = None) -> Verdict:
    return judge(check, definition(Container("app", user=user, privileged=privileged)), params)


def evidence(name: str, user: str | None, reasons: tuple[str, ...], *, privileged: bool = False) -> Evidence:
    return Evidence(name, "container", reasons, {"user": user, "privileged": privileged})


@pytest.mark.parametrize(
    ("privileged", "user", "status", "reasons"),
    [
        pytest.param(False, None, PASS, ("user-unset",), id="no user passes with a note"),
        pytest.param(False, "", PASS, ("user-unset",), id="an empty user is no user"),
        pytest.param(False, ":0", FAIL, ("root-user",), id="a group alone is root"),
        pytest.param(False, "1000", PASS, (), id="a uid other than 0 passes"),
        pytest.param(False, "app", PASS, (), id="a name other than root passes"),
        pytest.param(False, "1000:0", PASS, (), id="the gid 0 does not matter"),
        pytest.param(False, "app:root", PASS, (), id="the group root does not matter"),
        pytest.param(False, "root", FAIL, ("root-user",), id="root by name fails"),
        pytest.param(False, "0", FAIL, ("root-user",), id="root by number fails"),
        pytest.param(False, "0:0", FAIL, ("root-user",), id="uid 0 with gid 0 fails"),
        pytest.param(False, "root:root", FAIL, ("root-user",), id="root with the group root fails"),
        pytest.param(False, "root:x", FAIL, ("root-user",), id="root with any group fails"),
        pytest.param(False, "0:x", FAIL, ("root-user",), id="uid 0 with any group fails"),
        pytest.param(True, None, FAIL, ("privileged",), id="privileged without a user fails only for privilege"),
        pytest.param(True, "1000", FAIL, ("privileged",), id="privileged fails although the user is not root"),
        pytest.param(True, "root", FAIL, ("privileged", "root-user"), id="privileged and root fails for both"),
        pytest.param(True, "0", FAIL, ("privileged", "root-user"), id="privileged and uid 0 fails for both"),
    ],
)
def test_one_container_on_the_hosts_network(
    privileged: bool,  # noqa: FBT001 - a column of the table
    user: str | None,
    status: Status,
    reasons: tuple[str, ...],
) -> None:
    verdict = judge_one(user, privileged=privileged)

    assert (verdict.status, verdict.reasons) == (status, reasons)
    assert verdict.evidence == ((evidence("app", user, reasons, privileged=privileged),) if reasons else ())


ATOI = "the container runtime parses the uid with Go's strconv.Atoi"


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("00", f"{ATOI}, which ignores leading zeros"),
        ("000", f"{ATOI}, which ignores leading zeros"),
        ("+0", f"{ATOI}, which accepts a sign"),
        ("-0", f"{ATOI}, which accepts a sign, and minus zero is zero"),
        ("-00:5", f"{ATOI}, which accepts both sign and zeros, and the group does not matter"),
        ("root:", "an empty group is no group; the user is still root"),
        ("0:", "an empty group is no group; the uid is still 0"),
        ("root::", "the runtime splits at every colon and uses the first two parts"),
        ("0" * 64, f"{ATOI}, which accepts any number of zeros"),
    ],
    ids=lambda value: value if len(value) < 9 else None,
)
def test_an_odd_spelling_of_root_is_root(user: str, why: str) -> None:
    assert judge_one(user).reasons == ("root-user",), why


@pytest.mark.parametrize(
    ("user", "why"),
    [
        (" root", "the runtime trims nothing: no image has this name, so the container does not start"),
        ("root ", "the runtime trims nothing"),
        (" 0", f"{ATOI}, which refuses blanks, so it looks for a user of that name"),
        ("0\n", f"{ATOI}, which refuses line ends"),
        ("Root", "user names are case-sensitive"),
        ("ROOT", "user names are case-sensitive"),
        ("0x0", f"{ATOI}, which accepts only base 10"),
        ("0o0", f"{ATOI}, which accepts only base 10"),
        ("0_0", f"{ATOI}, which accepts no separators in base 10"),
        ("0.0", f"{ATOI}, which accepts no fractions"),
        ("+-0", f"{ATOI}, which accepts only one sign"),
        ("-", f"{ATOI}, which requires a digit after the sign"),
        ("\u0660", f"{ATOI}, which accepts only ASCII digits; this is the Arabic zero"),
        ("\uff10", f"{ATOI}, which accepts only ASCII digits; this is the full-width zero"),
        ("2147483647", "the largest uid that runtimes accept"),
        ("-1", "out of range for every runtime, and not 0 in 32 bits"),
        ("toor", "only the image knows the uid of a name other than root"),
        ("r\u043e\u043et", "two Cyrillic letters make it another name"),
        ("ContainerAdministrator", "a Windows account; Windows has no host network mode in ECS"),
    ],
    ids=lambda value: repr(value) if len(value) < 9 else None,
)
def test_a_name_that_only_looks_like_root_is_another_user(user: str, why: str) -> None:
    verdict = judge_one(user)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (PASS, (), ()), why


@pytest.mark.parametrize(
    ("container", "reasons"),
    [
        pytest.param({"user": 0}, ("root-user",), id="ECS converts a number to text"),
        pytest.param({"user": 1000}, (), id="a number other than 0 is another user"),
        pytest.param({"user": None}, ("user-unset",), id="null is absent"),
        pytest.param({"privileged": "true", "user": "1"}, ("privileged",), id="ECS accepts true as text"),
        pytest.param({"privileged": "True", "user": "1"}, ("privileged",), id="ECS accepts true as text in any case"),
        pytest.param({"privileged": "false", "user": "1"}, (), id="ECS accepts false as text"),
        pytest.param({"privileged": None, "user": "1"}, (), id="null is absent, and absent is false"),
        pytest.param(
            {"networkMode": "awsvpc", "user": "0"}, ("root-user",), id="a container has no network mode of its own"
        ),
    ],
)
def test_values_are_judged_as_ecs_converts_them(container: dict[str, object], reasons: tuple[str, ...]) -> None:
    assert judge(check, parse_task(container, networkMode="host")).reasons == reasons


@pytest.mark.parametrize("mode", [None, "", "bridge", "awsvpc", "none", "<default>"], ids=repr)
def test_any_other_network_mode_is_not_applicable(mode: str | None) -> None:
    verdict = judge(check, definition(Container("app", user="root", privileged=True), mode=mode), STRICT)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())
    assert verdict.standards == {"aws-config": PASS, "powerpipe": NOT_APPLICABLE, "prowler": PASS}


def test_a_definition_without_containers_passes() -> None:
    assert judge(check, definition()).status is PASS
    assert judge(check, definition(), STRICT).status is PASS


@pytest.mark.parametrize("user", [":0", ":100", ":staff", ":", ":4294967296"], ids=repr)
@pytest.mark.parametrize("params", [None, STRICT], ids=["default", "strict"])
def test_a_group_alone_is_root(user: str, params: Parameters | None) -> None:
    """The group overrides the image's user, and the runtime takes uid 0 for the empty name."""
    assert judge_one(user, params=params).reasons == ("root-user",)


@pytest.mark.parametrize("user", ["2147483648", "4294967296", "4294967296:1000", "-4294967296"])
def test_a_number_that_old_runtimes_cut_to_32_bits_is_unknown(user: str) -> None:
    verdict = judge_one(user)

    assert (verdict.status, verdict.reasons) == (UNKNOWN, ("user-out-of-range",))
    assert verdict.evidence == (evidence("app", user, ("user-out-of-range",)),)
    assert judge_one(user, privileged=True).reasons == ("privileged",)


@pytest.mark.parametrize("user", [None, ""], ids=repr)
def test_an_unset_user_fails_with_the_parameter(user: str | None) -> None:
    verdict = judge_one(user, params=STRICT)

    assert (verdict.status, verdict.reasons) == (FAIL, ("user-unset",))
    assert verdict.evidence == (evidence("app", user, ("user-unset",)),)


@pytest.mark.parametrize("user", ["1000", "app:root"])
def test_a_set_user_passes_with_the_parameter(user: str) -> None:
    assert judge_one(user, params=STRICT).status is PASS


def test_a_privileged_container_without_a_user_fails_for_both_with_the_parameter() -> None:
    assert judge_one(None, privileged=True, params=STRICT).reasons == ("privileged", "user-unset")


def test_one_failing_container_is_enough_and_the_evidence_names_each_in_order() -> None:
    verdict = judge(
        check,
        definition(
            Container("web", user="1000"),
            Container("proxy", user="root"),
            Container("agent", user="0:0", privileged=True),
            Container("log"),
        ),
    )

    assert (verdict.status, verdict.reasons) == (FAIL, ("privileged", "root-user"))
    assert verdict.evidence == (
        evidence("proxy", "root", ("root-user",)),
        evidence("agent", "0:0", ("privileged", "root-user"), privileged=True),
    )


def test_the_note_on_a_pass_names_its_containers() -> None:
    verdict = judge(check, definition(Container("web", user="1000"), Container("log")))

    assert (verdict.status, verdict.reasons) == (PASS, ("user-unset",))
    assert verdict.evidence == (evidence("log", None, ("user-unset",)),)


@pytest.mark.parametrize(
    ("containers", "aws_config", "powerpipe", "prowler"),
    [
        pytest.param([(False, None)], FAIL, FAIL, FAIL, id="all treat no user as root"),
        pytest.param([(False, "root")], FAIL, FAIL, FAIL, id="all know the word root"),
        pytest.param([(False, "0")], PASS, FAIL, PASS, id="two of them know no other spelling of root"),
        pytest.param([(False, "1000")], PASS, FAIL, PASS, id="Powerpipe requires privilege"),
        pytest.param([(True, None)], PASS, FAIL, PASS, id="for AWS Config privilege is a deliberate choice"),
        pytest.param([(True, "1000")], PASS, PASS, PASS, id="all pass a privileged container"),
        pytest.param([(True, "0")], PASS, PASS, PASS, id="all pass privileged root by number"),
        pytest.param([(True, "")], PASS, PASS, PASS, id="for Powerpipe an empty user is a user"),
        pytest.param([(True, "1"), (False, None)], FAIL, PASS, FAIL, id="one container clears all for Powerpipe"),
        pytest.param([], PASS, FAIL, PASS, id="Powerpipe requires a container"),
    ],
)
def test_other_standards_are_reproduced_exactly(
    containers: list[tuple[bool, str | None]], aws_config: Status, powerpipe: Status, prowler: Status
) -> None:
    parts = [Container("app", user=user, privileged=privileged) for privileged, user in containers]

    verdict = judge(check, definition(*parts))

    assert verdict.standards == {"aws-config": aws_config, "powerpipe": powerpipe, "prowler": prowler}


def test_the_parameter_changes_our_verdict_but_no_other_standard() -> None:
    assert judge_one(None).status is not judge_one(None, params=STRICT).status
    assert judge_one(None).standards == judge_one(None, params=STRICT).standards


def definitions(privileged: str, user: str) -> list[TaskDefinition]:
    """Return every definition that a row of the truth table describes."""
    if privileged == "not host":
        return [definition(Container("app", user="root", privileged=True), mode=mode) for mode in (None, "awsvpc")]
    if privileged == "host":
        return [definition()]
    return [
        definition(Container("app", user=value, privileged=privilege == "true"))
        for privilege, value in product(privileged.split(", "), cell_values(user))
    ]


def test_the_truth_table_of_the_manual_page_is_true() -> None:
    rows = table(check.manual, "privileged")

    assert len(rows) == 17
    for privileged, user, status, reasons, *expected in rows:
        verdicts = [judge(check, task) for task in definitions(privileged, user)]
        assert outcomes(verdicts) == {(status, reasons)}, (privileged, user)
        statuses = {tuple(verdict.standards[name] for name in STANDARDS) for verdict in verdicts}
        assert statuses == {tuple(expected)}, (privileged, user)
