"""Repairs of task definitions: one engine for the report, which suggests, and for remediation, which applies."""

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.repair import BLANK, Repair, Suggestion

_PLACEHOLDER = re.compile(r"\b(ACCOUNT|CONTAINER|FAMILY|REGION)\b", re.ASCII)

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class DefinitionRepair(Repair):
    """What to change in the document of a task definition for one reason.

    `container` is merged into each container with the reason, `volume` into each volume, and `definition` into the
    definition itself: objects are merged, and None removes a member. In texts, the words REGION, ACCOUNT, FAMILY and
    CONTAINER stand for those of the definition. `removes` is for members of lists: the device or the mount point that
    the evidence names, or the variables that it names, which then come from a secret store.
    """

    container: Mapping[str, Any] = field(default_factory=dict, hash=False)
    definition: Mapping[str, Any] = field(default_factory=dict, hash=False)
    volume: Mapping[str, Any] = field(default_factory=dict, hash=False)
    removes: Literal["", "device", "mount", "variables"] = ""

    def apply(self, document: Document, evidence: Evidence, resource: Resource) -> None:
        """Change the whole `document` of a definition in place. Parts that it does not have are left out."""
        names = placeholders(resource, evidence.part)
        merge(document, self.definition, names)
        for volume in _parts(document, "volumes", evidence, "volume"):
            merge(volume, self.volume, names)
        for container in _parts(document, "containerDefinitions", evidence, "container"):
            merge(container, self.container, names)
            if self.removes == "mount":
                _remove_mount(document, container, evidence)
            elif self.removes == "device":
                _remove_device(container, evidence)
            elif self.removes == "variables":
                _move_variables(container, evidence)

    def add_to(self, suggestion: Suggestion, evidence: Evidence, resource: Resource) -> None:
        """Add the members to set and to remove, and what a person decides, to `suggestion`."""
        names = placeholders(resource, evidence.part)
        overlays = (
            ("", self.definition, ""),
            ("containerDefinitions", self.container, "container"),
            ("volumes", self.volume, "volume"),
        )
        for key, overlay, kind in overlays:
            if overlay and kind in ("", evidence.kind):
                part = evidence.part if kind else ""
                for path in removed_paths(overlay):
                    parts = suggestion.removals.setdefault(path, [])
                    parts.extend([part] if part and part not in parts else [])
                if present := _present(overlay):
                    merge(_part_of(suggestion.document, key, part), present, names)
        Repair.add_to(self, suggestion, evidence, resource)


def placeholders(resource: Resource, container: str) -> dict[str, str]:
    """Return what REGION, ACCOUNT, FAMILY and CONTAINER stand for in the repairs of a definition."""
    parts = [*resource.arn.split(":"), *[""] * 5]
    return {"REGION": parts[3], "ACCOUNT": parts[4], "FAMILY": resource.family or "", "CONTAINER": container}


def merge(base: Document, overlay: Mapping[str, Any], names: Mapping[str, str]) -> None:
    """Merge `overlay` into `base` in place: objects are merged, None removes a member, placeholders are filled in."""
    for key, value in overlay.items():
        if value is None:
            base.pop(key, None)
        elif isinstance(value, Mapping):
            inner = base.get(key)
            base[key] = dict(inner) if isinstance(inner, Mapping) else {}
            merge(base[key], value, names)
        elif isinstance(value, str):
            base[key] = _PLACEHOLDER.sub(lambda word: names[word[1]], value)
        else:
            base[key] = copy.deepcopy(value)


def removed_paths(overlay: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the dotted paths of the members that an overlay removes."""
    for key, value in overlay.items():
        if value is None:
            yield f"{prefix}{key}"
        elif isinstance(value, Mapping):
            yield from removed_paths(value, f"{prefix}{key}.")


def _present(overlay: Mapping[str, Any]) -> Document:
    """Return what an overlay sets, without what it removes."""
    inner = {key: _present(value) if isinstance(value, Mapping) else value for key, value in overlay.items()}
    return {key: value for key, value in inner.items() if value is not None and value != {}}


def _parts(document: Document, key: str, evidence: Evidence, kind: str) -> Iterable[Document]:
    """Return the parts of a whole document that the evidence is about."""
    if evidence.kind != kind:
        return ()
    return [part for part in document.get(key) or () if part.get("name") == evidence.part]


def _part_of(document: Document, key: str, name: str) -> Document:
    """Return the part of a suggested document by its name, added if it is not there; the document without a key."""
    if not key:
        return document
    parts: list[Document] = document.setdefault(key, [])
    for part in parts:
        if part["name"] == name:
            return part
    parts.append({"name": name})
    return parts[-1]


def _remove_mount(document: Document, container: Document, evidence: Evidence) -> None:
    """Remove the mount point that the evidence names, and its volume if no other container mounts it."""
    volume, path = evidence.details.get("sourceVolume"), evidence.details.get("containerPath")
    container["mountPoints"] = [
        mount
        for mount in container.get("mountPoints") or ()
        if (mount.get("sourceVolume"), mount.get("containerPath")) != (volume, path)
    ]
    containers = document.get("containerDefinitions") or ()
    mounted = {mount.get("sourceVolume") for other in containers for mount in other.get("mountPoints") or ()}
    if volume not in mounted:
        document["volumes"] = [other for other in document.get("volumes") or () if other.get("name") != volume]


def _remove_device(container: Document, evidence: Evidence) -> None:
    """Remove the device that the evidence names."""
    parameters = dict(container.get("linuxParameters") or {})
    parameters["devices"] = [
        device for device in parameters.get("devices") or () if device.get("hostPath") != evidence.details["hostPath"]
    ]
    container["linuxParameters"] = parameters


def _move_variables(container: Document, evidence: Evidence) -> None:
    """Move the variables that the evidence names to `secrets`. A person fills in where their values come from."""
    listed = evidence.details.get("environment")
    texts = listed if isinstance(listed, tuple) else ()
    variables = [variable for variable in container.get("environment") or () if isinstance(variable, Mapping)]
    moved = [name for variable in variables if _is_named(name := variable.get("name") or "", texts)]
    container["environment"] = [variable for variable in variables if (variable.get("name") or "") not in moved]
    secrets = list(container.get("secrets") or ())
    present = {secret.get("name") for secret in secrets}
    container["secrets"] = secrets + [
        {"name": name, "valueFrom": BLANK} for name in dict.fromkeys(moved) if name not in present
    ]


def _is_named(name: str, texts: tuple[str, ...]) -> bool:
    """Whether evidence names a variable: by its name alone, or with the finding about it in brackets."""
    return any(text == name or (text.startswith(f"{name} (") and text.endswith(")")) for text in texts)
