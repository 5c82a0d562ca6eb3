"""Texts of which some parts are open: what can be said of them without knowing these parts.

A function returns None if the answer depends on an open part.
"""

from collections.abc import Sequence

from auditor.iac.possible_values import Marked

Parts = tuple[str | Marked, ...]

#: Characters that do not occur in names (`Marked.is_name`).
_SEPARATORS = frozenset("/:@.")


def are_equal(left: Parts, right: Parts) -> bool | None:
    """Whether two texts are equal."""
    left, right = _without_common_start(left, right)
    left, right = (parts[::-1] for parts in _without_common_start(left[::-1], right[::-1], reverse=True))
    if not left and not right:
        return True
    if not left or not right:
        return False if any(isinstance(part, str) or not part.can_be_empty for part in left or right) else None
    if any(
        isinstance(ends[0], str) and isinstance(ends[1], str) for ends in ((left[0], right[0]), (left[-1], right[-1]))
    ):
        return False
    if len(left) == len(right) == 1:
        return _are_single_parts_equal(left[0], right[0])
    return None


def contains(parts: Parts, text: object) -> bool | None:
    """Whether a text contains another, which must be known."""
    if not isinstance(text, str):
        return None
    if any(isinstance(part, str) and text in part for part in parts):
        return True
    has_open_parts = any(not isinstance(part, str) and not _excludes(part, text) for part in parts)
    return None if has_open_parts else False


def starts_with(parts: Parts, text: object) -> bool | None:
    """Whether a text starts with another, which must be known."""
    if not isinstance(text, str) or not parts:
        return None
    first = parts[0]
    if isinstance(first, str):
        is_decided = len(first) >= len(text) or not text.startswith(first)
        return first.startswith(text) if is_decided else None
    is_impossible = text[:1] in _SEPARATORS or (len(parts) == 1 and not _SEPARATORS.isdisjoint(text))
    return False if first.is_name and is_impossible else None


def ends_with(parts: Parts, text: object) -> bool | None:
    """Whether a text ends with another, which must be known."""
    if not isinstance(text, str):
        return None
    return starts_with(_reversed(parts), text[::-1])


def is_empty(parts: Parts) -> bool | None:
    """Whether a text is empty."""
    return False if any(isinstance(part, str) or not part.can_be_empty for part in parts) else None


def split_first(parts: Parts, separator: object) -> tuple[Parts, Parts] | None:
    """Return the parts before and after the first occurrence of a separator of one character.

    Both are empty if it does not occur.
    """
    if not isinstance(separator, str) or len(separator) != 1:
        return None
    for index, part in enumerate(parts):
        if not isinstance(part, str):
            if not _excludes(part, separator):
                return None
        elif separator in part:
            before, _, after = part.partition(separator)
            return _filled((*parts[:index], before)), _filled((after, *parts[index + 1 :]))
    return (), ()


def split_last(parts: Parts, separator: object) -> tuple[Parts, Parts] | None:
    """Return the parts before and after the last occurrence of a separator, as `split_first`."""
    split = split_first(_reversed(parts), separator)
    return None if split is None else (_reversed(split[1]), _reversed(split[0]))


def joined(left: Parts, right: Parts) -> Parts:
    """Return two texts as one."""
    if left and right and isinstance(left[-1], str) and isinstance(right[0], str):
        return (*left[:-1], left[-1] + right[0], *right[1:])
    return (*left, *right)


def known_start(parts: Parts, separator: object) -> Parts:
    """Return the parts before the first open one that can contain a separator: they are before the separator, too."""
    for index, part in enumerate(parts):
        if not isinstance(part, str) and not _excludes(part, str(separator)):
            return parts[:index]
    return parts


def known_end(parts: Parts, separator: object) -> Parts:
    """Return the parts after the last open one that can contain a separator."""
    return _reversed(known_start(_reversed(parts), separator))


def lower(parts: Parts) -> Parts:
    """Return the parts in lower case."""
    return tuple(part.lower() for part in parts)


def _without_common_start(left: Parts, right: Parts, *, reverse: bool = False) -> tuple[Parts, Parts]:
    """Return two texts without the parts with which both start. With `reverse`, the parts are in reverse order."""
    while left and right:
        first, second = left[0], right[0]
        if isinstance(first, str) and isinstance(second, str):
            common = _common_length(first[::-1] if reverse else first, second[::-1] if reverse else second)
            if not common:
                break
            left = _filled((_cut(first, common, reverse=reverse), *left[1:]))
            right = _filled((_cut(second, common, reverse=reverse), *right[1:]))
        elif first == second:
            left, right = left[1:], right[1:]
        else:
            break
    return left, right


def _cut(text: str, length: int, *, reverse: bool) -> str:
    return text[: len(text) - length] if reverse else text[length:]


def _common_length(first: str, second: str) -> int:
    length = 0
    for one, other in zip(first, second, strict=False):
        if one != other:
            break
        length += 1
    return length


def _are_single_parts_equal(left: str | Marked, right: str | Marked) -> bool | None:
    if isinstance(left, str) or isinstance(right, str):
        text, part = (left, right) if isinstance(left, str) else (right, left)
        is_impossible = (
            isinstance(text, str) and not isinstance(part, str) and any(_excludes(part, char) for char in text)
        )
        return False if is_impossible else None
    return False if left.is_unique and right.is_unique else None


def _excludes(part: Marked, text: str) -> bool:
    """Whether an open part cannot contain, or be part of an occurrence of, a text."""
    return part.is_name and len(text) == 1 and text in _SEPARATORS


def _filled(parts: Sequence[str | Marked]) -> Parts:
    return tuple(part for part in parts if part != "")


def _reversed(parts: Parts) -> Parts:
    return tuple(part[::-1] if isinstance(part, str) else part for part in reversed(parts))
