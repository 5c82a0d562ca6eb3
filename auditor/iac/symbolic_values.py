"""Symbolic values, which checks cannot inspect, and symbolic texts, of which they can inspect the known parts.

A symbolic value stands for any value. It can be copied into evidence; every other operation is recorded and raises
SymbolicValueRead.
"""

from dataclasses import dataclass, field
from typing import Any, NoReturn, TypeVar

from auditor.iac import symbolic_text
from auditor.iac.possible_values import Marked, marked_parts

T = TypeVar("T")


class SymbolicValueRead(Exception):
    """A check operated on a symbolic value."""


@dataclass(slots=True)
class ReadLog:
    """What one call of a check read, in order.

    `choices` are the unknown values with few options that it read, `symbolic` the expressions of symbolic values that
    it read, and `inspected` the expressions of those that it operated on.
    """

    choices: list[Any] = field(default_factory=list)
    symbolic: list[str] = field(default_factory=list)
    inspected: list[str] = field(default_factory=list)


class SymbolicValue:
    """Stands for any value. Every operation except passing it on raises SymbolicValueRead."""

    __slots__ = ("_expression", "_log")

    def __init__(self, expression: str, log: ReadLog) -> None:
        object.__setattr__(self, "_expression", expression)
        object.__setattr__(self, "_log", log)

    def __getattr__(self, _name: str) -> NoReturn:
        _raise_read(self)

    def __repr__(self) -> str:
        return f"<symbolic: {expression_of(self)}>"


def expression_of(value: SymbolicValue) -> str:
    """Return the expression of the file that the value stands for."""
    return str(object.__getattribute__(value, "_expression"))


def _raise_read(value: SymbolicValue, *_: object) -> NoReturn:
    object.__getattribute__(value, "_log").inspected.append(expression_of(value))
    raise SymbolicValueRead


# Python looks up operators on the class, without __getattr__, so each needs a method.
_OPERATORS = (
    "bool str format bytes hash len iter next reversed contains getitem call int float index complex round fspath "
    "eq ne lt le gt ge add radd sub rsub mul rmul matmul truediv rtruediv floordiv rfloordiv mod rmod divmod rdivmod "
    "pow rpow and rand or ror xor rxor lshift rshift neg pos abs invert enter exit trunc floor ceil setattr delattr"
)
for _name in _OPERATORS.split():
    setattr(SymbolicValue, f"__{_name}__", _raise_read)


class SymbolicText(SymbolicValue):
    """Stands for a text of which some parts are open. An operation raises if its result depends on an open part."""

    __slots__ = ("_parts",)

    def __init__(self, expression: str, log: ReadLog, parts: symbolic_text.Parts) -> None:
        """Store the known and the open parts."""
        super().__init__(expression, log)
        object.__setattr__(self, "_parts", parts)

    def __eq__(self, other: object) -> bool:
        """Whether the text equals another, which may be symbolic, too."""
        if not isinstance(other, str | SymbolicText):
            _raise_read(self)
        return _decided(self, symbolic_text.are_equal(_parts_of(self), _parts_of(other)))

    def __ne__(self, other: object) -> bool:
        """Whether the text differs from another."""
        return not self == other

    def __hash__(self) -> NoReturn:  # noqa: PLE0309 - it always raises
        """Raise: equal texts must have equal hashes."""
        _raise_read(self)

    def __bool__(self) -> bool:
        """Whether the text is not empty."""
        return not _decided(self, symbolic_text.is_empty(_parts_of(self)))

    def __contains__(self, text: object) -> bool:
        """Whether the text contains another."""
        return _decided(self, symbolic_text.contains(_parts_of(self), text))

    def startswith(self, text: object) -> bool:
        """Whether the text starts with another."""
        return _decided(self, symbolic_text.starts_with(_parts_of(self), text))

    def endswith(self, text: object) -> bool:
        """Whether the text ends with another."""
        return _decided(self, symbolic_text.ends_with(_parts_of(self), text))

    def lower(self) -> Any:
        """Return the text in lower case."""
        return _text(self, symbolic_text.lower(_parts_of(self)))

    def partition(self, separator: object) -> tuple[Any, Any, Any]:
        """Return the text before the first separator, the separator, and the text after it."""
        split = symbolic_text.split_first(_parts_of(self), separator)
        if split is None:
            before, middle, after = self._open_texts(f"partition {separator!r}")
            start = symbolic_text.known_start(_parts_of(self), separator)
            return _text(self, (*start, before)), _text(self, (middle,)), _text(self, (after,))
        return (_text(self, split[0]), separator, _text(self, split[1])) if any(split) else (self, "", "")

    def rpartition(self, separator: object) -> tuple[Any, Any, Any]:
        """Return the text before the last separator, the separator, and the text after it."""
        split = symbolic_text.split_last(_parts_of(self), separator)
        if split is None:
            before, middle, after = self._open_texts(f"rpartition {separator!r}")
            end = symbolic_text.known_end(_parts_of(self), separator)
            return _text(self, (before,)), _text(self, (middle,)), _text(self, (after, *end))
        return (_text(self, split[0]), separator, _text(self, split[1])) if any(split) else ("", "", self)

    def _open_texts(self, operation: str) -> tuple[Marked, Marked, Marked]:
        """Return three open parts, the results of an operation on this text."""
        first, second, third = (Marked("", f"{operation} {index} of {_parts_of(self)!r}") for index in range(3))
        return first, second, third

    def __add__(self, other: object) -> Any:
        """Return the text followed by another."""
        return _text(self, symbolic_text.joined(_parts_of(self), _parts_of(_as_text(self, other))))

    def __radd__(self, other: object) -> Any:
        """Return the text after another."""
        return _text(self, symbolic_text.joined(_parts_of(_as_text(self, other)), _parts_of(self)))


def _as_text(value: SymbolicText, other: object) -> str | SymbolicText:
    return other if isinstance(other, str | SymbolicText) else _raise_read(value)


def _parts_of(value: Any) -> symbolic_text.Parts:
    if isinstance(value, str):
        return (value,) if value else ()
    parts: symbolic_text.Parts = object.__getattribute__(value, "_parts")
    return parts


def _text(origin: SymbolicText, parts: symbolic_text.Parts) -> str | SymbolicText:
    """Return a text that was made of `origin`: a string if all its parts are known."""
    if all(isinstance(part, str) for part in parts):
        return "".join(map(str, parts))
    return SymbolicText(expression_of(origin), object.__getattribute__(origin, "_log"), parts)


def _decided(value: SymbolicText, answer: T | None) -> T:
    if answer is None:
        _raise_read(value)
    return answer


@dataclass(frozen=True, slots=True)
class Symbol:
    """The expression of a value that can be anything; `is_text` if it is a text whose marks show its open parts."""

    expression: str
    is_text: bool = False

    def value(self, log: ReadLog, sample: object) -> SymbolicValue:
        """Return what stands for the value, of which the fact has a sample."""
        parts = marked_parts(sample) if self.is_text and isinstance(sample, str) else ()
        return SymbolicText(self.expression, log, parts) if parts else SymbolicValue(self.expression, log)
