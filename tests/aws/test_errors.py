"""The classification of errors, and which of them are retried."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from auditor.aws.errors import ErrorInfo, MalformedResponse, RetryAction, classify, is_ambiguous
from auditor.domain.reason import Reason
from tests.aws.fakes import client_error

NOT_AUTHORIZED = "User: arn:aws:sts::1:assumed-role/A/s is not authorized to perform: ecs:ListClusters on resource: * "
SCP_OLD = NOT_AUTHORIZED + "with an explicit deny in a service control policy"
SCP_NEW = SCP_OLD + ": arn:aws:organizations::9:policy/o-abc/service_control_policy/p-abc"
IMPLICIT = NOT_AUTHORIZED + "because no identity-based policy allows the ecs:ListClusters action"
SESSION = NOT_AUTHORIZED + "because no session policy allows the ecs:ListClusters action"
EXPLICIT = NOT_AUTHORIZED + "with an explicit deny in an identity-based policy"
BAD_TOKEN = "The security token included in the request is invalid."

DENIED = (Reason.PERMISSION_DENIED, RetryAction.NONE)
BY_SCP = (Reason.SCP_DENIED, RetryAction.NONE)
STALE = (Reason.EXPIRED_CREDENTIALS, RetryAction.RENEW)
WRONG_CLOCK = (Reason.EXPIRED_CREDENTIALS, RetryAction.NONE)
NO_KEYS = WRONG_CLOCK
DISABLED = (Reason.REGION_DISABLED, RetryAction.NONE)
THROTTLED = (Reason.THROTTLED, RetryAction.BACK_OFF)
PASSING = (Reason.SERVICE_ERROR, RetryAction.RETRY)
FINAL = (Reason.SERVICE_ERROR, RetryAction.NONE)
GARBLED = (Reason.MALFORMED_RESPONSE, RetryAction.RETRY)
TIMEOUT = (Reason.TIMEOUT, RetryAction.RETRY)

ANSWERS: dict[str, tuple[ClientError, tuple[Reason, RetryAction]]] = {
    "a service control policy, as it used to be worded": (client_error("AccessDeniedException", SCP_OLD), BY_SCP),
    "a service control policy, with its ARN": (client_error("AccessDeniedException", SCP_NEW), BY_SCP),
    "a service control policy, in EC2's words": (client_error("UnauthorizedOperation", SCP_NEW, 403), BY_SCP),
    "no policy allows it": (client_error("AccessDeniedException", IMPLICIT), DENIED),
    "the session was narrowed too far": (client_error("AccessDeniedException", SESSION), DENIED),
    "an explicit deny of the account's own": (client_error("AccessDeniedException", EXPLICIT), DENIED),
    "a denial in the query protocol": (client_error("AccessDenied", NOT_AUTHORIZED, 403), DENIED),
    "a denial without a message": (client_error("AccessDenied", None, 403), DENIED),
    "a denial in EC2": (client_error("UnauthorizedOperation", "You are not authorized", 403), DENIED),
    "a bad token or a disabled region, in JSON": (client_error("UnrecognizedClientException", BAD_TOKEN), STALE),
    "a bad token or a disabled region, in a query": (client_error("InvalidClientTokenId", BAD_TOKEN, 403), STALE),
    "a bad token or a disabled region, in EC2": (client_error("AuthFailure", "not able to validate", 401), STALE),
    "a key that S3 does not know": (client_error("InvalidAccessKeyId", "does not exist in our records", 403), STALE),
    "a session that is over, in a query": (client_error("ExpiredToken", "expired", 403), STALE),
    "a session that is over, in JSON": (client_error("ExpiredTokenException", "expired"), STALE),
    "a session that is over, in EC2": (client_error("RequestExpired", "Request has expired."), STALE),
    "STS is not activated in the region": (
        client_error("RegionDisabledException", "STS is not activated", 403),
        DISABLED,
    ),
    "a service that wants a subscription": (client_error("OptInRequired", "You are not subscribed", 401), DISABLED),
    "a host whose clock is wrong": (client_error("RequestTimeTooSkewed", "too large", 403), WRONG_CLOCK),
    "a signature that does not match": (client_error("SignatureDoesNotMatch", "no match", 403), WRONG_CLOCK),
    "an old signature in JSON": (client_error("InvalidSignatureException", "Signature expired"), WRONG_CLOCK),
    "too many requests, and no code": (client_error(None, None, 429), THROTTLED),
    "S3 asks to slow down": (client_error("SlowDown", "Please reduce your request rate.", 503), THROTTLED),
    "the service's own error": (client_error("ServerException", "Service Unavailable", 500), PASSING),
    "an internal failure with status 400": (client_error("InternalFailure", "sorry", 400), PASSING),
    "an outage": (client_error("ServiceUnavailable", "later", 503), PASSING),
    "an outage that names no code": (client_error(None, None, 503), PASSING),
    "an unknown code with status 500": (client_error("Oops", "oops", 500), PASSING),
    "a conditional write that met another one": (client_error("ConditionalRequestConflict", "race", 409), PASSING),
    "a request that S3 gave up on": (client_error("RequestTimeout", "idle", 400), PASSING),
    "a proxy's page instead of an error": (client_error("403", "<html>Blocked</html>", 403), GARBLED),
    "an error without a code": (client_error(None, None, 400), GARBLED),
    "an error with an empty code": (client_error("", "", 400), GARBLED),
    "a missing object, and no code": (client_error(None, None, 404), (Reason.MALFORMED_RESPONSE, RetryAction.NONE)),
    "an object that is there, and no code": (
        client_error(None, None, 412),
        (Reason.MALFORMED_RESPONSE, RetryAction.NONE),
    ),
    "a definition that ECS does not show": (client_error("ClientException", "Unable to describe."), FINAL),
    "a parameter that ECS does not take": (client_error("InvalidParameterException", "bad"), FINAL),
    "an object that is there": (client_error("PreconditionFailed", "did not hold", 412), FINAL),
    "a bucket that is not": (client_error("NoSuchBucket", "does not exist", 404), FINAL),
    "a session policy that does not fit": (client_error("PackedPolicyTooLarge", "too large"), FINAL),
    "an unknown error": (client_error("Oops", "oops", 400), FINAL),
    "an error without an Error": (
        ClientError({"ResponseMetadata": {"HTTPStatusCode": 403}}, "GetObject"),  # type: ignore[typeddict-item]  # without the error, as S3 answers
        GARBLED,
    ),
    "an error without anything": (ClientError({}, "GetObject"), FINAL),
}

THROTTLES = (
    *("Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "RequestThrottled"),
    *("TooManyRequestsException", "ProvisionedThroughputExceededException", "TransactionInProgressException"),
    *("RequestLimitExceeded", "BandwidthLimitExceeded", "LimitExceededException", "SlowDown"),
    *("PriorRequestNotComplete", "EC2ThrottledException"),
)


def error(kind: type[Exception], **fields: Any) -> Exception:  # noqa: ANN401 - any JSON, or a script of answers
    return kind(**fields)


URL = "https://ecs.eu-west-1.amazonaws.com/"
LOCAL: dict[str, tuple[Exception, tuple[Reason, RetryAction]]] = {
    "no connection in time": (error(exceptions.ConnectTimeoutError, endpoint_url=URL), TIMEOUT),
    "no answer in time": (error(exceptions.ReadTimeoutError, endpoint_url=URL), TIMEOUT),
    "no such host, or no listener": (error(exceptions.EndpointConnectionError, endpoint_url=URL), PASSING),
    "a connection that was closed": (error(exceptions.ConnectionClosedError, endpoint_url=URL), PASSING),
    "a proxy that cannot be reached": (error(exceptions.ProxyConnectionError, proxy_url=URL), PASSING),
    "a broken TLS connection": (error(exceptions.SSLError, endpoint_url=URL, error="eof"), PASSING),
    "a body that breaks off": (error(exceptions.IncompleteReadError, actual_bytes=1, expected_bytes=2), PASSING),
    "a stream that breaks off": (error(exceptions.ResponseStreamingError, error="reset"), PASSING),
    "a body that is not what its checksum says": (
        error(exceptions.FlexibleChecksumError, error_msg="differs"),
        PASSING,
    ),
    "anything else that HTTP does": (error(exceptions.HTTPClientError, error="odd"), PASSING),
    "a reset": (ConnectionResetError(104, "Connection reset by peer"), PASSING),
    "no credentials": (exceptions.NoCredentialsError(), NO_KEYS),
    "half of the credentials": (
        error(exceptions.PartialCredentialsError, provider="env", cred_var="AWS_SECRET_ACCESS_KEY"),
        NO_KEYS,
    ),
    "a profile that is not there": (error(exceptions.ProfileNotFound, profile="prod"), NO_KEYS),
    "a login that is over": (exceptions.UnauthorizedSSOTokenError(), NO_KEYS),
    "a container's credential endpoint that is busy": (
        error(exceptions.CredentialRetrievalError, provider="container-role", error_msg="503"),
        (Reason.EXPIRED_CREDENTIALS, RetryAction.RETRY),
    ),
    "a request that botocore does not send": (error(exceptions.ParamValidationError, report="bad bucket"), FINAL),
    "a region that cannot be": (error(exceptions.InvalidRegionError, region_name="n o"), FINAL),
    "an answer that botocore cannot parse": (ResponseParserError("not well-formed"), GARBLED),
    "an answer that we cannot use": (MalformedResponse("no `families` in it"), GARBLED),
}


@pytest.mark.parametrize(("error", "meaning"), ANSWERS.values(), ids=ANSWERS.keys())
def test_an_error_response_is_classified(error: ClientError, meaning: tuple[Reason, RetryAction]) -> None:
    failure = classify(error)
    assert (failure.reason, failure.retry_action) == meaning


@pytest.mark.parametrize(("error", "meaning"), LOCAL.values(), ids=LOCAL.keys())
def test_a_local_error_is_classified(error: Exception, meaning: tuple[Reason, RetryAction]) -> None:
    failure = classify(error)
    assert (failure.reason, failure.retry_action) == meaning
    assert failure.detail


@pytest.mark.parametrize("code", THROTTLES)
@pytest.mark.parametrize("status", [400, 429, 503])
def test_every_throttling_code_is_a_throttle(code: str, status: int) -> None:
    failure = classify(client_error(code, "Rate exceeded", status))
    assert (failure.reason, failure.retry_action, failure.code) == (*THROTTLED, code)


@pytest.mark.parametrize(
    ("code", "ambiguous"),
    [
        ("UnrecognizedClientException", True),
        ("InvalidClientTokenId", True),
        ("AuthFailure", True),
        ("ExpiredToken", False),
        ("RegionDisabledException", False),
        ("AccessDenied", False),
    ],
)
def test_only_bad_token_codes_are_ambiguous(code: str, ambiguous: bool) -> None:  # noqa: FBT001 - the expectation
    assert is_ambiguous(classify(client_error(code))) is ambiguous


def test_the_detail_is_code_and_message_on_one_line_without_a_full_stop() -> None:
    failure = classify(client_error("ClientException", "Unable to\n  describe\ttask definition."))
    assert failure.detail == "ClientException: Unable to describe task definition"


def test_the_detail_of_an_error_without_message_says_so() -> None:
    assert classify(client_error("AccessDenied", None)).detail == "AccessDenied: no message"


def test_a_long_message_is_truncated_and_its_length_is_given() -> None:
    detail = classify(client_error("Oops", "x" * 5_000)).detail
    assert len(detail) < 1_100
    assert detail.endswith("… (5000 characters)")


def test_error_infos_are_compared_by_value() -> None:
    assert classify(client_error("Oops", "no")) == ErrorInfo(*FINAL, "Oops", "Oops: no")
