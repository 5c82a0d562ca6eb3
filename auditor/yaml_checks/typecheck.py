"""What an expression reads, and what it gives, told from its text and the shape of a fact before any fact is there.

A name that no fact has would be null for ever, a text never equals a number, and both would read as PASS: whatever can
be told beforehand is told, and what cannot be told is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.yaml_checks.expression import Node, signatures
from auditor.yaml_checks.model import JsonType, Shape
from auditor.yaml_files import FieldError, quote, suggestion

_ANYTHING, _NULL = Shape(JsonType.ANYTHING), Shape(JsonType.NULL)
_TEXT, _NUMBER, _BOOLEAN = Shape(JsonType.TEXT), Shape(JsonType.NUMBER), Shape(JsonType.BOOLEAN)
_OPEN = frozenset({JsonType.ANYTHING, JsonType.MIXED, JsonType.NULL})
#: What jmespath calls the words.
_TYPES = {
    JsonType.TEXT: "string",
    JsonType.TIME: "string",
    JsonType.NUMBER: "number",
    JsonType.BOOLEAN: "boolean",
    JsonType.LIST: "array",
    JsonType.OBJECT: "object",
    JsonType.MAP: "object",
}
_GIVES: dict[str, Shape] = {
    **dict.fromkeys(("abs", "avg", "ceil", "floor", "length", "sum", "to_number"), _NUMBER),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), _BOOLEAN),
    **dict.fromkeys(("join", "to_string", "type"), _TEXT),
    "keys": Shape(JsonType.LIST, of=_TEXT),
}


@dataclass(slots=True)
class Reading:
    """What has been found in one expression: what is wrong with it, and the members that it reads, by their owner."""

    complaints: list[FieldError] = field(default_factory=list)
    members: set[tuple[type[Any], str]] = field(default_factory=set)

    def gives(self, node: Node, here: Shape) -> Shape:
        """Return what `node` gives where it stands upon `here`."""
        return _RULES.get(node["type"], _anything)(self, node, here)

    def complain(self, message: str, advice: str) -> Shape:
        """Note what is wrong, and go on as if it were not."""
        self.complaints.append(FieldError(message, advice))
        return _ANYTHING


def _anything(_reading: Reading, _node: Node, _here: Shape) -> Shape:
    return _ANYTHING


def _same(_reading: Reading, _node: Node, here: Shape) -> Shape:
    return here


def _field(reading: Reading, node: Node, here: Shape) -> Shape:
    name = node["value"]
    if here.word in _OPEN:
        return _ANYTHING
    if here.word is JsonType.MAP:
        return here.of or _ANYTHING
    if here.word is JsonType.LIST:
        return reading.complain(f"{quote(name)} is asked of a list", f"Write [].{quote(name)} for that of each item.")
    if here.word is not JsonType.OBJECT:
        bracket = f"Remove .{quote(name)}, or write brackets: what stands behind `!` ends before the dot."
        return reading.complain(f"{quote(name)} is asked of {here.word.value}", bracket)
    if name not in here.names:
        owner = here.kind.__name__ if here.kind else "what is made here"
        return reading.complain(f"{quote(name)} is not a member of {owner}", _meant(name, here))
    if here.kind:
        reading.members.add((here.kind, name))
    return here.names[name]


def _meant(name: str, here: Shape) -> str:
    if name in {"null", "true", "false"}:
        return f"Write `{name}`, with these very quotes, for the value."
    known = f"Known there: {', '.join(here.names)}. A text stands in single quotes."
    return suggestion(name, here.names) or known


def _one_after_the_other(reading: Reading, node: Node, here: Shape) -> Shape:
    for child in node["children"]:
        here = reading.gives(child, here)
    return here


def _item(reading: Reading, base: Shape) -> Shape:
    if base.word in _OPEN:
        return _ANYTHING
    if base.word is not JsonType.LIST:
        return reading.complain(f"{base} is taken for a list", "Remove the brackets.")
    return base.of or _ANYTHING


def _index(reading: Reading, _node: Node, here: Shape) -> Shape:
    return _item(reading, here)


def _projection(reading: Reading, node: Node, here: Shape) -> Shape:
    left, right, *condition = node["children"]
    item = _item(reading, reading.gives(left, here))
    for each in condition:
        reading.gives(each, item)
    return Shape(JsonType.LIST, of=reading.gives(right, item))


def _values(reading: Reading, node: Node, here: Shape) -> Shape:
    base = reading.gives(node["children"][0], here)
    if base.word not in {JsonType.MAP, JsonType.OBJECT, *_OPEN}:
        reading.complain(f"{base} is taken for an object", "Write [*] for the items of a list.")
    item = base.of if base.word is JsonType.MAP and base.of else _ANYTHING
    return Shape(JsonType.LIST, of=reading.gives(node["children"][1], item))


def _flatten(reading: Reading, node: Node, here: Shape) -> Shape:
    base = reading.gives(node["children"][0], here)
    item = _item(reading, base)
    return item if item.word is JsonType.LIST else Shape(JsonType.LIST, of=item)


def _slice(reading: Reading, _node: Node, here: Shape) -> Shape:
    return Shape(JsonType.LIST, of=_item(reading, here))


def _literal(_reading: Reading, node: Node, _here: Shape) -> Shape:
    value = node["value"]
    if isinstance(value, bool):
        return _BOOLEAN
    if isinstance(value, list):
        return Shape(JsonType.LIST, of=_ANYTHING)
    words = {str: _TEXT, int: _NUMBER, float: _NUMBER, type(None): _NULL}
    return words.get(type(value), _ANYTHING)


def _comparator(reading: Reading, node: Node, here: Shape) -> Shape:
    left, right = (reading.gives(each, here) for each in node["children"])
    if node["value"] in {"eq", "ne"}:
        if not _may_equal(left, right):
            advice = "Write 'x' for a text, `1` for a number, `true` for a truth, with these very quotes."
            reading.complain(f"compares {left} with {right}, which are never equal", advice)
        return _BOOLEAN
    for side in (left, right):
        if side.word not in {JsonType.NUMBER, *_OPEN}:
            reading.complain(f"orders {side}, which is no number", "Compare it with == or !=.")
    return _BOOLEAN


def _either(reading: Reading, node: Node, here: Shape) -> Shape:
    return _joined([reading.gives(each, here) for each in node["children"]])


def _not(reading: Reading, node: Node, here: Shape) -> Shape:
    reading.gives(node["children"][0], here)
    return _BOOLEAN


def _several(reading: Reading, node: Node, here: Shape) -> Shape:
    return Shape(JsonType.LIST, of=_joined([reading.gives(each, here) for each in node["children"]]))


def _made(reading: Reading, node: Node, here: Shape) -> Shape:
    members = tuple((each["value"], reading.gives(each["children"][0], here)) for each in node["children"])
    return Shape(JsonType.OBJECT, members=members)


def _function(reading: Reading, node: Node, here: Shape) -> Shape:
    name, nodes = node["value"], node["children"]
    known = signatures()
    if name not in known:
        every = f"Known: {', '.join(sorted(known))}."
        return reading.complain(f"{quote(name)}() is not a function", suggestion(name, known) or every)
    signature = known[name]
    variadic = bool(signature[-1].get("variadic"))
    if len(nodes) < len(signature) or (len(nodes) > len(signature) and not variadic):
        wanted = f"{len(signature)}{' or more' if variadic else ''}"
        return reading.complain(f"{name}() takes {wanted}, and is given {len(nodes)}", "Count the commas.")
    given, behind = _arguments(reading, nodes, here)
    for position, each in enumerate(given):
        _fits(reading, name, signature[min(position, len(signature) - 1)]["types"], each)
    return _given_by(name, [each for each in given if each], behind)


def _arguments(reading: Reading, nodes: Sequence[Node], here: Shape) -> tuple[list[Shape | None], Shape]:
    """Each argument's shape, None for what is behind an `&`: that stands upon the items of the list beside it."""
    given = [None if each["type"] == "expref" else reading.gives(each, here) for each in nodes]
    item = next((each.of for each in given if each and each.word is JsonType.LIST and each.of), _ANYTHING)
    behind = [reading.gives(each["children"][0], item) for each in nodes if each["type"] == "expref"]
    return given, behind[-1] if behind else _ANYTHING


