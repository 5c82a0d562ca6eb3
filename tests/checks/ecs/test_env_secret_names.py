"""Credentials by the names of plain environment variables."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from auditor.checks.ecs.env_secret_names import Parameters
from auditor.checks.ecs.env_secret_names import env_secret_names as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.containers import Container, Variable
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.secret_match import SecretMatch
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    PASS,
    UNKNOWN,
    daemon_definition,
    failing_parts,
    judge,
    parse_agent,
    parse_task,
)


def container(*names: str, name: str = "app") -> Container:
    return Container(name, environment=tuple(map(Variable, names)))


def judge_containers(*containers: Container, params: Parameters | None = None) -> Verdict:
    return judge(check, task_definition(containers=containers), params)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param((), (), id="no variable passes"),
        pytest.param(("AWS_ACCESS_KEY_ID",), ("AWS_ACCESS_KEY_ID",), id="the id of a key fails"),
        pytest.param(("AWS_SECRET_ACCESS_KEY",), ("AWS_SECRET_ACCESS_KEY",), id="the secret of a key fails"),
        pytest.param(("ECS_ENGINE_AUTH_DATA",), ("ECS_ENGINE_AUTH_DATA",), id="registry credentials fail"),
        pytest.param(
            ("A", "AWS_SECRET_ACCESS_KEY", "B", "AWS_ACCESS_KEY_ID"),
            ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            id="several are listed in the order of the definition",
        ),
        pytest.param(("AWS_SESSION_TOKEN",), (), id="a token is not one of the three names"),
        pytest.param(("aws_access_key_id",), (), id="case matters"),
        pytest.param(("MY_AWS_ACCESS_KEY_ID",), (), id="a name that ends like one passes"),
        pytest.param(("AWS_ACCESS_KEY_ID_FILE",), (), id="a name that begins like one passes"),
        pytest.param((" AWS_ACCESS_KEY_ID",), (), id="a name with a blank passes"),
        pytest.param(("ECS_ENGINE_AUTH_TYPE",), (), id="the type of registry credentials passes"),
        pytest.param(("",), (), id="an empty name passes"),
    ],
)
def test_names_of_variables(names: tuple[str, ...], found: tuple[str, ...]) -> None:
    evidence = Evidence("app", "container", ("secret-name",), {"environment": found})

    verdict = judge_containers(container(*names))

    assert verdict == (Verdict(FAIL, ("secret-name",), (evidence,)) if found else Verdict(PASS))


def test_a_name_under_secrets_passes() -> None:
    assert judge_containers(Container("app", secrets=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))) == Verdict(PASS)


def test_values_do_not_matter() -> None:
    suspicious = Container("app", environment=(Variable("DB_PASSWORD", SecretMatch("secret-name", 12)),))

    assert judge_containers(suspicious).status is PASS


def test_the_evidence_names_only_failing_containers() -> None:
    verdict = judge_containers(
        container("ECS_ENGINE_AUTH_DATA", name="a"),
        container("PORT", name="b"),
        container("ECS_ENGINE_AUTH_DATA", name="c"),
    )

    assert failing_parts(verdict) == ["a", "c"]


def test_the_names_are_a_parameter() -> None:
    params = Parameters(names=("NPM_TOKEN",))

    assert judge_containers(container("AWS_ACCESS_KEY_ID"), params=params).status is PASS
    assert judge_containers(container("NPM_TOKEN"), params=params).status is FAIL


@pytest.mark.parametrize("names", [(), ("",), ("A", "")], ids=["no name", "an empty name", "an empty one among others"])
def test_a_list_that_could_never_match_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one name"):
        Parameters(names=names)


def test_managed_daemons_are_judged_too() -> None:
    assert judge(check, daemon_definition(containers=(container("AWS_ACCESS_KEY_ID"),))).status is FAIL


@pytest.mark.parametrize(
    ("member", "value", "status"), [("environment", "value", FAIL), ("secrets", "valueFrom", PASS)]
)
def test_only_environment_counts_in_a_parsed_definition(member: str, value: str, status: Status) -> None:
    task = parse_task({"name": "app", member: [{"name": "AWS_SECRET_ACCESS_KEY", value: "x"}]})

    assert judge(check, task).status is status


@pytest.mark.parametrize("parse", [parse_task, parse_agent])
def test_a_file_with_variables_is_unknown_unless_something_fails(parse: Callable[..., Definition]) -> None:
    files = [{"value": "arn:aws:s3:::bucket/app.env", "type": "s3"}]
    key = {"name": "AWS_SECRET_ACCESS_KEY", "value": "q7Zp3xV9bT2mK8sWq7Zp3xV9bT2mK8sWq7Zp3xV9"}

    unknown = judge(check, parse({"name": "a"}, {"name": "b", "environmentFiles": files}))
    failing = judge(check, parse({"name": "a", "environment": [key]}, {"name": "b", "environmentFiles": files}))

    assert (unknown.status, unknown.reasons, failing_parts(unknown)) == (UNKNOWN, ("environment-file-not-read",), ["b"])
    assert (failing.status, failing_parts(failing)) == (FAIL, ["a"])
    assert judge(check, parse({"name": "a", "environmentFiles": []})).status is PASS
