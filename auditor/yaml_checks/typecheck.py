"""Type inference for JMESPath: what an expression reads and returns, derived from its text and the shape of a fact.

A misspelt member would always be null, and a string never equals a number. Both would read as PASS, so they are
reported as errors when the check is loaded. What cannot be inferred is not an error.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from auditor.yaml_checks.expression import Node, signatures
from auditor.yaml_checks.model import JsonType, Shape
from auditor.yaml_files import FieldError, quote, suggestion

_ANYTHING, _NULL = Shape(JsonType.ANYTHING), Shape(JsonType.NULL)
_TEXT, _NUMBER, _BOOLEAN = Shape(JsonType.TEXT), Shape(JsonType.NUMBER), Shape(JsonType.BOOLEAN)
_UNDETERMINED = frozenset({JsonType.ANYTHING, JsonType.MIXED, JsonType.NULL})
#: The type names of jmespath.
_JMESPATH_TYPES = {
    JsonType.TEXT: "string",
    JsonType.TIME: "string",
    JsonType.NUMBER: "number",
    JsonType.BOOLEAN: "boolean",
    JsonType.LIST: "array",
    JsonType.OBJECT: "object",
    JsonType.MAP: "object",
}
_RESULTS: dict[str, Shape] = {
    **dict.fromkeys(("abs", "avg", "ceil", "floor", "length", "sum", "to_number"), _NUMBER),
    **dict.fromkeys(("contains", "ends_with", "starts_with"), _BOOLEAN),
    **dict.fromkeys(("join", "to_string", "type"), _TEXT),
    "keys": Shape(JsonType.LIST, items=_TEXT),
}


@dataclass(slots=True)
class TypeChecker:
    """The type errors of one expression, and the members that it reads, as pairs of owner and name."""

    errors: list[FieldError] = field(default_factory=list)
    members: set[tuple[type[Any], str]] = field(default_factory=set)

    def infer(self, node: Node, current: Shape) -> Shape:
        """Return the shape of the value of `node`, evaluated against a value of shape `current`."""
        return _RULES.get(node["type"], _infer_any)(self, node, current)

    def report(self, message: str, advice: str) -> Shape:
        """Record an error, and return the shape of any value to prevent follow-up errors."""
        self.errors.append(FieldError(message, advice))
        return _ANYTHING


def _infer_any(_checker: TypeChecker, _node: Node, _current: Shape) -> Shape:
    return _ANYTHING


def _infer_current(_checker: TypeChecker, _node: Node, current: Shape) -> Shape:
    return current


def _infer_field(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    name = node["value"]
    if current.json_type in _UNDETERMINED:
        return _ANYTHING
    if current.json_type is JsonType.MAP:
        return current.items or _ANYTHING
    if current.json_type is JsonType.LIST:
        return checker.report(f"a list has no member {quote(name)}", f"Write [].{quote(name)} for that of each item.")
    if current.json_type is not JsonType.OBJECT:
        advice = f"Remove .{quote(name)}, or add parentheses: `!a.b` means `(!a).b`."
        return checker.report(f"{current.json_type.value} has no member {quote(name)}", advice)
    if name not in current.names:
        owner = current.kind.__name__ if current.kind else "the object built here"
        return checker.report(f"{quote(name)} is not a member of {owner}", _member_advice(name, current))
    if current.kind:
        checker.members.add((current.kind, name))
    return current.names[name]


def _member_advice(name: str, current: Shape) -> str:
    if name in {"null", "true", "false"}:
        return f"Write `{name}`, in backticks, for the value."
    members = f"Its members: {', '.join(current.names)}. Write a string in single quotes."
    return suggestion(name, current.names) or members


def _infer_chain(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    for child in node["children"]:
        current = checker.infer(child, current)
    return current


def _item_of(checker: TypeChecker, base: Shape) -> Shape:
    if base.json_type in _UNDETERMINED:
        return _ANYTHING
    if base.json_type is not JsonType.LIST:
        return checker.report(f"{base} is used as a list", "Remove the brackets.")
    return base.items or _ANYTHING


def _infer_index(checker: TypeChecker, _node: Node, current: Shape) -> Shape:
    return _item_of(checker, current)


def _infer_projection(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    left, right, *condition = node["children"]
    item = _item_of(checker, checker.infer(left, current))
    for filter_node in condition:
        checker.infer(filter_node, item)
    return Shape(JsonType.LIST, items=checker.infer(right, item))


def _infer_values(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    base = checker.infer(node["children"][0], current)
    if base.json_type not in {JsonType.MAP, JsonType.OBJECT, *_UNDETERMINED}:
        checker.report(f"{base} is used as an object", "Write [*] for the items of a list.")
    item = base.items if base.json_type is JsonType.MAP and base.items else _ANYTHING
    return Shape(JsonType.LIST, items=checker.infer(node["children"][1], item))


def _infer_flatten(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    base = checker.infer(node["children"][0], current)
    item = _item_of(checker, base)
    return item if item.json_type is JsonType.LIST else Shape(JsonType.LIST, items=item)


def _infer_slice(checker: TypeChecker, _node: Node, current: Shape) -> Shape:
    return Shape(JsonType.LIST, items=_item_of(checker, current))


def _infer_literal(_checker: TypeChecker, node: Node, _current: Shape) -> Shape:
    value = node["value"]
    if isinstance(value, bool):
        return _BOOLEAN
    if isinstance(value, list):
        return Shape(JsonType.LIST, items=_ANYTHING)
    shapes = {str: _TEXT, int: _NUMBER, float: _NUMBER, type(None): _NULL}
    return shapes.get(type(value), _ANYTHING)


def _infer_comparator(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    left, right = (checker.infer(child, current) for child in node["children"])
    if node["value"] in {"eq", "ne"}:
        if not _may_equal(left, right):
            advice = "Write 'x' for a string, `1` for a number and `true` for a boolean, quoted like this."
            checker.report(f"compares {left} with {right}, which are never equal", advice)
        return _BOOLEAN
    for side in (left, right):
        if side.json_type not in {JsonType.NUMBER, *_UNDETERMINED}:
            checker.report(f"orders {side}, which is not a number", "Compare it with == or !=.")
    return _BOOLEAN


def _infer_either(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    return _union([checker.infer(child, current) for child in node["children"]])


def _infer_not(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    checker.infer(node["children"][0], current)
    return _BOOLEAN


def _infer_list(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    return Shape(JsonType.LIST, items=_union([checker.infer(child, current) for child in node["children"]]))


def _infer_object(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    members = tuple((pair["value"], checker.infer(pair["children"][0], current)) for pair in node["children"])
    return Shape(JsonType.OBJECT, members=members)


def _infer_function(checker: TypeChecker, node: Node, current: Shape) -> Shape:
    name, arguments = node["value"], node["children"]
    functions = signatures()
    if name not in functions:
        advice = suggestion(name, functions) or f"The functions are {', '.join(sorted(functions))}."
        return checker.report(f"{quote(name)}() is not a function", advice)
    signature = functions[name]
    variadic = bool(signature[-1].get("variadic"))
    if len(arguments) < len(signature) or (len(arguments) > len(signature) and not variadic):
        expected = f"{len(signature)}{' or more' if variadic else ''}"
        message = f"{name}() has {len(arguments)} arguments, expected {expected}"
        return checker.report(message, "Count the commas.")
    shapes, referenced = _infer_arguments(checker, arguments, current)
    for position, shape in enumerate(shapes):
        _check_argument(checker, name, signature[min(position, len(signature) - 1)]["types"], shape)
    return _result_of(name, [shape for shape in shapes if shape], referenced)


def _infer_arguments(
    checker: TypeChecker, arguments: Sequence[Node], current: Shape
) -> tuple[list[Shape | None], Shape]:
    """Return the shape of each argument, None for an `&expression`, and the shape of the last `&expression`.

    An `&expression` is evaluated against the items of the list argument.
    """
    shapes = [None if node["type"] == "expref" else checker.infer(node, current) for node in arguments]
    lists = (shape.items for shape in shapes if shape and shape.json_type is JsonType.LIST and shape.items)
    item = next(lists, _ANYTHING)
    referenced = [checker.infer(node["children"][0], item) for node in arguments if node["type"] == "expref"]
    return shapes, referenced[-1] if referenced else _ANYTHING


def _check_argument(checker: TypeChecker, name: str, types: Sequence[str], shape: Shape | None) -> None:
    if shape is None or shape.json_type in _UNDETERMINED or not types:
        return
    accepted = {accepted_type.split("-")[0] for accepted_type in types}
    if _JMESPATH_TYPES[shape.json_type] not in accepted:
        message = f"{name}() does not accept {shape}, only {' or '.join(sorted(accepted))}"
        checker.report(message, "Compare with the functions on jmespath.org.")


def _result_of(name: str, arguments: Sequence[Shape], referenced: Shape) -> Shape:
    first = arguments[0] if arguments else _ANYTHING
    results: dict[str, Shape] = {
        **_RESULTS,
        **dict.fromkeys(("reverse", "sort", "sort_by"), first),
        **dict.fromkeys(("max", "max_by", "min", "min_by"), first.items or _ANYTHING),
        "map": Shape(JsonType.LIST, items=referenced),
        "not_null": _union(arguments),
        "to_array": first if first.json_type is JsonType.LIST else Shape(JsonType.LIST, items=first),
        "values": Shape(JsonType.LIST, items=first.items if first.json_type is JsonType.MAP else _ANYTHING),
    }
    return results.get(name, _ANYTHING)


def _may_equal(left: Shape, right: Shape) -> bool:
    if left.json_type in _UNDETERMINED or right.json_type in _UNDETERMINED:
        return True
    return _JMESPATH_TYPES[left.json_type] == _JMESPATH_TYPES[right.json_type]


def _union(shapes: Sequence[Shape]) -> Shape:
    """Return the shape of a value that has one of several shapes."""
    by_type = {shape.json_type: shape for shape in shapes if shape.json_type is not JsonType.NULL}
    if JsonType.ANYTHING in by_type or not by_type:
        return _ANYTHING
    return next(iter(by_type.values())) if len(by_type) == 1 else Shape(JsonType.MIXED)


_RULES: dict[str, Callable[[TypeChecker, Node, Shape], Shape]] = {
    "field": _infer_field,
    "identity": _infer_current,
    "current": _infer_current,
    "subexpression": _infer_chain,
    "pipe": _infer_chain,
    "index_expression": _infer_chain,
    "index": _infer_index,
    "slice": _infer_slice,
    "projection": _infer_projection,
    "filter_projection": _infer_projection,
    "value_projection": _infer_values,
    "flatten": _infer_flatten,
    "literal": _infer_literal,
    "comparator": _infer_comparator,
    "or_expression": _infer_either,
    "and_expression": _infer_either,
    "not_expression": _infer_not,
    "multi_select_list": _infer_list,
    "multi_select_dict": _infer_object,
    "function_expression": _infer_function,
}
