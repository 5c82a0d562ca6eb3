"""Plain data with the lines that it was read from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auditor.domain.errors import Problem
from auditor.yaml_files.quoting import quote_path

#: The message and the advice for a key without a value.
NO_VALUE = ("has no value", "Give it one, or remove it.")
#: A position in a document: keys and list indexes, outermost first.
Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Node:
    """One value and its position.

    `data` is dict, list, str, int, float, bool or None. `text` is the original text of an unquoted scalar. `children`
    are keyed by key or index, each with the line on which its key or the child itself begins. `source` is set if the
    value does not come from the file. `weight` is the size of the value in units of the alias limit.
    """

    line: int
    data: Any
    text: str | None = None
    children: dict[str | int, tuple[int, Node]] = field(default_factory=dict)
    source: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class _Location:
    """The deepest existing node on a path, and its own path."""

    source: str
    line: int
    path: tuple[str | int, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed file. `source` is its name in messages."""

    source: str
    root: Node

    @classmethod
    def empty(cls, source: str) -> Document:
        """Return a document without content."""
        return cls(source, Node(line=0, data={}))

    @property
    def data(self) -> Any:
        """The plain data: dict, list, str, int, float, bool or None."""
        return self.root.data

    def line_of(self, path: Path) -> int:
        """Return the line of a path or of its nearest existing parent, counted from 1; 0 if it has none."""
        return self._find(path).line

    def node_of(self, path: Path) -> Node | None:
        """Return the node at a path; None if there is none."""
        location = self._find(path)
        return location.node if len(location.path) == len(path) else None

    def text_of(self, path: Path) -> str | None:
        """Return the original text of an unquoted scalar, before its conversion to a number; None for other nodes."""
        location = self._find(path)
        return location.node.text if len(location.path) == len(path) else None

    def problem(self, path: Path, message: str, advice: str = "") -> Problem:
        """Return a problem at a path or at its nearest existing parent."""
        location = self._find(path)
        shown = "" if location.source != self.source else quote_path(location.path)
        return Problem(location.source, location.line, shown, message, advice)

    def without_value(self) -> list[Problem]:
        """Return a problem for every key and item without a value, which must not silently mean a default."""
        return [self.problem(path, *NO_VALUE) for path in _empty_paths(self.root, ())]

    def within(self, key: str) -> Document:
        """Return a document in which this one is the value of `key`."""
        line = self.root.line
        return replace(self, root=Node(line, {key: self.data}, children={key: (line, self.root)}))

    def concatenated(self, key: str) -> Document:
        """Return one mapping for a list of pages: `key` has the items of all pages, other members are the last page's.

        Every page must be a mapping in which `key` is a list.
        """
        pages = [page for _, page in self.root.children.values()]
        items = [item for page in pages for item in page.children[key][1].children.values()]
        line = pages[0].children[key][0]
        whole = Node(line, [item.data for _, item in items], children=dict(enumerate(items)))
        children = {**pages[-1].children, key: (line, whole)}
        data = {name: node.data for name, (_, node) in children.items()}
        return replace(self, root=Node(self.root.line, data, children=children, weight=self.root.weight))

    def at_line(self, line: int) -> Document:
        """Return this document with one line for all its nodes, because the file has them all there."""
        return replace(self, root=_moved(self.root, line))

    def overridden(self, path: Sequence[str], value: object, label: str) -> Document:
        """Return this document with a value at `path`, whose problems name `label` instead of the file.

        If a parent of the path is not a mapping, the document is not changed: that parent is a problem by itself.
        """
        return replace(self, root=_replaced(self.root, path, _node(value, label)))

    def _find(self, path: Path) -> _Location:
        location = _Location(self.source, self.root.line, (), self.root)
        for part in path:
            if part not in location.node.children:
                return location
            line, node = location.node.children[part]
            location = _Location(node.source or location.source, line, (*location.path, part), node)
        return location


def _node(value: object, label: str) -> Node:
    if isinstance(value, list | tuple):
        children = [_node(item, label) for item in value]
        data = [child.data for child in children]
        return Node(0, data, children={index: (0, child) for index, child in enumerate(children)}, source=label)
    return Node(0, value, source=label)


def _moved(node: Node, line: int) -> Node:
    children = {key: (line, _moved(child, line)) for key, (_, child) in node.children.items()}
    return replace(node, line=line, children=children)


def _replaced(node: Node, path: Sequence[str], new: Node) -> Node:
    if not path:
        return new
    if not isinstance(node.data, dict):
        return node
    key, *rest = path
    line, child = node.children.get(key, (0, Node(line=0, data={}, source=new.source)))
    child = _replaced(child, rest, new)
    line = 0 if not rest else line
    return replace(node, data={**node.data, key: child.data}, children={**node.children, key: (line, child)})


def _empty_paths(node: Node, path: Path) -> Iterator[Path]:
    if node.data is None:
        yield path
    for key, (_, child) in node.children.items():
        yield from _empty_paths(child, (*path, key))
