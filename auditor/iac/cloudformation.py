"""Templates of CloudFormation, SAM's among them: their resources of ECS, with everything resolved that can be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.iac.declared import Contents, Draft, Hidden
from auditor.iac.ecs.to_facts import KINDS
from auditor.iac.intrinsics import Template
from auditor.iac.key_case import as_the_api
from auditor.iac.unresolved import Choice
from auditor.yaml_files import Document

#: Resources of ECS that hold nothing of what is judged: they tie others together.
_TIES = frozenset({"AWS::ECS::ClusterCapacityProviderAssociations", "AWS::ECS::PrimaryTaskSet"})
#: What the API calls otherwise.
_RENAMED = {"clusterSettings": "settings"}
_SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources")
_NO_NODE = "it has no properties that can be read"


def contents(document: Document) -> Contents:
    """Return the resources of a template. Raises Collision."""
    parameters, mappings, conditions, resources = (_mapping(document.data.get(key)) for key in _SECTIONS)
    template = Template(parameters, mappings, conditions, resources)
    drafts: list[Draft] = []
    hidden = list(_hidden_as_a_whole(document))
    for name, resource in template.resources.items():
        kind = resource.get("Type") if isinstance(resource, dict) else None
        if kind in KINDS:
            found = _draft(document, template, name, resource)
            if isinstance(found, Draft):
                drafts.append(found)
            else:
                hidden.append(found)
        elif why := _why_hidden(name, kind):
            hidden.append(Hidden(document.source, document.line_of(("Resources", name)), name, why))
    return Contents(document.source, tuple(drafts), tuple(hidden))


def _draft(document: Document, template: Template, name: str, resource: Mapping[str, Any]) -> Draft | Hidden:
    path = ("Resources", name, "Properties")
    line = document.line_of(("Resources", name))
    written = resource.get("Properties")
    resolved = template.resolve({} if written is None else written)
    if isinstance(resolved, Choice) or not isinstance(resolved, dict):
        return Hidden(document.source, line, name, _NO_NODE)
    properties = {_RENAMED.get(key, key): value for key, value in as_the_api(resolved, path).items()}
    return Draft(document.source, name, str(resource["Type"]), properties, line, document.node_of(path))


def _why_hidden(name: str, kind: object) -> str:
    if name.startswith("Fn::"):
        return f"{name} makes resources that only a deployment shows"
    if isinstance(kind, str) and kind.startswith("AWS::ECS::") and kind not in _TIES:
        return f"{kind} is not judged in files"
    return ""


def _hidden_as_a_whole(document: Document) -> Iterator[Hidden]:
    if "Fn::Transform" in document.data:
        line = document.line_of(("Fn::Transform",))
        yield Hidden(document.source, line, "Fn::Transform", "it makes resources that only a deployment shows")
    if not isinstance(document.data.get("Resources"), dict):
        yield Hidden(document.source, document.line_of(("Resources",)), "Resources", "it is not a mapping")


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
