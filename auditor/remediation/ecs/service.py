"""Remediation of task definitions and of daemons' definitions, as the commands use it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from auditor.domain.check import Check, Status, Verdict
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition, TaskDefinition
from auditor.domain.ecs.usage import EcsUsage, ecs_usage
from auditor.domain.errors import AuditorError
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep
from auditor.parsers.ecs import task_definitions
from auditor.parsers.json_values import MalformedValue
from auditor.remediation.ecs import inputs
from auditor.remediation.ecs.document import difference, registration_input
from auditor.remediation.ecs.inputs import DescribedDefinition, Inputs, is_daemon
from auditor.remediation.ecs.patch import Correction, PatchedDefinition, evidence_about, patch_all, revision_of
from auditor.remediation.ecs.plan import Case, make_plan
from auditor.remediation.plan import NEW_DOCUMENT
from auditor.remediation.script import printable
from auditor.remediation.service import Client, ConfiguredCheck, Failure, NotRemediated, Remediation, Request


class EcsRemediation:
    """Corrects task definitions and the definitions of managed daemons."""

    name = "ecs"
    resource_types = (TaskDefinition.TYPE, DaemonTaskDefinition.TYPE)

    def can_repair(self, finding: Finding, check: Check[Any]) -> bool:
        """Return whether a reason of the finding has a repair of definitions."""
        repairs = (check.repairs[reason] for reason in finding.reasons if reason in check.repairs)
        return issubclass(check.fact_type, Definition) and any(
            isinstance(repair, DefinitionRepair) for repair in repairs
        )

    def combine(self, findings: Sequence[Finding]) -> Finding:
        """Return one finding about the newest revision of the findings, with the evidence and usage of all."""
        if len(findings) == 1:
            return findings[0]
        newest = max(findings, key=lambda finding: finding.resource.revision or 0)
        usages = [ecs_usage(finding.usage) for finding in findings]
        # Each check counts the tasks of the same family.
        tasks = max(usage.running_tasks for usage in usages)
        known = any(finding.usage is not None for finding in findings)
        return replace(
            newest,
            evidence=tuple(
                replace(part, revision=revision_of(part, finding)) for finding in findings for part in finding.evidence
            ),
            usage=replace(EcsUsage.merge(usages), running_tasks=tasks) if known else None,
        )

    def actions(self, finding: Finding) -> tuple[str, ...]:
        """Return the IAM actions that `describe` needs."""
        return inputs.DAEMON_ACTIONS if is_daemon(finding) else inputs.ACTIONS

    def describe(self, finding: Finding, client: Client) -> Inputs:
        """Describe the failing revisions and the services that use them. Raises ReadError."""
        return inputs.describe(finding, client)

    def read(self, finding: Finding, answer: Mapping[str, Any]) -> Inputs:
        """Return the inputs from a saved answer. Raises MalformedValue if it is about another definition."""
        return inputs.read_answer(finding, answer)

    def describe_step(self, finding: Finding) -> ManualStep:
        """Return the API call whose answer `read` takes."""
        arn = finding.resource.arn
        if is_daemon(finding):
            return ManualStep("ecs", "DescribeDaemonTaskDefinition", {"daemonTaskDefinition": arn})
        return ManualStep("ecs", "DescribeTaskDefinition", {"taskDefinition": arn, "include": "TAGS"})

    def request_shape(self, finding: Finding) -> str:
        """Return the name of the registration's input."""
        return "RegisterDaemonTaskDefinitionRequest" if is_daemon(finding) else "RegisterTaskDefinitionRequest"

    def remediate(self, request: Request, inputs: Inputs, members: Collection[str]) -> Remediation | NotRemediated:
        """Return the plan, once the corrected definition was judged again by all checks. Raises AuditorError."""
        subject = request.subject
        own = inputs.definitions[subject.resource.arn]
        verdicts = {failure.check.id: _judge(subject, failure, own) for failure in request.failures}
        failing = [failure for failure in request.failures if verdicts[failure.check.id].status is Status.FAIL]
        if not failing:
            return NotRemediated(f"{printable(subject.resource.name)} passes with these settings: nothing to correct.")
        patched = patch_all(own.raw, [_correction(subject, failure, verdicts[failure.check.id]) for failure in failing])
        new = DescribedDefinition(patched.definition, own.tags)
        still = [(failure, verdict) for failure in failing if not _passes(verdict := _judge(subject, failure, new))]
        if still and (not request.partly or len(still) == len(failing)):
            return NotRemediated(_still_failing(subject, still, patched))
        decisions = (*_revision_decisions(request), *patched.decisions, *_new_failures(request, own, new))
        remediation = _remediation(subject, inputs, replace(patched, decisions=decisions), members)
        left = tuple(
            f"{failure.check.id} fails after the correction, too: {'; '.join(_reasons(failure, verdict, 'it'))}."
            for failure, verdict in still
        )
        return replace(remediation, plan=replace(remediation.plan, open=left))


