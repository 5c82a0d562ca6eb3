"""The functions of CloudFormation, as far as a template alone can tell what they come to.

Parameters are taken at their defaults. What only a deployment can tell becomes Unknown, and an `Fn::If` over a
condition that is not known a Choice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.iac.substitution import is_scalar, join, parts, spell
from auditor.iac.unresolved import ABSENT, Choice, Unknown
from auditor.yaml_files import quote

_DYNAMIC = "{{resolve:"
_DEEPEST = 100
_LONGEST_CHAIN = 50
_LONGEST_INDEX = 6
#: What stands for the name, ARN or address of a resource.
_NAME = "name"


@dataclass(slots=True)
class Template:
    """What the functions of one template refer to."""

    parameters: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    resources: Mapping[str, Any]
    _holding: list[str] = field(default_factory=list)
    _held: dict[str, bool | None] = field(default_factory=dict)

    def resolve(self, value: object, depth: int = 0) -> Any:  # noqa: ANN401 - plain data with Unknown and Choice
        """Return `value` with every function resolved, or in its place what is not known."""
        if depth > _DEEPEST:
            return Unknown("a function nested too deeply", repr(value))
        if isinstance(value, str):
            return Unknown(quote(value), value) if _DYNAMIC in value else value
        if isinstance(value, list):
            items = (self.resolve(each, depth + 1) for each in value)
            return [each for each in items if each is not ABSENT]
        if not isinstance(value, dict):
            return value
        name, argument = _called(value)
        if name:
            function = _FUNCTIONS.get(name)
            found = function(self, argument, depth + 1) if function else None
            return _unknown(name, argument) if found is None else found
        members = {key: self.resolve(each, depth + 1) for key, each in value.items()}
        return {key: each for key, each in members.items() if each is not ABSENT}

    def holds(self, name: object) -> bool | None:
        """Whether a condition holds, None where that is not known."""
        if not isinstance(name, str) or name not in self.conditions:
            return None
        if name in self._holding or len(self._holding) >= _LONGEST_CHAIN:
            return None
        if name not in self._held:
            self._holding.append(name)
            self._held[name] = self._truth(self.conditions[name])
            self._holding.pop()
        return self._held[name]

    def _truth(self, value: object) -> bool | None:
        name, argument = _called(value) if isinstance(value, dict) else ("", None)
        if name == "Condition":
            return self.holds(argument)
        if name == "Fn::Equals" and isinstance(argument, list) and len(argument) == 2:  # noqa: PLR2004 - the two sides
            one, other = (self.resolve(each) for each in argument)
            known = is_scalar(one) and is_scalar(other)
            return spell(one) == spell(other) if known else None
        truths = [self._truth(each) for each in argument] if isinstance(argument, list) else []
        return _COMBINED[name](truths) if name in _COMBINED and truths else None

    def ref(self, argument: object, _depth: int) -> Any:  # noqa: ANN401
        """What `Ref` comes to."""
        if argument == "AWS::NoValue":
            return ABSENT
        if not isinstance(argument, str):
            return None
        if argument not in self.parameters:
            is_ours = argument in self.resources or argument.startswith("AWS::")
            return Unknown(f"!Ref {quote(argument)}", f"Ref {argument}", likeness=_NAME if is_ours else None)
        return _default(argument, self.parameters[argument])

    def attribute(self, argument: object, _depth: int) -> Any:  # noqa: ANN401
        """What `Fn::GetAtt` comes to: an attribute of something that AWS makes is a name or an address."""
        path = argument if isinstance(argument, list) else [argument]
        target = self.resources.get(path[0]) if path and isinstance(path[0], str) else None
        kind = str(target.get("Type")) if isinstance(target, dict) else "Custom::"
        plain = not kind.startswith(("Custom::", "AWS::CloudFormation::"))
        return Unknown(
            f"!GetAtt {quote('.'.join(map(str, path)))}", f"GetAtt {path!r}", likeness=_NAME if plain else None
        )

    def choose(self, argument: object, depth: int) -> Any:  # noqa: ANN401
        """What `Fn::If` comes to."""
        if not isinstance(argument, list) or len(argument) != 3:  # noqa: PLR2004 - condition, yes, no
            return None
        name, yes, no = argument
        holds = self.holds(name)
        if holds is None:
            return Choice(str(name), self.resolve(yes, depth), self.resolve(no, depth))
        return self.resolve(yes if holds else no, depth)

    def substitute(self, argument: object, depth: int) -> Any:  # noqa: ANN401
        """What `Fn::Sub` comes to."""
        text, given = argument if isinstance(argument, list) and len(argument) == 2 else (argument, {})  # noqa: PLR2004
        if not isinstance(text, str) or not isinstance(given, dict):
            return None
        values = [each if literal else self._variable(each, given, depth) for literal, each in parts(text)]
        return join("", values, Unknown(f"!Sub {quote(text)}", f"Sub {argument!r}"))

    def _variable(self, name: str, given: Mapping[str, Any], depth: int) -> Any:  # noqa: ANN401
        if name in given:
            return self.resolve(given[name], depth)
        return self.attribute(name.split(".", 1), depth) if "." in name else self.ref(name, depth)

    def joined(self, argument: object, depth: int) -> Any:  # noqa: ANN401
        """What `Fn::Join` comes to."""
        if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):  # noqa: PLR2004
            return None
        values = self.resolve(argument[1], depth)
        return (
            join(argument[0], values, Unknown("!Join ...", f"Join {argument!r}")) if isinstance(values, list) else None
        )

    def looked_up(self, argument: object, depth: int) -> Any:  # noqa: ANN401
        """What `Fn::FindInMap` comes to."""
        keys = self.resolve(argument, depth)
        if not isinstance(keys, list) or not all(is_scalar(key) for key in keys):
            return None
        found: Any = self.mappings
        for key in map(spell, keys):
            found = found.get(key) if isinstance(found, dict) else None
        return found

    def selected(self, argument: object, depth: int) -> Any:  # noqa: ANN401
        """What `Fn::Select` comes to."""
        found = self.resolve(argument, depth)
        if not isinstance(found, list) or len(found) != 2 or not isinstance(found[1], list):  # noqa: PLR2004
            return None
        index = spell(found[0]) if is_scalar(found[0]) else ""
        is_index = index.isdecimal() and len(index) <= _LONGEST_INDEX and int(index) < len(found[1])
        return found[1][int(index)] if is_index else None

    def split(self, argument: object, depth: int) -> Any:  # noqa: ANN401
        """What `Fn::Split` comes to."""
        found = self.resolve(argument, depth)
        if not isinstance(found, list) or len(found) != 2 or not all(isinstance(each, str) for each in found):  # noqa: PLR2004
            return None
        return found[1].split(found[0]) if found[0] else None


def _called(value: Mapping[Any, Any]) -> tuple[str, Any]:
    """The function that an object stands for, and its argument; an empty name where it is just an object."""
    if len(value) != 1:
        return "", None
    ((name, argument),) = value.items()
    is_function = isinstance(name, str) and (name in ("Ref", "Condition") or name.startswith("Fn::"))
    return (name, argument) if is_function else ("", None)


def _unknown(name: str, argument: object) -> Unknown:
    short = f"!{name.removeprefix('Fn::')} {quote(argument) if isinstance(argument, str) else '...'}"
    return Unknown(short, f"{name} {argument!r}")


def _default(name: str, parameter: object) -> Any:  # noqa: ANN401
    """What a parameter is where nobody says otherwise."""
    described: Mapping[str, Any] = parameter if isinstance(parameter, dict) else {}
    kind, default = str(described.get("Type", "")), described.get("Default")
    allowed = described.get("AllowedValues")
    choices = tuple(spell(each) for each in allowed) if isinstance(allowed, list) else ()
    if not is_scalar(default) or kind.startswith("AWS::SSM::"):  # there the default names where the value is kept
        return Unknown(
            f"!Ref {quote(name)}", f"Ref {name}", choices=choices if all(map(is_scalar, allowed or ())) else ()
        )
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return [each.strip() for each in spell(default).split(",")]
    return spell(default)


def _all(truths: list[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def _any(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def _not(truths: list[bool | None]) -> bool | None:
    return None if truths[0] is None else not truths[0]


_COMBINED: Mapping[str, Callable[[list[bool | None]], bool | None]] = {"Fn::And": _all, "Fn::Or": _any, "Fn::Not": _not}
_FUNCTIONS: Mapping[str, Callable[[Template, Any, int], Any]] = {
    "Ref": Template.ref,
    "Fn::GetAtt": Template.attribute,
    "Fn::If": Template.choose,
    "Fn::Sub": Template.substitute,
    "Fn::Join": Template.joined,
    "Fn::FindInMap": Template.looked_up,
    "Fn::Select": Template.selected,
    "Fn::Split": Template.split,
}
