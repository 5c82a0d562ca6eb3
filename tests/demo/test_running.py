"""Any stands for botocore's clients, whose methods are made at run time."""
# ruff: noqa: ANN401

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import botocore.session
import pytest

from auditor.demo import running
from auditor.demo.model import AUDITOR_ACCOUNT, EXTERNAL_ID, HOME_REGION, ROLE_NAME
from auditor.domain.errors import AuditorError


def _ecs(account_id: str) -> Any:
    session = botocore.session.get_session()
    sts: Any = session.create_client("sts", HOME_REGION)
    role = f"arn:aws:iam::{account_id}:role/{ROLE_NAME}"
    answer = sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId=EXTERNAL_ID)
    keys = answer["Credentials"]
    session.set_credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
    return session.create_client("ecs", HOME_REGION)


def _ambient_account() -> str:
    sts: Any = botocore.session.get_session().create_client("sts", HOME_REGION)
    return str(sts.get_caller_identity()["Account"])


@pytest.mark.parametrize("family", ["checkout-api", "datadog-agent"])
def test_what_was_seeded_equals_what_registering_through_the_api_gives(family: str) -> None:
    with running():
        client = _ecs("111122223333")
        seeded = client.describe_task_definition(taskDefinition=family, include=["TAGS"])
        keys = (
            *("family", "networkMode", "containerDefinitions", "requiresCompatibilities", "cpu", "memory"),
            *("taskRoleArn", "executionRoleArn", "volumes"),
        )
        registrable = {key: value for key, value in seeded["taskDefinition"].items() if key in keys}
        client.register_task_definition(**registrable, tags=seeded["tags"])
        registered = client.describe_task_definition(taskDefinition=family, include=["TAGS"])
    assert registered["taskDefinition"]["revision"] == seeded["taskDefinition"]["revision"] + 1
    assert registered["tags"] == seeded["tags"]
    assert _lasting(registered["taskDefinition"]) == _lasting(seeded["taskDefinition"])


def _lasting(definition: dict[str, Any]) -> dict[str, Any]:
    passing = {"taskDefinitionArn", "revision", "registeredAt", "registeredBy"}
    return {key: value for key, value in definition.items() if key not in passing}


def test_the_users_own_aws_settings_are_hidden_within_and_back_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_PROFILE": "production",
        "AWS_CONFIG_FILE": "/home/someone/.aws/config",
        "AWS_ENDPOINT_URL": "http://localhost:1",
        "AWS_ENDPOINT_URL_STS": "http://localhost:2",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task",
        "MOTO_ACCOUNT_ID": "000000000000",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    before = dict(os.environ)
    with running():
        values = set(os.environ.values())
        assert not values & set(theirs.values())
        assert _ambient_account() == AUDITOR_ACCOUNT
    assert dict(os.environ) == before


def test_the_environment_is_back_after_a_crash_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), running():
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_a_second_demo_starts_from_scratch() -> None:
    for _ in range(2):
        with running():
            client = _ecs("888899990000")
            assert client.list_task_definition_families()["families"] == ["device-shadow", "mqtt-broker"]
            client.register_task_definition(
                family="stray", containerDefinitions=[{"name": "a", "image": "b", "memory": 4}]
            )


def test_a_demo_within_a_demo_is_refused_and_leaves_the_first_alone() -> None:
    with running():
        with pytest.raises(AuditorError, match="already running"), running():
            pass
        assert _ambient_account() == AUDITOR_ACCOUNT


def test_without_moto_the_demo_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    monkeypatch.delitem(sys.modules, "auditor.demo.cloud", raising=False)
    with pytest.raises(AuditorError, match=r"pip install 'auditor\[demo\]'"), running():
        pass


#: What moto's own extras would bring.
EXTRAS = ("antlr4", "cfnlint", "docker", "flask", "graphql", "joserfc", "jsonpath_ng", "openapi_spec_validator",
          "py_partiql_parser", "pyparsing", "aws_xray_sdk", "crc32c", "multipart")  # fmt: skip


def test_plain_moto_is_enough_and_a_broken_profile_does_not_matter() -> None:
    script = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRAS!r}))
import botocore.session
from auditor.demo import running
with running():
    print(botocore.session.get_session().create_client("sts", "eu-west-1").get_caller_identity()["Account"])
"""
    environment = {**os.environ, "AWS_PROFILE": "no-such-profile", "TEST_SERVER_MODE": "true"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{AUDITOR_ACCOUNT}\n", "")
