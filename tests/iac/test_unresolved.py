"""What a file leaves open decides about a verdict only where the verdict depends on it."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.task_definitions import Definition
from auditor.engine.ports import ConfiguredCheck
from auditor.iac.decide import MOST_RUNS
from auditor.iac.ecs.unknown_values import field_of
from auditor.iac.unresolved import Unknown
from auditor.secret_detection import detect_secret
from tests.iac.judged import HOST, each, inspect, only, rule, template, told

NET = "{Net: {Type: String}, Who: {Type: String}}"


def containers(*bodies: str, mode: str = "host") -> str:
    return template(f"{{NetworkMode: {mode}, ContainerDefinitions: [{', '.join(bodies)}]}}", parameters=NET)


@pytest.mark.parametrize(
    ("text", "status", "depends_on"),
    [
        pytest.param(
            containers("{Name: a, Privileged: true, User: !Ref Who}"), "FAIL", (), id="privileged, whoever the user is"
        ),
        pytest.param(containers("{Name: a, User: !Ref Who}"), "UNKNOWN", ("!Ref Who",), id="a user that may be root"),
        pytest.param(
            containers("{Name: a, Privileged: !Ref Who, User: '1'}"), "UNKNOWN", ("!Ref Who",), id="maybe privileged"
        ),
        pytest.param(
            containers("{Name: a, User: root}", mode="!Ref Net"),
            "UNKNOWN",
            ("!Ref Net",),
            id="maybe the host's network",
        ),
        pytest.param(containers("{Name: a, User: '1'}", mode="!Ref Net"), "PASS", (), id="well in every network"),
        pytest.param(
            containers("{Name: a, User: !Ref Who}", mode="awsvpc"), "NOT_APPLICABLE", (), id="not on the host's network"
        ),
        pytest.param(containers("{Name: !Ref Who, Image: !Ref Net, User: '1'}"), "PASS", (), id="names do not matter"),
        pytest.param(
            containers("{Name: a, User: !Ref Who}", "{Name: b, Privileged: true}"), "FAIL", (), id="one fails anyway"
        ),
        pytest.param(
            template("{NetworkMode: host, ContainerDefinitions: !Ref Who}", parameters=NET),
            "UNKNOWN",
            ("!Ref Who",),
            id="no container can be seen",
        ),
        pytest.param(
            containers("{Name: a, User: '1'}", "!If [Gone, {Name: b, User: '1'}, !Ref AWS::NoValue]"),
            "PASS",
            (),
            id="either branch is well",
        ),
        pytest.param(
            containers("{Name: a, User: '1'}", "!If [Gone, {Name: b, User: '0'}, !Ref AWS::NoValue]"),
            "UNKNOWN",
            ("condition Gone",),
            id="one branch is not",
        ),
    ],
)
def test_the_verdict(text: str, status: str, depends_on: tuple[str, ...]) -> None:
    assert told(text) == (status, depends_on)


def test_what_is_written_the_same_has_one_value() -> None:
    same = rule(lambda task: task.containers[0].privileged != task.containers[1].privileged)

    assert told(containers("{Privileged: !Ref Who}", "{Privileged: !Ref Who}"), same) == ("PASS", ())
    assert told(containers("{Privileged: !Ref Who}", "{Privileged: !Ref Net}"), same)[0] == "UNKNOWN"


def test_long_expressions_that_begin_alike_are_not_the_same() -> None:
    same = rule(lambda task: task.containers[0].privileged != task.containers[1].privileged)
    one, other = (f"{{Privileged: !Join ['', [!Ref {name}]]}}" for name in ("Who", "Net"))

    assert told(containers(one, other), same)[0] == "UNKNOWN"


def test_a_fault_in_every_case_is_a_fault_whatever_the_reason() -> None:
    text = template(
        "{NetworkMode: host, ContainerDefinitions: [!If [Gone, {Name: a, User: root}, {Name: a, Privileged: true}]]}"
    )

    finding = only(text).finding

    assert (finding.status, finding.reasons) == (Status.FAIL, ("privileged", "root-user"))
    assert finding.evidence[0].reasons == ("privileged", "root-user")


def test_evidence_holds_what_is_certain_and_names_what_is_not() -> None:
    finding = only(containers("{Name: !Ref Net, Privileged: true, User: !Ref Who}")).finding

    assert finding.evidence == (
        Evidence("!Ref Net", "container", ("privileged",), {"user": "(open)", "privileged": True}),
    )
    assert finding.standards == {"aws-config": Status.PASS, "prowler": Status.PASS}  # powerpipe's depends on the user


@pytest.mark.parametrize(
    "fails",
    [
        pytest.param(lambda one: one.image.endswith(":latest"), id="a method"),
        pytest.param(lambda one: "latest" in one.image, id="contents"),
        pytest.param(lambda one: one.image == "x", id="a comparison"),
        pytest.param(lambda one: one.image in {"x", "y"}, id="a set"),
        pytest.param(lambda one: f"{one.image}" == "x", id="formatting"),
        pytest.param(lambda one: not one.image, id="truth"),
        pytest.param(lambda one: "x".startswith(one.image), id="an argument of a method in C"),
        pytest.param(lambda one: one.image in "xyz", id="a part of a text"),
        pytest.param(lambda one: __import__("re").search("x", one.image), id="a pattern"),
        pytest.param(lambda one: ",".join(part for part in (one.image,)) == "x", id="a joined text"),
        pytest.param(lambda one: one.log_driver is None, id="being there at all"),
        pytest.param(lambda one: not one.environment, id="a list"),
        pytest.param(lambda one: one.privileged is True, id="identity"),
        pytest.param(lambda one: (one.memory or 0) > 5, id="a number"),
        pytest.param(lambda one: "CAP" in one.capabilities_added, id="a word in a list"),
        pytest.param(lambda one: one.mounts and one.mounts[0].read_only, id="a flag within a list"),
        pytest.param(lambda one: one.mounts and one.mounts[0].path == "/", id="a text within a list"),
        pytest.param(lambda one: dict.fromkeys(one.capabilities_dropped), id="a key of a mapping"),
    ],
)
def test_a_check_that_looks_at_something_open_cannot_tell(fails: Any) -> None:  # noqa: ANN401
    ref = "!Ref Who"
    body = (
        f"{{Image: {ref}, LogConfiguration: !If [Gone, {{LogDriver: x}}, !Ref AWS::NoValue], Environment: {ref},"
        f" Privileged: {ref}, Memory: {ref}, MountPoints: [{{ContainerPath: {ref}, ReadOnly: {ref}}}],"
        f" LinuxParameters: {{Capabilities: {{Add: [{ref}], Drop: {ref}}}}}}}"
    )

    assert told(containers(body), each(fails))[0] == "UNKNOWN"
    assert told(containers(body), each(lambda one: one.readonly_root)) == ("PASS", ())


def test_a_crash_that_no_open_value_explains_stays_a_crash() -> None:
    finding = only(containers("{Name: a, User: '1'}"), rule(lambda task: 1 / len(task.volumes))).finding

    assert (finding.status, finding.reasons) == (Status.UNKNOWN, ("internal-error",))
    assert "ZeroDivisionError" in finding.remediation


def test_a_check_that_says_unknown_by_itself_is_left_its_reason() -> None:
    made = rule(lambda _: False).check
    unsure = ConfiguredCheck(
        type(made)(made.id, made.title, made.severity, Definition, lambda *_: Verdict(Status.UNKNOWN, ("why",)), {}),
        None,
    )

    assert only(containers("{Name: !Ref Who}"), unsure).finding.reasons == ("why",)


def test_a_check_that_swallows_what_it_is_told_is_not_believed() -> None:
    def careless(one: Any) -> bool:  # noqa: ANN401
        try:
            return bool(one.image == "x")
        except Exception:  # noqa: BLE001 - the point
            return False

    assert told(containers("{Name: a, Image: !Ref Who}"), each(careless)) == ("UNKNOWN", ("!Ref Who",))


def test_runs_are_bounded() -> None:
    many = [f"{{Name: c{n}, Privileged: !Ref P{n}}}" for n in range(14)]
    runs = 0

    def counting(task: Any) -> bool:  # noqa: ANN401
        nonlocal runs
        runs += 1
        return sum(bool(one.privileged) for one in task.containers) >= 0

    status, depends_on = told(containers(*many), rule(counting))

    assert status == "UNKNOWN"
    assert "!Ref P0" in depends_on
    assert runs <= MOST_RUNS + 2 * len(many) + 1


@pytest.mark.parametrize(
    ("value", "status"),
    [
        pytest.param("!Ref Who", "UNKNOWN", id="a parameter may be a secret"),
        pytest.param("!Ref It", "PASS", id="the name of a resource is none"),
        pytest.param("!Sub 'http://${AWS::Region}/${It.Arn}'", "PASS", id="nor is an address"),
        pytest.param("!Sub 'AKIAQ3EGRIZ7X5M2LWTB${AWS::Region}'", "FAIL", id="the text around a name may be one"),
        pytest.param("plain", "PASS", id="what is written out is judged as it is"),
    ],
)
def test_values_of_environment_variables(value: str, status: str) -> None:
    text = containers(f"{{Name: a, Environment: [{{Name: KEY, Value: {value}}}]}}")

    opinion = only(text, each(lambda one: any(variable.secret_match for variable in one.environment)))

    assert opinion.finding.status == status
    assert opinion.depends_on == (("the value of KEY",) if status == "UNKNOWN" else ())


def test_what_stands_for_a_value_is_a_secret_once_and_once_is_not() -> None:
    harmless, secret = field_of(Unknown("!Ref Who"), "value", "environment").options

    assert detect_secret("DB_PASSWORD", harmless) is None
    assert detect_secret("COLOUR", secret) is not None
    assert detect_secret("DB_PASSWORD", secret) is not None


def test_nothing_of_an_environment_variable_comes_out() -> None:
    body = "{Name: a, User: '1', Environment: [{Name: K, Value: !Sub 'hunter2${Who}'}, {Name: L, Value: hunter2}]}"

    result = inspect(containers(body), HOST, each(lambda one: one.environment[0].name == "x"))

    assert "hunter2" not in repr(result)
