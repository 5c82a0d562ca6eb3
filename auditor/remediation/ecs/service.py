"""Remediation of task definitions and of daemons' definitions, as the commands use it."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from auditor.domain.check import Check, Status, Verdict
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition, TaskDefinition
from auditor.domain.ecs.usage import ecs_usage
from auditor.domain.errors import AuditorError
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep
from auditor.parsers.ecs import task_definitions
from auditor.parsers.json_values import MalformedValue
from auditor.remediation.ecs import inputs
from auditor.remediation.ecs.document import difference, registration_input
from auditor.remediation.ecs.inputs import DescribedDefinition, Inputs, is_daemon
from auditor.remediation.ecs.patch import PatchedDefinition, evidence_about, patch
from auditor.remediation.ecs.plan import Case, make_plan
from auditor.remediation.plan import NEW_DOCUMENT
from auditor.remediation.script import printable
from auditor.remediation.service import Client, NotRemediated, Remediation


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

    def remediate(
        self, finding: Finding, check: Check[Any], parameters: object, inputs: Inputs, members: Collection[str]
    ) -> Remediation | NotRemediated:
        """Return the plan, once the corrected definition passes the check. Raises AuditorError."""
        own = inputs.definitions[finding.resource.arn]
        if _judge(finding, check, parameters, own).status is not Status.FAIL:
            return NotRemediated(f"{printable(finding.resource.name)} passes with these settings: nothing to correct.")
        patched = patch(own.raw, evidence_about(finding.evidence, finding.resource.revision), check.repairs)
        verdict = _judge(finding, check, parameters, DescribedDefinition(patched.definition, own.tags))
        if verdict.status not in (Status.PASS, Status.NOT_APPLICABLE):
            return NotRemediated(_still_failing(finding, check, verdict, patched))
        return _remediation(finding, inputs, patched, members)


SERVICE = EcsRemediation()


def _judge(finding: Finding, check: Check[Any], parameters: object, definition: DescribedDefinition) -> Verdict:
    try:
        fact: Definition = (
            task_definitions.parse_daemon(definition.raw)
            if is_daemon(finding)
            else task_definitions.parse(definition.raw, definition.tags)
        )
    except MalformedValue as error:
        raise AuditorError(f"{finding.resource.name} is not a definition that ECS documents: {error}.") from error
    usage = ecs_usage(finding.usage) if finding.usage else None
    verdict: Verdict = check.judge(replace(fact, usage=usage), parameters)
    return verdict


def _still_failing(finding: Finding, check: Check[Any], verdict: Verdict, patched: PatchedDefinition) -> str:
    name = printable(finding.resource.name)
    reasons = [
        f"  {printable(part.part) or name} {check.reason_texts.get(reason, reason)}."
        for part in verdict.evidence
        for reason in part.reasons
    ]
    return "\n".join(
        [
            f"Nothing was written: {name} would still fail after all automatic corrections.",
            *reasons,
            "Manual steps:",
            *(f"  * {printable(decision)}" for decision in patched.decisions),
            f"  {check.remediation}",
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
