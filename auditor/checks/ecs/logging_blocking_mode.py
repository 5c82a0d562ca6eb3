"""Logging does not block containers.

## Profile level
None: our own rule and Prowler's; no benchmark has it.

## Description
Judges containers whose log driver sends the logs to another system (awslogs, fluentd, gelf, splunk, syslog and any that
is not listed below), in task definitions and in managed daemons' definitions. It fails if the driver's option `mode` is
set to anything but `non-blocking` in any of them (reason `blocking-mode`), in practice to `blocking`.

A container without the option has the mode of the account's setting `defaultLogDriverMode` in its region. It fails if
that is blocking (reason `blocking-by-default`). If the setting could not be read, the verdict is UNKNOWN (reason
`default-mode-unread`). Files do not contain the setting, and some endpoints do not have it: there the container passes
with the note `mode-unset`, because the default of AWS is non-blocking.

These drivers are not judged, and a definition without any other is not applicable:

  * awsfirelens: the ECS agent passes the options to the log router and never reads `mode`; Docker's own fluentd driver
    then sends without waiting. The option must not be added there: the router does not start with an option that its
    output does not know. A definition with such a container, in which no other fails, is not applicable, because the
    buffers of the router decide;
  * json-file, journald and local, which write to the instance's own disk: no outage of another system stops them;
  * none, and no driver: ecs-logging-missing judges those.

## Effective mode

Until June 25, 2025 a container without the option was in blocking mode. On that day AWS changed the default of ECS to
non-blocking. Since April 2025 an account can also choose its own default for each region with the setting
`defaultLogDriverMode`, which overrides the default of AWS. The effective mode is therefore

    mode in the definition    defaultLogDriverMode of the account    effective mode    verdict
    ----------------------    -----------------------------------    --------------    -------
    non-blocking              any                                    non-blocking      PASS
    blocking                  any                                    blocking          FAIL
    -                         non-blocking                           non-blocking      PASS
    -                         -                                      non-blocking      PASS
    -                         blocking                               blocking          FAIL
    -                         could not be read                      not known         UNKNOWN

The setting is read with ecs:ListAccountSettings, once for each region, and only if a definition leaves the mode unset.
It is the one that applies to the auditor's role: a setting that only another user or role has is not seen. If
everything that decides has to be in the definition, the parameter `unset_mode: fail` makes an unset mode a failure.

## Rationale
In blocking mode a write to standard output waits while the driver cannot deliver: when CloudWatch throttles, has an
outage or cannot be reached. The logging thread stops, health checks time out, and logging brings the service down. In
non-blocking mode lines go through a buffer in memory; when it is full, lines are dropped and the service continues.

## Benefits
An outage of the log's destination does not become an outage of the service.

## Drawbacks
Lines are lost silently when the buffer (`max-buffer-size`) overflows, and its content is lost when the task is killed.
If the log is evidence (audit trails, payments), blocking is the right choice: record an exception for that family with
its reason. The buffer uses memory of the container.

## Default value
Without the option and the account setting: non-blocking with a buffer of 10 MiB since June 25, 2025; blocking before.

{{permissions-all-definitions}}
Also ecs:ListAccountSettings.

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "mode" among the options of each logConfiguration.
3. {{repeat-for-older-revisions-and-daemons}}
4. Under Account settings look at Default log driver mode.

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, logConfiguration.[logDriver, options.mode]]"
    aws ecs list-account-settings --name defaultLogDriverMode --effective-settings --region REGION

## Remediation, console
1. Open the revision and choose Create new revision.
2. In the container's log collection (`logConfiguration` in JSON) set the option mode to non-blocking, except for the
   driver awsfirelens.
3. Add max-buffer-size, such as 25m, and make sure that the container has enough memory for it.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-ecs-set-default-log-driver-blocking-mode/
https://aws.amazon.com/blogs/containers/preventing-log-loss-with-non-blocking-mode-in-the-awslogs-container-log-driver/
https://docs.docker.com/engine/logging/configure/

## Related controls
Prowler: ecs_task_definitions_logging_block_mode, which judges every driver, awsfirelens included, and fails an unset
mode. It calls that blocking, which is not always true since June 2025.
"""

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import not_applicable, pass_with_notes, verdict_from
from auditor.checks.ecs._common import container_evidence
from auditor.domain.check import Evidence, Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import DEFAULT_LOG_MODE, Definition
from auditor.domain.repair import Repair

