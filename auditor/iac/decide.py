"""One check on one document: the verdict that holds whatever the open values turn out to be, or UNKNOWN.

The check is run on facts that tell which open value it reads first. It is then run again for each value that this one
can have, and so on: what it never reads costs nothing, and decides nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.file_report import UNRESOLVED
from auditor.iac.ecs.unknown_values import unmarked
from auditor.iac.scenarios import Assignment, Trial, Trials
from auditor.iac.symbolic import Opaque, Session, expression_of

#: Runs of one check on one document, and open values that it may read in one of them. What takes more is UNKNOWN.
MOST_RUNS = 300
MOST_READ = 60
#: Expressions that are named, where more than these decide.
_MOST_NAMED = 8
_OPEN = "(open)"

#: Runs a check on a fact that may watch, the other being the same without. It never raises; a crash is UNKNOWN.
Run = Callable[[Any, Any], Verdict]


@dataclass(frozen=True, slots=True)
class Settled:
    """A verdict, and what it depends on where that leaves it UNKNOWN."""

    verdict: Verdict
    depends_on: tuple[str, ...] = ()


def settle(trials: Trials, run: Run) -> Settled:
    """Judge a document that the parsers have taken."""
    settling = _Settling(trials, run)
    return settling.decided_by_one() or settling.settle({})


@dataclass(slots=True)
class _Settling:
    trials: Trials
    run: Run
    runs: int = field(default=0)

    def decided_by_one(self) -> Settled | None:
        """Return UNKNOWN with the open values that change the verdict each by itself; None where there are none.

        Two ways for the document to come out that are judged otherwise are enough to know that nothing is known.
        """
        usual = self._outright({})
        names: list[str] = []
        for ident, options in usual[1].items() if usual else ():
            others = (self._outright({ident: option}) for option in options[1:])
            if usual and not all(other is None or _agree([usual[0], other[0]]) for other in others):
                names.append(ident.expression)
            if len(names) == _MOST_NAMED:
                break
        return _unknown(*names) if names else None

    def _outright(self, assignment: Assignment) -> tuple[Verdict, Mapping[Any, tuple[Any, ...]]] | None:
        """Judge with everything else at its first value, and say what was read; None where that is no verdict."""
        trial = self.trials.of(assignment)
        if trial is None or trial.lost is not None or trial.first is not None:
            return None
        session = Session()
        verdict = self.run(trial.watched(session), trial.fact)
        if session.touched or verdict.status is Status.UNKNOWN:
            return None
        return verdict, {ident: trial.options[ident] for ident in session.read}

    def settle(self, assignment: Assignment) -> Settled:
        trial = self.trials.of(assignment)
        self.runs += 1
        if trial is None or self.runs > MOST_RUNS or len(assignment) > MOST_READ:
            return _unknown(*(ident.expression for ident in assignment))
        if trial.lost is not None:
            return _unknown(trial.lost)
        session = Session()
        verdict = self.run(trial.watched(session), trial.fact) if trial.first is None else Verdict(Status.UNKNOWN)
        first = trial.first or next(iter(session.read), None)
        if first is not None:
            return self._fork(assignment, first, trial)
        if session.touched:
            return _unknown(*session.touched)
        if verdict.status is Status.UNKNOWN and trial.opaques and session.carried:
            return _unknown(session.carried[-1])  # it crashed on an open value that it could not look into
        return Settled(_readable(verdict))

    def _fork(self, assignment: Assignment, ident: Any, trial: Trial) -> Settled:  # noqa: ANN401
        branches: list[Settled] = []
        for option in trial.options[ident]:
            branch = self.settle({**assignment, ident: option})
            branches.append(branch)
            if branch.verdict.status is Status.UNKNOWN and branch.depends_on:
                return _unknown(ident.expression, *branch.depends_on)
            if not _agree([each.verdict for each in branches]):
                return _unknown(ident.expression, *(each for one in branches for each in one.depends_on))
        return Settled(reduce(_common, (each.verdict for each in branches)))


def _agree(verdicts: list[Verdict]) -> bool:
    """Whether all of them fail, none of them does, or all say the same."""
    statuses = {each.status for each in verdicts}
    return len(statuses) == 1 or statuses == {Status.PASS, Status.NOT_APPLICABLE}


def _unknown(*expressions: str) -> Settled:
    return Settled(Verdict(Status.UNKNOWN, (UNRESOLVED,)), tuple(dict.fromkeys(expressions)))


def _common(one: Verdict, other: Verdict) -> Verdict:
    """Return what two verdicts that agree have in common."""
    status = one.status if one.status is other.status else Status.PASS
    reasons = tuple(each for each in one.reasons if each in other.reasons)
    standards = {name: each for name, each in one.standards.items() if other.standards.get(name) is each}
    others = _by_part(other.evidence)
    pairs = [(each, others[part]) for part, each in _by_part(one.evidence).items() if part in others]
    if status is Status.FAIL and not reasons:  # it fails in any case, each time for another reason
        reasons = tuple(sorted({*one.reasons, *other.reasons}))
        whole = (replace(_shared(*pair), reasons=tuple(sorted({*pair[0].reasons, *pair[1].reasons}))) for pair in pairs)
        return Verdict(status, reasons, tuple(whole), standards)
    evidence = (_shared(*pair) for pair in pairs)
    return Verdict(status, reasons, tuple(each for each in evidence if each.reasons), standards)


def _by_part(evidence: Iterable[Evidence]) -> dict[tuple[str, int], Evidence]:
    """Return each piece under the name of its part, and how often that was named before."""
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], Evidence] = {}
    for each in evidence:
        found[each.part, seen[each.part]] = each
        seen[each.part] += 1
    return found


def _shared(one: Evidence, other: Evidence) -> Evidence:
    details = {
        name: each if other.details[name] == each else _OPEN
        for name, each in one.details.items()
        if name in other.details
    }
    return replace(
        one,
        reasons=tuple(each for each in one.reasons if each in other.reasons),
        details=details,
    )


def _readable(verdict: Verdict) -> Verdict:
    """Return a verdict with expressions in place of open values."""
    return replace(verdict, evidence=tuple(_told(each) for each in verdict.evidence))


def _told(evidence: Evidence) -> Evidence:
    return replace(
        evidence,
        part=_text(evidence.part),
        details={name: _detail(each) for name, each in evidence.details.items()},
    )


def _detail(value: Any) -> Detail:  # noqa: ANN401
    if isinstance(value, tuple):
        return tuple(_texts(value))
    told: Detail = _text(value)
    return told


def _texts(values: tuple[Any, ...]) -> Iterator[str]:
    for each in values:
        yield _text(each)


def _text(value: Any) -> Any:  # noqa: ANN401 - what it was, where it was no text
    if isinstance(value, Opaque):
        return expression_of(value)
    return unmarked(value) if isinstance(value, str) else value
