"""The flagship rule, as tables: one row a sentence."""

from __future__ import annotations

import json
import re
from itertools import product
from typing import Any

import pytest

from auditor.checks.ecs.host_network_privileged_or_root import Parameters
from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.parsers.ecs.task_definitions import parse
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
STRICT = Parameters(unset_user="fail")


def definition(*containers: Container, mode: str | None = "host") -> TaskDefinition:
    return task_definition(containers=containers, network_mode=mode)


def judged(*containers: Container, mode: str | None = "host", params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    verdict: Verdict = rule.judge(definition(*containers, mode=mode), params)
    return verdict


def one(user: str | None = None, *, privileged: bool = False, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    return judged(Container("app", user=user, privileged=privileged), params=params)


@pytest.mark.parametrize(
    ("privileged", "user", "status", "reasons"),
    [
        pytest.param(False, None, PASS, ("user-unset",), id="no user passes with a note"),
        pytest.param(False, "", PASS, ("user-unset",), id="an empty user is no user"),
        pytest.param(False, ":0", PASS, ("user-unset",), id="a group alone is no user, whatever the group"),
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
        pytest.param(True, None, FAIL, ("privileged",), id="privileged without a user fails for privilege alone"),
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
    verdict = one(user, privileged=privileged)

    assert (verdict.status, verdict.reasons) == (status, reasons)
    assert verdict.evidence == (
        (Evidence("app", "container", reasons, {"user": user, "privileged": privileged}),) if reasons else ()
    )


ATOI = "the container runtime reads the uid part with Go's strconv.Atoi"


@pytest.mark.parametrize(
    ("user", "why"),
    [
        ("00", f"{ATOI}, which ignores leading zeros"),
        ("000", f"{ATOI}, which ignores leading zeros"),
        ("+0", f"{ATOI}, which takes a sign"),
        ("-0", f"{ATOI}, which takes a sign, and minus zero is zero"),
        ("-00:5", f"{ATOI}, sign and zeros alike, and the group does not matter"),
        ("root:", "the empty group is no group; the user is still root"),
        ("0:", "the empty group is no group; the uid is still 0"),
        ("root::", "the runtime splits at every colon and uses the first two parts"),
        ("0" * 64, f"{ATOI}, whatever the length: no digit but zero"),
    ],
    ids=lambda value: value if len(value) < 9 else None,
)
def test_an_odd_spelling_of_root_is_root(user: str, why: str) -> None:
    assert one(user).reasons == ("root-user",), why


@pytest.mark.parametrize(
    ("user", "why"),
    [
        (" root", "the runtime trims nothing: a name that no image has, so the container does not start"),
        ("root ", "likewise"),
        (" 0", f"{ATOI}, which refuses blanks, and looks for a user of that name"),
        ("0\n", f"{ATOI}, which refuses line ends"),
        ("Root", "user names are case-sensitive"),
        ("ROOT", "user names are case-sensitive"),
        ("0x0", f"{ATOI}, which knows base 10 only"),
        ("0o0", f"{ATOI}, which knows base 10 only"),
        ("0_0", f"{ATOI}, which knows no separators in base 10"),
        ("0.0", f"{ATOI}, which knows no fractions"),
        ("+-0", f"{ATOI}, which takes one sign"),
        ("-", f"{ATOI}, which wants a digit behind the sign"),
        ("\u0660", f"{ATOI}, which knows ASCII digits only; this is the Arabic zero"),
        ("\uff10", f"{ATOI}, which knows ASCII digits only; this is the full-width zero"),
        ("4294967296", "2 to the power of 32 is refused as out of range; it does not wrap to 0"),
        ("toor", "only the image knows what uid a name other than root has"),
        ("r\u043e\u043et", "two Cyrillic letters make it another name"),
        ("ContainerAdministrator", "a Windows account; Windows has no host network mode in ECS"),
    ],
    ids=lambda value: repr(value) if len(value) < 9 else None,
)
def test_what_only_looks_like_root_is_another_user(user: str, why: str) -> None:
    verdict = one(user)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (PASS, (), ()), why


def through_the_parser(container: str) -> Verdict:
    """Judge a definition as it arrives: JSON, then the parser, then the rule."""
    raw: dict[str, Any] = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "family": "web",
        "revision": 7,
        "networkMode": "host",
        "containerDefinitions": [json.loads(container)],
    }
    verdict: Verdict = rule.judge(parse(raw), Parameters())
    return verdict


@pytest.mark.parametrize(
    ("container", "reasons", "why"),
    [
        ('{"user": 0}', ("root-user",), "ECS turns a number into text when the definition is registered"),
        ('{"user": -0}', ("root-user",), "JSON's minus zero is the number 0"),
        ('{"user": 1000}', (), "as any number, this one is a uid other than 0"),
        ('{"user": null}', ("user-unset",), "null is how some tools write absent"),
        (
            '{"privileged": "true", "user": "1"}',
            ("privileged",),
            "templates write truth values as text; ECS takes them",
        ),
        ('{"privileged": "True", "user": "1"}', ("privileged",), "in any case"),
        ('{"privileged": "false", "user": "1"}', (), "text that is not empty is not therefore true"),
        ('{"privileged": null, "user": "1"}', (), "null is absent, and absent is false"),
        ('{"networkMode": "awsvpc", "user": "0"}', ("root-user",), "a container has no network mode of its own"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("{") else None,
)
def test_what_ecs_coerces_is_judged_as_ecs_runs_it(container: str, reasons: tuple[str, ...], why: str) -> None:
    assert through_the_parser(container).reasons == reasons, why


@pytest.mark.parametrize("mode", [None, "", "bridge", "awsvpc", "none", "<default>"], ids=repr)
def test_any_other_network_mode_is_not_applicable_however_bad_the_container(mode: str | None) -> None:
    verdict = judged(Container("app", user="root", privileged=True), mode=mode, params=STRICT)

    assert (verdict.status, verdict.reasons, verdict.evidence) == (NOT_APPLICABLE, (), ())


def test_a_definition_without_containers_passes_because_nothing_in_it_is_root() -> None:
    assert (judged().status, judged(params=STRICT).status) == (PASS, PASS)


@pytest.mark.parametrize("user", [None, "", ":0", ":staff"], ids=repr)
def test_an_unset_user_fails_where_the_parameter_says_so(user: str | None) -> None:
    verdict = one(user, params=STRICT)

    assert (verdict.status, verdict.reasons) == (FAIL, ("user-unset",))
    assert verdict.evidence == (Evidence("app", "container", ("user-unset",), {"user": user, "privileged": False}),)


@pytest.mark.parametrize("user", ["1000", "app:root"])
def test_a_set_user_passes_where_an_unset_one_would_fail(user: str) -> None:
    assert one(user, params=STRICT).status is PASS


def test_a_privileged_container_without_a_user_fails_for_both_where_the_parameter_says_so() -> None:
    assert one(None, privileged=True, params=STRICT).reasons == ("privileged", "user-unset")


def test_one_bad_container_fails_the_definition_and_the_evidence_names_the_bad_ones_in_order() -> None:
    verdict = judged(
        Container("web", user="1000"),
        Container("proxy", user="root"),
        Container("agent", user="0:0", privileged=True),
        Container("log"),
    )

    assert verdict.status is FAIL
    assert verdict.reasons == ("privileged", "root-user")
    assert verdict.evidence == (
        Evidence("proxy", "container", ("root-user",), {"user": "root", "privileged": False}),
        Evidence("agent", "container", ("privileged", "root-user"), {"user": "0:0", "privileged": True}),
    )


def test_the_note_on_a_pass_names_the_containers_that_it_is_about() -> None:
    verdict = judged(Container("web", user="1000"), Container("log"))

    assert (verdict.status, verdict.reasons) == (PASS, ("user-unset",))
    assert verdict.evidence == (Evidence("log", "container", ("user-unset",), {"user": None, "privileged": False}),)


@pytest.mark.parametrize(
    ("containers", "aws_config", "powerpipe", "prowler"),
    [
        pytest.param([(False, None)], FAIL, FAIL, FAIL, id="no user is root to all of them"),
        pytest.param([(False, "root")], FAIL, FAIL, FAIL, id="all know the word root"),
        pytest.param([(False, "0")], PASS, FAIL, PASS, id="two of them know root by no other spelling"),
        pytest.param([(False, "1000")], PASS, FAIL, PASS, id="Powerpipe asks for privilege"),
        pytest.param([(True, None)], PASS, FAIL, PASS, id="to AWS Config privilege is a choice"),
        pytest.param([(True, "1000")], PASS, PASS, PASS, id="all content with a privileged container"),
        pytest.param([(True, "0")], PASS, PASS, PASS, id="all content with privileged root by number"),
        pytest.param([(True, "")], PASS, PASS, PASS, id="to Powerpipe an empty user is a user"),
        pytest.param([(True, "1"), (False, None)], FAIL, PASS, FAIL, id="one container clears all for Powerpipe"),
        pytest.param([], PASS, FAIL, PASS, id="Powerpipe wants a container to be content with"),
    ],
)
def test_the_other_standards_are_read_by_their_letter(
    containers: list[tuple[bool, str | None]], aws_config: Status, powerpipe: Status, prowler: Status
) -> None:
    verdict = judged(*(Container("app", user=user, privileged=privileged) for privileged, user in containers))

    assert verdict.standards == {"aws-config": aws_config, "powerpipe": powerpipe, "prowler": prowler}


def test_off_the_hosts_network_two_standards_pass_and_one_skips() -> None:
    verdict = judged(Container("app", user="root"), mode="bridge")

    assert verdict.standards == {"aws-config": PASS, "powerpipe": NOT_APPLICABLE, "prowler": PASS}


def test_the_parameter_changes_our_verdict_and_nobody_elses() -> None:
    assert one(None).status is not one(None, params=STRICT).status
    assert one(None).standards == one(None, params=STRICT).standards


def test_the_check_is_severe_and_mapped_to_the_benchmark() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.HIGH, {"cis-compute-1.1": ("3.1",)})


def truth_table() -> list[list[str]]:
    """The rows of the manual page's truth table, cut into cells."""
    table = rule.manual.partition("\nTruth table\n")[2].partition("\nOther standards\n")[0]
    rows = [re.split(r" {2,}", line.strip()) for line in table.splitlines() if line.startswith("    ")]
    return rows[2:]


def described(privileged: str, user: str) -> list[TaskDefinition]:
    """Every definition that a row of the truth table speaks of."""
    if privileged == "not host":
        return [definition(Container("app", user="root", privileged=True), mode=mode) for mode in (None, "awsvpc")]
    if privileged == "host":
        return [definition()]
    users = [{"-": None, '""': ""}.get(each, each) for each in user.split(", ")]
    return [
        definition(Container("app", user=who, privileged=truth == "true"))
        for truth, who in product(privileged.split(", "), users)
    ]


@pytest.mark.parametrize("row", truth_table(), ids=lambda row: f"{row[0]} and {row[1]}")
def test_the_truth_table_of_the_manual_page_is_true(row: list[str]) -> None:
    privileged, user, status, reasons, *standards = row
    verdicts = [rule.judge(each, Parameters()) for each in described(privileged, user)]

    assert {each.status for each in verdicts} == {status}
    assert {" ".join(each.reasons) or "-" for each in verdicts} == {reasons}
    assert {tuple(each.standards[name] for name in ("aws-config", "prowler", "powerpipe")) for each in verdicts} == {
        tuple(standards)
    }


def test_the_truth_table_has_a_row_for_every_case_that_the_standards_differ_on() -> None:
    assert len(truth_table()) == 16
