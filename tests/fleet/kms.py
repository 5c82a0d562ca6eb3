"""KMS as far as HMAC keys go: GenerateMac and VerifyMac, for tests that name it as a further service.

Any ARN of a key is an HMAC_256 key of its own. One whose ID starts with `disabled` is disabled.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

from tests.fleet.calls import Call, ServerView, ServiceError
from tests.fleet.json_service import JsonService

#: The largest message (KMS API reference, GenerateMac).
_MOST_BYTES = 4_096


def service(_world: ServerView) -> JsonService:
    """Serve HMAC keys."""
    return JsonService("kms", {"GenerateMac": _generate, "VerifyMac": _verify}, "TrentService", resource_key="KeyId")


def _generate(call: Call) -> dict[str, Any]:
    return _answer(call, {"Mac": base64.b64encode(_mac(call)).decode()})


def _verify(call: Call) -> dict[str, Any]:
    if not hmac.compare_digest(_mac(call), _decoded(call, "Mac")):
        raise ServiceError("KMSInvalidMacException", "")
    return _answer(call, {"MacValid": True})


def _answer(call: Call, result: dict[str, Any]) -> dict[str, Any]:
    return {"KeyId": call.payload["KeyId"], "MacAlgorithm": call.payload["MacAlgorithm"], **result}


def _mac(call: Call) -> bytes:
    key, message = str(call.payload.get("KeyId", "")), _decoded(call, "Message")
    if call.payload.get("MacAlgorithm") != "HMAC_SHA_256" or not 1 <= len(message) <= _MOST_BYTES:
        raise ServiceError("ValidationException", "Invalid MacAlgorithm or Message.")
    if f":kms:{call.region}:" not in key:
        raise ServiceError("NotFoundException", f"Invalid arn {call.region}")
    if key.rpartition("/")[2].startswith("disabled"):
        raise ServiceError("DisabledException", f"{key} is disabled.")
    return hmac.digest(f"secret of {key}".encode(), message, hashlib.sha256)


def _decoded(call: Call, member: str) -> bytes:
    try:
        return base64.b64decode(call.payload[member], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise ServiceError("SerializationException", f"{member} is not base64.") from error
