"""Match findings with a query, in three values: what was not examined is neither running nor not running."""

from collections.abc import Callable, Iterable
from enum import Enum
from fnmatch import fnmatchcase

from auditor.domain.check import Status
from auditor.query.record import Record
from auditor.query.terms import STATES, Flag, Query, Term


class Answer(Enum):
    """Whether a finding matches. UNKNOWN: it depends on something that was not examined."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def answer(query: Query, record: Record) -> Answer:
    """Return whether a finding matches all terms of a query."""
    unknown = False
    for term in query.terms:
        holds = _holds(term, record)
        if holds is None:
            unknown = True
        elif holds is term.negated:
            return Answer.NO
    return Answer.UNKNOWN if unknown else Answer.YES


def _holds(term: Term, record: Record) -> bool | None:
    """Return whether one of the values of a term holds, before its negation; None if that is not known."""
    if term.qualifier == "is":
        return _any(_flag(Flag(value), record) for value in term.values)
    texts = [text.casefold() for text in _TEXTS[term.qualifier](record) if text]
    if not term.qualifier:
        return any(term.values[0] in text for text in texts)
    if term.framework:
        texts = [text.partition("/")[2] for text in texts if text.startswith(term.framework)]
    match = str.startswith if term.qualifier == "id" else fnmatchcase
    return any(match(text, value) for value in term.values for text in texts)


def _any(values: Iterable[bool | None]) -> bool | None:
    listed = list(values)
    if True in listed:
        return True
    return None if None in listed else False


def _flag(flag: Flag, record: Record) -> bool | None:
    return record.state == flag if flag in STATES else _FLAGS[flag](record)


_FLAGS: dict[Flag, Callable[[Record], bool | None]] = {
    Flag.RUNNING: lambda record: record.is_running,
    Flag.PUBLIC: lambda record: record.is_public,
    Flag.OVERDUE: lambda record: record.overdue,
    Flag.EXCEPTED: lambda record: record.excepted,
    Flag.FAILING: lambda record: record.status == Status.FAIL,
    Flag.UNKNOWN: lambda record: record.status == Status.UNKNOWN,
}

#: The texts of a finding that a qualifier is compared with; free text is compared with all that the list shows.
_TEXTS: dict[str, Callable[[Record], tuple[str, ...]]] = {
    "": lambda record: (
        record.title,
        record.problem,
        record.check_id,
        record.finding_id,
        record.region,
        record.owner,
        record.account_id,
        record.account_name,
        *record.resource,
        *record.reasons,
        *record.controls,
        *record.parts,
    ),
    "severity": lambda record: (record.severity,),
    "status": lambda record: (record.status,),
    "owner": lambda record: (record.owner,),
    "environment": lambda record: (record.environment,),
    "account": lambda record: (record.account_id, record.account_name),
    "ou": lambda record: (record.ou,),
    "region": lambda record: (record.region,),
    "check": lambda record: (record.check_id,),
    "resource": lambda record: record.resource,
    "type": lambda record: (record.resource_type,),
    "reason": lambda record: record.reasons,
    "control": lambda record: record.controls,
    "id": lambda record: (record.finding_id,),
}
