"""What is settled before YAML sees a text: encoding, size, characters that have no place in one, and JSON."""

from __future__ import annotations

import json
import re
from bisect import bisect

from auditor.domain.errors import ConfigError, Problem
from auditor.yaml_files.quoting import quote

#: Characters. The largest organization that AWS allows fits into a tenth of it.
LARGEST = 5_000_000

_MOST_REPORTED = 20
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_JSON_ESCAPE = re.compile(r"(\\\\)|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})")
_YAML_ONLY_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}


def decode(raw: bytes, source: str) -> str:
    """The text of a file. Raises ConfigError where it is not UTF-8; a byte order mark is dropped."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise ConfigError([Problem(source, line, "", message, "Save the file as UTF-8.")]) from None


def screened(text: str, source: str) -> list[Problem]:
    """What is wrong with `text` whatever it says: it is too large, or holds characters that no text should."""
    if len(text) > LARGEST:
        message = f"is too large: {len(text):,} characters, {LARGEST:,} at most"
        return [Problem(source, 0, "", message, "Split it, or check that this is the right file.")]
    hits = list(_BROKEN.finditer(text))
    if not hits:
        return []
    breaks = [match.start() for match in re.finditer("\n", text)]
    problems = [
        Problem(
            source,
            bisect(breaks, hit.start()) + 1,
            "",
            f"holds the character {quote(hit.group())}, which configuration must not hold",
            'Remove it; in double quotes it can be written as an escape such as "\\u00e9".',
        )
        for hit in hits[:_MOST_REPORTED]
    ]
    if len(hits) > _MOST_REPORTED:
        problems.append(Problem(source, 0, "", f"holds {len(hits):,} characters that configuration must not hold"))
    return problems


def json_as_yaml(text: str) -> str:
    """`text` with what JSON allows and YAML does not rewritten; as it is where it is not JSON. Lines stay the same."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    # In valid JSON a tab stands between tokens only, and these line breaks in strings only.
    return _JSON_ESCAPE.sub(_character, text.replace("\t", " ").translate(_YAML_ONLY_BREAKS))


def _character(match: re.Match[str]) -> str:
    """The character itself where it can be seen: YAML knows no surrogates, and its keys end at 1,024 characters."""
    escape = match.group(2)
    if escape is None:
        return match.group()
    char = bytes.fromhex(escape.replace("\\u", "")).decode("utf-16-be", "replace")
    if char > "\x9f" and char.isprintable():
        return char
    return f"\\U{ord(char):08x}"
