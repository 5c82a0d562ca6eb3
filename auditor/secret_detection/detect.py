"""One variable in, a suspicion or nothing out: the order in which the ideas of this room are tried."""

from __future__ import annotations

import base64
import re

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection.allowlist import is_plain, is_struck_out
from auditor.secret_detection.embedded import is_secret, named_inside, url_password
from auditor.secret_detection.entropy import looks_random
from auditor.secret_detection.names import Says, read
from auditor.secret_detection.tokens import SHORTEST, shaped

#: AWS's secret access keys, and the ids of keys where the first letters were not the usual ones.
_AWS_SECRET = re.compile(r"[A-Za-z0-9+/]{40}")
_AWS_ID = re.compile(r"[A-Z0-9]{16,32}")
#: `user:password`, as tools take it in one variable.
_LOGIN = re.compile(r"(?!arn:)[\w.@-]{1,64}:([^\s:/]{3,128})")
_NEO4J = re.compile(r"neo4j/(.+)")
_BASE64_OF_JSON = re.compile(r"e[wy][A-Za-z0-9+/\s]{14,}={0,2}\s*", re.ASCII)


def detect_secret(name: str, value: str) -> SecretMatch | None:
    """What a variable is taken for, or None. Never raises, whatever the texts, and takes time in their length."""
    detector = _detector(name, value.strip())
    return SecretMatch(detector, len(value)) if detector else None


def _detector(name: str, value: str) -> str | None:
    if not value:
        return None
    says = read(name)
    found = _by_value(value, public=says is Says.PUBLIC)
    return found or (None if says is Says.NOTHING else _by_name(says, name, value))


def _by_value(value: str, *, public: bool) -> str | None:
    """What a value shows by itself."""
    if len(value) >= SHORTEST and (found := shaped(value, public=public)):
        return found
    if "@" in value and ":" in value and url_password(value):
        return "url-password"
    if ("=" in value or ":" in value) and named_inside(value):
        return "connection-string" if ";" in value else "embedded-secret"
    if _BASE64_OF_JSON.fullmatch(value) and named_inside(_decoded(value)):
        return "embedded-secret"
    return None


def _by_name(says: Says, name: str, value: str) -> str | None:
    """What a value is, given what its name says."""
    if says is Says.KEY_ID:
        return "aws-access-key" if _AWS_ID.fullmatch(value) and not is_struck_out(value) else None
    if says is Says.KEY and _AWS_SECRET.fullmatch(value) and looks_random(value) and not is_struck_out(value):
        return "aws-secret-key" if "AWS" in name.upper() else "secret-name"
    if says is Says.HINT:
        return "high-entropy" if is_secret(says, name, value) else _login(name, value)
    return "secret-name" if is_secret(says, name, value) else None


def _login(name: str, value: str) -> str | None:
    """`BASIC_AUTH=user:password` and `NEO4J_AUTH=neo4j/password`."""
    match = _LOGIN.fullmatch(value) or _NEO4J.fullmatch(value)
    if not match or not name.lower().endswith(("auth", "credential", "credentials", "creds")):
        return None
    return None if is_plain(name, match[1]) or is_plain(name, value) else "login"


def _decoded(value: str) -> str:
    """The text that stands in base64 in the value."""
    text = re.sub(r"[\s=]+", "", value)
    return base64.b64decode(text[: len(text) // 4 * 4]).decode("utf-8", errors="replace")
