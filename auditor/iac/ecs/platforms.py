"""The operating system of services: platform versions depend on it, and only the task definition names it."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from auditor.iac.declared import DeclaredResource
from auditor.iac.ecs.to_facts import Service, TaskDefinition, TaskSet
from auditor.iac.terraform_configuration import without_instance_keys
from auditor.iac.unresolved import ABSENT, Conditional, Unresolved

_STARTED = frozenset((Service.TYPE, TaskSet.TYPE))
_FAMILY = "operatingSystemFamily"
#: ECS assumes it if a definition names none.
_DEFAULT = "LINUX"


def with_platforms(resources: tuple[DeclaredResource, ...]) -> tuple[DeclaredResource, ...]:
    """Return the resources with the platform family of each service and task set that names a platform version."""
    definitions = [resource for resource in resources if resource.type == TaskDefinition.TYPE]
    return tuple(
        replace(resource, document={**resource.document, "platformFamily": _platform(resource, definitions)})
        if resource.type in _STARTED and resource.document.get("platformVersion") not in (None, "", "LATEST")
        else resource
        for resource in resources
    )


def _platform(resource: DeclaredResource, definitions: Iterable[DeclaredResource]) -> Any:
    named = resource.document.get("taskDefinition")
    families = [
        _os_family(definition.document.get("runtimePlatform"))
        for definition in definitions
        if _is_named(named, definition)
    ]
    if families and all(family == families[0] for family in families):
        return families[0]
    return Unresolved("the operating system of the task definition", f"platform of {resource.name}")


def _is_named(named: object, definition: DeclaredResource) -> bool:
    """Whether a service names a definition of the same file: by a reference, by its family, or by its revision."""
    if isinstance(named, Unresolved):
        return bool(named.resource) and named.resource == without_instance_keys(definition.name)
    family = definition.document.get("family")
    return isinstance(named, str) and isinstance(family, str) and named.rpartition("/")[2].partition(":")[0] == family


def _os_family(platform: object) -> Any:
    if isinstance(platform, Conditional):
        return replace(platform, if_true=_os_family(platform.if_true), if_false=_os_family(platform.if_false))
    if isinstance(platform, Unresolved):
        return platform
    family = platform.get(_FAMILY) if isinstance(platform, Mapping) else None
    return _DEFAULT if family in (None, "", ABSENT) else family
