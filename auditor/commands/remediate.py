"""`auditor remediate`: write the corrected document of a finding or of a resource, and scripts; AWS is not changed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.archive import lookup
from auditor.commands import config, results
from auditor.commands.config import Configuration
from auditor.commands.result_options import RemediateOptions
from auditor.domain.check import Check, Status
from auditor.domain.clock import ReadError
from auditor.domain.errors import AuditorError, ConfigError, Problem
from auditor.domain.finding import Finding
from auditor.domain.scope import Target
from auditor.engine.parallel import parallel_map
from auditor.parsers.json_values import MalformedValue
from auditor.remediation import folder as plan_folder
from auditor.remediation import script
from auditor.remediation.manual_steps import manual_steps
from auditor.remediation.service import ConfiguredCheck, Failure, NotRemediated, Request, Service, service_of
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import FAILED, Outcome
from auditor.run.run_id import new_run_id
from auditor.settings import Settings
from auditor.store import private

if TYPE_CHECKING:
    from auditor.aws.calls import RegionClient

T = TypeVar("T")

#: Threads that read the findings of a run.
_READERS = 16
_NOT_IN_NAME = re.compile(r"[^\w.-]", re.ASCII)


def run(options: RemediateOptions) -> Outcome:
    """Look the findings up, correct their document, judge that again, and write documents and scripts to a folder."""
    _require_one_subject(options)
    aws = AwsContext()
    # With a saved answer, no account is called, so that the inventory is not needed.
    saved_answer = options.definition
    loaded = Configuration(config.load_settings(options, aws), None) if saved_answer else config.load(options, aws)
    aws = aws.with_limits(loaded.settings.limits)
    findings = _find(options, loaded.settings, aws)
    checks = config.load_all_checks(options, aws)
    service = service_of(findings[0].resource.type)
    if options.resource is None:
        check = _check_of(findings[0], checks)
        problem = _why_not_repairable(findings[0], check, service)
        if service is None or problem:
            return Outcome(manual_steps(findings[0], check, problem), FAILED)
    choice = _choose(findings, checks, loaded.settings, service, one=options.resource is None)
    if service is None or not choice.failures:
        return Outcome("\n\n".join(choice.manual) or "\n".join(choice.open), FAILED)
    request = _request(choice, loaded.settings, service, partly=options.resource is not None)
    folder = Path(options.output or _folder_name(options, request.subject))
    private.must_be_free(folder)
    if saved_answer:
        text = config.read_text(saved_answer, options.source_of("definition"), aws)
        inputs = _read_answer(saved_answer, request.subject, service, text)
    else:
        inputs = _describe(request.subject, service, _target(request.subject, loaded, aws), aws)
    return _write(request, choice.open, service, inputs, folder)


def _require_one_subject(options: RemediateOptions) -> None:
    if bool(options.finding_id) != bool(options.resource):
        return
    problem = "cannot be combined with FINDING_ID" if options.resource else "is missing, and so is --resource"
    label = options.source_of("resource") if options.resource else "FINDING_ID"
    advice = "Name one finding by its ID, or all findings of a definition with --resource ARN."
    raise ConfigError([Problem(label, 0, "", problem, advice)])


def _folder_name(options: RemediateOptions, subject: Finding) -> str:
    """Return the name of the default folder."""
    return f"remediation-{subject.finding_id if options.finding_id else _NOT_IN_NAME.sub('-', subject.resource.name)}"


def _find(options: RemediateOptions, settings: Settings, aws: AwsContext) -> tuple[Finding, ...]:
    if options.output and options.output.startswith("s3://"):
        advice = "Name a folder on this machine: the documents may contain secrets."
        raise ConfigError([Problem(options.source_of("output"), 0, "", "must be a local folder", advice)])
    store = results.open_store(options, settings, aws)
    if options.resource:
        return lookup.find_resource(store, options.resource, aws.clock.now())
    now, parallel = aws.clock.now(), partial(parallel_map, workers=_READERS)
    return (lookup.find_finding(store, options.finding_id, now, parallel),)


@dataclass(frozen=True, slots=True)
class _Choice:
    """The failures that a document can resolve, and the findings that it cannot: named, and with their steps."""

    failures: tuple[Failure, ...]
    open: tuple[str, ...]
    manual: tuple[str, ...]


def _choose(
    findings: Sequence[Finding],
    checks: tuple[Check[Any], ...],
    settings: Settings,
    service: Service[Any] | None,
    *,
    one: bool,
) -> _Choice:
    """Choose what to correct. An accepted risk is corrected only if it is the one finding that was asked for."""
    failures, still_open, manual = list[Failure](), list[str](), list[str]()
    for finding in findings:
        check = _check_of(finding, checks)
        problem = finding.problem or finding.title
        if finding.exception is not None and not one:
            accepted = finding.exception
            still_open.append(f"{check.id} ({problem}): accepted until {accepted.expires} by {accepted.id}.")
        elif why := _why_not_repairable(finding, check, service):
            reason = f"UNKNOWN ({', '.join(finding.reasons)})" if finding.status is not Status.FAIL else "by hand"
            still_open.append(f"{check.id} ({problem}): {reason}. {finding.remediation}".strip())
            manual.append(manual_steps(finding, check, why))
        else:
            failures.append(Failure(check, settings.parameters.get(check.id, check.parameters), finding))
    return _Choice(tuple(failures), tuple(still_open), tuple(manual))


def _request(choice: _Choice, settings: Settings, service: Service[Any], *, partly: bool) -> Request:
    failing = {failure.check.id for failure in choice.failures}
    others = (
        ConfiguredCheck(check, settings.parameters[check.id]) for check in settings.checks if check.id not in failing
    )
    subject = service.combine([failure.finding for failure in choice.failures])
    return Request(subject, choice.failures, tuple(others), partly=partly)


def _check_of(finding: Finding, checks: tuple[Check[Any], ...]) -> Check[Any]:
    for check in checks:
        if check.id == finding.check_id:
            return check
    advice = "Use the version, the settings and the checks folders of the run, or run the audit again."
    raise AuditorError(f"The check {finding.check_id} of the finding does not exist.", advice)


def _why_not_repairable(finding: Finding, check: Check[Any], service: Service[Any] | None) -> str:
    """Return why no corrected document can fix a finding; empty if one may."""
    if finding.status is not Status.FAIL:
        return f"the finding is {finding.status.value}, so there is nothing to correct."
    if service is None or not service.can_repair(finding, check):
        return "this finding cannot be fixed automatically. Manual steps:"
    return ""


def _read_answer(path: str, finding: Finding, service: Service[Any], text: str) -> Any:
    command = script.render_commands([service.describe_step(finding)])
    advice = f"Write the output of `{command}` to it."
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        # Without the parser's message, which may quote secrets in the file.
        raise ConfigError([Problem(path, 0, "", "is not JSON", advice)]) from None
    try:
        return service.read(finding, answer if isinstance(answer, dict) else {})
    except MalformedValue as error:
        problem = f"does not contain {finding.resource.arn}"
        raise ConfigError([Problem(path, 0, "", problem, advice)]) from error


def _target(finding: Finding, loaded: Configuration, aws: AwsContext) -> Target:
    for target in config.find_targets(loaded.inventory, aws):
        if target.account.id == finding.account.id and target.excluded is None:
            return target
    message = f"The inventory does not say how to reach account {finding.account.id} of the finding."
    raise AuditorError(message, "Name the inventory of the run with --inventory, or a saved answer with --definition.")


def _describe(finding: Finding, service: Service[Any], target: Target, aws: AwsContext) -> Any:
    from auditor.run.readers import make_region_client

    actions = service.actions(finding)
    client = make_region_client(aws, new_run_id(aws.clock.now()), target, finding.region, service.name, actions)
    try:
        return service.describe(finding, _Client(client))
    except ReadError as error:
        advice = f"Allow {', '.join(actions)} for the role, or name a saved answer with --definition."
        raise AuditorError(f"{finding.resource.name} could not be read: {error.detail}.", advice) from error


@dataclass(frozen=True, slots=True)
class _Client:
    """A region client whose errors are those that `auditor.remediation` knows."""

    client: RegionClient

    def call(self, service: str, operation: str, read: Callable[[Mapping[str, Any]], T], /, **parameters: object) -> T:
        """Return what `read` makes of the answer. Raises ReadError."""
        from auditor.aws.errors import ApiCallError, MalformedResponse

        def checked_read(answer: Mapping[str, Any]) -> T:
            try:
                return read(answer)
            except MalformedValue as error:
                raise MalformedResponse(str(error)) from error

        try:
            return self.client.call(service, operation, checked_read, **parameters)
        except ApiCallError as error:
            raise ReadError("describe", error.info.reason, error.info.detail) from error


def _write(
    request: Request, still_open: tuple[str, ...], service: Service[Any], inputs: object, folder: Path
) -> Outcome:
    from auditor.aws import models

    members = models.members(service.name, service.request_shape(request.subject))
    remediation = service.remediate(request, inputs, members)
    if isinstance(remediation, NotRemediated):
        return Outcome("\n".join((remediation.text, *(f"Open: {text}" for text in still_open))), FAILED)
    plan = remediation.plan
    remediation = replace(remediation, plan=replace(plan, open=(*plan.open, *still_open)))
    files = plan_folder.render_files([failure.finding for failure in request.failures], remediation)
    modes = {name: private.RUN if name in plan_folder.SCRIPTS else private.READ for name in files}
    private.write(folder, {name: (text, modes[name]) for name, text in files.items()})
    return Outcome(plan_folder.render_summary(str(folder), remediation, files))
