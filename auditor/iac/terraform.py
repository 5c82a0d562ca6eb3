"""Terraform plans and states, as `terraform show -json` prints them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from auditor.domain.file_report import SourceLocation, UncheckedItem
from auditor.iac.declared import DeclaredResource, FileContents, UnparsedResource
from auditor.iac.json_data import as_mapping, objects_in
from auditor.iac.key_case import to_api_case
from auditor.iac.service import parsed_types, service_of
from auditor.iac.unresolved import Unresolved

_MAX_DEPTH = 200
_TYPE_IN_ADDRESS = re.compile(r"(?:^|\.)(aws(?:cc)?_\w+)\.")


def is_plan(data: Mapping[str, Any]) -> bool:
    """Whether a document is a plan or a state."""
    return isinstance(data.get("planned_values"), dict) or ("terraform_version" in data and "values" in data)


def read_plan(data: Mapping[str, Any], source: str) -> FileContents:
    """Return the contents of a plan or a state. Raises DuplicateMemberError."""
    root = as_mapping(data.get("planned_values") or data.get("values")).get("root_module")
    unknown_values = _unknown_values(data)
    location = SourceLocation(source)
    resources: list[DeclaredResource] = []
    unparsed = list(_deferred(data, location))
    for resource in _managed_resources(root, 0):
        type_, name = str(resource.get("type")), str(resource.get("address") or resource.get("name"))
        service = service_of(type_)
        cloudformation_type = service.terraform_types.get(type_, "") if service else ""
        if service and cloudformation_type in parsed_types():
            values = _with_unknown_values(as_mapping(resource.get("values")), unknown_values.get(name, {}), name)
            members = to_api_case(service.from_terraform(values), service.free_maps)
            resources.append(DeclaredResource(source, name, cloudformation_type, members))
        else:
            unparsed.append(UnparsedResource(location, name, type_, f"{type_} cannot be examined in files"))
    return FileContents(source, tuple(resources), tuple(unparsed), tuple(_errors(data, location)))


def _unknown_values(data: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return by resource address what `terraform apply` will determine."""
    return {
        change["address"]: as_mapping(as_mapping(change.get("change")).get("after_unknown"))
        for change in objects_in(data.get("resource_changes"))
        if isinstance(change.get("address"), str)
    }


def _errors(data: Mapping[str, Any], location: SourceLocation) -> Iterator[UncheckedItem]:
    if data.get("errored") is True:
        yield UncheckedItem(location, "plan", "planning ended with an error, so resources may be missing")


def _deferred(data: Mapping[str, Any], location: SourceLocation) -> Iterator[UnparsedResource]:
    for deferred in objects_in(data.get("deferred_changes")):
        change = as_mapping(deferred.get("resource_change"))
        address = str(change.get("address"))
        type_in_address = _TYPE_IN_ADDRESS.search(address)
        type_ = change.get("type") or (type_in_address[1] if type_in_address else "")
        yield UnparsedResource(location, address, str(type_), "Terraform deferred its planning")


def _managed_resources(module: object, depth: int) -> Iterator[Mapping[str, Any]]:
    """Yield the resources of a module and its child modules, without data sources."""
    if not isinstance(module, dict) or depth > _MAX_DEPTH:
        return
    for resource in objects_in(module.get("resources")):
        if resource.get("mode", "managed") == "managed":
            yield resource
    for child in objects_in(module.get("child_modules")):
        yield from _managed_resources(child, depth + 1)


def _with_unknown_values(value: Any, unknown: Any, path: str) -> Any:  # noqa: ANN401 - JSON data or Unresolved
    """Merge `after_unknown` into the planned value."""
    if unknown is True:
        return Unresolved(f"{path} (known after apply)")
    if isinstance(unknown, dict) and isinstance(value, dict | None):
        planned = value or {}
        keys = dict.fromkeys((*planned, *unknown))
        return {key: _with_unknown_values(planned.get(key), unknown.get(key), f"{path}.{key}") for key in keys}
    if isinstance(unknown, list) and isinstance(value, list | None):
        pairs = zip_longest(value or [], unknown)
        return [_with_unknown_values(*pair, f"{path}[{index}]") for index, pair in enumerate(pairs)]
    return value
