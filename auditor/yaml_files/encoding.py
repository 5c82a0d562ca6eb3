"""Preparation of a text for the YAML parser: encoding, size, forbidden characters, and JSON."""

import json
import re
from bisect import bisect

from auditor.domain.errors import ConfigError, Problem
from auditor.yaml_files.quoting import quote

#: In characters. The largest organization that AWS allows needs a tenth of it.
LARGEST = 5_000_000

_MOST_REPORTED = 20
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_JSON_ESCAPE = re.compile(r"(\\\\)|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4})")
_YAML_ONLY_BREAKS = {ord(char): f"\\u{ord(char):04x}" for char in "\x85\u2028\u2029"}


def decode(raw: bytes, source: str) -> str:
    """Return the text of a file without byte order mark. Raises ConfigError if it is not UTF-8."""
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = f"byte 0x{raw[error.start]:02x} is not UTF-8"
        raise ConfigError([Problem(source, line, "", message, "Save the file as UTF-8.")]) from None


def check_text(text: str, source: str) -> list[Problem]:
    """Return a problem if a text is too large, and for forbidden characters such as control characters."""
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
            f"contains the forbidden character {quote(hit.group())}",
            'Remove it, or write it in double quotes as an escape such as "\\u00e9".',
        )
        for hit in hits[:_MOST_REPORTED]
    ]
    if len(hits) > _MOST_REPORTED:
        problems.append(Problem(source, 0, "", f"contains {len(hits):,} forbidden characters"))
    return problems


def json_as_yaml(text: str) -> str:
    """Return JSON text with its tabs, line breaks and escapes rewritten for YAML; other text unchanged.

    Line numbers stay the same.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    # In valid JSON, tabs occur only between tokens, and these line breaks only in strings.
    return _JSON_ESCAPE.sub(_character, text.replace("\t", " ").translate(_YAML_ONLY_BREAKS))


def _character(match: re.Match[str]) -> str:
    """Return the escaped character itself if it is printable; otherwise an escape that YAML knows.

    YAML has no surrogates, and its keys have at most 1,024 characters.
    """
    escape = match.group(2)
    if escape is None:
        return match.group()
    char = bytes.fromhex(escape.replace("\\u", "")).decode("utf-16-be", "replace")
    if char > "\x9f" and char.isprintable():
        return char
    return f"\\U{ord(char):08x}"
