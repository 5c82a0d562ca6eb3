"""The values of unquoted scalars, and lists that may be written as a single text.

A scalar becomes a number or a boolean only if all versions of YAML and JSON agree on that. Scalars with a special
meaning in YAML 1.1 (`1:30`, `0x1F`, `1_000`, `no`, `2026-11-23`) stay text. Decimal digits with a leading zero are a
number, so that an unquoted account ID is always noticed.
"""

import math
import re

_WORDS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
#: Booleans of YAML 1.1 that later versions read as text.
YAML_1_1_BOOLEANS: dict[str, bool] = {
    spelling: value
    for word, value in {"yes": True, "on": True, "no": False, "off": False}.items()
    for spelling in (word, word.capitalize(), word.upper())
}
_INTEGER = re.compile(r"[-+]?[0-9]{1,30}")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def resolve(text: str) -> str | float | bool | None:
    """Return the value of an unquoted scalar: None, bool, int, float, or the text itself."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def one_or_more(value: object) -> object:
    """Return a text as a tuple of one, a list as a tuple, and any other value unchanged for the model to refuse."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value
