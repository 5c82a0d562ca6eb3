"""What a document may come to: its facts, for one assignment of values to what it leaves open."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any

from auditor.domain.fact import Fact
from auditor.iac.ecs.unknown_values import Field, Free, as_text, field_of
from auditor.iac.symbolic import Path, Session, differences, watched
from auditor.iac.unresolved import ABSENT, Choice, Unknown
from auditor.parsers.json_values import MalformedValue
from auditor.yaml_files import quote

Parse = Callable[[Mapping[str, Any]], Fact]

_CONDITION = Field("condition", (True, False))


@dataclass(frozen=True, slots=True, order=True)
class Ident:
    """Something open that has one value wherever it stands: an expression, as one kind of member."""

    field: str
    identity: str
    expression: str = dataclass_field(default="", compare=False)


Assignment = Mapping[Ident, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """The facts of one assignment.

    `options` are the values that each open thing can have; `forks` and `opaques` say which facts they are part of.
    `first` is one whose values do not all make a document: it must have a value before anything is judged. `lost` is
    the expression that decides about everything, None where there is none.
    """

    fact: Fact
    options: Mapping[Ident, tuple[Any, ...]]
    forks: Mapping[Path, Ident]
    opaques: Mapping[Path, str]
    first: Ident | None = None
    lost: str | None = None

    def watched(self, session: Session) -> Any:  # noqa: ANN401 - a fact of the same kind
        """Return the facts, reporting to `session`."""
        return watched(self.fact, self.forks, self.opaques, session)


@dataclass(slots=True)
class Trials:
    """All that a document may come to, by assignment, each made once."""

    document: Mapping[str, Any]
    parse: Parse
    _made: dict[frozenset[tuple[Ident, Any]], Trial | None] = dataclass_field(default_factory=dict)
    _influence: dict[Any, frozenset[Path]] = dataclass_field(default_factory=dict)

    def fact(self) -> Fact:
        """Return the facts before anything has a value, and nothing of what they depend on. Raises Malformed."""
        return self.parse(_fill(self.document, {}, {}))

    def of(self, assignment: Assignment) -> Trial | None:
        """Return the facts of an assignment, None where these values make no document."""
        key = frozenset(assignment.items())
        if key not in self._made:
            try:
                self._made[key] = self._make(assignment)
            except MalformedValue:
                self._made[key] = None
        return self._made[key]

    def _make(self, assignment: Assignment) -> Trial:
        met: dict[Ident, tuple[Any, ...]] = {}
        fact = self.parse(_fill(self.document, assignment, met))
        branches = {ident: value for ident, value in assignment.items() if ident.field == _CONDITION.name}
        forks: dict[Path, Ident] = {}
        opaques: dict[Path, str] = {}
        first, lost = None, None
        for ident, options in met.items():
            value = assignment.get(ident, options[0])
            is_open = value is Free.ONE
            others = (Free.OTHER,) if is_open else () if ident in assignment else options[1:]
            paths = self._paths(branches, ident, value, others)
            if () in paths:
                first, lost = (first, lost or ident.expression) if is_open else (first or ident, lost)
            elif is_open:
                opaques |= {path: opaques.get(path, ident.expression) for path in paths}
            else:
                forks |= {path: forks.get(path, ident) for path in paths}
        return Trial(fact, met, forks, opaques, first, lost)

    def _paths(self, branches: Assignment, ident: Ident, value: object, others: tuple[Any, ...]) -> frozenset[Path]:
        """Return where the facts would differ if one open thing had another value; () stands for all of them.

        Each member of a document becomes a fact of its own, so that only the choice of branches moves these places.
        """
        key = (frozenset(branches.items()), ident, others)
        if key not in self._influence:
            self._influence[key] = frozenset(self._differences({**branches, ident: value}, ident, others))
        return self._influence[key]

    def _differences(self, assignment: Assignment, ident: Ident, others: tuple[Any, ...]) -> Iterator[Path]:
        if not others:
            return
        near = self._near(assignment, ident)
        fact = self.parse(_fill(near, assignment, {}))
        for other in others:
            try:
                yield from differences(fact, self.parse(_fill(near, {**assignment, ident: other}, {})))
            except MalformedValue:
                yield ()

    def _near(self, assignment: Assignment, ident: Ident) -> Mapping[str, Any]:
        """Return the document with nothing in the containers that `ident` is no part of: the others take most time."""
        listed = self.document.get("containerDefinitions")
        if not isinstance(listed, list):
            return self.document
        return {**self.document, "containerDefinitions": [_stub(each, assignment, ident) for each in listed]}


def _stub(container: object, assignment: Assignment, ident: Ident) -> object:
    met: dict[Ident, tuple[Any, ...]] = {}
    if isinstance(container, dict):
        _filled(container, assignment, met, "containerDefinitions[]", "")
    return {"name": "a"} if isinstance(container, dict) and ident not in met else container


def _fill(document: Mapping[str, Any], assignment: Assignment, met: dict[Ident, tuple[Any, ...]]) -> dict[str, Any]:
    filled = _filled(document, assignment, met, "", "")
    return filled if isinstance(filled, dict) else {}


def _filled(value: Any, assignment: Assignment, met: dict[Ident, tuple[Any, ...]], key: str, parent: str) -> Any:  # noqa: ANN401
    """Return plain data, and add what is open to `met`."""
    if isinstance(value, Choice):
        ident = Ident(_CONDITION.name, value.condition, f"condition {quote(value.condition)}")
        met.setdefault(ident, _CONDITION.options)
        branch = value.yes if assignment.get(ident, True) else value.no
        return _filled(branch, assignment, met, key, parent)
    if isinstance(value, Unknown):
        member = field_of(value, key, parent)
        ident = Ident(member.name, value.identity or value.expression, value.expression)
        met.setdefault(ident, member.options)
        return member.value(assignment.get(ident, member.options[0]), value.expression)
    if isinstance(value, list):
        items = (_filled(each, assignment, met, f"{key}[]", parent) for each in value)
        return [each for each in items if each is not ABSENT]
    if isinstance(value, dict):
        inner = key.removesuffix("[]")
        members = {name: _filled(each, assignment, met, name, inner) for name, each in value.items()}
        return {name: each for name, each in members.items() if each is not ABSENT}
    return as_text(value, key, parent)
