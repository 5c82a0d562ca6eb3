"""The corrected definition: the repairs of a check laid over what ECS holds. Pure."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.check import Evidence, Repair
from auditor.remediation.ecs.normalize import normalize

Raw = dict[str, Any]

#: Stands in a document or a script where a person must say what goes there. The script does not start with it.
BLANK = "AUDITOR_REPLACE_ME"

_WORDS = re.compile(r"\b(ACCOUNT|CONTAINER|FAMILY|REGION)\b", re.ASCII)


@dataclass(frozen=True, slots=True)
class PatchedDefinition:
    """A definition as ECS described it with the repairs laid over it, and what a person has to decide or to know."""

    definition: Raw
    by_hand: tuple[str, ...]


def arn_of(raw: Mapping[str, Any]) -> str:
    """Return the ARN of a definition of tasks or of daemons, empty where it has none."""
    return str(raw.get("taskDefinitionArn") or raw.get("daemonTaskDefinitionArn") or "")


def about(evidence: Iterable[Evidence], revision: object) -> tuple[Evidence, ...]:
    """Return the evidence of a family's finding that is about one revision."""
    return tuple(each for each in evidence if each.revision in (None, revision))


def patch(raw: Mapping[str, Any], evidence: Iterable[Evidence], repairs: Mapping[str, Repair]) -> PatchedDefinition:
    """Lay the repair of each reason over the part of the definition that it is about.

    What ECS would then refuse is made to fit. Reasons without a repair change nothing.
    """
    new: Raw = copy.deepcopy(dict(raw))
    notes: dict[str, list[str]] = {}
    for each in evidence:
        for repair in (repairs[reason] for reason in each.reasons if reason in repairs):
            _apply(new, each, repair)
            if repair.manual:
                notes.setdefault(repair.manual, []).append(each.container)
    said = [_note(by_hand, names) for by_hand, names in notes.items()]
    return PatchedDefinition(new, (*said, *normalize(new, raw)))


def _apply(new: Raw, evidence: Evidence, repair: Repair) -> None:
    words = _words(new, evidence.container)
    _lay(new, repair.definition, words)
    for volume in _named(new.get("volumes"), evidence.container):
        _lay(volume, repair.volume, words)
    for container in _named(new.get("containerDefinitions"), evidence.container):
        _lay(container, repair.container, words)
        if repair.removes == "mount":
            _unmount(new, container, evidence)
        elif repair.removes == "variables":
            _move_variables(container, evidence)


def _named(parts: Iterable[Raw] | None, name: str) -> Iterator[Raw]:
    yield from (each for each in parts or () if each.get("name") == name)


def _words(raw: Raw, container: str) -> dict[str, str]:
    place = [*arn_of(raw).split(":"), *[""] * 5]
    return {"REGION": place[3], "ACCOUNT": place[4], "FAMILY": str(raw.get("family", "")), "CONTAINER": container}


def _lay(base: Raw, overlay: Mapping[str, Any], words: Mapping[str, str]) -> None:
    for key, value in overlay.items():
        if value is None:
            base.pop(key, None)
        elif isinstance(value, Mapping):
            inside = base.get(key)
            base[key] = dict(inside) if isinstance(inside, Mapping) else {}
            _lay(base[key], value, words)
        elif isinstance(value, str):
            base[key] = _WORDS.sub(lambda word: words[word[1]], value)
        else:
            base[key] = copy.deepcopy(value)


def _unmount(new: Raw, container: Raw, evidence: Evidence) -> None:
    """Take out the mount point of the evidence, and its volume where nothing mounts it any more."""
    volume, path = evidence.details.get("sourceVolume"), evidence.details.get("containerPath")
    container["mountPoints"] = [
        each
        for each in container.get("mountPoints") or ()
        if (each.get("sourceVolume"), each.get("containerPath")) != (volume, path)
    ]
    mounts = (mount for each in new.get("containerDefinitions") or () for mount in each.get("mountPoints") or ())
    if volume not in {mount.get("sourceVolume") for mount in mounts}:
        new["volumes"] = [each for each in new.get("volumes") or () if each.get("name") != volume]


def _move_variables(container: Raw, evidence: Evidence) -> None:
    """Have the variables of the evidence come from secrets, whose names are for a person to fill in."""
    found = evidence.details.get("environment")
    texts = found if isinstance(found, tuple) else ()
    present = [each for each in container.get("environment") or () if isinstance(each, Mapping)]
    moved = [each.get("name") or "" for each in present if _is_named(each.get("name") or "", texts)]
    container["environment"] = [each for each in present if (each.get("name") or "") not in moved]
    secrets = list(container.get("secrets") or ())
    known = {each.get("name") for each in secrets}
    container["secrets"] = secrets + [
        {"name": name, "valueFrom": BLANK} for name in dict.fromkeys(moved) if name not in known
    ]


def _is_named(name: str, texts: tuple[str, ...]) -> bool:
    """Whether evidence names a variable: by its name alone, or with what was found about it in brackets."""
    return any(text == name or (text.startswith(f"{name} (") and text.endswith(")")) for text in texts)


def _note(by_hand: str, names: list[str]) -> str:
    parts = [name for name in dict.fromkeys(names) if name]
    return f"{', '.join(parts)}: {by_hand}" if parts else by_hand
