"""Real boto3 clients for the stand-in, as any account, without STS calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import boto3
import pytest
from botocore.config import Config

from tests.fleet import Fleet, Shape, running
from tests.fleet.sessions import AMBIENT_KEY, AMBIENT_SECRET, grant

#: boto3 creates its classes at run time.
Client: TypeAlias = Any
Connect = Callable[..., Client]

#: Contains every kind of resource, and is small enough to read completely.
SHAPE = Shape(
    accounts=3, regions=("eu-west-1", "us-east-1"), families=12, skew=0.2, revisions=4, clusters=2, services=14,
    tasks=3, daemons=2, host_share=0.6, suspended=1,
)  # fmt: skip # a table, in columns


@pytest.fixture(scope="session")
def fleet() -> Iterator[Fleet]:
    """Start a stand-in without faults."""
    with running(SHAPE) as started:
        yield started


@pytest.fixture(scope="session")
def connect() -> Iterator[Connect]:
    """Create clients without retries: `connect(fleet, "ecs", account=..., region=...)`; default: management account."""
    session = boto3.session.Session()
    opened: dict[tuple[object, ...], Client] = {}

    def make(fleet: Fleet, service: str, *, account: str = "", region: str = "eu-west-1", **config: object) -> Client:
        name = (fleet.url, service, account, region, str(config))
        if name not in opened:
            keys = grant(f"arn:aws:iam::{account}:role/Auditor", "test", None, 0.0, 0) if account else None
            opened[name] = session.client(
                service,  # type: ignore[call-overload]  # the name is a parameter
                endpoint_url=fleet.url,
                region_name=region,
                aws_access_key_id=keys.key if keys else AMBIENT_KEY,
                aws_secret_access_key=keys.secret if keys else AMBIENT_SECRET,
                aws_session_token=keys.token if keys else None,
                config=Config(retries={"total_max_attempts": 1, "mode": "standard"}, read_timeout=1, **config),  # type: ignore[arg-type]  # options of any type
            )
        return opened[name]

    yield make
    for client in opened.values():
        client.close()


def code(error: pytest.ExceptionInfo[Exception]) -> str:
    """Return the AWS error code of a boto3 exception."""
    response: dict[str, dict[str, str]] = getattr(error.value, "response", {})
    return response["Error"]["Code"]
