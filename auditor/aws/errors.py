"""Classification of errors from AWS, botocore and the network: the reason, and whether a retry can help.

The codes are from botocore's retry tables and from AWS's error pages of each service. They are compared as text,
because botocore does not model all of them as exception classes (for example ThrottlingException of ECS).
"""

from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus

from botocore.exceptions import (
    ChecksumError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    FlexibleChecksumError,
    HTTPClientError,
    IncompleteReadError,
    InvalidConfigError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NotConnected
from botocore.parsers import ResponseParserError

from auditor.domain.reason import Reason

_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429
_MALFORMED_LIMIT = 200
_DETAIL_LIMIT = 1_000


class RetryAction(Enum):
    """What to do about a failed call before it becomes a gap."""

    NONE = auto()
    RETRY = auto()
    BACK_OFF = auto()
    RENEW = auto()


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """A classified failure.

    `code` is the code from AWS, or the class of a local error. `detail` has no full stop at its end.
    """

    reason: Reason
    retry_action: RetryAction
    code: str
    detail: str


class ApiCallError(Exception):
    """A call failed; `info` classifies the failure."""

    def __init__(self, info: ErrorInfo) -> None:
        super().__init__(info.detail)
        self.info = info


class MalformedResponse(Exception):
    """An answer does not contain what the API documents. Raised by functions that read answers."""


_THROTTLES = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_TRANSIENT = frozenset(
    {
        "ConditionalRequestConflict",
        "InternalError",
        "InternalFailure",
        "OperationAborted",
        "RequestTimeout",
        "RequestTimeoutException",
        "ServerException",
        "ServiceUnavailable",
        "ServiceUnavailableException",
    }
)
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
#: AWS reports these for a bad token and for a region that the account has not enabled.
_AMBIGUOUS = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "InvalidAccessKeyId"})
_ACCESS_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "AllAccessDisabled"}
)
_DISABLED = frozenset({"RegionDisabledException", "RegionDisabled", "OptInRequired"})
_CLOCK_SKEW = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed"})

#: HTTP status codes that S3 returns without an error code. A retry would return the same.
_FINAL = frozenset({"404", "412", "501"})

#: Failures of the network. Other errors of botocore occur before anything is sent.
_NETWORK = (HTTPClientError, NotConnected, IncompleteReadError, ChecksumError, FlexibleChecksumError, OSError)
_NO_CREDENTIALS = (
    CredentialRetrievalError,
    InvalidConfigError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)


def classify(error: Exception) -> ErrorInfo:
    """Classify what a call raised. An unknown error is a service error that is not retried."""
    if isinstance(error, ClientError):
        return _classify_response(error)
    if isinstance(error, MalformedResponse | ResponseParserError):
        detail = f"The answer does not match the API: {_shorten(str(error), _MALFORMED_LIMIT)}"
        return ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.RETRY, type(error).__name__, detail)
    return _classify_local(error)


def _classify_response(error: ClientError) -> ErrorInfo:
    answer = error.response.get("Error") or {}
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(answer.get("Code") or status or "Unknown")
    message = _shorten(str(answer.get("Message") or "no message"), _DETAIL_LIMIT)
    reason, action = _classify_code(code, message, status)
    return ErrorInfo(reason, action, code, f"{code}: {message}")


def _classify_code(code: str, message: str, status: int) -> tuple[Reason, RetryAction]:  # noqa: PLR0911 - one return per group of codes
    if code in _THROTTLES or status == _TOO_MANY_REQUESTS:
        return Reason.THROTTLED, RetryAction.BACK_OFF
    if code in _EXPIRED | _AMBIGUOUS:
        return Reason.EXPIRED_CREDENTIALS, RetryAction.RENEW
    if code in _DISABLED:
        return Reason.REGION_DISABLED, RetryAction.NONE
    if code in _ACCESS_DENIED:
        by_scp = "service control policy" in message.lower()
        return (Reason.SCP_DENIED if by_scp else Reason.PERMISSION_DENIED), RetryAction.NONE
    if code in _CLOCK_SKEW:
        return Reason.EXPIRED_CREDENTIALS, RetryAction.NONE
    if code in _TRANSIENT or (status >= _SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED):
        return Reason.SERVICE_ERROR, RetryAction.RETRY
    if code.isdigit():
        # The body contains no error code: it is a proxy's page or a truncated answer, and not from AWS.
        return Reason.MALFORMED_RESPONSE, RetryAction.NONE if code in _FINAL else RetryAction.RETRY
    return Reason.SERVICE_ERROR, RetryAction.NONE


def _classify_local(error: Exception) -> ErrorInfo:
    name = type(error).__name__
    detail = f"{name}: {_shorten(str(error), _DETAIL_LIMIT)}"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return ErrorInfo(Reason.TIMEOUT, RetryAction.RETRY, name, detail)
    if isinstance(error, _NO_CREDENTIALS):
        # The container's credential endpoint may be busy. A wrong profile stays wrong.
        transient = isinstance(error, CredentialRetrievalError)
        return ErrorInfo(Reason.EXPIRED_CREDENTIALS, RetryAction.RETRY if transient else RetryAction.NONE, name, detail)
    if isinstance(error, _NETWORK):
        return ErrorInfo(Reason.SERVICE_ERROR, RetryAction.RETRY, name, detail)
    return ErrorInfo(Reason.SERVICE_ERROR, RetryAction.NONE, name, detail)


def is_ambiguous(info: ErrorInfo) -> bool:
    """Return whether the error means either a bad token or a region that is not enabled."""
    return info.code in _AMBIGUOUS


def _shorten(text: str, limit: int) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
