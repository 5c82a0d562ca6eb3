"""One botocore client per (service, region) for the whole run; the credentials travel with the call.

A client per account and region costs tens of milliseconds and a megabyte each, and a TLS handshake with every new
connection. A shared client signs with whatever keys `using` has put into the context of the calling thread.
"""

from __future__ import annotations

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
from auditor.aws.json_client import JsonClient, supports
from auditor.aws.models import BOTOCORE_VERSION, LOADER
from auditor.domain.errors import IdentityError

_DEFAULT_REGION = "us-east-1"
_AGENT = f"auditor/{__version__} Botocore/{BOTOCORE_VERSION}"

_thread_credentials: ContextVar[ReadOnlyCredentials] = ContextVar("keys")


class _PerCallCredentials(Credentials):
    """Credentials that are whatever the calling thread is using at the moment it signs."""

    def __init__(self) -> None:
        super().__init__(access_key="set-by-the-call", secret_key="set-by-the-call")  # noqa: S106 - never signs

    def get_frozen_credentials(self) -> ReadOnlyCredentials:
        return _thread_credentials.get()


@contextmanager
def sign_with(keys: ReadOnlyCredentials) -> Iterator[None]:
    """Sign every call in this block, in this thread, with `keys`."""
    token = _thread_credentials.set(keys)
    try:
        yield
    finally:
        _thread_credentials.reset(token)


@dataclass(frozen=True, slots=True)
class Connection:
    """How to connect: timeouts in seconds, and how many threads may call at once."""

    connect_timeout: float = 5.0
    read_timeout: float = 20.0
    pool: int = 64


class Clients:
    """Makes and keeps the clients. Safe to share between threads: creation is locked, use needs no lock."""

    def __init__(self, connection: Connection) -> None:
        """Read the environment once: profile, home region, endpoints. Calls nothing. Raises IdentityError."""
        self._connection = connection
        try:
            self._ambient = _session()
            self.home_region = _home_region(self._ambient)
            self._lent = boto3.Session(botocore_session=_per_call_session())
        except BotoCoreError as error:
            raise IdentityError(
                f"The AWS configuration cannot be used: {error}.", "Check AWS_PROFILE and the files in ~/.aws."
            ) from error
        self._clients: dict[tuple[str, str], BaseClient] = {}
        self._lean: dict[tuple[str, str], JsonClient] = {}
        self._lock = Lock()

    def get(self, service: str, region: str) -> BaseClient:
        """Return the shared client; the call_context's `using` block decides who signs."""
        client = self._clients.get((service, region))
        if client is None:
            with self._lock:
                client = self._clients.get((service, region))
                if client is None:
                    client = self._create(service, region)
                    self._clients[service, region] = client
        return client

    def invoke(self, service: str, region: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Make one call, without any retry. `operation` is the API's own name. Raises what botocore raises."""
        lean = self._lean.get((service, region))
        if lean is not None:
            return lean.call(_thread_credentials.get(), operation, parameters)
        client: Any = self.get(service, region)
        if supports(client):
            self._lean[service, region] = JsonClient(client, _AGENT)
            return self.invoke(service, region, operation, parameters)
        answer: dict[str, Any] = client._make_api_call(operation, dict(parameters))  # noqa: SLF001 - one way for every API
        return answer

    def preload(self, services: Iterable[str]) -> None:
        """Read the descriptions of services, so that processes which are forked from this one share them."""
        for service in services:
            self.get(service, self.home_region)

    def partition(self, region: str) -> str:
        """Return the partition that `region` is in, `aws` where botocore has never heard of it."""
        try:
            return str(self._ambient.get_partition_for_region(region))
        except UnknownRegionError:
            return "aws"

    def default_credentials(self) -> ReadOnlyCredentials:
        """Return the credentials that the process was started with, refreshed if need be.

        Raises IdentityError where there are none, and what botocore raises where they cannot be fetched.
        """
        credentials = self._ambient.get_credentials()
        if credentials is None:
            raise IdentityError(
                "No AWS credentials were found.",
                "Run as an ECS task with a task role, set AWS_PROFILE, or export AWS_ACCESS_KEY_ID and its companions.",
            )
        try:
            frozen: ReadOnlyCredentials = credentials.get_frozen_credentials()
        except RuntimeError as error:  # botocore's way to say that they are expired even after a refresh
            raise CredentialRetrievalError(provider=credentials.method, error_msg=str(error)) from error
        return frozen

    def _create(self, service: str, region: str) -> BaseClient:
        config = Config(
            connect_timeout=self._connection.connect_timeout,
            read_timeout=self._connection.read_timeout,
            max_pool_connections=self._connection.pool,
            parameter_validation=False,  # our parameters are our own, and the API would tell
            retries={"total_max_attempts": 1, "mode": "standard"},  # retries live in auditor.aws.retry
            user_agent=_AGENT,  # botocore would build its own anew for every call
        )
        client: BaseClient = self._lent.client(service, region_name=region, config=config)  # type: ignore[call-overload]
        return client


def _session() -> botocore.session.Session:
    session = botocore.session.get_session()
    session.register_component("data_loader", LOADER)
    # The global STS endpoint hands out tokens that opt-in regions reject.
    session.set_config_variable("sts_regional_endpoints", "regional")
    return session


def _home_region(session: botocore.session.Session) -> str:
    # botocore does not read AWS_REGION, which is what the other SDKs read and what a container's platform sets.
    named = os.environ.get("AWS_DEFAULT_REGION") or os.environ.get("AWS_REGION")
    return named or session.get_config_variable("region") or _DEFAULT_REGION


def _per_call_session() -> Any:  # noqa: ANN401 - a botocore session whose private part is set
    session: Any = _session()
    session._credentials = _PerCallCredentials()  # noqa: SLF001 - create_client takes keys, not an object that lends them
    return session
