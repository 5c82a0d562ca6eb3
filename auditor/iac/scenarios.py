"""The facts that a document can become, one for each assignment of values to its unknown values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from auditor.domain.fact import Fact
from auditor.iac.declared import DeclaredResource
from auditor.iac.known_attributes import SAMPLE_ACCOUNT, find_literals
from auditor.iac.possible_values import AnyValue, MemberTables, PossibleValues, mark
from auditor.iac.service import parsed_types, service_of
from auditor.iac.symbolic import Path, differences, instrumented
from auditor.iac.symbolic_values import ReadLog, Symbol
from auditor.iac.unresolved import ABSENT, Conditional, Unresolved
from auditor.parsers.json_values import MalformedValue
from auditor.yaml_files import quote

_TEXT = "text"
_CONDITION = PossibleValues("condition", (True, False))


@dataclass(frozen=True, slots=True, order=True)
class UnknownValue:
    """An unknown value of a document: an unresolved expression used as one kind of member, or a condition.

    It has the same value wherever it occurs in the document.
    """

    member: str
    identity: str
    expression: str = field(default="", compare=False)


Assignment = Mapping[UnknownValue, Any]
_ACCOUNT = UnknownValue(_TEXT, "Ref AWS::AccountId")


@dataclass(frozen=True, slots=True)
class Scenario:
    """The fact of one assignment.

    `options` are the possible values of each unknown value. `choices` and `symbolic` map the parts of the fact that
    depend on an unknown value: to the value, if it has few options, or to its expression, if it can be anything.
    `decide_first` is an unknown value with an option that makes the document invalid: it must be assigned before the
    fact is judged. `undecidable` is the expression of a value that can be anything and on which the whole fact depends.
    """

    fact: Fact
    options: Mapping[UnknownValue, tuple[Any, ...]]
    choices: Mapping[Path, UnknownValue]
    symbolic: Mapping[Path, Symbol]
    decide_first: UnknownValue | None = None
    undecidable: str | None = None

    def instrumented_fact(self, log: ReadLog) -> Any:
        """Return a copy of the fact that records in `log` which unknown values are read."""
        return instrumented(self.fact, self.choices, self.symbolic, log)


def scenarios_of(resource: DeclaredResource, literals: str = "") -> Scenarios:
    """Return the scenarios of a declared resource; `literals` has all accounts and regions that the checks name."""
    resource_type, service = parsed_types()[resource.type], service_of(resource.type)
    return Scenarios(
        document=service.redact(resource.document) if service else resource.document,
        parse=lambda document: resource_type.to_fact(document, resource.name),
        members=service.members if service else MemberTables(),
        parts=resource_type.parts,
        literals=find_literals(f"{literals} {resource.document!r}"),
    )


@dataclass(slots=True)
class Scenarios:
    """All scenarios of a document, by assignment, each computed once.

    `parts` are the lists of parts that become facts independently of each other, with a minimal part for each list.
    `literals` are, by pseudo parameter, the accounts and regions that the document and the checks name.
    """

    document: Mapping[str, Any]
    parse: Callable[[Mapping[str, Any]], Fact]
    members: MemberTables
    parts: Mapping[str, Any] = field(default_factory=dict)
    literals: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _scenarios: dict[frozenset[tuple[UnknownValue, Any]], Scenario | None] = field(default_factory=dict)
    _influence: dict[Any, frozenset[Path]] = field(default_factory=dict)

    def fact(self) -> Fact:
        """Return the fact with the first option of every unknown value. Raises MalformedValue."""
        return self._parsed(self.document, {}, {})

    def scenario(self, assignment: Assignment) -> Scenario | None:
        """Return the scenario of an assignment, None if these values make the document invalid."""
        key = frozenset(assignment.items())
        if key not in self._scenarios:
            try:
                self._scenarios[key] = self._make_scenario(assignment)
            except MalformedValue:
                self._scenarios[key] = None
        return self._scenarios[key]

    def _make_scenario(self, assignment: Assignment) -> Scenario:
        occurring: dict[UnknownValue, tuple[Any, ...]] = {}
        fact = self._parsed(self.document, assignment, occurring)
        conditions = {unknown: value for unknown, value in assignment.items() if unknown.member == _CONDITION.member}
        choices: dict[Path, UnknownValue] = {}
        symbolic: dict[Path, Symbol] = {}
        decide_first, undecidable = None, None
        for unknown, options in occurring.items():
            value = assignment.get(unknown, options[0])
            is_any = value is AnyValue.FIRST
            alternatives = (AnyValue.SECOND,) if is_any else () if unknown in assignment else options[1:]
            paths = self._dependent_paths(conditions, unknown, value, alternatives)
            if () in paths and is_any:
                undecidable = undecidable or unknown.expression
            elif () in paths:
                decide_first = decide_first or unknown
            elif is_any:
                for path in paths:
                    known = symbolic.get(path, Symbol(unknown.expression, is_text=True))
                    symbolic[path] = replace(known, is_text=known.is_text and unknown.member == _TEXT)
            else:
                choices |= {path: choices.get(path, unknown) for path in paths}
        return Scenario(fact, occurring, choices, symbolic, decide_first, undecidable)

    def _dependent_paths(
        self, conditions: Assignment, unknown: UnknownValue, value: object, alternatives: tuple[Any, ...]
    ) -> frozenset[Path]:
        """Return the paths at which the fact differs if one unknown value changes; () stands for the whole fact.

        Each member of a document becomes a part of the fact of its own, so only conditions can change these paths.
        """
        key = (frozenset(conditions.items()), unknown, alternatives)
        if key not in self._influence:
            assignment = {**conditions, unknown: value}
            self._influence[key] = frozenset(self._differing_paths(assignment, unknown, alternatives))
        return self._influence[key]

    def _differing_paths(
        self, assignment: Assignment, unknown: UnknownValue, alternatives: tuple[Any, ...]
    ) -> Iterator[Path]:
        if not alternatives:
            return
        document = self._reduced_document(assignment, unknown)
        fact = self._parsed(document, assignment, {})
        for alternative in alternatives:
            try:
                other = self._parsed(document, {**assignment, unknown: alternative}, {})
            except MalformedValue:
                yield ()
            else:
                yield from differences(fact, other)

    def _parsed(
        self, document: Mapping[str, Any], assignment: Assignment, occurring: dict[UnknownValue, tuple[Any, ...]]
    ) -> Fact:
        """Return the fact of an assignment. It belongs to the account that the pseudo parameter has."""
        fact: Any = self.parse(self._filled(document, assignment, occurring))
        account = assignment.get(_ACCOUNT, SAMPLE_ACCOUNT)
        if account != SAMPLE_ACCOUNT:
            fact = replace(fact, arn=fact.arn.replace(SAMPLE_ACCOUNT, account))
        result: Fact = fact
        return result

    def _reduced_document(self, assignment: Assignment, unknown: UnknownValue) -> Mapping[str, Any]:
        """Return the document with minimal parts instead of those without `unknown`: parsing all takes most time."""
        reduced = dict(self.document)
        for key, minimal in self.parts.items():
            parts = reduced.get(key)
            if isinstance(parts, list):
                reduced[key] = [part if self._depends_on(part, key, assignment, unknown) else minimal for part in parts]
        return reduced

    def _depends_on(self, part: object, key: str, assignment: Assignment, unknown: UnknownValue) -> bool:
        occurring: dict[UnknownValue, tuple[Any, ...]] = {}
        if isinstance(part, dict):
            self._fill(part, assignment, occurring, f"{key}[]", "")
        return unknown in occurring or not isinstance(part, dict)

    def _fill_text(
        self,
        value: Unresolved,
        assignment: Assignment,
        occurring: dict[UnknownValue, tuple[Any, ...]],
        *,
        is_filled: bool,
    ) -> str:
        """Return a text with the assigned values of its parts, and with marks for those that can have any value."""
        texts: list[str] = []
        for part in value.text_parts:
            if isinstance(part, str):
                texts.append(part)
                continue
            unknown = UnknownValue(_TEXT, part.identity, value.expression)
            options = (*part.choices, *self.literals.get(part.identity, ())) or (AnyValue.FIRST,)
            option = assignment.get(unknown, occurring.setdefault(unknown, options)[0])
            if isinstance(option, AnyValue):
                other = replace(part, identity=f"{part.identity} ")
                texts.append(mark(value.expression, part if option is AnyValue.FIRST else other, is_filled=is_filled))
            else:
                texts.append(option)
        return "".join(texts)

    def _filled(
        self, document: Mapping[str, Any], assignment: Assignment, occurring: dict[UnknownValue, tuple[Any, ...]]
    ) -> dict[str, Any]:
        filled = self._fill(document, assignment, occurring, "", "")
        return filled if isinstance(filled, dict) else {}

    def _fill(
        self,
        value: Any,
        assignment: Assignment,
        occurring: dict[UnknownValue, tuple[Any, ...]],
        key: str,
        parent: str,
    ) -> Any:
        """Return `value` with the assigned values, and add its unknown values with their options to `occurring`."""
        if isinstance(value, str):
            value = self.members.check_word(value, key, parent)
        if isinstance(value, Conditional):
            unknown = UnknownValue(_CONDITION.member, value.condition, f"condition {quote(value.condition)}")
            occurring.setdefault(unknown, _CONDITION.options)
            branch = value.if_true if assignment.get(unknown, True) else value.if_false
            return self._fill(branch, assignment, occurring, key, parent)
        if isinstance(value, Unresolved):
            if self.members.is_text(value, key, parent):
                return self._fill_text(value, assignment, occurring, is_filled=key in self.members.filled)
            possible = self.members.possible_values(value, key, parent)
            unknown = UnknownValue(possible.member, value.identity or value.expression, value.expression)
            occurring.setdefault(unknown, possible.options)
            return possible.value(assignment.get(unknown, possible.options[0]), value.expression)
        if isinstance(value, list):
            items = (self._fill(item, assignment, occurring, f"{key}[]", parent) for item in value)
            return [item for item in items if item is not ABSENT]
        if isinstance(value, dict):
            inner = key.removesuffix("[]")
            members = {name: self._fill(member, assignment, occurring, name, inner) for name, member in value.items()}
            return {name: member for name, member in members.items() if member is not ABSENT}
        return self.members.as_text(value, key, parent)
