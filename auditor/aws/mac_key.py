"""A KMS key that authenticates stored state (GenerateMac, VerifyMac). The key never leaves KMS."""

import base64
from collections.abc import Mapping
from typing import Any, TypeVar

from auditor.aws.calls import CallContext, Read, RegionClient
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse
from auditor.aws.roles import DefaultCredentials
from auditor.domain.errors import MacError
from auditor.domain.reason import Reason

T = TypeVar("T")

ACTIONS = ("kms:GenerateMac", "kms:VerifyMac")
_ALGORITHM = "HMAC_SHA_256"
_INVALID = "KMSInvalidMacException"


class KmsMacKey:
    """Implements `MacKey` with an HMAC_256 key, in the key's region and with the default credentials.

    After the first failure it is not called again: two objects of a run are authenticated, and one failure is enough
    to wait for.
    """

    def __init__(self, call_context: CallContext, account_id: str, arn: str) -> None:
        """Call nothing."""
        self.name = arn
        self._call_context = call_context
        self._account_id = account_id
        self._failure: MacError | None = None

    def generate(self, message: bytes) -> str:
        """Return the MAC of a message, as base64. Raises MacError."""
        try:
            return self._call("GenerateMac", _read_mac, Message=_base64(message))
        except ApiCallError as error:
            raise self._failed("GenerateMac", error.info) from error

    def verify(self, message: bytes, mac: str) -> bool:
        """Return whether a MAC is the one of a message. Raises MacError."""
        if not _is_base64(mac):
            return False
        try:
            return self._call("VerifyMac", _read_validity, Message=_base64(message), Mac=mac)
        except ApiCallError as error:
            if error.info.code == _INVALID:
                return False
            raise self._failed("VerifyMac", error.info) from error

    def _call(self, operation: str, read: Read[T], **parameters: str) -> T:
        if self._failure is not None:
            raise self._failure
        credentials = DefaultCredentials(self._call_context, self._account_id)
        client = RegionClient(self._call_context, credentials, self.name.split(":")[3])
        return client.call("kms", operation, read, KeyId=self.name, MacAlgorithm=_ALGORITHM, **parameters)

    def _failed(self, operation: str, info: ErrorInfo) -> MacError:
        self._failure = MacError(f"kms:{operation} with {self.name} failed: {info.detail}.", _advice(info))
        return self._failure


def _read_mac(answer: Mapping[str, Any]) -> str:
    mac = answer.get("Mac")
    if not isinstance(mac, str) or not _is_base64(mac):
        raise MalformedResponse("no `Mac` in the answer")
    return mac


def _read_validity(answer: Mapping[str, Any]) -> bool:
    if answer.get("MacValid") is not True:  # KMS reports an invalid MAC as an error
        raise MalformedResponse("no `MacValid` in the answer")
    return True


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _is_base64(text: str) -> bool:
    try:
        return bool(base64.b64decode(text, validate=True))
    except ValueError:
        return False


def _advice(info: ErrorInfo) -> str:
    if info.reason in (Reason.PERMISSION_DENIED, Reason.SCP_DENIED):
        return f"Allow {' and '.join(ACTIONS)} in the policies of the task role and of the key."
    return "Check that the key is an enabled HMAC_256 key, and the network path to KMS in its region."