_BLOCKING = "blocking-mode"
_UNSET = "mode-unset"
_BLOCKING_DEFAULT, _UNREAD = "blocking-by-default", "default-mode-unread"
#: The reasons of an unset mode by the account's default mode.
_REASONS_BY_DEFAULT = {"blocking": (_BLOCKING_DEFAULT,), "non-blocking": (), "": (_UNREAD,)}
#: Drivers that do not wait for another system.
_NOT_JUDGED = frozenset({"awsfirelens", "journald", "json-file", "local", "none"})
_NON_BLOCKING = DefinitionRepair(
    container={"logConfiguration": {"options": {"mode": "non-blocking", "max-buffer-size": "25m"}}},
    manual="In non-blocking mode lines are lost when the buffer is full. If the log is evidence, such as an audit "
    "trail, keep the mode and record an exception.",
)
_ALLOW = Repair(manual="Allow ecs:ListAccountSettings for the member role.")


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_mode` is the verdict on a log driver without a mode, whose behavior depends on the account."""

    unset_mode: Literal["pass", "fail"] = "pass"


@check(
    id="ecs-logging-blocking-mode",
    aliases=("ecs_task_definitions_logging_block_mode",),
    title="Logging does not block containers",
    problem="Logging can block the container",
    severity=Severity.LOW,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision with `mode: non-blocking` and a `max-buffer-size` in the options of the "
        "`logConfiguration`; update every service or daemon that runs it; then deregister the old revision. If no log "
        "line may be lost, record an exception instead."
    ),
    parameters=Parameters,
    reason_texts={
        _BLOCKING: "waits for its log driver",
        _BLOCKING_DEFAULT: "sets no log mode, and the account's default is blocking",
        _UNSET: "sets no log mode, so the account default applies",
        _UNREAD: "sets no log mode, and the account's default could not be read",
    },
    repairs={_BLOCKING: _NON_BLOCKING, _BLOCKING_DEFAULT: _NON_BLOCKING, _UNSET: _NON_BLOCKING, _UNREAD: _ALLOW},
    needs=(DEFAULT_LOG_MODE,),
)
def logging_blocking_mode(definition: Definition, params: Parameters) -> Verdict:
    default = definition.default_log_mode if params.unset_mode == "pass" else None
    evidence = [
        _evidence(container, default)
        for container in definition.containers
        if container.log_driver and container.log_driver not in _NOT_JUDGED
    ]
    notes = {_UNREAD, *((_UNSET,) if params.unset_mode == "pass" else ())}
    verdict = verdict_from(part for part in evidence if notes.isdisjoint(part.reasons))
    unread = tuple(part for part in evidence if part.reasons == (_UNREAD,))
    if verdict.status is Status.PASS and unread:
        return Verdict(Status.UNKNOWN, (_UNREAD,), unread)
    if verdict.status is Status.PASS and (not evidence or _uses_firelens(definition)):
        return not_applicable()
    return pass_with_notes(verdict, evidence)


def _uses_firelens(definition: Definition) -> bool:
    return any(container.log_driver == "awsfirelens" for container in definition.containers)


def _evidence(container: Container, default: str | None) -> Evidence:
    reasons: tuple[str, ...] = () if container.log_mode == "non-blocking" else (_BLOCKING,)
    if not container.log_mode:
        reasons = (_UNSET,) if default is None else _REASONS_BY_DEFAULT.get(default, (_UNREAD,))
    return container_evidence(container, reasons, {"logDriver": container.log_driver, "mode": container.log_mode})
