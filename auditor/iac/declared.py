"""Resources as files declare them, before they become facts."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.file_report import SourceLocation, UncheckedItem
from auditor.iac.key_case import camel_case
from auditor.iac.unresolved import ABSENT, Conditional
from auditor.yaml_files import Node

_PATH_STEP = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class DeclaredResource:
    """One resource in a file, of a CloudFormation type that a service can turn into a fact.

    `document` has the API's keys, and may contain unresolved and conditional values. `line` is the first line of the
    resource, 0 if lines are not known. `node` is the parsed YAML, None if lines are not known. `depends_on` names what
    the whole resource depends on; it is empty if the resource can be judged.
    """

    source: str
    name: str
    type: str
    document: Mapping[str, Any]
    line: int = 0
    node: Node | None = None
    depends_on: str = ""

    def blocking_expression(self, required: Iterable[str]) -> str:
        """Return what the whole resource depends on, or which of the required lists is empty; empty if neither."""
        empty = (f"{key}, which is missing or empty" for key in required if not _may_have_items(self.document.get(key)))
        return self.depends_on or next(empty, "")

    def line_of(self, path: str) -> int:
        """Return the line of a member such as `containerDefinitions[1].user`, or of its nearest existing parent."""
        line, node = self.line, self.node
        for step in _PATH_STEP.findall(path):
            child = _child(node, step) if node else None
            if child is None:
                return line
            line, node = child
        return line

    def part_names(self, lists: Iterable[str]) -> Iterator[tuple[object, int]]:
        """Yield the name and the line of each object in the given lists of the document."""
        for key in lists:
            items = self.document.get(key)
            for index, item in enumerate(items if isinstance(items, list) else ()):
                branches = (item.if_true, item.if_false) if isinstance(item, Conditional) else (item,)
                for branch in branches:
                    if isinstance(branch, dict):
                        yield branch.get("name"), self.line_of(f"{key}[{index}]")


@dataclass(frozen=True, slots=True)
class UnparsedResource:
    """A resource that cannot be turned into a fact. `type` is that of CloudFormation or of Terraform.

    It is reported as not examined if a check or a service covers its type.
    """

    location: SourceLocation
    name: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileContents:
    """The contents of one file.

    `unchecked` are parts of the file that could contain any resource, and cannot be read. `parameters` are the names of
    the parameters of a template.
    """

    source: str
    resources: tuple[DeclaredResource, ...] = ()
    unparsed: tuple[UnparsedResource, ...] = ()
    unchecked: tuple[UncheckedItem, ...] = ()
    parameters: frozenset[str] = frozenset()


def _may_have_items(value: object) -> bool:
    """Whether a value is, or can be, something else than a missing or an empty list."""
    if isinstance(value, Conditional):
        return _may_have_items(value.if_true) or _may_have_items(value.if_false)
    if isinstance(value, list):
        return any(_is_possible_item(item) for item in value)
    return value not in (None, "", ABSENT)


def _is_possible_item(value: object) -> bool:
    if isinstance(value, Conditional):
        return _is_possible_item(value.if_true) or _is_possible_item(value.if_false)
    return value is not ABSENT


def _child(node: Node, step: str) -> tuple[int, Node] | None:
    if step.isdecimal():
        return node.children.get(int(step[:9]))
    for key, child in node.children.items():
        if isinstance(key, str) and camel_case(key) == step:
            return child
    return None
