"""Shared clients: one per service and region, signing with the credentials of the calling thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import ClientError, CredentialRetrievalError, HTTPClientError

from auditor.aws.clients import Clients, Connection, sign_with
from auditor.domain.errors import IdentityError
from tests.aws.fakes import DEFAULT_CREDENTIALS, HttpAnswer, http_server
from tests.fleet import Fleet
from tests.fleet.sessions import grant

IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/u</Arn>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


@pytest.fixture
def opened() -> Iterator[list[Clients]]:
    """Closes the clients of a test."""
    made: list[Clients] = []
    yield made
    for clients in made:
        for client in clients._clients.values():
            client.close()


@pytest.fixture
def clients(opened: list[Clients]) -> Clients:
    opened.append(Clients(Connection()))
    return opened[0]


class Intercepted(Exception):
    """Records a request before it is sent."""

    def __init__(self, request: Any) -> None:  # noqa: ANN401 - any JSON, or a script of answers
        super().__init__(request.url)
        self.url: str = request.url
        signed = request.headers["Authorization"]
        self.signed_for: str = (signed if isinstance(signed, str) else signed.decode()).split(",")[0]


def leaving(clients: Clients, service: str, region: str, operation: str, *, plainly: bool = False) -> Intercepted:
    """Return URL and signing scope of a call; with `plainly`, those of an ordinary botocore client."""

    def intercept(request: Any, **_: object) -> None:  # noqa: ANN401 - any JSON, or a script of answers
        raise Intercepted(request)

    client: Any = clients.get(service, region)
    client.meta.events.register_first(f"before-send.{service}", intercept)
    call = client._make_api_call if plainly else partial(clients.invoke, service, region)
    with sign_with(DEFAULT_CREDENTIALS), pytest.raises(Intercepted) as raised:
        call(operation, {})
    return raised.value


@pytest.mark.parametrize("setting", [None, "AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"])
@pytest.mark.parametrize(
    ("service", "operation"),
    [("ecs", "ListClusters"), ("organizations", "ListRoots"), ("sts", "GetCallerIdentity")],
)
def test_endpoint_and_signature_are_those_of_botocore(
    opened: list[Clients], monkeypatch: pytest.MonkeyPatch, service: str, operation: str, setting: str | None
) -> None:
    if setting:
        monkeypatch.setenv(setting, "true")
    clients = Clients(Connection())
    opened.append(clients)
    regions = ("us-east-1", "eu-west-1", "me-south-1", "cn-northwest-1", "us-gov-west-1")
    for region in regions:
        actual = leaving(clients, service, region, operation)
        expected = leaving(clients, service, region, operation, plainly=True)
        assert (actual.url, actual.signed_for) == (expected.url, expected.signed_for)
        assert f"/{service}/aws4_request" in actual.signed_for
        assert "global" not in actual.signed_for


def test_all_threads_share_one_client_per_service_and_region(clients: Clients) -> None:
    together = threading.Barrier(16)

    def get(_: int) -> set[int]:
        together.wait()
        return {id(clients.get(service, region)) for service in ("ecs", "sts") for region in ("us-east-1", "eu-west-1")}

    with ThreadPoolExecutor(16) as pool:
        found = set.union(*pool.map(get, range(16)))
    assert len(found) == 4
    assert clients.get("ecs", "us-east-1") is clients.get("ecs", "us-east-1")


def test_threads_that_share_a_client_sign_with_their_own_credentials(
    fleet: Fleet, clients: Clients, opened: list[Clients]
) -> None:
    accounts = [member.id for member in fleet.organization.members[:8]]
    shared = Clients(Connection())
    opened.append(shared)
    together = threading.Barrier(len(accounts))

    def ask(account: str) -> set[str]:
        given = grant(f"arn:aws:iam::{account}:role/Auditor", "test", None, 0.0, 0)
        keys = ReadOnlyCredentials(given.key, given.secret, given.token, None)
        together.wait()
        requests_seen = set()
        for _ in range(25):
            with sign_with(keys):
                requests_seen.add(shared.invoke("sts", "us-east-1", "GetCallerIdentity", {})["Account"])
        return requests_seen

    with ThreadPoolExecutor(len(accounts)) as pool:
        assert list(pool.map(ask, accounts)) == [{account} for account in accounts]
    assert list(shared._clients) == [("sts", "us-east-1")]


def test_credentials_apply_within_their_block_and_are_restored_after_an_inner_one() -> None:
    with http_server(lambda _: HttpAnswer(body=IDENTITY)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        clients = Clients(Connection())
        with sign_with(DEFAULT_CREDENTIALS._replace(access_key="OUTER")):
            with sign_with(DEFAULT_CREDENTIALS._replace(access_key="INNER")):
                clients.invoke("sts", "us-east-1", "GetCallerIdentity", {})
            clients.invoke("sts", "us-east-1", "GetCallerIdentity", {})
        with pytest.raises(LookupError):
            clients.invoke("sts", "us-east-1", "GetCallerIdentity", {})
        signed = [request.headers["Authorization"].split("Credential=")[1].split("/")[0] for request in server.requests]
        clients.get("sts", "us-east-1").close()
    assert signed == ["INNER", "OUTER"]


@pytest.mark.parametrize("setting", ["legacy", "regional", None])
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "me-south-1"])
def test_sts_is_always_called_at_its_regional_endpoint(
    opened: list[Clients], monkeypatch: pytest.MonkeyPatch, region: str, setting: str | None
) -> None:
    if setting:
        monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", setting)
    clients = Clients(Connection())
    opened.append(clients)
    assert leaving(clients, "sts", region, "GetCallerIdentity").url == f"https://sts.{region}.amazonaws.com/"


@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS"])
def test_an_endpoint_from_the_environment_is_used(
    opened: list[Clients], monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, "http://127.0.0.1:9")
    clients = Clients(Connection())
    opened.append(clients)
    assert leaving(clients, "sts", "eu-west-1", "GetCallerIdentity").url == "http://127.0.0.1:9/"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"AWS_MAX_ATTEMPTS": "5"},
        {"AWS_RETRY_MODE": "legacy", "AWS_MAX_ATTEMPTS": "5"},
        {"AWS_RETRY_MODE": "adaptive"},
        {"AWS_NEW_RETRIES_2026": "true"},
        {"AWS_DEFAULTS_MODE": "in-region"},
    ],
)
def test_botocore_never_retries(
    opened: list[Clients], monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]
) -> None:
    with http_server(lambda _: HttpAnswer(503)) as server:
        for name, value in (environment | {"AWS_ENDPOINT_URL": server.url}).items():
            monkeypatch.setenv(name, value)
        clients = Clients(Connection())
        opened.append(clients)
        for service, operation in (("ecs", "ListClusters"), ("sts", "GetCallerIdentity"), ("s3", "ListBuckets")):
            server.requests.clear()
            with sign_with(DEFAULT_CREDENTIALS), pytest.raises((ClientError, HTTPClientError)):
                clients.invoke(service, "us-east-1", operation, {})
            assert len(server.requests) == 1


def test_the_user_agent_names_the_program(fleet: Fleet, opened: list[Clients]) -> None:
    with http_server(lambda _: HttpAnswer(body=IDENTITY)) as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        clients = Clients(Connection())
        opened.append(clients)
        with sign_with(DEFAULT_CREDENTIALS):
            clients.invoke("sts", "us-east-1", "GetCallerIdentity", {})
    assert server.requests[0].headers["User-Agent"].startswith("auditor/")


@pytest.mark.parametrize(
    ("environment", "home"),
    [
        ({}, "us-east-1"),
        ({"AWS_REGION": "eu-west-1"}, "eu-west-1"),
        ({"AWS_DEFAULT_REGION": "eu-west-2"}, "eu-west-2"),
        ({"AWS_DEFAULT_REGION": "eu-west-2", "AWS_REGION": "eu-west-1"}, "eu-west-2"),
        ({"AWS_CONFIG_FILE": "config"}, "eu-west-3"),
        ({"AWS_CONFIG_FILE": "config", "AWS_REGION": "eu-west-1"}, "eu-west-1"),
    ],
)
def test_the_home_region_is_read_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], home: str
) -> None:
    (tmp_path / "config").write_text("[default]\nregion = eu-west-3\n")
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert Clients(Connection()).home_region == home


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eu-central-9", "aws"),
        ("x", "aws"),
    ],
)
def test_each_region_has_its_partition(clients: Clients, region: str, partition: str) -> None:
    assert clients.partition(region) == partition


@pytest.mark.parametrize(
    ("environment", "message"),
    [({"AWS_PROFILE": "nobody"}, "nobody"), ({"AWS_CONFIG_FILE": "broken", "AWS_PROFILE": "x"}, "broken")],
)
def test_an_invalid_configuration_is_an_identity_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environment: dict[str, str], message: str
) -> None:
    (tmp_path / "broken").write_text("[[[no\n")
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(IdentityError, match=message) as raised:
        Clients(Connection())
    assert "AWS_PROFILE" in raised.value.advice


def test_without_credentials_the_error_says_how_to_provide_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setattr("botocore.utils.InstanceMetadataFetcher.retrieve_iam_role_credentials", lambda _: {})
    with pytest.raises(IdentityError, match="No AWS credentials were found") as raised:
        Clients(Connection()).default_credentials()
    assert "AWS_PROFILE" in raised.value.advice


def test_the_default_credentials_are_those_of_the_environment(clients: Clients) -> None:
    assert clients.default_credentials().access_key == "broken"


class Stale(Credentials):
    """Credentials of botocore that are expired after a refresh."""

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        message = "Credentials were refreshed, but the refreshed credentials are still expired."
        raise RuntimeError(message)


def test_credentials_that_are_expired_after_a_refresh_are_a_retrieval_error(clients: Clients) -> None:
    clients._default_session._credentials = Stale("a", "b", method="container-role")  # type: ignore[attr-defined]  # a member of the fake
    with pytest.raises(CredentialRetrievalError, match=r"container-role: .*still expired"):
        clients.default_credentials()
