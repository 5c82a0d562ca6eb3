"""The terms of a query, and the qualifiers that exist."""

from dataclasses import dataclass
from enum import StrEnum

from auditor.domain.check import Severity, Status
from auditor.domain.lifecycle import LifecycleState


class Flag(StrEnum):
    """A value of `is:`."""

    RUNNING = "running"
    PUBLIC = "public"
    NEW = "new"
    OPEN = "open"
    REOPENED = "reopened"
    STALE = "stale"
    RESOLVED = "resolved"
    GONE = "gone"
    OVERDUE = "overdue"
    EXCEPTED = "excepted"
    FAILING = "failing"
    UNKNOWN = "unknown"


#: Flags that are states of the lifecycle.
STATES = frozenset(map(Flag, LifecycleState))

#: What each qualifier compares its value with.
QUALIFIERS = {
    "severity": "the severity: low, medium, high or critical",
    "status": "the status: fail, unknown, pass or not_applicable; without it, only failures are listed",
    "is": f"a property: {', '.join(Flag)}",
    "owner": "the owner",
    "environment": "the environment; `env` is the same",
    "account": "the ID or the name of the account",
    "ou": "the path of organizational units",
    "region": "the region",
    "check": "the ID of the check",
    "resource": "the name, the family or the ARN of the resource",
    "type": "the type of the resource",
    "reason": "a reason of the status",
    "control": "a control with its framework, such as cis-compute-1.1/3.4",
    "id": "the ID of the finding, or its first digits",
}
SYNONYMS = {"env": "environment", "sev": "severity", "arn": "resource"}
#: Qualifiers whose values are words of a list, so that a misspelt one is an error.
WORDS: dict[str, frozenset[str]] = {
    "severity": frozenset(Severity),
    "status": frozenset(status.value.lower() for status in Status),
    "is": frozenset(Flag),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One condition: `-region:us-*` is the negation of a qualifier with one value.

    Without a `qualifier`, `values` holds one text that must appear in the finding. `framework` is set if the qualifier
    is the start of a framework's name, as in `cis:3.4`.
    """

    qualifier: str
    values: tuple[str, ...]
    negated: bool = False
    framework: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that all have to hold. The values of one term are alternatives."""

    terms: tuple[Term, ...] = ()

    @property
    def names_status(self) -> bool:
        """Whether the query says itself which statuses it is about; if not, failures are meant."""
        flags = {Flag.FAILING, Flag.UNKNOWN, Flag.STALE, Flag.RESOLVED, Flag.GONE}
        return any(
            term.qualifier in {"status", "id"} or (term.qualifier == "is" and flags.intersection(term.values))
            for term in self.terms
        )
