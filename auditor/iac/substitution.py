"""Texts that are put together from parts, some of which may not be known."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.iac.unresolved import Unknown

_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


def parts(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of the text that `Fn::Sub` is given: whether each is literal, and the text or the variable."""
    end = 0
    for match in _VARIABLE.finditer(text):
        yield True, text[end : match.start()]
        yield (True, "${" + match[2] + "}") if match[1] else (False, match[2].strip())
        end = match.end()
    yield True, text[end:]


def join(delimiter: str, values: Sequence[object], otherwise: Unknown) -> str | Unknown:
    """Return the parts as one text, or `otherwise` where one of them is not known."""
    spelled = [spell(each) if is_scalar(each) else getattr(each, "likeness", None) for each in values]
    likeness = None if None in spelled else delimiter.join(map(str, spelled))
    return likeness if likeness is not None and all(map(is_scalar, values)) else replace(otherwise, likeness=likeness)


def is_scalar(value: object) -> bool:
    """Whether it is one value that can be written as text."""
    return isinstance(value, str | bool | int | float)


def spell(value: object) -> str:
    """Return a scalar as text, as CloudFormation does."""
    return str(value).lower() if isinstance(value, bool) else str(value)
