"""A check's expressions as the function that judges a fact. It is data, so that it can go to another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.yaml_checks.expression import Undecidable, evaluate
from auditor.yaml_checks.model import as_document

#: What is said of a fact for which an expression has no answer. Such a fact is UNKNOWN, and never PASS.
UNANSWERED: Mapping[str, str] = {
    "expression-failed": "makes the check's expression fail",
    "expression-not-boolean": "makes the check's expression give something other than true or false",
    "expression-too-costly": "makes the check's expression take too long",
    "not-comparable": "has no number where the check's expression compares numbers",
    "not-read": "has a part that was not read, and that the check asks for",
}

_SAID_ELSEWHERE = frozenset({"name", "user", "privileged"})

#: Every rule over a fact judges it before the next one comes, on each of the engine's threads.
_document = lru_cache(maxsize=128)(as_document)


@dataclass(frozen=True, slots=True)
class Judge:
    """Judges one fact by expressions that have been checked.

    `looked_at` are the members of the fact, and `shown` those of a part, that the evidence is to show.
    """

    fail_when: str
    applies_when: str = ""
    evidence: str = ""
    reason: str = "rule-broken"
    looked_at: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()

    def __call__(self, fact: Any, _parameters: object) -> Verdict:  # noqa: ANN401 - any kind of fact
        """FAIL where `fail_when` is true, PASS where it is false; UNKNOWN where it is neither, or cannot be told."""
        document = _document(fact)
        whole = True
        if self.applies_when:
            try:
                applies, whole = _truth(self.applies_when, document)
            except Undecidable as unanswered:
                return _unknown("applies_when", unanswered)
            if not applies and whole:
                return Verdict(Status.NOT_APPLICABLE)
        try:
            fails, whole_too = _truth(self.fail_when, document)
        except Undecidable as unanswered:
            return _unknown("fail_when", unanswered)
        if not (whole and whole_too) and not (fails and whole):
            return _unknown("fail_when", Undecidable("not-read", "usage"))
        return Verdict(Status.FAIL, (self.reason,), self._parts(document)) if fails else Verdict(Status.PASS)

    def _parts(self, document: dict[str, Any]) -> tuple[Evidence, ...]:
        """What fails: the parts that `evidence` names, or the whole where it names none."""
        found: Any = None
        if self.evidence:
            try:
                found, _ = evaluate(self.evidence, document)
            except Undecidable:  # the verdict stands without it
                found = None
        parts = found if isinstance(found, list) else []
        whole = Evidence(reasons=(self.reason,), details=_details(document, self.looked_at))
        return tuple(self._part(each) for each in parts) or (whole,)

    def _part(self, part: Any) -> Evidence:  # noqa: ANN401 - whatever the expression gives
        if not isinstance(part, dict):
            return Evidence(str(part), reasons=(self.reason,))
        name, user, privileged = part.get("name"), part.get("user"), part.get("privileged")
        return Evidence(
            container=name if isinstance(name, str) else "",
            user=user if isinstance(user, str) else None,
            privileged=privileged if isinstance(privileged, bool) else None,
            reasons=(self.reason,),
            details=_details(part, self.shown),
        )


def _truth(text: str, document: dict[str, Any]) -> tuple[bool, bool]:
    found, whole = evaluate(text, document)
    if not isinstance(found, bool):
        raise Undecidable("expression-not-boolean", "null" if found is None else type(found).__name__)
    return found, whole


def _unknown(key: str, unanswered: Undecidable) -> Verdict:
    details: dict[str, Detail] = {"expression": key, "because": unanswered.detail}
    evidence = Evidence(reasons=(unanswered.reason,), details=details)
    return Verdict(Status.UNKNOWN, (unanswered.reason,), (evidence,))


def _details(part: dict[str, Any], names: tuple[str, ...]) -> dict[str, Detail]:
    """Those of the named members that a row can hold: one value, or a list of texts."""
    found: dict[str, Detail] = {}
    for name in names:
        value = part.get(name)
        if name in _SAID_ELSEWHERE or name not in part:
            continue
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            found[name] = tuple(value)
        elif value is None or isinstance(value, str | int):
            found[name] = value
    return found
