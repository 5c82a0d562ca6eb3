"""Judges the contents of files by checks, and reports what no check could examine."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from auditor.domain.check import Status, Verdict
from auditor.domain.file_report import UNRESOLVED, FileFinding, FileReport, SourceLocation
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo
from auditor.domain.scope import Account, Scope
from auditor.engine import evaluate
from auditor.engine.ports import ConfiguredCheck
from auditor.iac.coverage import Coverage
from auditor.iac.decide import Decision, decide
from auditor.iac.declared import DeclaredResource, FileContents
from auditor.iac.possible_values import unmark
from auditor.iac.scenarios import Scenarios, scenarios_of
from auditor.iac.service import parsed_types
from auditor.iac.unresolved import Unresolved

_NOT_DEPLOYED = Scope(Account("000000000000", "not deployed"), "")
_ADVICE = "Give {} a value that is known before deployment, or let the nightly run judge the deployed resource."


def judge(files: Sequence[FileContents], checks: Iterable[ConfiguredCheck], now: datetime) -> FileReport:
    """Return the findings of the checks on all resources, in the order of the files."""
    observation = evaluate.Observation(_NOT_DEPLOYED, now)
    enabled = tuple(checks)
    coverage = Coverage(configured.check.fact_type for configured in enabled)
    applicable = tuple(configured for configured in enabled if _is_applicable(configured))
    return FileReport(
        checks=tuple(CheckInfo.of(configured.check) for configured in applicable),
        resources=tuple((file.source, len(file.resources)) for file in files),
        findings=tuple(finding for file in files for finding in _findings(file, applicable, observation)),
        unchecked=tuple(item for file in files for item in (*file.unchecked, *coverage.unchecked(file))),
    )


def _is_applicable(configured: ConfiguredCheck) -> bool:
    fact_types = (resource_type.fact_type for resource_type in parsed_types().values())
    return any(issubclass(fact_type, configured.check.fact_type) for fact_type in fact_types)


def _findings(
    file: FileContents, checks: Sequence[ConfiguredCheck], observation: evaluate.Observation
) -> Iterator[FileFinding]:
    literals = repr([configured.parameters for configured in checks])
    for resource in file.resources:
        scenarios = scenarios_of(resource, literals)
        fact_type = parsed_types()[resource.type].fact_type
        for configured in checks:
            if issubclass(fact_type, configured.check.fact_type):
                yield _finding(resource, scenarios, configured, observation)


def _finding(
    resource: DeclaredResource, scenarios: Scenarios, configured: ConfiguredCheck, observation: evaluate.Observation
) -> FileFinding:
    check = configured.check
    crashes: dict[tuple[str, ...], str] = {}

    def run_check(instrumented: Any, fact: Any) -> Verdict:
        on_instrumented = replace(check, judge=lambda _, parameters: check.judge(instrumented, parameters))
        finding = evaluate.judge(observation, fact, ConfiguredCheck(on_instrumented, configured.parameters))
        crashes[finding.reasons] = finding.remediation
        return Verdict(finding.status, finding.reasons, finding.evidence, finding.standards)

    if blocking := resource.blocking_expression(parsed_types()[resource.type].required):
        decision = Decision(Verdict(Status.UNKNOWN, (UNRESOLVED,)), (blocking,))
    else:
        decision = decide(scenarios, run_check)
    decided = replace(check, judge=lambda *_: decision.verdict)
    finding = evaluate.judge(observation, scenarios.fact(), ConfiguredCheck(decided, configured.parameters))
    if finding.status is Status.UNKNOWN:
        expressions = ", ".join(decision.depends_on)
        advice = _ADVICE.format(expressions) if expressions else crashes.get(finding.reasons, "")
        finding = replace(finding, remediation=advice)
    locations = _locations(resource, finding)
    return FileFinding(_with_declared_name(finding, resource), resource.name, locations, decision.depends_on)


def _with_declared_name(finding: Finding, resource: DeclaredResource) -> Finding:
    """Name the resource as the file does: its ARN is not known, and its place in the file identifies it."""
    arn = unmark(f"{resource.source}#{resource.name}")
    return replace(
        finding,
        resource=replace(finding.resource, arn=arn, name=resource.name, family=None, revision=None),
        evidence=tuple(replace(evidence, revision=None) for evidence in finding.evidence),
    )


def _locations(resource: DeclaredResource, finding: Finding) -> tuple[SourceLocation, ...]:
    """Return the location of the resource, and those of its failing parts."""
    failing = {evidence.part for evidence in finding.evidence}
    lines = [resource.line]
    for name, line in resource.part_names(parsed_types()[resource.type].parts):
        if (name.expression if isinstance(name, Unresolved) else name) in failing:
            lines.append(line)
    return tuple(dict.fromkeys(SourceLocation(resource.source, line) for line in lines))
