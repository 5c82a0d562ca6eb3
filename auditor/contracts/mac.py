"""The message authentication code of a stored object."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion


@dataclass(frozen=True, kw_only=True)
class MacDocument(Document):
    """The message authentication code of another object: the key of that object, followed by `.mac`.

    It authenticates three lines, each with a line feed at its end: `auditor-mac-1`, the key of the object, and the
    SHA-256 of its bytes in hexadecimal digits.
    """

    schema_version: SchemaVersion
    """The version of this contract."""
    object: str
    """The key of the object below the output folder or prefix."""
    mac_key: str
    """ARN of the KMS key. Readers must use the ARN that they know, not this one."""
    mac: str
    """The code, in base64; the algorithm is HMAC_SHA_256."""
