"""Evaluates CloudFormation's intrinsic functions as far as a template alone allows.

Parameters have their defaults. A value that only a deployment knows is Unresolved, and `Fn::If` with an unknown
condition is Conditional. Each function returns None if its argument is not what CloudFormation documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.iac.substitution import is_scalar, join, split_sub, to_text
from auditor.iac.unresolved import ABSENT, Conditional, Unresolved
from auditor.yaml_files import quote

_DYNAMIC_REFERENCE = "{{resolve:"
_MAX_DEPTH = 100
_MAX_CONDITION_CHAIN = 50
_MAX_INDEX_DIGITS = 6
#: Characters and levels of an expression in a message.
_MAX_SHOWN = 120
_MAX_SHOWN_DEPTH = 8
#: Approximates the name, ARN or address of a resource.
_RESOURCE_NAME = "name"


@dataclass(slots=True)
class Template:
    """The sections of one template that its functions refer to."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    _evaluating: list[str] = field(default_factory=list)
    _evaluated: dict[str, bool | None] = field(default_factory=dict)

    def resolve(self, value: object, depth: int = 0) -> Any:
        """Return `value` with every function replaced by its result, or by an unresolved value."""
        if depth > _MAX_DEPTH:
            return Unresolved("a function nested too deeply", repr(value))
        if isinstance(value, str):
            return Unresolved(quote(value), value) if _DYNAMIC_REFERENCE in value else value
        if isinstance(value, list):
            items = (self.resolve(item, depth + 1) for item in value)
            return [item for item in items if item is not ABSENT]
        return self._resolve_object(value, depth) if isinstance(value, dict) else value

    def _resolve_object(self, value: Mapping[str, Any], depth: int) -> Any:
        if merged := merged_call(value):
            return Unresolved(merged, repr(value))
        name, argument = _function_call(value)
        if name:
            function = _FUNCTIONS.get(name)
            result = function(self, argument, depth + 1) if function else None
            return _unresolved(name, argument) if result is None else result
        members = {key: self.resolve(member, depth + 1) for key, member in value.items()}
        return {key: member for key, member in members.items() if member is not ABSENT}

    def condition(self, name: object) -> bool | None:
        """Return the value of a condition, None if it is not known."""
        if not isinstance(name, str) or name not in self.conditions:
            return None
        if name in self._evaluating or len(self._evaluating) >= _MAX_CONDITION_CHAIN:
            return None
        if name not in self._evaluated:
            self._evaluating.append(name)
            self._evaluated[name] = self._evaluate_condition(self.conditions[name])
            self._evaluating.pop()
        return self._evaluated[name]

    def _evaluate_condition(self, value: object) -> bool | None:
        name, argument = _function_call(value) if isinstance(value, dict) else ("", None)
        if name == "Condition":
            return self.condition(argument)
        operands = argument if isinstance(argument, list) else []
        if name == "Fn::Equals" and len(operands) == 2:
            left, right = (self.resolve(operand) for operand in operands)
            return to_text(left) == to_text(right) if is_scalar(left) and is_scalar(right) else None
        if name not in _OPERATORS or not operands:
            return None
        return _OPERATORS[name]([self._evaluate_condition(operand) for operand in operands])

    def ref(self, argument: object, _depth: int) -> Any:
        """Evaluate `Ref`."""
        if argument == "AWS::NoValue":
            return ABSENT
        if not isinstance(argument, str):
            return None
        if argument in self.parameters:
            return _parameter_value(argument, self.parameters[argument])
        is_name = argument in self.resources or argument.startswith("AWS::")
        approximation = _RESOURCE_NAME if is_name else None
        return Unresolved(f"!Ref {quote(argument)}", f"Ref {argument}", approximation=approximation)

    def get_att(self, argument: object, _depth: int) -> Any:
        """Evaluate `Fn::GetAtt`. Attributes of AWS resources are names, ARNs and addresses, those of others are not."""
        path = argument if isinstance(argument, list) else [argument]
        target = self.resources.get(path[0]) if path and isinstance(path[0], str) else None
        type_ = str(target.get("Type")) if isinstance(target, dict) else "Custom::"
        approximation = None if type_.startswith(("Custom::", "AWS::CloudFormation::")) else _RESOURCE_NAME
        expression = f"!GetAtt {quote('.'.join(map(str, path)))}"
        return Unresolved(expression, f"GetAtt {path!r}", approximation=approximation)

    def if_(self, argument: object, depth: int) -> Any:
        """Evaluate `Fn::If`."""
        if not isinstance(argument, list) or len(argument) != 3:
            return None
        name, if_true, if_false = argument
        condition = self.condition(name)
        if condition is None:
            return Conditional(
                name if isinstance(name, str) else show(name),
                self.resolve(if_true, depth),
                self.resolve(if_false, depth),
            )
        return self.resolve(if_true if condition else if_false, depth)

    def sub(self, argument: object, depth: int) -> Any:
        """Evaluate `Fn::Sub`."""
        text, variables = argument, {}
        if isinstance(argument, list) and len(argument) == 2:
            text, variables = argument
        if not isinstance(text, str) or not isinstance(variables, dict):
            return None
        values = [part if literal else self._variable(part, variables, depth) for literal, part in split_sub(text)]
        return join("", values, Unresolved(f"!Sub {quote(text)}", f"Sub {argument!r}"))

    def _variable(self, name: str, variables: Mapping[str, Any], depth: int) -> Any:
        if name in variables:
            return self.resolve(variables[name], depth)
        return self.get_att(name.split(".", 1), depth) if "." in name else self.ref(name, depth)

    def join(self, argument: object, depth: int) -> Any:
        """Evaluate `Fn::Join`."""
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):
            return None
        values = self.resolve(argument[1], depth)
        if not isinstance(values, list):
            return None
        return join(argument[0], values, Unresolved(show({"Fn::Join": argument}), f"Join {argument!r}"))

    def find_in_map(self, argument: object, depth: int) -> Any:
        """Evaluate `Fn::FindInMap`."""
        keys = self.resolve(argument, depth)
        if not isinstance(keys, list) or not all(is_scalar(key) for key in keys):
            return None
        value: Any = self.mappings
        for key in map(to_text, keys):
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def select(self, argument: object, depth: int) -> Any:
        """Evaluate `Fn::Select`."""
        resolved = self.resolve(argument, depth)
        if not isinstance(resolved, list) or len(resolved) != 2 or not isinstance(resolved[1], list):
            return None
        index = to_text(resolved[0]) if is_scalar(resolved[0]) else ""
        is_index = index.isdecimal() and len(index) <= _MAX_INDEX_DIGITS and int(index) < len(resolved[1])
        return resolved[1][int(index)] if is_index else None

    def split(self, argument: object, depth: int) -> Any:
        """Evaluate `Fn::Split`."""
        resolved = self.resolve(argument, depth)
        if not isinstance(resolved, list) or len(resolved) != 2 or not all(isinstance(text, str) for text in resolved):
            return None
        return resolved[1].split(resolved[0]) if resolved[0] else None


