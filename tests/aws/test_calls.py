"""One call: rate limit, counts, retries, credentials, and hanging regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import pytest
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from botocore.parsers import ResponseParserError

from auditor.aws import retry
from auditor.aws.calls import LOST_SECONDS_PER_SCOPE, RegionClient
from auditor.aws.errors import ApiCallError, MalformedResponse
from auditor.domain.clock import Stopped
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason
from tests.aws.conftest import Connect
from tests.aws.fakes import (
    FakeClock,
    FakeCredentials,
    HttpAnswer,
    SentCall,
    answers_in_turn,
    call_context,
    client_error,
    http_server,
    region_client,
    sent_calls,
    sleeps,
)
from tests.fleet import Fault, Fleet

THROTTLED = client_error("ThrottlingException", "Rate exceeded")
BROKEN = client_error("ServerException", "sorry", 500)
DENIED = client_error("AccessDeniedException", "no identity-based policy allows it")
EXPIRED = client_error("ExpiredTokenException", "expired")
UNRECOGNIZED = client_error("UnrecognizedClientException", "invalid")
HUNG = ReadTimeoutError(endpoint_url="https://ecs")


def families(answer: Mapping[str, Any]) -> list[str]:
    found = answer.get("families")
    if not isinstance(found, list):
        raise MalformedResponse("no `families` in it")
    return found


def ask(client: RegionClient) -> list[str]:
    return client.call("ecs", "ListTaskDefinitionFamilies", families, status="ACTIVE")


def failing(client: RegionClient) -> Reason:
    with pytest.raises(ApiCallError) as raised:
        ask(client)
    return raised.value.info.reason


def test_a_call_returns_what_the_reader_extracts() -> None:
    context = call_context(answers_in_turn({"families": ["web"]}))
    assert ask(region_client(context)) == ["web"]
    assert sent_calls(context) == [
        SentCall("ecs", "eu-west-1", "ListTaskDefinitionFamilies", {"status": "ACTIVE"}, "key-1")
    ]


def test_parameters_may_have_any_name() -> None:
    context = call_context(answers_in_turn({"families": []}))
    region_client(context).call("ecs", "ListServiceDeployments", families, service="web", operation="x", read="y")
    assert sent_calls(context)[0].parameters == {"service": "web", "operation": "x", "read": "y"}


def test_transient_errors_are_retried_and_counted() -> None:
    context = call_context(
        answers_in_turn(THROTTLED, BROKEN, ConnectionClosedError(endpoint_url="x"), {"families": []})
    )
    client = region_client(context)
    assert ask(client) == []
    assert client.stats == CallStats(calls=4, throttled=1, retried=3)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(THROTTLED, Reason.THROTTLED, id="throttled for ever"),
        pytest.param(BROKEN, Reason.SERVICE_ERROR, id="broken for ever"),
        pytest.param(ConnectionResetError(104, "reset"), Reason.SERVICE_ERROR, id="reset for ever"),
        pytest.param(ConnectTimeoutError(endpoint_url="x"), Reason.TIMEOUT, id="never connected"),
        pytest.param(ResponseParserError("cut"), Reason.MALFORMED_RESPONSE, id="unparsable for ever"),
        pytest.param({"message": "<html>"}, Reason.MALFORMED_RESPONSE, id="a 200 that holds something else"),
        pytest.param({}, Reason.MALFORMED_RESPONSE, id="a 200 that holds nothing"),
        pytest.param(TypeError("parser"), Reason.MALFORMED_RESPONSE, id="a shape that botocore's parser trips over"),
        pytest.param(RuntimeError("time"), Reason.MALFORMED_RESPONSE, id="a time that botocore cannot hold"),
        pytest.param(RecursionError(), Reason.MALFORMED_RESPONSE, id="brackets without end"),
    ],
)
def test_a_call_has_a_limited_number_of_attempts(error: Any, reason: Reason) -> None:  # noqa: ANN401 - any JSON, or a script of answers
    context = call_context(answers_in_turn(error))
    client = region_client(context)
    assert failing(client) is reason
    throttled = retry.ATTEMPTS if reason is Reason.THROTTLED else 0
    assert client.stats == CallStats(retry.ATTEMPTS, throttled, retry.ATTEMPTS - 1)
    assert len(sent_calls(context)) == retry.ATTEMPTS


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(DENIED, Reason.PERMISSION_DENIED, id="denied"),
        pytest.param(client_error("AccessDenied", "service control policy"), Reason.SCP_DENIED, id="denied by policy"),
        pytest.param(client_error("RegionDisabledException"), Reason.REGION_DISABLED, id="disabled"),
        pytest.param(client_error("ClientException", "gone"), Reason.SERVICE_ERROR, id="gone"),
    ],
)
def test_a_denied_call_is_never_retried(error: Exception, reason: Reason) -> None:
    context = call_context(answers_in_turn(error))
    client = region_client(context)
    assert failing(client) is reason
    assert client.stats == CallStats(calls=1)
    assert sleeps(context) == []


def test_a_bug_in_a_reader_is_not_reported_as_a_malformed_response() -> None:
    def careless(answer: Mapping[str, Any]) -> object:
        return answer["families"][0]

    context = call_context(answers_in_turn({"families": []}))
    with pytest.raises(IndexError):
        region_client(context).call("ecs", "ListTaskDefinitionFamilies", careless)
    assert len(sent_calls(context)) == 1


def test_a_scope_has_a_limited_number_of_retries() -> None:
    client = region_client(call_context(answers_in_turn(BROKEN)))
    for _ in range(200):
        failing(client)
    assert client.stats.retried == retry.RETRIES_PER_SCOPE
    assert client.stats.calls == 200 + retry.RETRIES_PER_SCOPE


def test_each_scope_has_its_own_retries() -> None:
    context = call_context(answers_in_turn(BROKEN))
    spent, fresh = region_client(context), region_client(context)
    for _ in range(60):
        failing(spent)
    failing(fresh)
    assert fresh.stats.calls == retry.ATTEMPTS


def test_a_run_has_a_limited_number_of_retries_for_all_scopes() -> None:
    context = replace(call_context(answers_in_turn(BROKEN)), retry_quota=retry.RetryQuota(100))
    calls = []
    for _ in range(50):
        client = region_client(context)
        assert failing(client) is Reason.SERVICE_ERROR
        calls.append(client.stats.calls)
    assert sum(calls) == 50 + 100
    assert calls[-1] == 1  # fails at the first attempt, with its reason


def test_every_answered_call_adds_one_retry() -> None:
    context = replace(call_context(answers_in_turn(*[{"families": []}] * 30, BROKEN)), retry_quota=retry.RetryQuota(0))
    for _ in range(30):
        assert ask(region_client(context)) == []
    for _ in range(20):
        assert failing(region_client(context)) is Reason.SERVICE_ERROR
    assert len(sent_calls(context)) == 30 + 20 + 30


def test_a_stopped_run_makes_no_call() -> None:
    context = call_context(answers_in_turn({"families": []}), FakeClock(stops_at=0.0))
    with pytest.raises(Stopped):
        ask(region_client(context))
    assert sent_calls(context) == []


def test_a_run_that_stops_makes_no_second_attempt() -> None:
    context = call_context(answers_in_turn(BROKEN), FakeClock(stops_at=1e-9))
    with pytest.raises(Stopped):
        ask(region_client(context))
    assert len(sent_calls(context)) == 1


@pytest.mark.parametrize("error", [EXPIRED, UNRECOGNIZED])
def test_rejected_credentials_are_refreshed_once_and_the_call_is_repeated_at_once(error: Exception) -> None:
    context, credentials = call_context(answers_in_turn(error, {"families": ["web"]})), FakeCredentials()
    client = region_client(context, credentials=credentials)
    assert ask(client) == ["web"]
    assert [call.key for call in sent_calls(context)] == ["key-1", "key-2"]
    assert credentials.rejected == ["key-1"]
    assert client.stats == CallStats(calls=2, retried=1)
    assert sleeps(context) == []


def test_credentials_that_cannot_be_refreshed_are_an_error() -> None:
    context, credentials = call_context(answers_in_turn(EXPIRED)), FakeCredentials(refreshable=False)
    assert failing(region_client(context, credentials=credentials)) is Reason.EXPIRED_CREDENTIALS
    assert len(sent_calls(context)) == 1


def test_credentials_are_not_refreshed_again_if_the_new_ones_are_rejected() -> None:
    context, credentials = call_context(answers_in_turn(UNRECOGNIZED)), FakeCredentials()
    client = region_client(context, credentials=credentials)
    for _ in range(50):
        assert failing(client) is Reason.EXPIRED_CREDENTIALS
    assert credentials.rejected == ["key-1"]
    assert len(sent_calls(context)) == 51


def test_a_call_refreshes_credentials_once() -> None:
    context, credentials = (
        call_context(answers_in_turn(EXPIRED, THROTTLED, EXPIRED, {"families": []})),
        FakeCredentials(),
    )
    assert failing(region_client(context, credentials=credentials)) is Reason.EXPIRED_CREDENTIALS
    assert credentials.rejected == ["key-1"]


def test_credentials_that_expire_again_are_refreshed_again() -> None:
    context, credentials = call_context(answers_in_turn(*[EXPIRED, {"families": []}] * 3)), FakeCredentials()
    client = region_client(context, credentials=credentials)
    for _ in range(3):
        ask(client)
    assert credentials.rejected == ["key-1", "key-2", "key-3"]


def test_a_call_that_is_throttled_after_a_refresh_is_retried() -> None:
    context = call_context(answers_in_turn(EXPIRED, THROTTLED, {"families": []}))
    client = region_client(context)
    assert ask(client) == []
    assert client.stats == CallStats(calls=3, throttled=1, retried=2)


class Hanging:
    """A service whose calls take some seconds and fail."""

    def __init__(self, clock: FakeClock, seconds: float, error: Exception) -> None:
        self.clock, self.seconds, self.error = clock, seconds, error

    def __call__(self, _: SentCall) -> Exception:
        self.clock.elapsed += self.seconds
        return self.error


def test_a_hanging_region_is_abandoned_after_two_minutes() -> None:
    clock = FakeClock()
    context = call_context(Hanging(clock, 25.0, HUNG), clock)
    client = region_client(context)
    assert failing(client) is Reason.TIMEOUT
    calls = len(sent_calls(context))
    assert calls == LOST_SECONDS_PER_SCOPE // 25 + 1
    for _ in range(1_000):
        assert failing(client) is Reason.TIMEOUT
    assert len(sent_calls(context)) == calls
    with pytest.raises(ApiCallError, match=r"earlier calls to this region hung for 125 s in total"):
        ask(client)


def test_a_region_with_slow_errors_is_not_abandoned() -> None:
    clock = FakeClock()
    context = call_context(Hanging(clock, 20.0, DENIED), clock)
    client = region_client(context)
    for _ in range(10):
        assert failing(client) is Reason.PERMISSION_DENIED
    assert len(sent_calls(context)) == 10


def test_a_hanging_region_does_not_affect_another_scope() -> None:
    clock = FakeClock()
    context = call_context(Hanging(clock, 25.0, HUNG), clock)
    failing(region_client(context))
    before = len(sent_calls(context))
    failing(region_client(context))
    assert len(sent_calls(context)) == 2 * before


def test_calls_wait_for_the_rate_limit() -> None:
    clock = FakeClock()
    context = call_context(answers_in_turn({"families": []}), clock, headroom=0.5)
    client = region_client(context)
    for _ in range(25 + 30):
        ask(client)
    assert len(sleeps(context)) == 30
    assert clock.elapsed == pytest.approx(3.0)


def test_a_call_that_waits_for_the_rate_limit_is_not_made_after_the_run_stops() -> None:
    context = call_context(answers_in_turn({"families": []}), FakeClock(stops_at=0.05), headroom=0.5)
    client = region_client(context)
    for _ in range(25):
        ask(client)
    with pytest.raises(Stopped):
        ask(client)
    assert len(sent_calls(context)) == 25


def test_a_throttle_slows_down_later_calls() -> None:
    clock = FakeClock()
    context = call_context(answers_in_turn(THROTTLED, {"families": []}), clock, headroom=0.5)
    client = region_client(context)
    ask(client)
    started = clock.elapsed
    for _ in range(10):
        ask(client)
    assert clock.elapsed - started > 10 / 10


def test_credentials_are_read_after_the_wait() -> None:
    clock, credentials = FakeClock(), FakeCredentials()
    context = call_context(answers_in_turn({"families": []}), clock, headroom=0.5)
    client = region_client(context, credentials=credentials)
    for _ in range(25):
        ask(client)
    sleep = clock.sleep

    def and_renew(seconds: float) -> None:
        sleep(seconds)
        credentials.number += 1

    clock.sleep = and_renew  # type: ignore[method-assign]  # a fake for one test
    ask(client)
    assert sent_calls(context)[-1].key == "key-2"


BODIES = (
    *(b"", b"[]", b"null", b"3", b'"x"', b"{", b'{"families":', b'{"families":3}', b'{"families":{"a":1}}'),
    *(b'{"taskDefinition":3}', b'{"taskDefinition":[]}', b'{"taskDefinition":{"registeredAt":1e300}}'),
    *(b'{"taskDefinition":{"registeredAt":"x"}}', b'{"taskDefinition":{"registeredAt":NaN}}', b"\xff\xfe\x00"),
    *(b'{"taskDefinition":{"containerDefinitions":3}}', b"[" * 200_000, b'{"__type":3}', b'{"__type":["x"]}'),
    *(b"<html>no</html>", b"<html>", b"<a/>", b"<Error/>", b"<Response><Errors/></Response>", b"<ErrorResponse/>"),
    *(b"<Response><Errors><Error/></Errors></Response>", b"<ErrorResponse><Error><Code/></Error></ErrorResponse>"),
    b"<AssumeRoleResponse><AssumeRoleResult><Credentials><Expiration>x</Expiration></Credentials></AssumeRoleResult>",
)
OPERATIONS = (
    *(("ecs", "ListTaskDefinitionFamilies"), ("ecs", "DescribeTaskDefinition"), ("organizations", "ListAccounts")),
    *(("sts", "AssumeRole"), ("sts", "GetCallerIdentity"), ("ec2", "DescribeRegions")),
)


def nothing_usable(_: Mapping[str, Any]) -> None:
    raise MalformedResponse("not this")


@pytest.mark.parametrize(("service", "operation"), OPERATIONS)
def test_any_body_gives_a_result_or_an_api_call_error(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, service: str, operation: str
) -> None:
    answers = iter([HttpAnswer(status, body) for status in (200, 400, 404, 429, 502) for body in BODIES])
    with http_server(lambda _: next(answers)) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        context = connect()
        for _ in range(5 * len(BODIES)):
            client = RegionClient(context, FakeCredentials(), "us-east-1", CallStats(retried=retry.RETRIES_PER_SCOPE))
            with pytest.raises(ApiCallError) as raised:
                client.call(service, operation, nothing_usable)
            assert raised.value.info.reason in {Reason.MALFORMED_RESPONSE, Reason.SERVICE_ERROR, Reason.THROTTLED}


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("http-500", Reason.SERVICE_ERROR),
        ("http-503", Reason.SERVICE_ERROR),
        ("bad-gateway", Reason.SERVICE_ERROR),
        ("reset", Reason.SERVICE_ERROR),
        ("throttle", Reason.THROTTLED),
        ("hang", Reason.TIMEOUT),
        ("truncated", Reason.MALFORMED_RESPONSE),
        ("garbled", Reason.MALFORMED_RESPONSE),
        ("empty", Reason.MALFORMED_RESPONSE),
        ("proxy-page", Reason.MALFORMED_RESPONSE),
        ("access-denied", Reason.PERMISSION_DENIED),
        ("scp-denied", Reason.SCP_DENIED),
        ("bad-token", Reason.EXPIRED_CREDENTIALS),
    ],
)
def test_faults_of_a_real_server_have_their_reason(fleet: Fleet, connect: Connect, fault: str, reason: Reason) -> None:
    fleet.set_faults(Fault(fault, operation="ListTaskDefinitionFamilies"))
    context = connect(read_timeout=0.1)
    credentials = FakeCredentials(refreshable=False)
    credentials.credentials = context.clients.default_credentials  # type: ignore[method-assign]  # a fake for one test
    client = RegionClient(context, credentials, "us-east-1", CallStats())
    assert failing(client) is reason
    fleet.set_faults(Fault(fault, operation="ListTaskDefinitionFamilies", times=2))
    if cast("FakeClock", context.clock).sleeps:
        assert ask(client) == []
