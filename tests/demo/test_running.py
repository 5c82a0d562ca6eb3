# ruff: noqa: ANN401 - botocore creates the methods of its clients at run time

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


def _default_account() -> str:
    sts: Any = botocore.session.get_session().create_client("sts", HOME_REGION)
    return str(sts.get_caller_identity()["Account"])


@pytest.mark.parametrize("family", ["checkout-api", "datadog-agent"])
def test_a_preloaded_definition_equals_one_registered_through_the_api(family: str) -> None:
    with running():
        client = _ecs("111122223333")
        preloaded = client.describe_task_definition(taskDefinition=family, include=["TAGS"])
        keys = (
            *("family", "networkMode", "containerDefinitions", "requiresCompatibilities", "cpu", "memory"),
            *("taskRoleArn", "executionRoleArn", "volumes"),
        )
        registrable = {key: value for key, value in preloaded["taskDefinition"].items() if key in keys}
        client.register_task_definition(**registrable, tags=preloaded["tags"])
        registered = client.describe_task_definition(taskDefinition=family, include=["TAGS"])
    assert registered["taskDefinition"]["revision"] == preloaded["taskDefinition"]["revision"] + 1
    assert registered["tags"] == preloaded["tags"]
    assert _comparable(registered["taskDefinition"]) == _comparable(preloaded["taskDefinition"])


def _comparable(definition: dict[str, Any]) -> dict[str, Any]:
    volatile = {"taskDefinitionArn", "revision", "registeredAt", "registeredBy"}
    return {key: value for key, value in definition.items() if key not in volatile}


def test_the_users_aws_configuration_is_hidden_during_the_demo_and_restored_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    user_variables = {
        "AWS_ACCESS_KEY_ID": "AKIAREAL",
        "AWS_PROFILE": "production",
        "AWS_CONFIG_FILE": "/users/admin/.aws/config",
        "AWS_ENDPOINT_URL": "http://localhost:1",
        "AWS_ENDPOINT_URL_STS": "http://localhost:2",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/task",
        "MOTO_ACCOUNT_ID": "000000000000",
    }
    for name, value in user_variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    before = dict(os.environ)
    with running():
        values = set(os.environ.values())
        assert not values & set(user_variables.values())
        assert _default_account() == AUDITOR_ACCOUNT
    assert dict(os.environ) == before


def test_the_environment_is_restored_after_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    before = dict(os.environ)
    with pytest.raises(ZeroDivisionError), running():
        raise ZeroDivisionError
    assert dict(os.environ) == before


def test_a_second_demo_starts_with_the_original_data() -> None:
    for _ in range(2):
        with running():
            client = _ecs("888899990000")
            assert client.list_task_definition_families()["families"] == ["device-shadow", "mqtt-broker"]
            client.register_task_definition(
                family="stray", containerDefinitions=[{"name": "a", "image": "b", "memory": 4}]
            )


def test_a_nested_demo_is_rejected_and_the_first_one_still_works() -> None:
    with running():
        with pytest.raises(AuditorError, match="already running"), running():
            pass
        assert _default_account() == AUDITOR_ACCOUNT


def test_without_moto_the_demo_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "moto", None)
    monkeypatch.delitem(sys.modules, "auditor.demo.cloud", raising=False)
    with pytest.raises(AuditorError, match=r"pip install 'auditor\[demo\]'"), running():
        pass


#: The packages of moto's extras.
EXTRAS = ("antlr4", "cfnlint", "docker", "flask", "graphql", "joserfc", "jsonpath_ng", "openapi_spec_validator",
          "py_partiql_parser", "pyparsing", "aws_xray_sdk", "crc32c", "multipart")  # fmt: skip # a table, in columns


def test_the_demo_needs_no_extra_of_moto_and_ignores_an_invalid_profile() -> None:
    script = f"""
import sys
sys.modules.update(dict.fromkeys({EXTRAS!r}))
import botocore.session
from auditor.demo import running
with running():
    print(botocore.session.get_session().create_client("sts", "eu-west-1").get_caller_identity()["Account"])
"""
    environment = {**os.environ, "AWS_PROFILE": "no-such-profile", "TEST_SERVER_MODE": "true"}
    process = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (process.returncode, process.stdout, process.stderr) == (0, f"{AUDITOR_ACCOUNT}\n", "")
