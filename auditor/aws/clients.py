"""One botocore client per service and region for the whole run; credentials are set for each call.

A client per account and region would cost tens of milliseconds and a megabyte each, and a TLS handshake for every new
connection. A shared client signs with the credentials of the calling thread, which `sign_with` sets.
"""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any

import boto3
import botocore.session
from botocore.client import BaseClient
from botocore.config import Config
from botocore.credentials import Credentials, ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, CredentialRetrievalError, UnknownRegionError

from auditor import __version__
from auditor.aws.answer_limit import limit_answers
from auditor.aws.json_client import JsonClient, supports
from auditor.aws.models import BOTOCORE_VERSION, LOADER
from auditor.domain.errors import IdentityError

_DEFAULT_REGION = "us-east-1"
_AGENT = f"auditor/{__version__} Botocore/{BOTOCORE_VERSION}"

_thread_credentials: ContextVar[ReadOnlyCredentials] = ContextVar("keys")


class _PerCallCredentials(Credentials):
    """Credentials that sign with those of the calling thread."""

    def __init__(self) -> None:
        super().__init__(access_key="set-by-the-call", secret_key="set-by-the-call")  # noqa: S106 - never signs

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return _thread_credentials.get()


@contextmanager
def sign_with(credentials: ReadOnlyCredentials) -> Iterator[None]:
    """Sign every call of this thread in this block with `credentials`."""
    token = _thread_credentials.set(credentials)
    try:
        yield
    finally:
        _thread_credentials.reset(token)


@dataclass(frozen=True, slots=True)
class Connection:
    """How to connect: timeouts in seconds, and the number of concurrent calls per client."""

    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    pool: int = 64


class Clients:
    """Creates and keeps the clients. Used from any thread: creation is locked, and use needs no lock."""

    def __init__(self, connection: Connection) -> None:
        """Read profile, home region and endpoints from the environment. Calls nothing. Raises IdentityError."""
        self._connection = connection
        self.read_timeout = connection.read_timeout
        try:
            self._default_session = _session()
            self.home_region = _home_region(self._default_session)
            self._session = boto3.Session(botocore_session=_per_call_session())
        except BotoCoreError as error:
            raise IdentityError(
                f"The AWS configuration is invalid: {error}.", "Check AWS_PROFILE and the files in ~/.aws."
            ) from error
        self._clients: dict[tuple[str, str], BaseClient] = {}
        self._json_clients: dict[tuple[str, str], JsonClient] = {}
        self._lock = Lock()

    def get(self, service: str, region: str) -> BaseClient:
        """Return the shared client. It signs with the credentials that `sign_with` set."""
        client = self._clients.get((service, region))
        if client is None:
            with self._lock:
                client = self._clients.get((service, region))
                if client is None:
                    client = self._create(service, region)
                    self._clients[service, region] = client
        return client

    def invoke(self, service: str, region: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call without retries, and raise what botocore raises. `operation` is the name in the API."""
        json_client = self._json_clients.get((service, region))
        if json_client is not None:
            return json_client.call(_thread_credentials.get(), operation, parameters)
        client: Any = self.get(service, region)
        if supports(client):
            self._json_clients[service, region] = JsonClient(client, _AGENT)
            return self.invoke(service, region, operation, parameters)
        answer: dict[str, Any] = client._make_api_call(operation, dict(parameters))  # noqa: SLF001 - calls an operation by its name in the API
        return answer

    def preload(self, services: Iterable[str]) -> None:
        """Load the descriptions of services, so that processes forked from this one share them."""
        for service in services:
            self.get(service, self.home_region)

    def partition(self, region: str) -> str:
        """Return the partition of a region, `aws` if botocore does not know the region."""
        try:
            return str(self._default_session.get_partition_for_region(region))
        except UnknownRegionError:
            return "aws"

    def default_credentials(self) -> ReadOnlyCredentials:
        """Return the credentials that the process started with, refreshed if necessary.

        Raises IdentityError if there are none, and what botocore raises if they cannot be fetched.
        """
        credentials = self._default_session.get_credentials()
        if credentials is None:
            raise IdentityError(
                "No AWS credentials were found.",
                "Run as an ECS task with a task role, set AWS_PROFILE, or export AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY.",
            )
        try:
            frozen: ReadOnlyCredentials = credentials.get_frozen_credentials()
        except RuntimeError as error:  # botocore: they are expired even after a refresh
            raise CredentialRetrievalError(provider=credentials.method, error_msg=str(error)) from error
        return frozen

    def _create(self, service: str, region: str) -> BaseClient:
        config = Config(
            connect_timeout=self._connection.connect_timeout,
            read_timeout=self._connection.read_timeout,
            max_pool_connections=self._connection.pool,
            parameter_validation=False,  # the API validates them anyway
            retries={"total_max_attempts": 1, "mode": "standard"},  # auditor.aws.retry retries
            user_agent=_AGENT,  # botocore would build its own for every call
        )
        client: BaseClient = self._session.client(service, region_name=region, config=config)  # type: ignore[call-overload]  # the service is not a literal
        limit_answers(client)
        return client


def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", LOADER)
    # Opt-in regions reject the tokens of the global STS endpoint.
    session.set_config_variable("sts_regional_endpoints", "regional")
    return session


def _home_region(session: botocore.session.Session) -> str:
    # botocore does not read AWS_REGION, which other SDKs read and container platforms set.
    named = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
    return named or session.get_config_variable("region") or _DEFAULT_REGION


def _per_call_session() -> Any:
    session: Any = _session()
    session._credentials = _PerCallCredentials()  # noqa: SLF001 - create_client takes fixed keys only
    return session
