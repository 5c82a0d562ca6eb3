"""The AWS connection of a process: its limits, its identity, and the variables that redirect it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from auditor.aws import roles
from auditor.aws.errors import ApiCallError, ErrorInfo, RetryAction
from auditor.aws.roles import Identity
from auditor.domain.clock import Stopped
from auditor.domain.errors import IdentityError, StorageError
from auditor.domain.reason import Reason
from auditor.run.aws_context import AwsContext, fetch_object, redirected_endpoints
from auditor.settings import Limits
from tests.run.stubs import IDENTITY


def test_with_limits_returns_another_context_with_the_same_clock() -> None:
    aws = AwsContext()

    limited = aws.with_limits(Limits(workers=3))

    assert limited.clock is aws.clock
    assert (limited.limits.workers, aws.limits) == (3, Limits())
    assert limited.call_context is not aws.call_context


def test_a_known_identity_is_not_requested_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def identify(_call_context: object) -> Identity:
        raise AssertionError

    monkeypatch.setattr(roles, "identify", identify)

    assert AwsContext(known_identity=IDENTITY).identity == IDENTITY


def test_an_identity_that_cannot_be_determined_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    def identify(_call_context: object) -> Identity:
        raise ApiCallError(ErrorInfo(Reason.EXPIRED_CREDENTIALS, RetryAction.NONE, "ExpiredToken", "ExpiredToken"))

    monkeypatch.setattr(roles, "identify", identify)

    with pytest.raises(IdentityError, match="Could not determine the AWS identity: ExpiredToken") as caught:
        _ = AwsContext().identity

    assert "Renew the credentials" in caught.value.advice


def test_redirected_endpoints_are_listed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:2")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", "")

    assert redirected_endpoints() == "AWS_ENDPOINT_URL=http://127.0.0.1:1, AWS_ENDPOINT_URL_S3=http://127.0.0.1:2"


def test_endpoints_of_the_profile_and_its_services_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = tmp_path / "config"
    config.write_text(
        "[profile audit]\nendpoint_url = http://127.0.0.1:1\nservices = local\n"
        "[services local]\ns3 =\n  endpoint_url = http://127.0.0.1:2\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "audit")
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)

    assert redirected_endpoints() == (
        "endpoint_url of profile audit=http://127.0.0.1:1, endpoint_url of s3 in profile audit=http://127.0.0.1:2"
    )
    monkeypatch.setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
    assert redirected_endpoints() == ""


def test_importing_it_does_not_load_boto() -> None:
    program = "import sys, auditor.run.aws_context, auditor.run.stores; print('boto3' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_a_file_on_s3_that_does_not_arrive_in_time_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = AwsContext()
    monkeypatch.setattr("auditor.run.aws_context.FETCH_SECONDS", 0.0)

    with pytest.raises(StorageError, match=r"inventory\.yaml could not be read within") as raised:
        fetch_object(aws, "s3://results/inventory.yaml")

    assert raised.value.advice
    assert aws.clock.stopped is None


def test_an_interruption_while_a_file_is_fetched_is_no_storage_error(monkeypatch: pytest.MonkeyPatch) -> None:
    aws = AwsContext()
    aws.clock.interrupt()
    monkeypatch.setattr("auditor.run.aws_context.FETCH_SECONDS", 0.0)

    with pytest.raises(Stopped):
        fetch_object(aws, "s3://results/inventory.yaml")
