"""The guards in conftest.py work."""

from __future__ import annotations

import os
import socket

import boto3
import pytest

from tests.conftest import is_local


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "169.254.170.2", "sts.amazonaws.com", ""])
def test_a_socket_cannot_connect_to_another_machine(host: str) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as used:
        used.settimeout(0.2)
        with pytest.raises(pytest.fail.Exception, match="tried to connect"):
            used.connect((host, 443))
        with pytest.raises(pytest.fail.Exception, match="tried to connect"):
            used.connect_ex((host, 443))


def test_a_socket_can_connect_to_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as used:
        assert used.getpeername() == server.getsockname()
    assert is_local("localhost")
    assert is_local("::1")


def test_the_environment_has_no_credentials_and_no_settings() -> None:
    assert not [name for name in os.environ if name.startswith("AUDITOR_")]
    credentials = boto3.Session().get_credentials()
    assert credentials is not None
    assert credentials.access_key == "broken"
