"""What an error of AWS, of botocore or of the network means: a reason, and whether trying again can help.

The code lists were read in botocore's error tables and in AWS's per-service error pages. Codes are matched as text,
because several of them (ECS's ThrottlingException among them) are not modelled as exception classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

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
    """What can be done about a failure before it becomes a gap."""

    NONE = auto()
    RETRY = auto()
    BACK_OFF = auto()
    RENEW = auto()


@dataclass(frozen=True, slots=True)
class ErrorInfo:
    """A error call, understood. `code` is AWS's own, or the name of the local error; `detail` has no full stop."""

    reason: Reason
    retry_action: RetryAction
    code: str
    detail: str


class ApiCallError(Exception):  # noqa: N818 - reads as the event it is
    """A call error; `failure` says what it means."""

    def __init__(self, failure: ErrorInfo) -> None:
        """Keep the failure."""
        super().__init__(failure.detail)
        self.info = failure


class MalformedResponse(Exception):  # noqa: N818 - says what the answer is
    """An answer arrived that does not hold what the API promises. Raised by those who read answers."""


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
#: Said of a bad token and of a region that the account has not enabled alike; `AccountReader` tells them apart.
_AMBIGUOUS = frozenset({"UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure", "InvalidAccessKeyId"})
_ACCESS_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "UnauthorizedException", "AllAccessDisabled"}
)
_DISABLED = frozenset({"RegionDisabledException", "RegionDisabled", "OptInRequired"})
_CLOCK_SKEW = frozenset({"InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed"})

#: Answers of an S3 that names no code: they are answers all the same, and asking again changes nothing.
_FINAL = frozenset({"404", "412"})

#: What the network does to a call, or to the body of its answer. Everything else that botocore raises was never sent.
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
    """Classify what a call raised. Total: an error that nobody foresaw is a service error that is not retried."""
    if isinstance(error, ClientError):
        return _classify_response(error)
    if isinstance(error, MalformedResponse | ResponseParserError):
        detail = f"The answer is not what the API promises: {_shorten(str(error), _MALFORMED_LIMIT)}"
        return ErrorInfo(Reason.MALFORMED_RESPONSE, RetryAction.RETRY, type(error).__name__, detail)
    return _classify_local(error)


def _classify_response(error: ClientError) -> ErrorInfo:
    answer = error.response.get("Error") or {}
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    code = str(answer.get("Code") or status or "Unknown")
    message = _shorten(str(answer.get("Message") or "no message"), _DETAIL_LIMIT)
    reason, remedy = _classify_code(code, message, status)
    return ErrorInfo(reason, remedy, code, f"{code}: {message}")


def _classify_code(code: str, message: str, status: int) -> tuple[Reason, RetryAction]:  # noqa: PLR0911 - a table in prose
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
    if code in _TRANSIENT or status >= _SERVER_ERROR:
        return Reason.SERVICE_ERROR, RetryAction.RETRY
    if code.isdigit():
        # The body named no error: a proxy's page or a cut answer, not AWS speaking.
        return Reason.MALFORMED_RESPONSE, RetryAction.NONE if code in _FINAL else RetryAction.RETRY
    return Reason.SERVICE_ERROR, RetryAction.NONE


def _classify_local(error: Exception) -> ErrorInfo:
    name = type(error).__name__
    detail = f"{name}: {_shorten(str(error), _DETAIL_LIMIT)}"
    if isinstance(error, ConnectTimeoutError | ReadTimeoutError):
        return ErrorInfo(Reason.TIMEOUT, RetryAction.RETRY, name, detail)
    if isinstance(error, _NO_CREDENTIALS):
        # The container's credential endpoint may be busy; a profile that is wrong stays wrong.
        passing = isinstance(error, CredentialRetrievalError)
        return ErrorInfo(Reason.EXPIRED_CREDENTIALS, RetryAction.RETRY if passing else RetryAction.NONE, name, detail)
    if isinstance(error, _NETWORK):
        return ErrorInfo(Reason.SERVICE_ERROR, RetryAction.RETRY, name, detail)
    return ErrorInfo(Reason.SERVICE_ERROR, RetryAction.NONE, name, detail)


def is_ambiguous(failure: ErrorInfo) -> bool:
    """Whether AWS says the same of a bad token and of a region that is not enabled."""
    return failure.code in _AMBIGUOUS


def _shorten(text: str, limit: int) -> str:
    text = " ".join(text.split()).rstrip(".")
    return text if len(text) <= limit else f"{text[:limit]}… ({len(text)} characters)"
