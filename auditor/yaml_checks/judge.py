"""Judges a fact by JMESPath expressions. A `Judge` is plain data, so it can be pickled to another process."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.yaml_checks.expression import Undecidable, evaluate
from auditor.yaml_checks.model import as_document

#: Reasons of UNKNOWN findings, by identifier: what prevented an expression from being decided.
UNDECIDABLE_TEXTS: Mapping[str, str] = {
    "expression-failed": "makes an expression of the check fail",
    "expression-not-boolean": "makes an expression of the check evaluate to something other than true or false",
    "expression-too-costly": "makes an expression of the check exceed its step limit",
    "not-comparable": "has a value other than a number in a comparison of numbers",
    "not-read": "has a part that an expression of the check reads and that could not be read",
}
#: The note on a PASS that was decided with tags of the tag index. A failure never is.
FROM_INDEX_TEXTS: Mapping[str, str] = {
    "tags-from-index": "has tags in the tag index, which is late by minutes to hours"
}

#: Members with a field of their own in the evidence.
_EVIDENCE_FIELDS = frozenset({"name"})

# All checks judge a fact before the next fact arrives, on each of the engine's threads.
_document = lru_cache(maxsize=128)(as_document)


@dataclass(frozen=True, slots=True)
class Judge:
    """The judging function of a YAML check.

    `fact_members` are the members of the fact that the evidence shows, `part_members` those of each failing part, and
    `part_kind` says what such a part is: `container`, or empty if the expression builds objects of its own.
    """

    fail_when: str
    applies_when: str = ""
    evidence: str = ""
    reason: str = "rule-broken"
    fact_members: tuple[str, ...] = ()
    part_members: tuple[str, ...] = ()
    part_kind: str = ""

    def __call__(self, fact: Any, _parameters: object) -> Verdict:
        """Return FAIL if `fail_when` is true, PASS if it is false, and UNKNOWN if it cannot be decided.

        If the usage of the resource was read only in part, PASS and NOT_APPLICABLE are not certain: UNKNOWN.
        """
        document = _document(fact)
        complete = True
        if self.applies_when:
            try:
                applies, complete = _evaluate_boolean(self.applies_when, document)
            except Undecidable as error:
                return _unknown("applies_when", error)
            if not applies and complete:
                return Verdict(Status.NOT_APPLICABLE)
        try:
            fails, fails_complete = _evaluate_boolean(self.fail_when, document)
        except Undecidable as error:
            return _unknown("fail_when", error)
        if not (complete and fails_complete) and not (fails and complete):
            return _unknown("fail_when", Undecidable("not-read", "usage"))
        if fails:
            return Verdict(Status.FAIL, (self.reason,), self._evidence_of(document))
        from_index = "tags" in self.fact_members and document.get("tags_from_index")
        reasons = tuple(FROM_INDEX_TEXTS) if from_index else ()
        return Verdict(Status.PASS, reasons, (Evidence(reasons=reasons),) if reasons else ())

    def _evidence_of(self, document: dict[str, Any]) -> tuple[Evidence, ...]:
        """Return evidence for each failing part, or for the resource as a whole if `evidence` gives no parts."""
        parts: Any = None
        if self.evidence:
            try:
                parts, _ = evaluate(self.evidence, document)
            except Undecidable:  # the verdict stands without it
                parts = None
        if isinstance(parts, list) and parts:
            return tuple(self._part_evidence(part) for part in parts)
        return (Evidence(reasons=(self.reason,), details=_details(document, self.fact_members)),)

    def _part_evidence(self, part: Any) -> Evidence:
        if not isinstance(part, dict):
            return Evidence(str(part), reasons=(self.reason,))
        name = part.get("name")
        return Evidence(
            part=name if isinstance(name, str) else "",
            kind=self.part_kind,
            reasons=(self.reason,),
            details=_details(part, self.part_members),
        )


def _evaluate_boolean(text: str, document: dict[str, Any]) -> tuple[bool, bool]:
    value, complete = evaluate(text, document)
    if not isinstance(value, bool):
        raise Undecidable("expression-not-boolean", "null" if value is None else type(value).__name__)
    return value, complete


def _unknown(key: str, error: Undecidable) -> Verdict:
    details: dict[str, Detail] = {"expression": key, "because": error.detail}
    return Verdict(Status.UNKNOWN, (error.reason,), (Evidence(reasons=(error.reason,), details=details),))


def _details(part: dict[str, Any], names: tuple[str, ...]) -> dict[str, Detail]:
    """Return the named members that fit into a row: scalars, null and lists of strings."""
    details: dict[str, Detail] = {}
    for name in names:
        if name in _EVIDENCE_FIELDS or name not in part:
            continue
        value = part[name]
        if isinstance(value, list) and all(isinstance(text, str) for text in value):
            details[name] = tuple(value)
        elif value is None or isinstance(value, str | int):
            details[name] = value
    return details
