"""Unresolved values make a finding UNKNOWN only if its status depends on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor import iac
from auditor.domain.check import Evidence, Status, Verdict
from auditor.engine.ports import ConfiguredCheck
from auditor.iac.decide import MAX_RUNS
from auditor.iac.ecs.unknown_values import MEMBERS
from auditor.iac.unresolved import Unresolved
from auditor.secret_detection import detect_secret
from tests.iac.sample_files import (
    HOST_NETWORK,
    check_file,
    container_check,
    fact_check,
    only_finding,
    status_of,
    template,
)

NET = "{Net: {Type: String}, Who: {Type: String}}"


def containers(*bodies: str, mode: str = "host") -> str:
    return template(f"{{NetworkMode: {mode}, ContainerDefinitions: [{', '.join(bodies)}]}}", parameters=NET)


@pytest.mark.parametrize(
    ("text", "status", "depends_on"),
    [
        pytest.param(
            containers("{Name: a, Privileged: true, User: !Ref Who}"), "FAIL", (), id="privileged with any user"
        ),
        pytest.param(containers("{Name: a, User: !Ref Who}"), "UNKNOWN", ("!Ref Who",), id="a user that can be root"),
        pytest.param(
            containers("{Name: a, Privileged: !Ref Who, User: '1'}"), "UNKNOWN", ("!Ref Who",), id="possibly privileged"
        ),
        pytest.param(
            containers("{Name: a, User: root}", mode="!Ref Net"),
            "UNKNOWN",
            ("!Ref Net",),
            id="possibly on the host network",
        ),
        pytest.param(
            containers("{Name: a, User: '1'}", mode="!Ref Net"), "PASS", (), id="passes in every network mode"
        ),
        pytest.param(
            containers("{Name: a, User: !Ref Who}", mode="awsvpc"), "NOT_APPLICABLE", (), id="not on the host network"
        ),
        pytest.param(
            containers("{Name: !Ref Who, Image: !Ref Net, User: '1'}"), "PASS", (), id="unresolved name and image"
        ),
        pytest.param(
            containers("{Name: a, User: !Ref Who}", "{Name: b, Privileged: true}"),
            "FAIL",
            (),
            id="another container fails",
        ),
        pytest.param(
            template("{NetworkMode: host, ContainerDefinitions: !Ref Who}", parameters=NET),
            "UNKNOWN",
            ("!Ref Who",),
            id="unresolved containers",
        ),
        pytest.param(
            containers("{Name: a, User: '1'}", "!If [Gone, {Name: b, User: '1'}, !Ref AWS::NoValue]"),
            "PASS",
            (),
            id="both branches pass",
        ),
        pytest.param(
            containers("{Name: a, User: '1'}", "!If [Gone, {Name: b, User: '0'}, !Ref AWS::NoValue]"),
            "UNKNOWN",
            ("condition Gone",),
            id="one branch fails",
        ),
    ],
)
def test_the_status_is_unknown_only_if_it_depends_on_unresolved_values(
    text: str, status: str, depends_on: tuple[str, ...]
) -> None:
    assert status_of(text) == (status, depends_on)


def test_equal_expressions_have_the_same_value() -> None:
    differ = fact_check(lambda task: task.containers[0].privileged != task.containers[1].privileged)

    assert status_of(containers("{Privileged: !Ref Who}", "{Privileged: !Ref Who}"), differ) == ("PASS", ())
    assert status_of(containers("{Privileged: !Ref Who}", "{Privileged: !Ref Net}"), differ)[0] == "UNKNOWN"


def test_shortened_expressions_are_told_apart() -> None:
    differ = fact_check(lambda task: task.containers[0].privileged != task.containers[1].privileged)
    one, other = (f"{{Privileged: !Join ['', [!Ref {name}]]}}" for name in ("Who", "Net"))

    assert status_of(containers(one, other), differ)[0] == "UNKNOWN"


def test_a_failure_in_every_scenario_is_a_failure_with_all_reasons() -> None:
    text = template(
        "{NetworkMode: host, ContainerDefinitions: [!If [Gone, {Name: a, User: root}, {Name: a, Privileged: true}]]}"
    )

    finding = only_finding(text).finding

    assert (finding.status, finding.reasons) == (Status.FAIL, ("privileged", "root-user"))
    assert finding.evidence[0].reasons == ("privileged", "root-user")


def test_evidence_marks_values_that_differ_between_scenarios_as_open() -> None:
    finding = only_finding(containers("{Name: !Ref Net, Privileged: true, User: !Ref Who}")).finding

    assert finding.evidence == (
        Evidence("!Ref Net", "container", ("privileged",), {"user": "(open)", "privileged": True}),
    )
    assert finding.standards == {
        "aws-config": Status.PASS,
        "prowler": Status.PASS,
    }  # the verdict of powerpipe depends on the user


@pytest.mark.parametrize(
    "fails",
    [
        pytest.param(lambda container: container.image.endswith(":latest"), id="a method"),
        pytest.param(lambda container: "latest" in container.image, id="containment"),
        pytest.param(lambda container: container.image == "x", id="a comparison"),
        pytest.param(lambda container: container.image in {"x", "y"}, id="a set"),
        pytest.param(lambda container: f"{container.image}" == "x", id="formatting"),
        pytest.param(lambda container: not container.image, id="truth value"),
        pytest.param(lambda container: "x".startswith(container.image), id="an argument of a C function"),
        pytest.param(lambda container: container.image in "xyz", id="a substring"),
        pytest.param(lambda container: __import__("re").search("x", container.image), id="a pattern"),
        pytest.param(lambda container: ",".join(part for part in (container.image,)) == "x", id="a joined string"),
        pytest.param(lambda container: container.log_driver is None, id="a comparison with None"),
        pytest.param(lambda container: not container.environment, id="a list"),
        pytest.param(lambda container: container.privileged is True, id="identity"),
        pytest.param(lambda container: (container.memory or 0) > 5, id="a number"),
        pytest.param(lambda container: "CAP" in container.capabilities_added, id="containment in a list"),
        pytest.param(lambda container: container.mounts and container.mounts[0].read_only, id="a flag within a list"),
        pytest.param(
            lambda container: container.mounts and container.mounts[0].path == "/", id="a string within a list"
        ),
        pytest.param(lambda container: dict.fromkeys(container.capabilities_dropped), id="a key of a mapping"),
    ],
)
def test_a_check_that_reads_an_unresolved_value_is_unknown(fails: Any) -> None:  # noqa: ANN401 - a function of an instrumented container
    ref = "!Ref Who"
    body = (
        f"{{Image: {ref}, LogConfiguration: !If [Gone, {{LogDriver: x}}, !Ref AWS::NoValue], Environment: {ref},"
        f" Privileged: {ref}, Memory: {ref}, MountPoints: [{{ContainerPath: {ref}, ReadOnly: {ref}}}],"
        f" LinuxParameters: {{Capabilities: {{Add: [{ref}], Drop: {ref}}}}}}}"
    )

    assert status_of(containers(body), container_check(fails))[0] == "UNKNOWN"
    assert status_of(containers(body), container_check(lambda container: container.readonly_root)) == ("PASS", ())


def test_a_crash_without_unresolved_values_is_an_internal_error() -> None:
    finding = only_finding(containers("{Name: a, User: '1'}"), fact_check(lambda task: 1 / len(task.volumes))).finding

    assert (finding.status, finding.reasons) == (Status.UNKNOWN, ("internal-error",))
    assert "ZeroDivisionError" in finding.remediation


def test_an_unknown_of_the_check_itself_keeps_its_reason() -> None:
    check = replace(fact_check(lambda _: False).check, judge=lambda *_: Verdict(Status.UNKNOWN, ("why",)))
    unsure = ConfiguredCheck(check, None)

    assert only_finding(containers("{Name: !Ref Who}"), unsure).finding.reasons == ("why",)


def test_a_check_that_catches_every_exception_is_unknown() -> None:
    def catch_all(container: Any) -> bool:  # noqa: ANN401 - instrumented
        try:
            return bool(container.image == "x")
        except Exception:  # noqa: BLE001 - subject of this test
            return False

    assert status_of(containers("{Name: a, Image: !Ref Who}"), container_check(catch_all)) == ("UNKNOWN", ("!Ref Who",))


def test_the_number_of_runs_is_limited() -> None:
    many = [f"{{Name: c{number}, Privileged: !Ref P{number}}}" for number in range(14)]
    runs = 0

    def count_runs(task: Any) -> bool:  # noqa: ANN401 - instrumented
        nonlocal runs
        runs += 1
        return sum(bool(container.privileged) for container in task.containers) >= 0

    status, depends_on = status_of(containers(*many), fact_check(count_runs))

    assert status == "UNKNOWN"
    assert "!Ref P0" in depends_on
    assert runs <= MAX_RUNS + 2 * len(many) + 1


@pytest.mark.parametrize(
    ("value", "status"),
    [
        pytest.param("!Ref Who", "UNKNOWN", id="a parameter can be a secret"),
        pytest.param("!Ref It", "PASS", id="the name of a resource is not a secret"),
        pytest.param("!Sub 'http://${AWS::Region}/${It.Arn}'", "PASS", id="an address of a resource is not a secret"),
        pytest.param("!Sub 'AKIAQ3EGRIZ7X5M2LWTB${AWS::Region}'", "FAIL", id="a secret next to a resource name"),
        pytest.param("plain", "PASS", id="a literal value"),
        pytest.param("'{{resolve:secretsmanager:a:SecretString:b}}'", "FAIL", id="a secret that is resolved"),
        pytest.param("!Sub '{{resolve:secretsmanager:${It}:SecretString:b}}'", "FAIL", id="a secret of this template"),
        pytest.param("!Join ['', ['{{resolve:secretsmanager:', !Ref Who, '}}']]", "FAIL", id="a joined reference"),
        pytest.param("'{{resolve:ssm:/a}}'", "UNKNOWN", id="a parameter of SSM can be a secret"),
    ],
)
def test_unresolved_values_of_environment_variables(value: str, status: str) -> None:
    text = containers(f"{{Name: a, Environment: [{{Name: KEY, Value: {value}}}]}}")

    finding = only_finding(
        text, container_check(lambda container: any(variable.secret_match for variable in container.environment))
    )

    assert finding.finding.status == status
    assert finding.depends_on == (("the value of KEY",) if status == "UNKNOWN" else ())


def test_one_sample_of_an_environment_variable_is_a_secret_and_one_is_not() -> None:
    harmless, secret = MEMBERS.possible_values(Unresolved("!Ref Who"), "value", "environment").options

    assert detect_secret("DB_PASSWORD", harmless) is None
    assert detect_secret("COLOUR", secret) is not None
    assert detect_secret("DB_PASSWORD", secret) is not None


def test_reports_never_contain_values_of_environment_variables() -> None:
    body = "{Name: a, User: '1', Environment: [{Name: K, Value: !Sub 'hunter2${Who}'}, {Name: L, Value: hunter2}]}"

    report = check_file(
        containers(body), HOST_NETWORK, container_check(lambda container: container.environment[0].name == "x")
    )

    assert "hunter2" not in repr(report)


@pytest.mark.parametrize(
    ("body", "status", "depends_on"),
    [
        ("{Privileged: true, User: !Ref Who, Image: !Ref Img}", "FAIL", ()),
        ("{User: !Ref Who, Image: !Ref Img}", "UNKNOWN", ("!Ref Who",)),
        ("{User: '1', Image: !Ref Img}", "PASS", ()),
    ],
)
def test_the_examples_of_the_design_note_hold(body: str, status: str, depends_on: tuple[str, ...]) -> None:
    check = container_check(lambda container: container.privileged or container.user == "root")

    assert body in (Path(iac.__file__).parent / "README.md").read_text(encoding="utf-8")
    assert status_of(containers(body), check) == (status, depends_on)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param("LogConfiguration: {Options: {splunk-token: !Ref Who}}", "UNKNOWN", id="an option"),
        pytest.param("LogConfiguration: {Options: {awslogs-group: !Ref Who}}", "PASS", id="the name of a log group"),
        pytest.param("DockerLabels: {token: !Sub 'hunter2${Who}'}", "UNKNOWN", id="a label"),
        pytest.param("Command: [!Sub 'hunter2${Who}']", "UNKNOWN", id="an argument"),
    ],
)
def test_unresolved_values_outside_the_environment_can_be_secrets(body: str, status: str) -> None:
    report = check_file(
        containers(f"{{Name: a, {body}}}"), container_check(lambda container: bool(container.secret_texts))
    )

    assert [finding.finding.status for finding in report.findings] == [status]
    assert "hunter2" not in repr(report)
