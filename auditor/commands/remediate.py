"""`auditor remediate`: the document, the difference and the scripts that close one finding. Changes nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from auditor.archive import lookup
from auditor.commands import config
from auditor.commands.config import Configuration
from auditor.commands.options import Options
from auditor.domain.check import Check, Status, Verdict
from auditor.domain.ecs.repair import BLANK, DefinitionRepair
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition, Definition, TaskDefinition
from auditor.domain.ecs.usage import ecs_usage
from auditor.domain.errors import AuditorError, ConfigError, Problem
from auditor.domain.finding import Finding
from auditor.domain.repair import Repair
from auditor.engine.parallel import parallel_map
from auditor.remediation import inputs, script, steps
from auditor.remediation.ecs import document, patch
from auditor.remediation.ecs.manual_steps import manual_steps
from auditor.remediation.ecs.patch import PatchedDefinition
from auditor.remediation.inputs import RemediationInputs
from auditor.remediation.plan import NEW_DOCUMENT, Case, Plan, plan
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import FAILED, Outcome
from auditor.run.run_id import new_run_id
from auditor.run.stores import make_store
from auditor.settings import Settings
from auditor.store import private

_KINDS = (TaskDefinition.TYPE, DaemonTaskDefinition.TYPE)
_READERS = 16


def run(options: Options) -> Outcome:
    """Find the finding, correct its definition, judge that again, and write what it takes to get there and back."""
    aws = AwsContext()
    from_file = options.get("definition")
    loaded = Configuration(config.settings_of(options, aws), None) if from_file else None
    loaded = loaded or config.load(options, aws)
    aws = aws.with_limits(loaded.settings.limits)
    finding = _finding(options, loaded.settings, aws)
    check = _check(finding, config.checks_of(options, aws))
    if (reason := _beyond(finding, check)) is not None:
        return Outcome(manual_steps(finding, check, reason), FAILED)
    folder = Path(options.get("output") or f"remediation-{finding.finding_id}")
    private.must_be_free(folder)
    if from_file:
        found = inputs.from_file(from_file, finding, options, aws)
    else:
        found = inputs.from_aws(finding, loaded, options, aws, new_run_id(aws.clock.now()))
    return _remedied(finding, check, loaded.settings.parameters[check.id], found, folder, aws)


def _finding(options: Options, loaded: Settings, aws: AwsContext) -> Finding:
    source = options.get("from")
    if source is None:
        advice_ = "Give --from: the folder or s3://bucket/prefix that the run wrote to."
        raise ConfigError(
            [Problem(options.display_name("from"), 0, "", "nothing says where the findings are", advice_)]
        )
    if (options.get("output") or "").startswith("s3://"):
        what = "the document holds secrets, and belongs into a folder of yours"
        raise ConfigError([Problem(options.display_name("output"), 0, "", what, "Name a folder on this machine.")])
    return lookup.find_finding(
        make_store(aws, source, loaded), options.get("finding_id") or "", partial(parallel_map, workers=_READERS)
    )


def _check(finding: Finding, known: Iterable[Check[Any]]) -> Check[Any]:
    found = next((each for each in known if each.id == finding.check_id), None)
    if found is None:
        advice_ = "Use the version that made the run, and its --settings and --checks-folder; or audit again."
        raise AuditorError(f"There is no check {finding.check_id}.", advice_)
    return found


def _beyond(finding: Finding, check: Check[Any]) -> str | None:
    """Why no document closes a finding, None where one may."""
    if finding.status is not Status.FAIL:
        return f"the finding is {finding.status.value}, so there is nothing to put right."
    if finding.resource.type not in _KINDS or not issubclass(check.fact_type, Definition):
        return "not a definition, so there is no document to write; do this."
    if not any(_changes(check.repairs[each]) for each in finding.reasons if each in check.repairs):
        return "nothing here can be corrected without a decision, so there is no document to write; do this."
    return None


def _changes(repair: Repair) -> bool:
    return isinstance(repair, DefinitionRepair)


def _remedied(  # noqa: PLR0913, PLR0917 - the parts that `act` has put together
    finding: Finding, check: Check[Any], parameters: object, found: RemediationInputs, folder: Path, aws: AwsContext
) -> Outcome:
    own = found.reads[finding.resource.arn]
    judge = partial(_judged, finding, check, parameters)
    if judge(own.raw, own.tags).status is not Status.FAIL:
        why = "does not fail with these settings, so there is nothing to put right."
        return Outcome(f"{script.printable(finding.resource.name)} {why}", FAILED)
    evidence = patch.about(finding.evidence, finding.resource.revision)
    corrected = patch.patch(own.raw, evidence, check.repairs)
    after = judge(corrected.definition, own.tags)
    if after.status not in (Status.PASS, Status.NOT_APPLICABLE):
        return Outcome(_still_failing(finding, check, after, corrected), FAILED)
    case = Case(
        revisions=found.revisions,
        uses=tuple(each for each in found.uses if each.cluster or _is_daemon(finding)),
        complete=finding.usage is not None and finding.usage.complete and found.complete,
        daemon=_is_daemon(finding),
        needs_network=corrected.definition.get("networkMode") == "awsvpc" != own.raw.get("networkMode"),
        running_tasks=ecs_usage(finding.usage).running_tasks,
    )
    return _written(finding, found, corrected, plan(case, corrected.by_hand), folder, aws)


def _is_daemon(finding: Finding) -> bool:
    return finding.resource.type == DaemonTaskDefinition.TYPE


def _judged(finding: Finding, check: Check[Any], parameters: object, raw: Any, tags: Any) -> Verdict:  # noqa: ANN401 - as ECS has it
    from auditor.parsers.ecs import task_definitions  # noqa: PLC0415 - not needed where there is only advice

    try:
        fact: Definition = (
            task_definitions.parse_daemon(raw) if _is_daemon(finding) else task_definitions.parse(raw, tags)
        )
    except task_definitions.MalformedValue as error:
        raise AuditorError(f"{finding.resource.name} cannot be understood: {error}.") from error
    verdict: Verdict = check.judge(replace(fact, usage=ecs_usage(finding.usage) if finding.usage else None), parameters)
    return verdict


def _still_failing(finding: Finding, check: Check[Any], after: Verdict, corrected: PatchedDefinition) -> str:
    lines = [
        f"Nothing is written: {script.printable(finding.resource.name)} would still fail after what can be corrected here.",
        *(
            f"  {script.printable(each.part) or 'It'} {check.reason_texts.get(reason, reason)}."
            for each in after.evidence
            for reason in each.reasons
        ),
        "What to do by hand:",
        *(f"  * {script.printable(each)}" for each in corrected.by_hand),
        f"  {check.remediation}",
    ]
    return "\n".join(lines)


def _written(  # noqa: PLR0913, PLR0917 - as above
    finding: Finding, found: RemediationInputs, corrected: PatchedDefinition, way: Plan, folder: Path, aws: AwsContext
) -> Outcome:
    shape = "RegisterDaemonTaskDefinitionRequest" if _is_daemon(finding) else "RegisterTaskDefinitionRequest"
    from auditor.aws import models  # noqa: PLC0415 - boto takes its time, and advice does without

    members = models.members("ecs", shape)
    own = found.reads[finding.resource.arn]
    old = {
        each.document: document.registrable(found.reads[each.arn].raw, found.reads[each.arn].tags, members)
        for each in found.revisions
        if each.document
    }
    new = document.registrable(corrected.definition, own.tags, members)
    before = found.revisions[0].document
    way = replace(way, last=(*found.notes, *way.last))
    place = finding.account.id, finding.region
    files = {name: (document.written(each), private.READ) for name, each in ({NEW_DOCUMENT: new} | old).items()}
    files["change.diff"] = document.difference(old[before], new, (before, NEW_DOCUMENT)), private.READ
    files["apply.sh"] = script.render_apply(way.steps, *place), private.RUN
    files["back-out.sh"] = script.render_rollback(way.back, *place), private.RUN
    files["steps.md"] = steps.page(finding, way, [NEW_DOCUMENT, *old]), private.READ
    private.write(folder, files)
    return Outcome(_told(folder, way, blank=BLANK in files[NEW_DOCUMENT][0] + files["apply.sh"][0]))


def _told(folder: Path, way: Plan, *, blank: bool) -> str:
    lines = [f"Written to {folder} (nothing was changed in AWS):"]
    lines += ["  steps.md     what to decide, what is done in which order, and what is left; read it first"]
    lines += ["  change.diff  what changes, without the values of environment variables"]
    lines += ["  new.json     the corrected definition, with those values: mode 0600, as old-*.json beside it"]
    lines += ["  apply.sh     registers it, moves what uses the old one, waits, and takes the old one out of use"]
    lines += ["  back-out.sh  undoes that"]
    if way.first:
        lines += ["First, by hand:", *(f"  * {script.printable(each)}" for each in way.first)]
    if blank:
        lines += [f"Fill in each {BLANK}: apply.sh does not start before."]
    return "\n".join(lines)
