"""The MAC of a stored object is bound to its key and its bytes."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from auditor.archive.authentication import Authenticity, authenticate, authenticity, mac_message
from auditor.store.store import Blob
from tests.store.stubs import Memory

KEY, BODY = "runs/20261123T020000Z-1a2b3c/manifest.json", b'{"complete": true}'


class LocalKey:
    """A MAC key without KMS."""

    def __init__(self, name: str = "arn:1") -> None:
        self.name = name

    def generate(self, message: bytes) -> str:
        return base64.b64encode(hmac.digest(self.name.encode(), message, hashlib.sha256)).decode()

    def verify(self, message: bytes, mac: str) -> bool:
        return hmac.compare_digest(self.generate(message), mac)


def stored(key: str = KEY) -> Memory:
    store = Memory()
    store.put(key, Blob(BODY))
    authenticate(store, key, BODY, LocalKey())
    return store


def test_an_authenticated_object_is_valid() -> None:
    assert authenticity(stored(), KEY, BODY, LocalKey()) is Authenticity.VALID


def test_other_bytes_are_invalid() -> None:
    assert authenticity(stored(), KEY, b'{"complete": false}', LocalKey()) is Authenticity.INVALID


def test_the_mac_of_another_object_is_invalid() -> None:
    store, other = stored(), KEY.replace("1a2b3c", "ffffff")
    store.put(f"{other}.mac", Blob(store.get(f"{KEY}.mac") or b""))

    assert authenticity(store, other, BODY, LocalKey()) is Authenticity.INVALID


def test_an_object_without_a_mac_is_not_authenticated() -> None:
    assert authenticity(Memory(), KEY, BODY, LocalKey()) is Authenticity.ABSENT


def test_a_mac_by_another_key_does_not_count() -> None:
    assert authenticity(stored(), KEY, BODY, LocalKey("arn:2")) is Authenticity.ABSENT


def test_another_key_under_the_same_name_is_invalid() -> None:
    store = stored()
    document = json.loads(store.get(f"{KEY}.mac") or b"")
    document["mac_key"] = "arn:2"
    store.put(f"{KEY}.mac", Blob(json.dumps(document).encode()))

    assert authenticity(store, KEY, BODY, LocalKey("arn:2")) is Authenticity.INVALID


@pytest.mark.parametrize("text", [b"", b"{}", b"[" * 100_000, b"\xff"])
def test_a_malformed_mac_is_invalid(text: bytes) -> None:
    store = stored()
    store.put(f"{KEY}.mac", Blob(text))

    assert authenticity(store, KEY, BODY, LocalKey()) is Authenticity.INVALID


def test_the_message_is_short_enough_for_kms_and_documented() -> None:
    digest = hashlib.sha256(BODY).hexdigest()

    assert mac_message(KEY, BODY) == f"auditor-mac-1\n{KEY}\n{digest}\n".encode()
    assert len(mac_message(KEY, BODY)) < 4_096
