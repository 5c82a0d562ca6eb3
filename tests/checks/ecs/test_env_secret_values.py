"""Values that look like secrets: the check reads the suspicion that the collector had, and never a value."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.env_secret_values import Parameters
from auditor.checks.ecs.env_secret_values import env_secret_values as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container, Variable
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.domain.secret_match import SecretMatch
from auditor.parsers.ecs.task_definitions import parse
from tests.builders import task_definition

PASS, FAIL = Status.PASS, Status.FAIL
PASSWORD = Variable("DB_PASSWORD", SecretMatch("secret-name", 12))
TOKEN = Variable("TOKEN", SecretMatch("github-token", 40))
PLAIN = Variable("PORT")


def judged(*containers: Container, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    verdict: Verdict = rule.judge(task_definition(containers=containers), params)
    return verdict


def one(*variables: Variable, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    return judged(Container("app", environment=variables), params=params)


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        pytest.param((), (), id="no variable passes"),
        pytest.param((PLAIN,), (), id="a variable that nobody suspects passes"),
        pytest.param((PASSWORD,), ("DB_PASSWORD (secret-name, 12 characters)",), id="a suspected one fails"),
        pytest.param(
            (TOKEN, PLAIN, PASSWORD),
            ("TOKEN (github-token, 40 characters)", "DB_PASSWORD (secret-name, 12 characters)"),
            id="each suspected one is listed in the order of the definition",
        ),
        pytest.param((Variable("", SecretMatch("jwt", 1)),), (" (jwt, 1 characters)",), id="a variable needs no name"),
    ],
)
def test_the_suspicion_decides(variables: tuple[Variable, ...], found: tuple[str, ...]) -> None:
    verdict = one(*variables)

    if not found:
        assert verdict == Verdict(PASS)
        return
    assert (verdict.status, verdict.reasons) == (FAIL, ("secret-value",))
    assert verdict.evidence == (Evidence("app", "container", ("secret-value",), {"environment": found}),)


@pytest.mark.parametrize(
    ("ignore", "status"),
    [
        pytest.param(("DB_PASSWORD",), PASS, id="a name is left alone"),
        pytest.param(("DB_*",), PASS, id="a glob is left alone"),
        pytest.param(("OTHER", "*_PASSWORD"), PASS, id="one of several globs is enough"),
        pytest.param(("db_password",), FAIL, id="case matters"),
        pytest.param(("PASSWORD",), FAIL, id="a part of the name is not the name"),
        pytest.param(("",), FAIL, id="an empty glob matches no name"),
    ],
)
def test_variables_can_be_left_alone_by_name(ignore: tuple[str, ...], status: Status) -> None:
    assert one(PASSWORD, params=Parameters(ignore=ignore)).status is status


@pytest.mark.parametrize(
    ("detectors", "found"),
    [
        pytest.param(("github-token",), ("DB_PASSWORD (secret-name, 12 characters)",), id="one detector is deaf"),
        pytest.param(("*-token",), ("DB_PASSWORD (secret-name, 12 characters)",), id="detectors by a glob"),
        pytest.param(("secret-name",), ("TOKEN (github-token, 40 characters)",), id="the other detector is deaf"),
    ],
)
def test_detectors_can_be_left_alone(detectors: tuple[str, ...], found: tuple[str, ...]) -> None:
    (evidence,) = one(TOKEN, PASSWORD, params=Parameters(ignore_detectors=detectors)).evidence

    assert evidence.details == {"environment": found}


def test_a_variable_in_small_letters_is_another_one() -> None:
    small = Variable("db_password", PASSWORD.secret_match)

    assert one(small, params=Parameters(ignore=("DB_PASSWORD",))).status is FAIL
    assert one(small, params=Parameters(ignore=("db_*",))) == Verdict(PASS)


def test_what_is_left_alone_in_every_container_passes() -> None:
    assert one(TOKEN, PASSWORD, params=Parameters(ignore_detectors=("*",))) == Verdict(PASS)


def test_each_container_that_fails_is_named_and_no_other() -> None:
    verdict = judged(
        Container("a", environment=(PASSWORD,)),
        Container("b", environment=(PLAIN,)),
        Container("c", environment=(TOKEN,)),
    )

    assert [each.part for each in verdict.evidence] == ["a", "c"]


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    definition = DaemonTaskDefinition(arn, "agent", 1, "ACTIVE", None, (Container("agent", environment=(TOKEN,)),))

    assert rule.judge(definition, Parameters()).status is FAIL


def test_from_the_answer_of_aws_to_the_evidence_no_value_is_kept() -> None:
    value = "correct-horse-battery"
    raw = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "family": "web",
        "revision": 7,
        "containerDefinitions": [
            {
                "name": "app",
                "environment": [{"name": "DB_PASSWORD", "value": value}],
                "secrets": [
                    {"name": "API_TOKEN", "valueFrom": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:x"}
                ],
            }
        ],
    }
    verdict = rule.judge(parse(raw), Parameters())

    assert verdict.status is FAIL
    assert verdict.evidence[0].details == {"environment": ("DB_PASSWORD (secret-name, 21 characters)",)}
    assert value not in repr(verdict)


def test_the_check_is_critical_and_in_no_framework() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.CRITICAL, {})
