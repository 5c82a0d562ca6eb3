"""The KMS key that authenticates stored state: what is asked of KMS, and what its answers mean."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from auditor.aws.mac_key import KmsMacKey
from auditor.domain.errors import MacError
from tests.aws.fakes import answers_in_turn, call_context, client_error, sent_calls

ARN = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd"
MAC = base64.b64encode(b"x" * 32).decode()
INVALID = client_error("KMSInvalidMacException", "")


def key(*answers: Any) -> tuple[KmsMacKey, Any]:  # noqa: ANN401 - any JSON, and a CallContext
    context = call_context(answers_in_turn(*answers))
    return KmsMacKey(context, "111122223333", ARN), context


def test_a_mac_is_generated_with_the_key_in_its_region() -> None:
    mac_key, context = key({"Mac": MAC})

    assert mac_key.generate(b"message") == MAC
    (call,) = sent_calls(context)
    assert (call.operation, call.region) == ("GenerateMac", "eu-central-1")
    assert call.parameters == {"KeyId": ARN, "MacAlgorithm": "HMAC_SHA_256", "Message": "bWVzc2FnZQ=="}


def test_a_valid_mac_is_verified() -> None:
    mac_key, context = key({"MacValid": True})

    assert mac_key.verify(b"message", MAC) is True
    assert sent_calls(context)[0].parameters["Mac"] == MAC


def test_an_invalid_mac_is_not_a_failure_of_the_key() -> None:
    mac_key, _ = key(INVALID, {"Mac": MAC})

    assert mac_key.verify(b"message", MAC) is False
    assert mac_key.generate(b"message") == MAC


@pytest.mark.parametrize("mac", ["", "?", "x", "\u00e4"])
def test_what_is_no_base64_is_no_mac_and_is_not_sent(mac: str) -> None:
    mac_key, context = key()

    assert mac_key.verify(b"message", mac) is False
    assert sent_calls(context) == []


def test_after_a_failure_the_key_is_not_called_again() -> None:
    mac_key, context = key(client_error("DisabledException", f"{ARN} is disabled."))

    with pytest.raises(MacError, match=r"kms:VerifyMac with .* failed: .*disabled") as first:
        mac_key.verify(b"message", MAC)
    with pytest.raises(MacError) as second:
        mac_key.generate(b"message")

    assert second.value is first.value
    assert len(sent_calls(context)) == 1
    assert "enabled HMAC_256 key" in first.value.advice


def test_a_denied_call_names_the_actions_to_allow() -> None:
    mac_key, _ = key(client_error("AccessDeniedException", "no identity-based policy allows kms:GenerateMac"))

    with pytest.raises(MacError) as raised:
        mac_key.generate(b"message")

    assert "Allow kms:GenerateMac and kms:VerifyMac" in raised.value.advice