def _fits(reading: Reading, name: str, types: Sequence[str], given: Shape | None) -> None:
    if given is None or given.word in _OPEN or not types:
        return
    called = _TYPES[given.word]
    if not any(each.split("-")[0] == called for each in types):
        wanted = " or ".join(sorted({each.split("-")[0] for each in types}))
        reading.complain(f"{name}() is given {given}, not {wanted}", "Compare with the functions on jmespath.org.")


def _given_by(name: str, given: Sequence[Shape], behind: Shape) -> Shape:
    first = given[0] if given else _ANYTHING
    gives: dict[str, Shape] = {
        **_GIVES,
        **dict.fromkeys(("reverse", "sort", "sort_by"), first),
        **dict.fromkeys(("max", "max_by", "min", "min_by"), first.of or _ANYTHING),
        "map": Shape(JsonType.LIST, of=behind),
        "not_null": _joined(given),
        "to_array": first if first.word is JsonType.LIST else Shape(JsonType.LIST, of=first),
        "values": Shape(JsonType.LIST, of=first.of if first.word is JsonType.MAP else _ANYTHING),
    }
    return gives.get(name, _ANYTHING)


def _may_equal(left: Shape, right: Shape) -> bool:
    if left.word in _OPEN or right.word in _OPEN:
        return True
    return _TYPES[left.word] == _TYPES[right.word]


def _joined(shapes: Sequence[Shape]) -> Shape:
    """What may come out where one of several does."""
    some = {each.word: each for each in shapes if each.word is not JsonType.NULL}
    if JsonType.ANYTHING in some or not some:
        return _ANYTHING
    return next(iter(some.values())) if len(some) == 1 else Shape(JsonType.MIXED)


_RULES: dict[str, Callable[[Reading, Node, Shape], Shape]] = {
    "field": _field,
    "identity": _same,
    "current": _same,
    "subexpression": _one_after_the_other,
    "pipe": _one_after_the_other,
    "index_expression": _one_after_the_other,
    "index": _index,
    "slice": _slice,
    "projection": _projection,
    "filter_projection": _projection,
    "value_projection": _values,
    "flatten": _flatten,
    "literal": _literal,
    "comparator": _comparator,
    "or_expression": _either,
    "and_expression": _either,
    "not_expression": _not,
    "multi_select_list": _several,
    "multi_select_dict": _made,
    "function_expression": _function,
}
