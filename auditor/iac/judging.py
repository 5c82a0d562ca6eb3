"""What the checks say of the contents of files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from auditor.domain.check import Status, Verdict
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo
from auditor.domain.scope import Account, Scope
from auditor.engine import evaluate
from auditor.engine.ports import ConfiguredCheck
from auditor.iac.decide import settle
from auditor.iac.declared import Contents, Draft
from auditor.iac.ecs.to_facts import KINDS
from auditor.iac.ecs.unknown_values import unmarked
from auditor.iac.reading import trials
from auditor.iac.scenarios import Trials
from auditor.iac.unresolved import Unknown

_NOWHERE = Scope(Account("000000000000", "not deployed"), "")


def judge(files: Sequence[Contents], rules: Iterable[ConfiguredCheck], now: datetime) -> FileReport:
    """Return what the rules say of every resource that they are over, in the order of the files."""
    place = evaluate.Observation(_NOWHERE, now)
    fitting = tuple(rule for rule in rules if any(issubclass(kind, rule.check.fact_type) for kind in KINDS.values()))
    return FileReport(
        checks=tuple(_info(rule) for rule in fitting),
        resources=tuple((each.source, len(each.drafts)) for each in files),
        findings=tuple(opinion for each in files for opinion in _opinions(each, fitting, place)),
        unchecked=tuple(
            UncheckedItem(SourceLocation(each.source, each.line), each.name, each.why)
            for file in files
            for each in file.hidden
        ),
    )


def _opinions(file: Contents, rules: Sequence[ConfiguredCheck], place: evaluate.Observation) -> Iterator[FileFinding]:
    for draft in file.drafts:
        possible = trials(draft)
        for rule in rules:
            if issubclass(KINDS[draft.type], rule.check.fact_type):
                yield _opinion(draft, possible, rule, place)


def _opinion(draft: Draft, possible: Trials, rule: ConfiguredCheck, place: evaluate.Observation) -> FileFinding:
    crashes: dict[tuple[str, ...], str] = {}

    def run(fact: Any, plain: Any) -> Verdict:  # noqa: ANN401 - a fact, watching and not
        watching = replace(rule.check, judge=lambda _, parameters: rule.check.judge(fact, parameters))
        found = evaluate.judge(place, plain, ConfiguredCheck(watching, rule.parameters))
        crashes[found.reasons] = found.remediation
        return Verdict(found.status, found.reasons, found.evidence, found.standards)

    settled = settle(possible, run)
    finding = evaluate.judge(
        place, possible.fact(), ConfiguredCheck(replace(rule.check, judge=lambda *_: settled.verdict), rule.parameters)
    )
    if finding.status is Status.UNKNOWN:
        named = ", ".join(settled.depends_on)
        advice = f"It depends on {named}." if settled.depends_on else crashes.get(finding.reasons, "")
        finding = replace(finding, remediation=advice)
    return FileFinding(_named(finding, draft), draft.name, _spots(draft, finding), settled.depends_on)


def _named(finding: Finding, draft: Draft) -> Finding:
    """Name the resource as the file does: its ARN is not known, and the place in the file is what lasts."""
    arn = f"{draft.source}#{draft.name}"
    return replace(
        finding,
        resource=replace(finding.resource, arn=unmarked(arn), name=draft.name, family=None, revision=None),
        evidence=tuple(replace(each, revision=None) for each in finding.evidence),
    )


def _spots(draft: Draft, finding: Finding) -> tuple[SourceLocation, ...]:
    failing = {each.part for each in finding.evidence}
    lines = [line for name, line in draft.containers() if _spelled(name) in failing]
    return tuple(dict.fromkeys(SourceLocation(draft.source, line) for line in (draft.line, *lines)))


def _spelled(name: object) -> object:
    return name.expression if isinstance(name, Unknown) else name


def _info(rule: ConfiguredCheck) -> CheckInfo:
    each = rule.check
    return CheckInfo(
        each.id,
        each.title,
        each.severity,
        each.frameworks,
        each.remediation,
        reason_texts=each.reason_texts,
        repairs=each.repairs,
    )
