"""Values that look like secrets. The check reads the detector's match, never a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from auditor.checks.ecs.env_secret_values import Parameters
from auditor.checks.ecs.env_secret_values import env_secret_values as check
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
    details,
    failing_parts,
    judge,
    parse_agent,
    parse_task,
)

PASSWORD = Variable("DB_PASSWORD", SecretMatch("secret-name", 12))
TOKEN = Variable("TOKEN", SecretMatch("github-token", 40))
PLAIN = Variable("PORT")


def judge_variables(*variables: Variable, params: Parameters | None = None) -> Verdict:
    return judge(check, task_definition(containers=(Container("app", environment=variables),)), params)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param((), (), id="no variable passes"),
        pytest.param((PLAIN,), (), id="a variable without a match passes"),
        pytest.param((PASSWORD,), ("DB_PASSWORD (secret-name, 12 characters)",), id="a match fails"),
        pytest.param(
            (TOKEN, PLAIN, PASSWORD),
            ("TOKEN (github-token, 40 characters)", "DB_PASSWORD (secret-name, 12 characters)"),
            id="each match is listed in the order of the definition",
        ),
        pytest.param((Variable("", SecretMatch("jwt", 1)),), (" (jwt, 1 characters)",), id="the name may be empty"),
    ],
)
def test_matches_of_detectors(variables: tuple[Variable, ...], found: tuple[str, ...]) -> None:
    evidence = Evidence("app", "container", ("secret-value",), {"environment": found})

    verdict = judge_variables(*variables)

    assert verdict == (Verdict(FAIL, ("secret-value",), (evidence,)) if found else Verdict(PASS))


@pytest.mark.parametrize(
    ("ignore", "status"),
    [
        pytest.param(("DB_PASSWORD",), PASS, id="a name is ignored"),
        pytest.param(("DB_*",), PASS, id="a glob is ignored"),
        pytest.param(("OTHER", "*_PASSWORD"), PASS, id="one of several globs is enough"),
        pytest.param(("db_password",), FAIL, id="case matters"),
        pytest.param(("PASSWORD",), FAIL, id="a part of the name does not match"),
        pytest.param(("",), FAIL, id="an empty glob matches no name"),
    ],
)
def test_variables_can_be_ignored_by_name(ignore: tuple[str, ...], status: Status) -> None:
    assert judge_variables(PASSWORD, params=Parameters(ignore=ignore)).status is status


@pytest.mark.parametrize(
    ("detectors", "found"),
    [
        pytest.param(("github-token",), ("DB_PASSWORD (secret-name, 12 characters)",), id="one detector"),
        pytest.param(("*-token",), ("DB_PASSWORD (secret-name, 12 characters)",), id="detectors by a glob"),
        pytest.param(("secret-name",), ("TOKEN (github-token, 40 characters)",), id="the other detector"),
    ],
)
def test_detectors_can_be_ignored(detectors: tuple[str, ...], found: tuple[str, ...]) -> None:
    verdict = judge_variables(TOKEN, PASSWORD, params=Parameters(ignore_detectors=detectors))

    assert details(verdict) == {"environment": found}


def test_a_variable_in_lower_case_is_another_one() -> None:
    lower = Variable("db_password", PASSWORD.secret_match)

    assert judge_variables(lower, params=Parameters(ignore=("DB_PASSWORD",))).status is FAIL
    assert judge_variables(lower, params=Parameters(ignore=("db_*",))) == Verdict(PASS)


def test_a_definition_passes_if_every_match_is_ignored() -> None:
    assert judge_variables(TOKEN, PASSWORD, params=Parameters(ignore_detectors=("*",))) == Verdict(PASS)


def test_the_evidence_names_only_failing_containers() -> None:
    containers = tuple(
        Container(name, environment=(variable,)) for name, variable in (("a", PASSWORD), ("b", PLAIN), ("c", TOKEN))
    )

    assert failing_parts(judge(check, task_definition(containers=containers))) == ["a", "c"]


def test_managed_daemons_are_judged_too() -> None:
    assert judge(check, daemon_definition(containers=(Container("agent", environment=(TOKEN,)),))).status is FAIL


def test_no_value_of_a_parsed_definition_is_kept() -> None:
    value = "correct-horse-battery"
    reference = {"name": "API_TOKEN", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}
    environment = [{"name": "DB_PASSWORD", "value": value}]

    verdict = judge(check, parse_task({"name": "app", "environment": environment, "secrets": [reference]}))

    assert verdict.status is FAIL
    assert details(verdict) == {"environment": ("DB_PASSWORD (secret-name, 21 characters)",)}
    assert value not in repr(verdict)


@pytest.mark.parametrize("parse", [parse_task, parse_agent])
def test_a_file_with_variables_is_unknown_unless_something_fails(parse: Callable[..., Definition]) -> None:
    files = [{"value": "arn:aws:s3:::bucket/app.env", "type": "s3"}]
    key = {"name": "AWS_SECRET_ACCESS_KEY", "value": "q7Zp3xV9bT2mK8sWq7Zp3xV9bT2mK8sWq7Zp3xV9"}

    unknown = judge(check, parse({"name": "a"}, {"name": "b", "environmentFiles": files}))
    failing = judge(check, parse({"name": "a", "environment": [key]}, {"name": "b", "environmentFiles": files}))

    assert (unknown.status, unknown.reasons, failing_parts(unknown)) == (UNKNOWN, ("environment-file-not-read",), ["b"])
    assert (failing.status, failing_parts(failing)) == (FAIL, ["a"])
    assert judge(check, parse({"name": "a", "environmentFiles": []})).status is PASS


SPLUNK_TOKEN = "0f2c1a5e-9b1d-4c3e-8a7f-2d6b5c4e3f10"


@pytest.mark.parametrize(
    ("members", "member"),
    [
        ({"command": ["app", "--password", "Tr0ub4dor3"]}, "command"),
        ({"entryPoint": ["env", "DB_PASSWORD=Tr0ub4dor3"]}, "entryPoint"),
        ({"healthCheck": {"command": ["CMD-SHELL", "curl -u a:Tr0ub4dor3 localhost"]}}, "healthCheck.command"),
        ({"dockerLabels": {"api.password": "Tr0ub4dor3"}}, "dockerLabels.api.password"),
        (
            {"logConfiguration": {"logDriver": "splunk", "options": {"splunk-token": SPLUNK_TOKEN}}},
            "logConfiguration.options.splunk-token",
        ),
        ({"firelensConfiguration": {"options": {"apikey": SPLUNK_TOKEN}}}, "firelensConfiguration.options.apikey"),
    ],
)
def test_other_texts_of_a_container_are_examined_and_dropped(members: dict[str, Any], member: str) -> None:
    task = parse_task({"name": "app", **members})
    verdict = judge(check, task)

    assert (verdict.status, verdict.reasons) == (FAIL, ("secret-text",))
    (text,) = details(verdict)["texts"]
    assert text.startswith(f"{member} (")
    assert "Tr0ub4dor3" not in repr(task)
    assert SPLUNK_TOKEN not in repr(task)
    assert judge(check, task, Parameters(ignore=(member,))).status is PASS


def test_options_of_docker_volumes_are_examined_and_dropped() -> None:
    options = {"type": "cifs", "device": "//10.0.0.1/data", "o": "username=app,password=Tr0ub4dor3"}
    task = parse_task({"name": "app"}, volumes=[{"name": "v", "dockerVolumeConfiguration": {"driverOpts": options}}])

    verdict = judge(check, task)

    assert (verdict.reasons, failing_parts(verdict)) == (("secret-text",), ["v"])
    assert "Tr0ub4dor3" not in repr(task)
