"""The detection of secrets in one variable: the order in which the rules of this package apply."""

import base64
import re

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection.allowlist import is_harmless, is_masked
from auditor.secret_detection.embedded import has_embedded_secret, has_url_password, is_secret
from auditor.secret_detection.entropy import looks_random
from auditor.secret_detection.names import NameMeaning, classify_name
from auditor.secret_detection.tokens import SHORTEST, find_token

#: Secret access keys of AWS, and access key IDs with any first letters.
_AWS_SECRET = re.compile(r"[A-Za-z0-9+/]{40}")
_AWS_ID = re.compile(r"[A-Z0-9]{16,32}")
#: `user:password` in one variable.
_LOGIN = re.compile(r"(?!arn:)[\w.@-]{1,64}:([^\s:/]{3,128})")
_NEO4J = re.compile(r"neo4j/(.+)")
_BASE64_OF_JSON = re.compile(r"e[wy][A-Za-z0-9+/\s]{14,}={0,2}\s*", re.ASCII)


def detect_secret(name: str, value: str) -> SecretMatch | None:
    """Return the kind of secret that a variable contains; None if none is found.

    Never raises. The time grows linearly with the length of the texts.
    """
    detector = _detector(name, value.strip())
    return SecretMatch(detector, len(value)) if detector else None


def _detector(name: str, value: str) -> str | None:
    if not value:
        return None
    meaning = classify_name(name)
    detector = _by_value(value, public=meaning is NameMeaning.PUBLIC)
    return detector or (None if meaning is NameMeaning.OTHER else _by_name(meaning, name, value))


def _by_value(value: str, *, public: bool) -> str | None:
    """Return the detector that matches a value under any name."""
    if len(value) >= SHORTEST and (detector := find_token(value, public=public)):
        return detector
    if "@" in value and ":" in value and has_url_password(value):
        return "url-password"
    if ("=" in value or ":" in value) and has_embedded_secret(value):
        return "connection-string" if ";" in value else "embedded-secret"
    if _BASE64_OF_JSON.fullmatch(value) and has_embedded_secret(_decoded(value)):
        return "embedded-secret"
    return None


def _by_name(meaning: NameMeaning, name: str, value: str) -> str | None:
    """Return the detector that matches a value under a name with this meaning."""
    if meaning is NameMeaning.KEY_ID:
        return "aws-access-key" if _AWS_ID.fullmatch(value) and not is_masked(value) else None
    if meaning is NameMeaning.KEY and _AWS_SECRET.fullmatch(value) and looks_random(value) and not is_masked(value):
        return "aws-secret-key" if "AWS" in name.upper() else "secret-name"
    if meaning is NameMeaning.HINT:
        return "high-entropy" if is_secret(meaning, name, value) else _login(name, value)
    return "secret-name" if is_secret(meaning, name, value) else None


def _login(name: str, value: str) -> str | None:
    """Return the detector of values such as `BASIC_AUTH=user:password` and `NEO4J_AUTH=neo4j/password`."""
    match = _LOGIN.fullmatch(value) or _NEO4J.fullmatch(value)
    if not match or not name.lower().endswith(("auth", "credential", "credentials", "creds")):
        return None
    return None if is_harmless(name, match[1]) or is_harmless(name, value) else "login"


def _decoded(value: str) -> str:
    """Return the text of a value in base64."""
    text = re.sub(r"[\s=]+", "", value)
    return base64.b64decode(text[: len(text) // 4 * 4]).decode("utf-8", errors="replace")
