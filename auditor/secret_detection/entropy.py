"""Whether a text looks random."""

import math
import re
from collections import Counter

_SHORTEST, _SAMPLE = 16, 256
_ALPHABET = re.compile(r"[A-Za-z0-9+/_=~.!@#$%^&*-]{16,}", re.ASCII)
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+", re.ASCII)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_SEPARATOR = re.compile(r"[-_./:~]+")
#: Parts between separators that people write: words, class names, numbers, and words with a short number.
_WRITTEN = re.compile(
    r"[a-z]{0,24}(?:[A-Z]{1,6}[a-z]{2,24}){0,8}\d{0,4}|[A-Z]{0,24}\d{0,4}|\d{0,8}[a-z]{0,2}", re.ASCII
)

#: In bits per character. A sample of n characters has at most log2(n).
_SHARE_OF_POSSIBLE, _POSSIBLE_HEX, _POSSIBLE = 0.72, 4.0, 5.2


def looks_random(value: str) -> bool:
    """Whether a value is one long sequence of letters and digits without words. UUIDs are IDs and do not count."""
    value = value.removeprefix("base64:")
    if len(value) < _SHORTEST or not _ALPHABET.fullmatch(value) or _UUID.fullmatch(value):
        return False
    sample = value[:_SAMPLE]
    if all(_WRITTEN.fullmatch(part) for part in _SEPARATOR.split(sample)):
        return False
    possible = _POSSIBLE_HEX if _HEX.fullmatch(sample) else _POSSIBLE
    has_digit_and_letter = any(map(str.isdigit, sample)) and any(map(str.isalpha, sample))
    return has_digit_and_letter and _bits(sample) >= _SHARE_OF_POSSIBLE * min(possible, math.log2(len(sample)))


def _bits(text: str) -> float:
    """Return the Shannon entropy in bits per character."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())
