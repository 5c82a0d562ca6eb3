"""The JSON client: signatures, answers and errors are compared with those of botocore."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import ClientError, HTTPClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.aws.json_client import JsonClient, supports
from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET

MOMENT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
KEYS = ReadOnlyCredentials(AMBIENT_KEY, AMBIENT_SECRET, None, None)
TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=60)


def _client(service: str = "ecs", region: str = "eu-west-1", url: str | None = None) -> Any:  # noqa: ANN401 - any client
    return boto3.client(  # type: ignore[call-overload]  # the service is not a literal
        service, region_name=region, endpoint_url=url, aws_access_key_id="AKIAX", aws_secret_access_key="x"
    )


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=1, regions=1)) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def json_client() -> JsonClient:
    return JsonClient(_client(), "auditor/test")


@settings(deadline=None, max_examples=60)
@given(key=TEXT, secret=TEXT, token=st.none() | TEXT, body=st.binary(max_size=300))
def test_signatures_equal_those_of_botocore(
    json_client: JsonClient, key: str, secret: str, token: str | None, body: bytes
) -> None:
    actual = json_client.sign(ReadOnlyCredentials(key, secret, token, None), "DescribeTaskDefinition", body, MOMENT)
    plain = {name: value for name, value in actual.items() if name in {"content-type", "x-amz-target"}}
    request = AWSRequest("POST", "https://ecs.eu-west-1.amazonaws.com/", plain, body)
    request.context["timestamp"] = MOMENT.strftime("%Y%m%dT%H%M%SZ")
    signer: Any = SigV4Auth(Credentials(key, secret, token), "ecs", "eu-west-1")
    signer._modify_request_before_signing(request)
    canonical = signer.canonical_request(request)
    expected = signer.signature(signer.string_to_sign(request, canonical), request)

    assert actual["authorization"].endswith(f"Signature={expected}")
    assert f"SignedHeaders={signer.signed_headers(signer.headers_to_sign(request))}," in actual["authorization"]


def test_signing_keys_change_every_day(json_client: JsonClient) -> None:
    tomorrow = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
    today = json_client.sign(KEYS, "ListClusters", b"{}", MOMENT)["authorization"]

    assert json_client.sign(KEYS, "ListClusters", b"{}", tomorrow)["authorization"] != today
    assert json_client.sign(KEYS, "ListClusters", b"{}", MOMENT)["authorization"] == today


@pytest.mark.parametrize(
    ("service", "expected"), [("ecs", True), ("ecr", True), ("organizations", False), ("sts", False), ("s3", False)]
)
def test_only_regional_services_with_the_json_protocol_are_supported(service: str, *, expected: bool) -> None:
    client = _client(service)

    assert supports(client) is expected
    if not expected:
        with pytest.raises(ValueError, match="cannot be called with this client"):
            JsonClient(client, "auditor/test")


def test_an_answer_equals_that_of_botocore(fleet: Fleet) -> None:
    client = boto3.client(
        "ecs",
        region_name="us-east-1",
        endpoint_url=fleet.url,
        aws_access_key_id=AMBIENT_KEY,
        aws_secret_access_key=AMBIENT_SECRET,
    )
    expected = client.list_clusters()["clusterArns"]

    assert JsonClient(client, "auditor/test").call(KEYS, "ListClusters", {})["clusterArns"] == expected


@pytest.mark.parametrize("kind", ["http-500", "http-503", "throttle", "access-denied", "bad-token", "bad-gateway"])
def test_an_error_response_is_a_client_error(fleet: Fleet, kind: str) -> None:
    client = _client(region="us-east-1", url=fleet.url)
    fleet.set_faults(Fault(kind))
    with pytest.raises(ClientError) as actual:
        JsonClient(client, "auditor/test").call(KEYS, "ListClusters", {})
    fleet.set_faults()

    assert actual.value.response["ResponseMetadata"]["HTTPStatusCode"] >= 400
    assert actual.value.response["Error"]["Code"]
    assert actual.value.operation_name == "ListClusters"


@pytest.mark.parametrize("kind", ["garbled", "truncated", "proxy-page"])
def test_a_body_that_is_not_json_is_a_value_error(fleet: Fleet, kind: str) -> None:
    fleet.set_faults(Fault(kind))
    with pytest.raises(ValueError, match=r"Expecting|Unterminated|Extra data|Invalid"):
        JsonClient(_client(region="us-east-1", url=fleet.url), "auditor/test").call(KEYS, "ListClusters", {})
    fleet.set_faults()


def test_a_reset_connection_is_an_http_error(fleet: Fleet) -> None:
    fleet.set_faults(Fault("reset"))
    with pytest.raises(HTTPClientError):
        JsonClient(_client(region="us-east-1", url=fleet.url), "auditor/test").call(KEYS, "ListClusters", {})
    fleet.set_faults()


def test_a_json_body_that_is_not_an_object_is_a_value_error() -> None:
    client = _client()

    def answer(request: object, **_: object) -> object:
        class Answer:
            status_code, headers, content = 200, dict[str, str](), json.dumps(["no", "object"]).encode()

        return Answer()

    client.meta.events.register("before-send.ecs.*", answer)

    with pytest.raises(ValueError, match="not a JSON object"):
        JsonClient(client, "auditor/test").call(KEYS, "ListClusters", {})
