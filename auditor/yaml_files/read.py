"""YAML events into nodes.

Nodes are built from events instead of with PyYAML's constructors, to keep the original text of every scalar and both
lines of a duplicate key, and to stop early at malicious documents: deep nesting, alias bombs and self-references.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

import yaml

from auditor.domain.errors import ConfigError, Problem
from auditor.yaml_files.dialect import CONFIGURATION, Dialect, long_form
from auditor.yaml_files.document import Document, Node, Path
from auditor.yaml_files.encoding import check_text, json_as_yaml
from auditor.yaml_files.quoting import kind, quote, quote_path
from auditor.yaml_files.scalars import YAML_1_1_BOOLEANS, resolve

#: The parser in C is ten times faster, but not every build of PyYAML has it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SURROGATE = re.compile("[\ud800-\udfff]")
#: The limit for what all aliases together add, in nodes or 64 characters of text.
_ALIAS_LIMIT = 50_000
_MOST_PROBLEMS = 100

_ADVICE = {
    "escape": "Double the backslash, or use single quotes.",
    "alias": 'Quote a pattern that starts with a star: "*".',
    "cannot start any token": "Indent with spaces, not tabs, and quote a value that starts with a special character.",
    "mapping values are not allowed": 'Check the indentation, and quote a value that contains ": ".',
    "block": "Check the indentation: values on the same level start in the same column.",
    "quoted scalar": "Check that every quote is closed.",
    "expected ',' or": "Check that every bracket is closed and that items are separated by commas.",
}


def parse(text: str, source: str, dialect: Dialect = CONFIGURATION) -> Document:
    """Read one YAML or JSON document of any content. Raises ConfigError with every problem."""
    document, duplicates = parse_with_duplicates(text, source, dialect)
    if duplicates:
        raise ConfigError(duplicates)
    return document


def parse_with_duplicates(text: str, source: str, dialect: Dialect = CONFIGURATION) -> tuple[Document, list[Problem]]:
    """Read one YAML or JSON document, and return it with the problems of its duplicate keys.

    The caller must not use a document with duplicate keys, but can report them together with its other problems. Raises
    ConfigError with every problem if the document cannot be read.
    """
    text = text.removeprefix("\ufeff")
    problems = check_text(text, source)
    if problems:
        raise ConfigError(problems)
    reader = _Reader(json_as_yaml(text), source, dialect)
    root = reader.read()
    if root is None or reader.problems:
        raise ConfigError([*reader.problems, *reader.duplicates])
    return Document(source, root), reader.duplicates


class _StopReadingError(Exception):
    """The rest of the document cannot be read. It is caught in this module."""


class _Reader:
    """One pass over one text. `problems` and `duplicates` are complete when `read` has returned."""

    def __init__(self, text: str, source: str, dialect: Dialect) -> None:
        self.problems: list[Problem] = []
        self.duplicates: list[Problem] = []
        self._source = source
        self._dialect = dialect
        self._events: Iterator[Any] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, Node | None] = {}
        self._aliased = 0

    def read(self) -> Node | None:
        """Return the root of the document; None if the text could not be read to its end."""
        try:
            return self._document()
        except _StopReadingError:
            return None
        except yaml.YAMLError as error:
            self.problems.append(_syntax(error, self._source, self._dialect))
            return None

    def _document(self) -> Node | None:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            self._empty(1)
            return None
        root = self._node(next(self._events), ())
        next(self._events)
        following = next(self._events)
        if not isinstance(following, yaml.StreamEndEvent):
            self._stop(following, (), "a second document starts here", "Keep one document in a file; remove the `---`.")
        if root.data is None:
            self._empty(root.line)
        return root

    def _empty(self, line: int) -> None:
        self.problems.append(Problem(self._source, line, "", "is empty", "Add content to the file, or do not name it."))

    def _node(self, event: Any, path: Path) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        if len(path) > self._dialect.deepest:
            self._stop(event, (), *self._dialect.too_deep)
        function = self._dialect.function(event.tag)
        if function is None:
            self._refuse_tag(event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._value(event, path)
        if function is not None:
            node = _long_form_node(function, node)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _value(self, event: Any, path: Path) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(event, path)
        return self._mapping(event, path)

    def _scalar(self, event: Any, path: Path) -> Node:
        line, value = _line(event), event.value
        if _SURROGATE.search(value):
            self._report(event, path, "contains half of a surrogate pair", "Write the character itself.")
        weight = 1 + len(value) // 64
        if event.implicit[0]:
            resolved = resolve(value)
            if resolved == value and self._dialect.yaml_1_1_booleans:
                resolved = YAML_1_1_BOOLEANS.get(value, value)
            return Node(line, resolved, value, weight=weight)
        return Node(line, value, weight=weight)

    def _sequence(self, event: Any, path: Path) -> Node:
        children: dict[str | int, tuple[int, Node]] = {}
        while not isinstance(item := next(self._events), yaml.SequenceEndEvent):
            index = len(children)
            children[index] = (_line(item), self._node(item, (*path, index)))
        data = [node.data for _, node in children.values()]
        return Node(_line(event), data, children=children, weight=_weight(children))

    def _mapping(self, event: Any, path: Path) -> Node:
        children: dict[str | int, tuple[int, Node]] = {}
        merged: dict[str | int, tuple[int, Node]] = {}
        seen: dict[str, int] = {}
        while not isinstance(key_event := next(self._events), yaml.MappingEndEvent):
            key = self._key(key_event, path)
            line = _line(key_event)
            value = self._node(next(self._events), (*path, key))
            if key in seen:
                message = f"is a duplicate key, first in line {seen[key]}"
                self._duplicate(key_event, (*path, key), message, "Keep one of the two.")
            seen[key] = line
            if key == "<<" and key_event.implicit[0]:
                merged = {**self._merge(value, key_event, path), **merged}
            else:
                children[key] = (line, value)
        children = {**merged, **children}
        data = {key: node.data for key, (_, node) in children.items()}
        return Node(_line(event), data, children=children, weight=_weight(children))

    def _key(self, event: Any, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            self._stop(event, path, "has a key that is not text", "Quote a key that starts with a special character.")
        node = self._node(event, path)
        if not isinstance(node.data, str) and not (self._dialect.numbers_as_keys and node.text is not None):
            type_name = "empty" if node.data is None else kind(node.data)
            advice = f'Quote it: "{quote(event.value)}"' if event.value else "Write a key before the colon."
            self._report(event, path, f"the key {quote(event.value)} is {type_name}, not text", advice)
        return str(event.value)

    def _merge(self, value: Node, event: Any, path: Path) -> dict[str | int, tuple[int, Node]]:
        """Return the children that `<<` merges from a mapping or from a list of mappings, of which the first wins."""
        parts = [node for _, node in value.children.values()] if isinstance(value.data, list) else [value]
        if not all(isinstance(part.data, dict) for part in parts):
            self._report(event, path, "`<<` merges something that is not a mapping", "Name a mapping: `<<: *name`.")
            return {}
        return {key: child for part in reversed(parts) for key, child in part.children.items()}

    def _alias(self, event: Any, path: Path) -> Node:
        if event.anchor not in self._anchors:
            message = f"*{quote(event.anchor)} refers to an anchor that does not exist above it"
            self._report(event, path, message, f'Define &{quote(event.anchor)} first; quote it if it is a pattern: "*"')
            return Node(_line(event), None)
        node = self._anchors[event.anchor]
        if node is None:
            self._stop(event, path, f"*{quote(event.anchor)} refers to itself", "Write the value instead of the alias.")
        self._aliased += node.weight
        if self._aliased > _ALIAS_LIMIT:
            self._stop(event, path, "YAML alias expansion exceeds the limit", "Write the values instead of aliases.")
        return node

    def _refuse_tag(self, event: Any, path: Path) -> None:
        if event.tag in (None, "!") or (event.tag == "tag:yaml.org,2002:str" and isinstance(event, yaml.ScalarEvent)):
            return
        tag = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._report(
            event, path, f"the tag {quote(tag)} is not allowed", "Remove the tag: only plain values are supported."
        )

    def _report(self, event: Any, path: Path, message: str, advice: str) -> None:
        self.problems.append(Problem(self._source, _line(event), quote_path(path), message, advice))
        self._stop_at_last()

    def _duplicate(self, event: Any, path: Path, message: str, advice: str) -> None:
        self.duplicates.append(Problem(self._source, _line(event), quote_path(path), message, advice))
        self._stop_at_last()

    def _stop_at_last(self) -> None:
        if len(self.problems) + len(self.duplicates) >= _MOST_PROBLEMS:
            self.problems.append(Problem(self._source, 0, "", f"stopped reading after {_MOST_PROBLEMS} problems"))
            raise _StopReadingError

    def _stop(self, event: Any, path: Path, message: str, advice: str) -> NoReturn:
        self._report(event, path, message, advice)
        raise _StopReadingError


def _long_form_node(function: str, argument: Node) -> Node:
    """Return a tagged value as the long form of a function with one argument."""
    argument = replace(argument, data=long_form(function, argument.data))
    children: dict[str | int, tuple[int, Node]] = {function: (argument.line, argument)}
    return Node(argument.line, {function: argument.data}, children=children, weight=argument.weight + 1)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _weight(children: dict[str | int, tuple[int, Node]]) -> int:
    return 1 + sum(node.weight + len(str(key)) // 64 for key, (_, node) in children.items())


def _syntax(error: yaml.YAMLError, source: str, dialect: Dialect) -> Problem:
    mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    message = " ".join(part for part in (getattr(error, "problem", None), getattr(error, "context", None)) if part)
    if "nesting depth" in message:  # newer versions of libyaml have a limit and look ahead
        return Problem(source, mark.line + 1 if mark else 0, "", *dialect.too_deep)
    message = message or "it cannot be read"
    advice = next(
        (text for words, text in _ADVICE.items() if words in message), "Check quotes, brackets and indentation."
    )
    if began and mark and began.line != mark.line:
        message += f" from line {began.line + 1}"
    return Problem(source, mark.line + 1 if mark else 0, "", f"this is not YAML: {message}", advice)
