"""Plain data that remembers where it was written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from auditor.domain.errors import Problem
from auditor.yaml_files.quoting import quote_path

#: What is said of a key that nothing follows.
NO_VALUE = ("has no value", "Give it one, or remove it.")
#: Where something is in a document: keys and list indexes, outermost first.
Path = Sequence[str | int]


@dataclass(frozen=True, slots=True)
class Node:
    """One value and its place.

    `data` is dict, list, str, int, float, bool or None. `text` is what was written for an unquoted scalar. `children`
    are by key or index, each with the line that its key or itself begins in. `source` is set where the value comes from
    elsewhere than the file. `weight` is what the value costs to hold once more.
    """

    line: int
    data: Any
    text: str | None = None
    children: dict[str | int, tuple[int, Node]] = field(default_factory=dict)
    source: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class _Place:
    source: str
    line: int
    path: tuple[str | int, ...]
    node: Node


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration file, parsed. `source` is its name in messages."""

    source: str
    root: Node

    @classmethod
    def empty(cls, source: str) -> Document:
        """A document that sets nothing."""
        return cls(source, Node(line=0, data={}))

    @property
    def data(self) -> Any:  # noqa: ANN401 - whatever the operator wrote
        """The plain data: dict, list, str, int, float, bool or None."""
        return self.root.data

    def line_of(self, path: Path) -> int:
        """The line of `path`, or of the nearest thing around it that exists; counts from 1, 0 where there is none."""
        return self._find(path).line

    def node_of(self, path: Path) -> Node | None:
        """What stands at `path`, None where nothing does."""
        place = self._find(path)
        return place.node if len(place.path) == len(path) else None

    def text_of(self, path: Path) -> str | None:
        """What was written at `path`, before YAML made a number of it; None where that is not an unquoted scalar."""
        place = self._find(path)
        return place.node.text if len(place.path) == len(path) else None

    def problem(self, path: Path, message: str, advice: str = "") -> Problem:
        """A problem at `path`, or at the nearest thing around it that exists."""
        place = self._find(path)
        shown = "" if place.source != self.source else quote_path(place.path)
        return Problem(place.source, place.line, shown, message, advice)

    def without_value(self) -> list[Problem]:
        """A problem for every key and item that nothing follows: it may be a slip, and must not mean a default."""
        return [self.problem(path, *NO_VALUE) for path in _empty_paths(self.root, ())]

    def within(self, key: str) -> Document:
        """This document as the value of `key`."""
        line = self.root.line
        return replace(self, root=Node(line, {key: self.data}, children={key: (line, self.root)}))

    def overridden(self, path: Sequence[str], value: object, label: str) -> Document:
        """This document with `value` at `path`, whose problems will name `label` instead of the file.

        Where the file has something else than a mapping on the way, it stays as it is: that is a problem of its own.
        """
        return replace(self, root=_replaced(self.root, path, _node(value, label)))

    def _find(self, path: Path) -> _Place:
        place = _Place(self.source, self.root.line, (), self.root)
        for part in path:
            if part not in place.node.children:
                return place
            line, node = place.node.children[part]
            place = _Place(node.source or place.source, line, (*place.path, part), node)
        return place


def _node(value: object, label: str) -> Node:
    if isinstance(value, list | tuple):
        children = [_node(item, label) for item in value]
        data = [child.data for child in children]
        return Node(0, data, children={index: (0, child) for index, child in enumerate(children)}, source=label)
    return Node(0, value, source=label)


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
