"""Terraform plans and states, as `terraform show -json` prints them."""

import re
from collections.abc import Collection, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from auditor.domain.file_report import SourceLocation, UncheckedItem
from auditor.iac.declared import DeclaredResource, FileContents, UnparsedResource
from auditor.iac.json_data import as_mapping, objects_in
from auditor.iac.key_case import to_api_case
from auditor.iac.service import linked, parsed_types, service_of
from auditor.iac.terraform_configuration import Configuration
from auditor.iac.unresolved import Unresolved, with_placeholders

_MAX_DEPTH = 200
#: Major versions of the JSON format of plans. The first versions had minor numbers only.
_KNOWN_FORMATS = ("0", "1")
#: Types that create resources which the plan does not list.
_OPAQUE_TYPE = re.compile(
    r"aws(?:cc)?_cloudformation_stack(?:_set)?|aws_serverlessapplicationrepository_cloudformation_stack"
    r"|aws_servicecatalog_provisioned_product|aws_cloudcontrolapi_resource"
)
_TYPE_IN_ADDRESS = re.compile(r"(?:^|\.)(aws(?:cc)?_\w+)\.")


def is_plan(data: Mapping[str, Any]) -> bool:
    """Whether a document is a plan or a state; an empty state has a version only."""
    if "planned_values" in data or ("terraform_version" in data and "values" in data):
        return True
    return "format_version" in data and data.keys() <= {"format_version", "terraform_version"}


def read_plan(data: Mapping[str, Any], source: str) -> FileContents:
    """Return the contents of a plan or a state. Raises DuplicateMemberError."""
    section = "planned_values" if "planned_values" in data else "values"
    root = as_mapping(data.get(section)).get("root_module")
    changes = _changes(data) if section == "planned_values" else None
    configuration = Configuration.of(data)
    location = SourceLocation(source)
    resources: list[DeclaredResource] = []
    unparsed = list(_deferred(data, location))
    unchecked = [*_errors(data, location), *_unreadable(data, section, location)]
    addresses: set[str] = set()
    for resource in _managed_resources(root, 0):
        type_, name = str(resource.get("type")), str(resource.get("address") or resource.get("name"))
        addresses.add(name)
        service = service_of(type_)
        cloudformation_type = service.terraform_types.get(type_, "") if service else ""
        if _OPAQUE_TYPE.fullmatch(type_):
            unchecked.append(UncheckedItem(location, name, "its resources are in another template, which was not read"))
        elif service and cloudformation_type in parsed_types():
            planned = as_mapping(resource.get("values"))
            unknown = configuration.without_defaults((changes or {}).get(name, {}), planned, name, service)
            values = _with_unknown_values(planned, unknown, name)
            values = configuration.with_references(values, name)
            members = to_api_case(service.from_terraform(values), service.free_maps)
            members = with_placeholders(members, service.free_texts, in_template=True)
            depends_on = "" if changes is None or name in changes else f"{name}, which is not in resource_changes"
            declared = DeclaredResource(source, name, cloudformation_type, members, depends_on=depends_on)
            resources.append(declared)
        else:
            unparsed.append(UnparsedResource(location, name, type_, f"{type_} cannot be examined in files"))
    unparsed += _only_changed(data, addresses, location)
    return FileContents(source, linked(resources), tuple(unparsed), tuple(unchecked))


def _changes(data: Mapping[str, Any]) -> Mapping[str, Mapping[str, Any]]:
    """Return by resource address what `terraform apply` will determine."""
    return {
        change["address"]: as_mapping(as_mapping(change.get("change")).get("after_unknown"))
        for change in objects_in(data.get("resource_changes"))
        if isinstance(change.get("address"), str)
    }


def _only_changed(
    data: Mapping[str, Any], planned: Collection[str], location: SourceLocation
) -> Iterator[UnparsedResource]:
    """Yield the resources that will be created or updated, and have no planned values."""
    for change in objects_in(data.get("resource_changes")):
        address, actions = str(change.get("address")), as_mapping(change.get("change")).get("actions")
        is_removed = actions in (["delete"], ["forget"])
        if change.get("mode", "managed") == "managed" and not is_removed and address not in planned:
            type_in_address = _TYPE_IN_ADDRESS.search(address)
            type_ = change.get("type") or (type_in_address[1] if type_in_address else "")
            yield UnparsedResource(location, address, str(type_), "it has no planned values")


def _unreadable(data: Mapping[str, Any], section: str, location: SourceLocation) -> Iterator[UncheckedItem]:
    """Yield the parts of a plan or state that are not what Terraform prints."""
    if section in data and not isinstance(data[section], dict):
        yield UncheckedItem(location, section, "it is not an object")
    yield from _unreadable_modules(as_mapping(data.get(section)).get("root_module", {}), "root_module", location, 0)
    if not isinstance(data.get("resource_changes", []), list):
        yield UncheckedItem(location, "resource_changes", "it is not a list")


def _unreadable_modules(module: object, name: str, location: SourceLocation, depth: int) -> Iterator[UncheckedItem]:
    if not isinstance(module, dict):
        yield UncheckedItem(location, name, "it is not an object")
        return
    if depth > _MAX_DEPTH:
        yield UncheckedItem(location, name, f"modules are nested deeper than {_MAX_DEPTH} levels")
        return
    for key in ("resources", "child_modules"):
        items = module.get(key, [])
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            yield UncheckedItem(location, f"{name}.{key}", "it is not a list of objects")
    for child in objects_in(module.get("child_modules")):
        yield from _unreadable_modules(child, str(child.get("address") or name), location, depth + 1)


def _errors(data: Mapping[str, Any], location: SourceLocation) -> Iterator[UncheckedItem]:
    version = str(data.get("format_version", _KNOWN_FORMATS[-1]))
    if version.partition(".")[0] not in _KNOWN_FORMATS:
        # Terraform documents that a new major version is incompatible.
        yield UncheckedItem(location, "plan", f"its format version {version[:20]} is not known")
    if data.get("errored") is True:
        yield UncheckedItem(location, "plan", "planning ended with an error, so resources may be missing")
    elif data.get("complete") is False and not data.get("deferred_changes"):
        yield UncheckedItem(location, "plan", "it is incomplete, so resources may be missing")


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


def _with_unknown_values(value: Any, unknown: Any, path: str) -> Any:
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
