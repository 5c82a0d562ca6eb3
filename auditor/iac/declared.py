"""Resources as files describe them, before they become facts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.iac.key_case import camel
from auditor.iac.unresolved import Choice
from auditor.yaml_files import Node

TASK_DEFINITION = "AWS::ECS::TaskDefinition"

_STEP = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Draft:
    """One resource in a file.

    `document` is in the API's casing, with Unknown and Choice in it. `node` is what was written, None where lines are
    not known, and `line` where it begins.
    """

    source: str
    name: str
    type: str
    document: Mapping[str, Any]
    line: int = 0
    node: Node | None = None

    def line_of(self, path: str) -> int:
        """Return the line of a member such as `containerDefinitions[1].user`, or of the nearest thing around it."""
        line, node = self.line, self.node
        for step in _STEP.findall(path):
            found = _child(node, step) if node else None
            if found is None:
                return line
            line, node = found
        return line

    def containers(self) -> Iterator[tuple[object, int]]:
        """Yield the name of every container that is written out, with its line."""
        listed = self.document.get("containerDefinitions")
        for index, each in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(each, dict):
                yield each.get("name"), self.line_of(f"containerDefinitions[{index}]")
            elif isinstance(each, Choice):
                for branch in (each.yes, each.no):
                    if isinstance(branch, dict):
                        yield branch.get("name"), self.line_of(f"containerDefinitions[{index}]")


@dataclass(frozen=True, slots=True)
class Hidden:
    """Something in a file that may hold what is judged, and cannot be looked into."""

    source: str
    line: int
    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds."""

    source: str
    drafts: tuple[Draft, ...] = ()
    hidden: tuple[Hidden, ...] = field(default=())


def _child(node: Node, step: str) -> tuple[int, Node] | None:
    if step.isdecimal():
        return node.children.get(int(step[:9]))
    return next((child for key, child in node.children.items() if isinstance(key, str) and camel(key) == step), None)