SERVICE = EcsRemediation()


def _correction(subject: Finding, failure: Failure, verdict: Verdict) -> Correction:
    """Return the repairs of a failure with what the run saw of the revision, or else with what it is like now."""
    evidence = evidence_about(failure.finding, subject.resource.revision)
    return Correction(failure.check.id, evidence or verdict.evidence, failure.check.repairs)


def _judge(subject: Finding, configured: ConfiguredCheck, definition: DescribedDefinition) -> Verdict:
    fact = _fact(subject, definition)
    verdict: Verdict = configured.check.judge(fact, configured.parameters)
    return verdict


def _fact(subject: Finding, definition: DescribedDefinition) -> Definition:
    try:
        fact: Definition = (
            task_definitions.parse_daemon(definition.raw)
            if is_daemon(subject)
            else task_definitions.parse(definition.raw, definition.tags)
        )
    except MalformedValue as error:
        raise AuditorError(f"{subject.resource.name} is not a definition that ECS documents: {error}.") from error
    return replace(fact, usage=ecs_usage(subject.usage) if subject.usage else None)


def _passes(verdict: Verdict) -> bool:
    return verdict.status in (Status.PASS, Status.NOT_APPLICABLE)


def _revision_decisions(request: Request) -> Iterator[str]:
    """Say that services on other revisions get the content of the corrected one."""
    own = request.subject.resource.revision
    others = sorted({failure.finding.resource.revision or 0 for failure in request.failures} - {own or 0})
    if others:
        numbers = ", ".join(map(str, others))
        yield (
            f"The findings are about different revisions. The corrected one is made from revision {own}: services on "
            f"revision {numbers} get its content."
        )


def _new_failures(request: Request, own: DescribedDefinition, new: DescribedDefinition) -> Iterator[str]:
    """Name the other checks that the corrected definition fails and the current one does not."""
    before, after = _fact(request.subject, own), _fact(request.subject, new)
    for other in request.others:
        if not isinstance(after, other.check.fact_type):
            continue
        statuses = (other.check.judge(fact, other.parameters).status for fact in (before, after))
        if next(statuses) is not Status.FAIL and next(statuses) is Status.FAIL:
            problem = other.check.problem or other.check.title
            yield f"The corrected definition begins to fail {other.check.id} ({problem}): accept or correct it."


def _reasons(failure: Failure, verdict: Verdict, whole: str) -> list[str]:
    texts = failure.check.reason_texts
    return [
        f"{printable(part.part) or whole} {texts.get(reason, reason)}"
        for part in verdict.evidence
        for reason in part.reasons
    ]


def _still_failing(subject: Finding, still: Sequence[tuple[Failure, Verdict]], patched: PatchedDefinition) -> str:
    name = printable(subject.resource.name)
    reasons = (reason for failure, verdict in still for reason in _reasons(failure, verdict, name))
    remediations = dict.fromkeys(failure.check.remediation for failure, _ in still)
    return "\n".join(
        [
            f"Nothing was written: {name} would still fail after all automatic corrections.",
            *(f"  {reason}." for reason in reasons),
            "Manual steps:",
            *(f"  * {printable(decision)}" for decision in patched.decisions),
            *(f"  {remediation}" for remediation in remediations),
        ]
    )


def _remediation(finding: Finding, inputs: Inputs, patched: PatchedDefinition, members: Collection[str]) -> Remediation:
    own = inputs.definitions[finding.resource.arn]
    old = {
        revision.document: registration_input(
            inputs.definitions[revision.arn].raw, inputs.definitions[revision.arn].tags, members
        )
        for revision in inputs.revisions
        if revision.document
    }
    new = registration_input(patched.definition, own.tags, members)
    own_document = inputs.revisions[0].document
    plan = make_plan(_case(finding, inputs, patched), patched.decisions)
    return Remediation(
        plan=replace(plan, after=(*inputs.notes, *plan.after)),
        new=new,
        old=old,
        change=difference(old[own_document], new, (own_document, NEW_DOCUMENT)),
    )


def _case(finding: Finding, inputs: Inputs, patched: PatchedDefinition) -> Case:
    own = inputs.definitions[finding.resource.arn]
    return Case(
        revisions=inputs.revisions,
        uses=tuple(use for use in inputs.uses if use.cluster or is_daemon(finding)),
        complete=finding.usage is not None and finding.usage.complete and inputs.complete,
        daemon=is_daemon(finding),
        needs_network=patched.definition.get("networkMode") == "awsvpc" != own.raw.get("networkMode"),
        running_tasks=ecs_usage(finding.usage).running_tasks,
    )
