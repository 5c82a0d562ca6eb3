"""CloudFormation and SAM templates: their resources, with everything resolved that a template alone can resolve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.file_report import SourceLocation, UncheckedItem
from auditor.iac.declared import DeclaredResource, FileContents, UnparsedResource
from auditor.iac.intrinsics import Template
from auditor.iac.json_data import as_mapping
from auditor.iac.key_case import to_api_case
from auditor.iac.service import parsed_types, service_of
from auditor.iac.unresolved import Conditional
from auditor.yaml_files import Document

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources")
_DEPLOYMENT_ONLY = "it creates resources that are known only during deployment"


def is_template(document: Document) -> bool:
    """Whether a document is a CloudFormation template."""
    data = document.data
    return isinstance(data, dict) and ("Resources" in data or "AWSTemplateFormatVersion" in data)


def read_template(document: Document) -> FileContents:
    """Return the contents of a template. Raises DuplicateMemberError."""
    parameters, mappings, conditions, declarations = (as_mapping(document.data.get(key)) for key in _SECTIONS)
    template = Template(parameters, mappings, conditions, declarations)
    resources: list[DeclaredResource] = []
    unparsed: list[UnparsedResource] = []
    unchecked = list(_unchecked_sections(document))
    for name, resource in declarations.items():
        type_ = resource.get("Type") if isinstance(resource, dict) else None
        location = SourceLocation(document.source, document.line_of(("Resources", name)))
        if name.startswith("Fn::"):
            unchecked.append(UncheckedItem(location, name, _DEPLOYMENT_ONLY))
        elif not isinstance(type_, str):
            continue
        elif type_ not in parsed_types():
            unparsed.append(UnparsedResource(location, name, type_, f"{type_} cannot be examined in files"))
        elif declared := _declared(document, template, name, resource):
            resources.append(declared)
        else:
            unchecked.append(UncheckedItem(location, name, "its properties cannot be read"))
    return FileContents(document.source, tuple(resources), tuple(unparsed), tuple(unchecked))


def _declared(
    document: Document, template: Template, name: str, resource: Mapping[str, Any]
) -> DeclaredResource | None:
    """Return a resource with the API's members, None if its properties are not an object before deployment."""
    path = ("Resources", name, "Properties")
    type_ = str(resource["Type"])
    service = service_of(type_)
    properties = resource.get("Properties")
    resolved = template.resolve({} if properties is None else properties)
    if service is None or isinstance(resolved, Conditional) or not isinstance(resolved, dict):
        return None
    members = service.from_cloudformation(to_api_case(resolved, service.free_maps, path))
    line = document.line_of(("Resources", name))
    return DeclaredResource(document.source, name, type_, members, line, document.node_of(path))


def _unchecked_sections(document: Document) -> Iterator[UncheckedItem]:
    if "Fn::Transform" in document.data:
        location = SourceLocation(document.source, document.line_of(("Fn::Transform",)))
        yield UncheckedItem(location, "Fn::Transform", _DEPLOYMENT_ONLY)
    if not isinstance(document.data.get("Resources"), dict):
        location = SourceLocation(document.source, document.line_of(("Resources",)))
        yield UncheckedItem(location, "Resources", "it is not a mapping")
