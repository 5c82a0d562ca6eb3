"""What follows for conditions and parameters of a template if one of its conditions is true."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.iac.functions import function_call
from auditor.iac.substitution import is_scalar, split_sub

_MAX_CHAIN = 50


@dataclass(frozen=True, slots=True)
class Implications:
    """The values of conditions and of parameters that follow from the truth of a condition."""

    conditions: dict[str, bool | None] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)


def implications(conditions: Mapping[str, Any], name: str) -> Implications:
    """Return what follows if the condition `name` is true."""
    implied = Implications()
    pending: list[tuple[object, bool, int]] = [({"Condition": name}, True, 0)]
    while pending:
        value, truth, depth = pending.pop()
        function, argument = function_call(value) if isinstance(value, dict) else ("", None)
        operands = argument if isinstance(argument, list) else []
        if function == "Condition" and isinstance(argument, str) and argument in conditions:
            if argument not in implied.conditions and depth <= _MAX_CHAIN:
                implied.conditions[argument] = truth
                pending.append((conditions[argument], truth, depth + 1))
        elif function == "Fn::Not" and len(operands) == 1:
            pending.append((operands[0], not truth, depth + 1))
        elif function == ("Fn::And" if truth else "Fn::Or"):
            pending += [(operand, truth, depth + 1) for operand in operands]
        elif function == "Fn::Equals" and truth:
            implied.parameters.update(_equal_parameters(operands))
    return implied


def _equal_parameters(operands: list[Any]) -> dict[str, Any]:
    """Return the parameter that is equal to a literal, with the literal."""
    if len(operands) != 2:
        return {}
    for reference, literal in (operands, operands[::-1]):
        function, name = function_call(reference) if isinstance(reference, dict) else ("", None)
        if function == "Ref" and isinstance(name, str) and is_scalar(literal):
            return {name: literal}
    return {}


def references(conditions: Mapping[str, Any], name: str) -> set[str]:
    """Return the names that a condition refers to, also through other conditions."""
    names: set[str] = set()
    seen: set[str] = set()
    pending: list[Any] = [{"Condition": name}]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        if not isinstance(value, dict):
            continue
        function, argument = function_call(value)
        pending += value.values()
        if function == "Ref" and isinstance(argument, str):
            names.add(argument)
        elif function == "Condition" and isinstance(argument, str) and argument not in seen:
            seen.add(argument)
            pending.append(conditions.get(argument))
        elif function == "Fn::Sub":
            text = argument[0] if isinstance(argument, list) and argument else argument
            names |= (
                {part for is_literal, part in split_sub(text) if not is_literal} if isinstance(text, str) else set()
            )
    return names
