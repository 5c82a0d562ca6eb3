"""Decides one check on one document: the verdict that holds for all possible unknown values, or UNKNOWN.

The check runs on an instrumented fact, which shows the first unknown value that it reads. It then runs once for each
possible value of that one, and so on recursively. Values that the check never reads cost nothing and decide nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from auditor.domain.check import Detail, Evidence, Status, Verdict
from auditor.domain.file_report import UNRESOLVED
from auditor.iac.known_attributes import without_samples
from auditor.iac.possible_values import unmark
from auditor.iac.scenarios import Assignment, Scenario, Scenarios, UnknownValue
from auditor.iac.symbolic_values import ReadLog, SymbolicValue, expression_of

#: Limits for one check on one document: runs of the check, and unknown values assigned in one run. Beyond: UNKNOWN.
MAX_RUNS = 300
MAX_ASSIGNED = 60
#: Expressions that a decision names at most.
_MAX_NAMED = 8
_OPEN = "(open)"

#: Runs a check on an instrumented fact; the second argument is the same fact without instruments. It never raises: a
#: check that crashes is UNKNOWN.
RunCheck = Callable[[Any, Any], Verdict]


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict. If it is UNKNOWN, `depends_on` are the expressions that it depends on."""

    verdict: Verdict
    depends_on: tuple[str, ...] = ()


def decide(scenarios: Scenarios, run_check: RunCheck) -> Decision:
    """Return the decision of a check on a valid document."""
    decider = _Decider(scenarios, run_check)
    return decider.decide_by_single_values() or decider.decide({})


@dataclass(slots=True)
class _Decider:
    scenarios: Scenarios
    run_check: RunCheck
    runs: int = field(default=0)

    def decide_by_single_values(self) -> Decision | None:
        """Return UNKNOWN with the unknown values that change the verdict on their own, None if there are none.

        Two scenarios with different verdicts suffice for UNKNOWN. This finds most of them with few runs.
        """
        baseline = self._verdict_and_reads({})
        if baseline is None:
            return None
        verdict, reads = baseline
        deciding: list[str] = []
        for unknown, options in reads.items():
            others = (self._verdict_and_reads({unknown: option}) for option in options[1:])
            if any(other is not None and not _agree([verdict, other[0]]) for other in others):
                deciding.append(unknown.expression)
            if len(deciding) == _MAX_NAMED:
                break
        return _unknown(*deciding) if deciding else None

    def _verdict_and_reads(
        self, assignment: Assignment
    ) -> tuple[Verdict, Mapping[UnknownValue, tuple[Any, ...]]] | None:
        """Return the verdict with the first option of all other values, and the values read; None if it is UNKNOWN."""
        scenario = self.scenarios.scenario(assignment)
        if scenario is None or scenario.undecidable is not None or scenario.decide_first is not None:
            return None
        log = ReadLog()
        verdict = self.run_check(scenario.instrumented_fact(log), scenario.fact)
        if log.inspected or verdict.status is Status.UNKNOWN:
            return None
        return verdict, {unknown: scenario.options[unknown] for unknown in log.choices}

    def decide(self, assignment: Assignment) -> Decision:
        """Return the decision for all scenarios that extend an assignment."""
        scenario = self.scenarios.scenario(assignment)
        self.runs += 1
        if scenario is None or self.runs > MAX_RUNS or len(assignment) > MAX_ASSIGNED:
            return _unknown(*(unknown.expression for unknown in assignment))
        if scenario.undecidable is not None:
            return _unknown(scenario.undecidable)
        if scenario.decide_first is not None:
            return self._decide_options(assignment, scenario.decide_first, scenario)
        log = ReadLog()
        verdict = self.run_check(scenario.instrumented_fact(log), scenario.fact)
        if log.choices:
            return self._decide_options(assignment, log.choices[0], scenario)
        obstacles = log.inspected
        if verdict.status is Status.UNKNOWN and not obstacles:  # a C function may fail on a symbolic value unrecorded
            obstacles = log.symbolic[-1:]
        return _unknown(*obstacles) if obstacles else Decision(_printable(verdict))

    def _decide_options(self, assignment: Assignment, unknown: UnknownValue, scenario: Scenario) -> Decision:
        branches: list[Decision] = []
        for option in scenario.options[unknown]:
            branch = self.decide({**assignment, unknown: option})
            branches.append(branch)
            if branch.verdict.status is Status.UNKNOWN and branch.depends_on:
                return _unknown(unknown.expression, *branch.depends_on)
            if not _agree([branch.verdict for branch in branches]):
                expressions = (expression for branch in branches for expression in branch.depends_on)
                return _unknown(unknown.expression, *expressions)
        return Decision(reduce(_intersection, (branch.verdict for branch in branches)))


