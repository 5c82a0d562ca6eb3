"""Credentials by the name of their variable: only what stands in `environment`, only whole names."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.env_secret_names import Parameters
from auditor.checks.ecs.env_secret_names import env_secret_names as rule
from auditor.domain.check import Evidence, Severity, Status, Verdict
from auditor.domain.ecs.containers import Container, Variable
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from auditor.domain.secret_match import SecretMatch
from auditor.parsers.ecs.task_definitions import parse
from tests.builders import task_definition

PASS, FAIL = Status.PASS, Status.FAIL


def judged(*containers: Container, params: Parameters = Parameters()) -> Verdict:  # noqa: B008 - frozen
    verdict: Verdict = rule.judge(task_definition(containers=containers), params)
    return verdict


def environment(*names: str) -> tuple[Variable, ...]:
    return tuple(map(Variable, names))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        pytest.param((), (), id="no variable passes"),
        pytest.param(("AWS_ACCESS_KEY_ID",), ("AWS_ACCESS_KEY_ID",), id="the id of a key fails"),
        pytest.param(("AWS_SECRET_ACCESS_KEY",), ("AWS_SECRET_ACCESS_KEY",), id="the secret of a key fails"),
        pytest.param(("ECS_ENGINE_AUTH_DATA",), ("ECS_ENGINE_AUTH_DATA",), id="credentials of registries fail"),
        pytest.param(
            ("A", "AWS_SECRET_ACCESS_KEY", "B", "AWS_ACCESS_KEY_ID"),
            ("AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID"),
            id="several are listed in the order of the definition",
        ),
        pytest.param(("AWS_SESSION_TOKEN",), (), id="a token is none of the three names"),
        pytest.param(("aws_access_key_id",), (), id="small letters make another name"),
        pytest.param(("MY_AWS_ACCESS_KEY_ID",), (), id="a name that ends in one is another name"),
        pytest.param(("AWS_ACCESS_KEY_ID_FILE",), (), id="a name that begins with one is another name"),
        pytest.param((" AWS_ACCESS_KEY_ID",), (), id="a blank makes another name"),
        pytest.param(("ECS_ENGINE_AUTH_TYPE",), (), id="the type of registry credentials is none"),
        pytest.param(("",), (), id="an empty name is none"),
    ],
)
def test_names_of_variables(names: tuple[str, ...], found: tuple[str, ...]) -> None:
    verdict = judged(Container("app", user="1", environment=environment(*names)))

    if not found:
        assert verdict == Verdict(PASS)
        return
    assert (verdict.status, verdict.reasons) == (FAIL, ("secret-name",))
    assert verdict.evidence == (Evidence("app", "container", ("secret-name",), {"environment": found}),)


def test_a_name_under_secrets_is_where_it_should_be() -> None:
    assert judged(Container("app", secrets=("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"))) == Verdict(PASS)


def test_what_the_value_looks_like_does_not_matter() -> None:
    suspicious = Container("app", environment=(Variable("DB_PASSWORD", SecretMatch("secret-name", 12)),))

    assert judged(suspicious).status is PASS
    assert judged(Container("app", environment=(Variable("AWS_ACCESS_KEY_ID", None),))).status is FAIL


def test_each_container_that_fails_is_named_and_no_other() -> None:
    bad = environment("ECS_ENGINE_AUTH_DATA")
    verdict = judged(
        Container("a", environment=bad),
        Container("b", environment=environment("PORT")),
        Container("c", environment=bad),
    )

    assert [each.part for each in verdict.evidence] == ["a", "c"]


def test_the_list_can_be_replaced() -> None:
    params = Parameters(names=("NPM_TOKEN",))

    assert judged(Container("app", environment=environment("AWS_ACCESS_KEY_ID")), params=params).status is PASS
    assert judged(Container("app", environment=environment("NPM_TOKEN")), params=params).status is FAIL


@pytest.mark.parametrize("names", [(), ("",), ("A", "")], ids=["no name", "an empty name", "an empty one among others"])
def test_a_list_that_says_nothing_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="at least one name"):
        Parameters(names=names)


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    container = Container("agent", environment=environment("AWS_ACCESS_KEY_ID"))

    assert rule.judge(DaemonTaskDefinition(arn, "agent", 1, "ACTIVE", None, (container,)), Parameters()).status is FAIL


@pytest.mark.parametrize("place", ["environment", "secrets"])
def test_through_the_parser_the_place_decides(place: str) -> None:
    variable = {"name": "AWS_SECRET_ACCESS_KEY", "value" if place == "environment" else "valueFrom": "x"}
    raw = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "family": "web",
        "revision": 7,
        "containerDefinitions": [{"name": "app", place: [variable]}],
    }

    assert rule.judge(parse(raw), Parameters()).status is (FAIL if place == "environment" else PASS)


def test_the_check_is_severe_and_mapped() -> None:
    assert rule.severity is Severity.HIGH
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.6",),
        "aws-fsbp": ("ECS.8",),
        "aws-config": ("ecs-no-environment-secrets",),
    }
