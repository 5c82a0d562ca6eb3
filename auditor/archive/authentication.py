"""Message authentication codes (MACs) of stored objects: they show that auditor wrote the bytes under that key.

The MAC of an object lies next to it. Its message names the key and the SHA-256 of the bytes, so the MAC of one object
is not valid for another object or another run.
"""

import hashlib
from enum import Enum, auto
from typing import Protocol

from auditor.archive import decode, encode
from auditor.archive.layout import mac
from auditor.contracts.document import SCHEMA_VERSION, parse
from auditor.contracts.mac import MacDocument
from auditor.contracts.run import ManifestDocument
from auditor.domain.errors import StorageError
from auditor.store.store import Blob, Store

#: Version of the message. Every message starts with it, so that the key can authenticate other things, too.
_PURPOSE = "auditor-mac-1"


class MacKey(Protocol):
    """A secret key that only auditor may use. Both methods raise MacError if the key cannot be used."""

    name: str

    def generate(self, message: bytes) -> str:
        """Return the MAC of a message."""

    def verify(self, message: bytes, mac: str) -> bool:
        """Return whether a MAC is the one of a message."""


class Authenticity(Enum):
    """What the MAC of an object says. ABSENT also stands for a MAC by another key."""

    VALID = auto()
    ABSENT = auto()
    INVALID = auto()


def mac_message(key: str, body: bytes) -> bytes:
    """Return the message that stands for an object: purpose, key and SHA-256, each on a line."""
    return f"{_PURPOSE}\n{key}\n{hashlib.sha256(body).hexdigest()}\n".encode()


def authenticate(store: Store, key: str, body: bytes, mac_key: MacKey) -> None:
    """Write the MAC of an object. Raises MacError and StorageError."""
    code = mac_key.generate(mac_message(key, body))
    document = MacDocument(schema_version=SCHEMA_VERSION, object=key, mac_key=mac_key.name, mac=code)
    store.put(mac(key), Blob(encode.document(document)))


def authenticity(store: Store, key: str, body: bytes, mac_key: MacKey) -> Authenticity:
    """Return what the stored MAC says about the bytes of an object. Raises MacError and StorageError."""
    stored = store.get(mac(key))
    if stored is None:
        return Authenticity.ABSENT
    try:
        document = parse(MacDocument, stored)
    except ValueError:
        return Authenticity.INVALID
    if document.mac_key != mac_key.name:
        return Authenticity.ABSENT
    return Authenticity.VALID if mac_key.verify(mac_message(key, body), document.mac) else Authenticity.INVALID


def authentic_manifest(
    store: Store, key: str, run_id: str, mac_key: MacKey
) -> tuple[ManifestDocument | None, Authenticity]:
    """Return the manifest of a run if its MAC is valid, and what the MAC says.

    A manifest that cannot be read or parsed counts as absent. Raises MacError.
    """
    try:
        body = store.get(key)
        if body is None:
            return None, Authenticity.ABSENT
        verdict = authenticity(store, key, body, mac_key)
        return (decode.manifest(body, run_id) if verdict is Authenticity.VALID else None), verdict
    except (StorageError, ValueError):
        return None, Authenticity.ABSENT