def _agree(verdicts: list[Verdict]) -> bool:
    """Whether all verdicts have the same status, or all are PASS or NOT_APPLICABLE."""
    statuses = {verdict.status for verdict in verdicts}
    return len(statuses) == 1 or statuses == {Status.PASS, Status.NOT_APPLICABLE}


def _unknown(*expressions: str) -> Decision:
    return Decision(Verdict(Status.UNKNOWN, (UNRESOLVED,)), tuple(dict.fromkeys(expressions)))


def _intersection(left: Verdict, right: Verdict) -> Verdict:
    """Return what two verdicts that agree have in common."""
    status = left.status if left.status is right.status else Status.PASS
    reasons = tuple(reason for reason in left.reasons if reason in right.reasons)
    standards = {name: value for name, value in left.standards.items() if right.standards.get(name) is value}
    right_parts = _by_part(right.evidence)
    pairs = [(part, right_parts[key]) for key, part in _by_part(left.evidence).items() if key in right_parts]
    if status is Status.FAIL and not reasons:  # it fails in both scenarios, for different reasons
        reasons = tuple(sorted({*left.reasons, *right.reasons}))
        evidence = tuple(_with_all_reasons(*pair) for pair in pairs)
    else:
        common = (_common_evidence(*pair) for pair in pairs)
        evidence = tuple(part for part in common if part.reasons)
    return Verdict(status, reasons, evidence, standards)


def _by_part(evidence: Iterable[Evidence]) -> dict[tuple[str, int], Evidence]:
    """Return the evidence by the name of its part, with a number for parts of the same name."""
    counts: Counter[str] = Counter()
    by_part: dict[tuple[str, int], Evidence] = {}
    for part in evidence:
        by_part[part.part, counts[part.part]] = part
        counts[part.part] += 1
    return by_part


def _with_all_reasons(left: Evidence, right: Evidence) -> Evidence:
    return replace(_common_evidence(left, right), reasons=tuple(sorted({*left.reasons, *right.reasons})))


def _common_evidence(left: Evidence, right: Evidence) -> Evidence:
    details = {
        name: value if right.details[name] == value else _OPEN
        for name, value in left.details.items()
        if name in right.details
    }
    reasons = tuple(reason for reason in left.reasons if reason in right.reasons)
    return replace(left, reasons=reasons, details=details)


def _printable(verdict: Verdict) -> Verdict:
    """Return a verdict with expressions instead of symbolic values."""
    evidence = (
        replace(
            part,
            part=_expression_or_value(part.part),
            details={name: _printable_detail(value) for name, value in part.details.items()},
        )
        for part in verdict.evidence
    )
    return replace(verdict, evidence=tuple(evidence))


def _printable_detail(value: Any) -> Detail:
    if isinstance(value, tuple):
        return tuple(_expression_or_value(text) for text in value)
    printable: Detail = _expression_or_value(value)
    return printable


def _expression_or_value(value: Any) -> Any:
    if isinstance(value, SymbolicValue):
        return expression_of(value)
    return without_samples(unmark(value)) if isinstance(value, str) else value
