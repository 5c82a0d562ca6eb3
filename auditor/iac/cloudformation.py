"""CloudFormation and SAM templates: their resources, with everything resolved that a template alone can resolve."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.file_report import SourceLocation, UncheckedItem
from auditor.iac.declared import DeclaredResource, FileContents, UnparsedResource
from auditor.iac.functions import merged_call, show
from auditor.iac.intrinsics import Template
from auditor.iac.json_data import as_mapping
from auditor.iac.key_case import to_api_case
from auditor.iac.parameters import with_values
from auditor.iac.service import linked, parsed_types, service_of
from auditor.iac.unresolved import Conditional, with_placeholders
from auditor.yaml_files import Document

_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources")
_DEPLOYMENT_ONLY = "it creates resources that are known only during deployment"
_OTHER_TEMPLATE = "its resources are in another template or module, which was not read"
#: Transforms of a whole template that change no resource that the template itself declares (CloudFormation User Guide,
#: transform reference).
_KNOWN_TRANSFORMS = re.compile(
    r"AWS::(?:Serverless-2016-10-31|LanguageExtensions|CodeDeployBlueGreen|ServiceCatalog|SecretsManager-[\d-]+)"
)
#: Types that create resources which the template does not list.
_OPAQUE_TYPE = re.compile(
    r"AWS::CloudFormation::(?:Stack|StackSet)|AWS::Serverless::Application|.*::MODULE"
    r"|AWS::ServiceCatalog::CloudFormationProvisionedProduct"
)


def is_template(document: Document) -> bool:
    """Whether a document is a CloudFormation template."""
    data = document.data
    return isinstance(data, dict) and ("Resources" in data or "AWSTemplateFormatVersion" in data)


def is_appspec(document: Document) -> bool:
    """Whether a document is an AppSpec file of CodeDeploy, whose resources are a list."""
    data = document.data
    return isinstance(data, dict) and "version" in data and isinstance(data.get("Resources"), list)


def read_template(document: Document, parameter_values: Mapping[str, str | None]) -> FileContents:
    """Return the contents of a template with these values of parameters. Raises DuplicateMemberError."""
    parameters, mappings, conditions, declarations = (as_mapping(document.data.get(key)) for key in _SECTIONS)
    template = Template(with_values(parameters, parameter_values), mappings, conditions, declarations)
    resources: list[DeclaredResource] = []
    unparsed: list[UnparsedResource] = []
    unchecked = list(_unchecked_sections(document))
    for name, resource in declarations.items():
        location = SourceLocation(document.source, document.line_of(("Resources", name)))
        type_ = resource.get("Type") if isinstance(resource, dict) else None
        if reason := _unreadable(name, resource):
            unchecked.append(UncheckedItem(location, name, reason))
        elif type_ not in parsed_types():
            unparsed.append(UnparsedResource(location, name, str(type_), f"{type_} cannot be examined in files"))
        elif declared := _declared(document, template, name, resource):
            resources.append(declared)
        else:
            unchecked.append(UncheckedItem(location, name, "its properties cannot be read"))
    return FileContents(document.source, linked(resources), tuple(unparsed), tuple(unchecked), frozenset(parameters))


def _declared(
    document: Document, template: Template, name: str, resource: Mapping[str, Any]
) -> DeclaredResource | None:
    """Return a resource with the API's members, None if its properties are not an object before deployment."""
    path = ("Resources", name, "Properties")
    type_ = str(resource["Type"])
    service = service_of(type_)
    properties = resource.get("Properties")
    properties = {} if properties is None else properties
    merged = merged_call(resource) or (merged_call(properties) if isinstance(properties, dict) else None)
    if merged:
        properties = {}
    resolved = template.assuming(resource.get("Condition")).resolve(properties)
    if service is None or isinstance(resolved, Conditional) or not isinstance(resolved, dict):
        return None
    members = service.from_cloudformation(to_api_case(resolved, service.free_maps, path))
    members = with_placeholders(members, service.free_texts, in_template=True)
    line, node = document.line_of(("Resources", name)), document.node_of(path)
    return DeclaredResource(document.source, name, type_, members, line, node, merged or "")


def _unreadable(name: str, resource: object) -> str:
    """Return why the type of a resource cannot be read, or why the resource may create others; empty if neither."""
    if name.startswith("Fn::"):
        return _DEPLOYMENT_ONLY
    if not isinstance(resource, dict):
        return "it is not a mapping"
    type_ = resource.get("Type")
    if not isinstance(type_, str):
        return "its type is missing or is not text"
    return _OTHER_TEMPLATE if _OPAQUE_TYPE.fullmatch(type_) else ""


def _unchecked_sections(document: Document) -> Iterator[UncheckedItem]:
    for key in document.data:
        if key.startswith("Fn::"):
            yield UncheckedItem(SourceLocation(document.source, document.line_of((key,))), key, _DEPLOYMENT_ONLY)
    transforms = document.data.get("Transform") or []
    for transform in transforms if isinstance(transforms, list) else [transforms]:
        name = transform.get("Name") if isinstance(transform, dict) else transform
        if not isinstance(name, str) or not _KNOWN_TRANSFORMS.fullmatch(name):
            location = SourceLocation(document.source, document.line_of(("Transform",)))
            reason = f"{show(transform)} can add and change resources during deployment"
            yield UncheckedItem(location, "Transform", reason)
    if not isinstance(document.data.get("Resources"), dict):
        location = SourceLocation(document.source, document.line_of(("Resources",)))
        yield UncheckedItem(location, "Resources", "it is not a mapping")
