"""Fixtures: the fleet (a replacement of AWS), and real clients that call it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from auditor.aws.calls import CallContext
from auditor.aws.clients import Clients, Connection
from auditor.aws.rate_limit import RateLimiter
from tests.aws.fakes import UNLIMITED, FakeClock, real_now
from tests.fleet import Fleet, Shape, running

Connect = Callable[..., CallContext]

#: With this many accounts Organizations needs several pages, some of them empty.
SHAPE = Shape(accounts=45, regions=("us-east-1", "eu-west-1"), families=3, suspended=2)


@pytest.fixture(scope="session")
def _fleet() -> Iterator[Fleet]:
    with running(SHAPE) as started:
        yield started


@pytest.fixture
def fleet(_fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    """The fleet without faults, with the environment that leads to it."""
    for name, value in _fleet.env().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_SESSION_TOKEN")
    _fleet.reset()
    yield _fleet
    _fleet.set_faults()


@pytest.fixture(scope="session")
def connect() -> Iterator[Connect]:
    """Make call contexts with real clients and a fake clock. Equal environments share their clients."""
    clients_by_environment: dict[object, Clients] = {}

    def make(clock: FakeClock | None = None, **connection: float) -> CallContext:
        environment = tuple(sorted((name, value) for name, value in os.environ.items() if name.startswith("AWS_")))
        name = (environment, *sorted(connection.items()))
        if name not in clients_by_environment:
            clients_by_environment[name] = Clients(Connection(**{"read_timeout": 5.0, **connection}))  # type: ignore[arg-type]  # any setting by name
        return CallContext(
            clients_by_environment[name], RateLimiter(UNLIMITED), clock or FakeClock(started_at=real_now())
        )

    yield make
    for clients in clients_by_environment.values():
        for client in clients._clients.values():
            client.close()
