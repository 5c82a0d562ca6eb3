"""Texts that are assembled from parts, some of which may be unresolved."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from auditor.iac.unresolved import OpenText, Unresolved

#: Begins a text that CloudFormation replaces by the value of a parameter or a secret.
DYNAMIC_REFERENCE = "{{resolve:"
_VARIABLE = re.compile(r"\$\{(!?)([^}]*)\}")


def split_sub(text: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of an `Fn::Sub` text as pairs: True with a literal text, or False with a variable name."""
    end = 0
    for match in _VARIABLE.finditer(text):
        yield True, text[end : match.start()]
        yield (True, "${" + match[2] + "}") if match[1] else (False, match[2].strip())
        end = match.end()
    yield True, text[end:]


def join(delimiter: str, values: Sequence[object], unresolved: Unresolved) -> str | Unresolved:
    """Return the values as one text, or `unresolved`, with an approximation if possible, if one is not known."""
    texts = [to_text(value) if is_scalar(value) else getattr(value, "approximation", None) for value in values]
    approximation = None if None in texts else delimiter.join(map(str, texts))
    if any(isinstance(value, str) and DYNAMIC_REFERENCE in value for value in values):
        return replace(unresolved, approximation=None)
    if approximation is not None and all(map(is_scalar, values)):
        return approximation
    parts: list[str | OpenText] = []
    for index, value in enumerate(values):
        parts += [delimiter if index else "", *_parts(value)]
    return replace(unresolved, approximation=approximation, parts=_merged(parts))


def _parts(value: object) -> tuple[str | OpenText, ...]:
    if is_scalar(value):
        return (to_text(value),)
    return value.text_parts if isinstance(value, Unresolved) else (OpenText(repr(value)),)


def _merged(parts: Sequence[str | OpenText]) -> tuple[str | OpenText, ...]:
    """Return the parts with adjacent texts joined."""
    merged: list[str | OpenText] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif part:
            merged.append(part)
    return tuple(merged)


def is_scalar(value: object) -> bool:
    """Whether a value is a string, a number or a boolean."""
    return isinstance(value, str | bool | int | float)


def to_text(value: object) -> str:
    """Return a scalar as text, as CloudFormation does."""
    return str(value).lower() if isinstance(value, bool) else str(value)
