"""No test reaches AWS: credentials and configuration are invalid, and sockets connect to loopback only."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# A slow machine must not fail a property test.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

BROKEN = {
    "AWS_ACCESS_KEY_ID": "broken",
    "AWS_SECRET_ACCESS_KEY": "broken",
    "AWS_SESSION_TOKEN": "broken",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(scope="session", autouse=True)
def _no_aws_in_the_environment() -> Iterator[None]:
    """Remove the user's AWS configuration for the whole session, so that module-scoped fixtures can set their own.

    The variables of CI services go, too: they choose the format of the log.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(("AWS_", "AUDITOR_", "CI", "GITHUB_"))]:
            patch.delenv(name)
        for name, value in BROKEN.items():
            patch.setenv(name, value)
        yield


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Let sockets of this process connect to this machine only."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:  # noqa: ANN401 - its type depends on the family
        fail_if_remote(self, address)
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:  # noqa: ANN401 - its type depends on the family
        fail_if_remote(self, address)
        return connect_ex(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        patch.setattr(socket.socket, "connect_ex", guarded_ex)
        yield


def fail_if_remote(used: socket.socket, address: Any) -> None:  # noqa: ANN401 - its type depends on the family
    """Fail the test, regardless of error handlers, if a socket connects to another machine."""
    if used.family in {socket.AF_INET, socket.AF_INET6} and not is_local(str(address[0])):
        pytest.fail(f"A test tried to connect to {address[0]}.")


def is_local(host: str) -> bool:
    """Whether a host name or address is this machine."""
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"
