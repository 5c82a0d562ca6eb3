"""Evaluates CloudFormation's intrinsic functions as far as a template alone allows.

Parameters have their defaults. A value that only a deployment knows is Unresolved, and `Fn::If` with an unknown
condition is Conditional. Each function returns None if its argument is not what CloudFormation documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.iac.assumptions import implications, references
from auditor.iac.functions import function_call, merged_call, show
from auditor.iac.json_data import as_mapping
from auditor.iac.known_attributes import KNOWN_ATTRIBUTES, Parts, pseudo_parameter, resource_text
from auditor.iac.mappings import as_choice, is_choice, map_values
from auditor.iac.substitution import DYNAMIC_REFERENCE, is_scalar, join, split_sub, to_text
from auditor.iac.unresolved import ABSENT, Conditional, Unresolved
from auditor.yaml_files import quote

_MAX_DEPTH = 100
_MAX_CONDITION_CHAIN = 50
_MAX_INDEX_DIGITS = 6
_MAP_OPERANDS = 3
#: Approximates the name, ARN or address of a resource.
_RESOURCE_NAME = "name"


@dataclass(slots=True)
class Template:
    """The sections of one template that its functions refer to."""

    parameters: Mapping[str, Any] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    resources: Mapping[str, Any] = field(default_factory=dict)
    _describing: list[str] = field(default_factory=list)
    _evaluating: list[str] = field(default_factory=list)
    _evaluated: dict[str, bool | None] = field(default_factory=dict)

    def resolve(self, value: object, depth: int = 0) -> Any:
        """Return `value` with every function replaced by its result, or by an unresolved value."""
        if depth > _MAX_DEPTH:
            return Unresolved("a function nested too deeply", repr(value))
        if isinstance(value, str):
            return Unresolved(quote(value), value) if DYNAMIC_REFERENCE in value else value
        if isinstance(value, list):
            items = (self.resolve(item, depth + 1) for item in value)
            return [item for item in items if item is not ABSENT]
        return self._resolve_object(value, depth) if isinstance(value, dict) else value

    def _resolve_object(self, value: Mapping[str, Any], depth: int) -> Any:
        if merged := merged_call(value):
            return Unresolved(merged, repr(value))
        name, argument = function_call(value)
        if name:
            function = _FUNCTIONS.get(name)
            result = function(self, argument, depth + 1) if function else None
            if isinstance(result, str) and DYNAMIC_REFERENCE in result:
                return Unresolved(show(value), result)
            return _unresolved(name, argument) if result is None else result
        members = {key: self.resolve(member, depth + 1) for key, member in value.items()}
        return {key: member for key, member in members.items() if member is not ABSENT}

    def assuming(self, condition: object) -> Template:
        """Return the template inside a resource with this `Condition`: there it is true, with all that it implies.

        Parameters that the condition fixes get that value. If the condition is false with the defaults of the
        parameters, the other parameters that it reads have no default.
        """
        if not isinstance(condition, str) or condition not in self.conditions:
            return self
        implied = implications(self.conditions, condition)
        parameters = dict(self.parameters)
        if self.condition(condition) is False:
            for name in references(self.conditions, condition) & parameters.keys():
                parameters[name] = {
                    key: value for key, value in as_mapping(parameters[name]).items() if key != "Default"
                }
        for name, value in implied.parameters.items():
            parameter = as_mapping(parameters.get(name))
            if name in parameters and parameter.get("Type", "String") in ("String", "Number"):
                parameters[name] = {**parameter, "Default": value}
        assumed = Template(parameters, self.mappings, self.conditions, self.resources)
        assumed._evaluated.update(implied.conditions)
        return assumed

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
        name, argument = function_call(value) if isinstance(value, dict) else ("", None)
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
        expression, identity = f"!Ref {quote(argument)}", f"Ref {argument}"
        if argument in self.resources:
            parts = self._resource_parts(argument, "Ref")
            return Unresolved(expression, identity, approximation=_RESOURCE_NAME, parts=parts, resource=argument)
        if argument.startswith("AWS::"):
            parts = pseudo_parameter(argument)
            return Unresolved(expression, identity, approximation=_RESOURCE_NAME, parts=parts)
        return Unresolved(expression, identity)

    def get_att(self, argument: object, _depth: int) -> Any:
        """Evaluate `Fn::GetAtt`. Attributes of AWS resources are names, ARNs and addresses, those of others are not."""
        path = argument if isinstance(argument, list) else [argument]
        expression, identity = f"!GetAtt {quote('.'.join(map(str, path)))}", f"GetAtt {path!r}"
        name = path[0] if path and isinstance(path[0], str) else ""
        target = self.resources.get(name)
        type_ = str(target.get("Type")) if isinstance(target, dict) else "Custom::"
        approximation = None if type_.startswith(("Custom::", "AWS::CloudFormation::")) else _RESOURCE_NAME
        attribute = ".".join(map(str, path[1:]))
        parts = self._resource_parts(name, attribute) if isinstance(target, dict) else ()
        return Unresolved(expression, identity, approximation=approximation, parts=parts, resource=name)

    def _resource_parts(self, name: str, attribute: str) -> Parts:
        """Return what is known of an attribute of a resource in this template; nothing if it is not known."""
        resource = self.resources.get(name)
        template = KNOWN_ATTRIBUTES.get((str(resource.get("Type")), attribute)) if isinstance(resource, dict) else None
        if template is None or name in self._describing:
            return ()
        self._describing.append(name)
        properties = resource.get("Properties") if isinstance(resource, dict) else None
        parts = resource_text(template, name, lambda key: self._property(properties, key))
        self._describing.pop()
        return parts

    def _property(self, properties: object, key: str) -> Any:
        return self.resolve(properties[key]) if isinstance(properties, dict) and key in properties else None

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
        operands = self.resolve(argument, depth)
        if not isinstance(operands, list) or len(operands) not in (_MAP_OPERANDS, _MAP_OPERANDS + 1):
            return None
        options = operands[_MAP_OPERANDS] if len(operands) > _MAP_OPERANDS else None
        default = [options["DefaultValue"]] if isinstance(options, dict) and "DefaultValue" in options else []
        values, is_complete = map_values(self.mappings, operands[:_MAP_OPERANDS])
        values = [self.resolve(value, depth) for value in values]
        if not is_complete or not values:
            values += default
        if not values or not all(map(is_choice, values)):
            return None
        if all(value == values[0] for value in values):
            return values[0]
        identity = f"FindInMap {operands!r}"
        return Unresolved(show({"Fn::FindInMap": argument}), identity, choices=tuple(map(as_choice, values)))

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
        if type_ == "Number" and not choices:
            choices = _numbers(properties)
        return Unresolved(f"!Ref {quote(name)}", f"Ref {name}", choices=choices)
    if type_ == "CommaDelimitedList" or type_.startswith("List<"):
        return [item.strip() for item in to_text(default).split(",")]
    return to_text(default)


def _numbers(parameter: Mapping[str, Any]) -> tuple[str, ...]:
    """Return two numbers that a parameter accepts, zero among them if possible; none if its limits are unclear."""
    try:
        smallest, largest = int(parameter.get("MinValue", 0)), int(parameter.get("MaxValue", 2**31 - 1))
    except (TypeError, ValueError):
        return ()
    numbers = {smallest, min(smallest + 1, largest), *({0} if smallest <= 0 <= largest else ())}
    return tuple(map(str, sorted(numbers)))


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
