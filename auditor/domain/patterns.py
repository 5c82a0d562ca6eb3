"""Names and anchored globs: a pattern matches a whole text, or the text is the pattern itself."""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from functools import lru_cache

#: Compiled patterns that are kept. A file of exceptions can have thousands, each used for many findings.
_KEPT = 20_000


def is_glob(pattern: str) -> bool:
    """Whether a pattern can match other texts than itself."""
    return any(char in pattern for char in "*?[")


def matches(pattern: str | None, text: str) -> bool:
    """Whether a pattern matches the whole text. None matches any text."""
    return pattern is None or pattern == text or (is_glob(pattern) and _compiled(pattern).match(text) is not None)


def matches_unit(pattern: str | None, path: str) -> bool:
    """Whether a pattern matches a path of organizational units, such as `/Prod/Payments`, or a unit that contains it.

    A path that is not known matches only None.
    """
    if pattern is None:
        return True
    parts = path.split("/")
    units = ("/".join(parts[:end]) for end in range(len(parts), 0, -1))
    return any(matches(pattern, unit) for unit in units if unit)


def one_of(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return whether a text matches any of the patterns, as a function that is much faster than trying each."""
    union = re.compile("|".join(map(translate, patterns)) or r"(?!)")
    return lambda text: union.match(text) is not None


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