def _function_call(value: Mapping[Any, Any]) -> tuple[str, Any]:
    """Return the name and the argument of the function that an object calls; the name is empty if it calls none."""
    if len(value) != 1:
        return "", None
    ((name, argument),) = value.items()
    is_function = isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::"))
    return (name, argument) if is_function else ("", None)


def merged_call(value: Mapping[Any, Any]) -> str | None:
    """Return the call in an object that adds members to it, None if there is none.

    `Fn::Transform` next to other members, and `Fn::ForEach::X` anywhere, can add any member.
    """
    for key, argument in value.items():
        if isinstance(key, str) and key.startswith("Fn::") and (len(value) > 1 or key.startswith("Fn::ForEach")):
            return show({key: argument})
    return None


def show(value: object, depth: int = 0) -> str:
    """Return a value in the notation of YAML templates, shortened for messages."""
    if depth > _MAX_SHOWN_DEPTH:
        return "..."
    if isinstance(value, dict):
        name, argument = _function_call(value)
        if name:
            return _shorten(f"!{name.removeprefix('Fn::')} {show(argument, depth + 1)}")
        members = (f"{quote(key)}: {show(member, depth + 1)}" for key, member in value.items())
        return _shorten("{" + ", ".join(members) + "}")
    if isinstance(value, list):
        return _shorten("[" + ", ".join(show(item, depth + 1) for item in value) + "]")
    return "null" if value is None else quote(value)


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}..."


def _unresolved(name: str, argument: object) -> Unresolved:
    return Unresolved(show({name: argument}), f"{name} {argument!r}")


def _parameter_value(name: str, parameter: object) -> Any:
    """Return the default of a parameter. The default of an SSM parameter is a key in the store, not the value."""
    properties: Mapping[str, Any] = parameter if isinstance(parameter, dict) else {}
    type_, default = str(properties.get("Type", "")), properties.get("Default")
    if not is_scalar(default) or type_.startswith("AWS::SSM::"):
        is_list = type_ == "CommaDelimitedList" or type_.startswith("List<")
        # AllowedValues of a list are those of its items, and those of an SSM parameter are its possible keys.
        allowed = None if is_list or type_.startswith("AWS::SSM::") else properties.get("AllowedValues")
        values = allowed if isinstance(allowed, list) else []
        choices = tuple(to_text(value) for value in values) if all(map(is_scalar, values)) else ()
        return Unresolved(f"!Ref {quote(name)}", f"Ref {name}", choices=choices)
    if type_ == "CommaDelimitedList" or type_.startswith("List<"):
        return [item.strip() for item in to_text(default).split(",")]
    return to_text(default)


def _and(operands: list[bool | None]) -> bool | None:
    return False if False in operands else None if None in operands else True


def _or(operands: list[bool | None]) -> bool | None:
    return True if True in operands else None if None in operands else False


def _not(operands: list[bool | None]) -> bool | None:
    return None if operands[0] is None else not operands[0]


_OPERATORS: Mapping[str, Callable[[list[bool | None]], bool | None]] = {"Fn::And": _and, "Fn::Or": _or, "Fn::Not": _not}
_FUNCTIONS: Mapping[str, Callable[[Template, Any, int], Any]] = {
    "Ref": Template.ref,
    "Fn::GetAtt": Template.get_att,
    "Fn::If": Template.if_,
    "Fn::Sub": Template.sub,
    "Fn::Join": Template.join,
    "Fn::FindInMap": Template.find_in_map,
    "Fn::Select": Template.select,
    "Fn::Split": Template.split,
}
