"""The configuration in a Terraform plan: which attributes of a resource it sets.

An attribute that is known after apply is either computed by an expression or left out. If it is left out, AWS uses its
default. Source: https://developer.hashicorp.com/terraform/internals/json-format, "Configuration Representation".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from auditor.iac.json_data import as_mapping, objects_in
from auditor.iac.service import IacService
from auditor.iac.unresolved import Unresolved

_MAX_DEPTH = 200
_MODULE = re.compile(r"(?:module\.[\w-]+\.)+")
#: A resource in the references of an expression, which also name its attributes.
_RESOURCE = re.compile(r"(?!(?:var|local|each|count|data|module|path|self|terraform)\.)[\w-]+\.[\w-]+")
#: The type in an address without instance keys; a module has no other type than `module`.
_TYPE = re.compile(r"(?:^|\.)((?:data\.)?[\w-]+)\.[\w-]+$")
#: The expressions of a resource, and of all its blocks, that sets nothing.
_NO_EXPRESSIONS: Mapping[str, Any] = {}
#: The key of an instance in an address: `[0]`, `["a"]`.
_INSTANCE_KEY = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')


@dataclass(frozen=True, slots=True)
class Configuration:
    """The expressions of all resources, by their address without instance keys; None if the plan has none.

    `types` are the types of all resources of the plan, of data sources with the prefix `data.`.
    """

    expressions: Mapping[str, Mapping[str, Any]] | None = None
    types: frozenset[str] = frozenset()

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Configuration:
        """Return the configuration of a plan."""
        root = as_mapping(data.get("configuration")).get("root_module")
        addresses = [str(change.get("address")) for change in objects_in(data.get("resource_changes"))]
        types = frozenset(_type_of(without_instance_keys(address)) for address in addresses)
        return cls(dict(_resources(root, "", 0)) if isinstance(root, dict) else None, types)

    def without_defaults(
        self, unknown: Mapping[str, Any], planned: Mapping[str, Any], address: str, service: IacService
    ) -> Mapping[str, Any]:
        """Return `after_unknown` of a resource without the attributes that the configuration leaves out.

        A plan without configuration does not have the expressions. An attribute can then be computed from any resource
        of the plan, unless all of them are managed by this service, whose unknown attributes are IDs and ARNs.
        """
        if self.expressions is not None:
            expressions = self.expressions.get(without_instance_keys(address))
        else:
            expressions = _NO_EXPRESSIONS if all(type_ in service.terraform_types for type_ in self.types) else None
        return as_mapping(_without_defaults(unknown, planned, expressions, service.terraform_defaults))

    def with_references(self, values: Any, address: str) -> Any:
        """Return the values of a resource, of which the unresolved ones name the resource that they refer to."""
        expressions = (self.expressions or {}).get(without_instance_keys(address), {})
        module = _MODULE.match(without_instance_keys(address))
        if not isinstance(values, dict):
            return values
        return {
            key: replace(value, resource=_reference(expressions.get(key), module.group() if module else ""))
            if isinstance(value, Unresolved)
            else value
            for key, value in values.items()
        }


def without_instance_keys(address: str) -> str:
    """Return the address of a resource, of which `count` or `for_each` may make several instances."""
    return _INSTANCE_KEY.sub("", address)


def _type_of(address: str) -> str:
    """Return the type in the address of a resource, `data.aws_ami` for a data source."""
    match = _TYPE.search(address)
    return match[1] if match else address


def _reference(expression: object, module: str) -> str:
    """Return the address of the only resource that an expression refers to; empty if there is none, or several."""
    names = as_mapping(expression).get("references")
    addresses = {
        match.group()
        for name in (names if isinstance(names, list) else [])
        if isinstance(name, str) and (match := _RESOURCE.match(name))
    }
    return f"{module}{addresses.pop()}" if len(addresses) == 1 else ""


def _without_defaults(unknown: Any, planned: Any, expressions: Any, defaults: frozenset[str]) -> Any:
    """Return `unknown` without the members that are left out. `expressions` is None if they are not known."""
    if isinstance(unknown, list):
        return [
            _without_defaults(item, _child(planned, index), _child(expressions, index), defaults)
            for index, item in enumerate(unknown)
        ]
    if not isinstance(unknown, dict):
        return unknown
    return {
        key: _without_defaults(value, _child(planned, key), _child(expressions, key), defaults)
        for key, value in unknown.items()
        if not (value is True and key in defaults and _child(planned, key) is None and _leaves_out(expressions, key))
    }


def _leaves_out(expressions: object, key: str) -> bool:
    return isinstance(expressions, dict) and key not in expressions


def _child(value: Any, key: str | int) -> Any:
    """Return a member or an item, None if there is none."""
    if value is _NO_EXPRESSIONS:
        return value
    if isinstance(value, dict):
        return value.get(key)
    return value[key] if isinstance(value, list) and isinstance(key, int) and key < len(value) else None


def _resources(module: object, prefix: str, depth: int) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the address and the expressions of each resource of a module and of the modules that it calls."""
    if not isinstance(module, dict) or depth > _MAX_DEPTH:
        return
    for resource in objects_in(module.get("resources")):
        yield f"{prefix}{resource.get('address')}", as_mapping(resource.get("expressions"))
    for name, call in as_mapping(module.get("module_calls")).items():
        yield from _resources(as_mapping(call).get("module"), f"{prefix}module.{name}.", depth + 1)
