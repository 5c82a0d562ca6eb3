"""Logging does not block containers.

## Profile level
Level 1, automated. Our own rule and Prowler's; no benchmark has it.

## Description
Judges containers with a log driver, in task definitions and in managed daemons' definitions. It fails if the driver's
option `mode` is anything but `non-blocking` in any of them:

  * `blocking-mode`: the option has another value, in practice `blocking`;
  * `mode-unset`: the option is absent, so the definition does not decide.

Definitions in which no container has a log driver are not applicable; ecs-logging-missing judges those.

## Effective mode
Until June 25, 2025 a container without the option was in blocking mode. On that day AWS changed the default of ECS to
non-blocking. Since April 2025 an account can also choose its own default for each region with the setting
`defaultLogDriverMode`, which overrides the default of AWS. The effective mode is therefore

    mode in the definition    defaultLogDriverMode of the account    effective mode    verdict
    ----------------------    -----------------------------------    --------------    -------
    non-blocking              any                                    non-blocking      PASS
    blocking                  any                                    blocking          FAIL
    -                         blocking                               blocking          FAIL
    -                         non-blocking                           non-blocking      FAIL
    -                         -                                      non-blocking      FAIL

The check reads definitions and not account settings, which anyone with ecs:PutAccountSettingDefault can change without
a trace in the definition. An unset mode therefore fails with its own reason: the definition leaves the behavior to the
account. If you know that the account's default is non-blocking, and that is sufficient, `unset_mode: pass` turns
`mode-unset` into a note on a passing definition.

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
2. In each container's log collection (`logConfiguration` in JSON) add the option mode with the value non-blocking.
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
Prowler: ecs_task_definitions_logging_block_mode, which reads the option in the same way, also fails an unset mode, and
calls it blocking, which is not always true since June 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import not_applicable, pass_with_notes, verdict_from
from auditor.checks.ecs._common import container_evidence
from auditor.domain.check import Evidence, Severity, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_BLOCKING = "blocking-mode"
_UNSET = "mode-unset"
_NON_BLOCKING = DefinitionRepair(
    container={"logConfiguration": {"options": {"mode": "non-blocking", "max-buffer-size": "25m"}}}
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`unset_mode` is the verdict on a log driver without a mode, whose behavior depends on the account."""

    unset_mode: Literal["fail", "pass"] = "fail"


@check(
    id="ecs-logging-blocking-mode",
    title="Logging does not block containers",
    problem="Logging can block the container",
    severity=Severity.LOW,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision with `mode: non-blocking` and a `max-buffer-size` in the options of every "
        "`logConfiguration`; update every service or daemon that runs it; then deregister the old revision. If no log "
        "line may be lost, record an exception instead."
    ),
    parameters=Parameters,
    reason_texts={
        _BLOCKING: "waits for its log driver",
        _UNSET: "sets no log mode, so the account default applies",
    },
    repairs={_BLOCKING: _NON_BLOCKING, _UNSET: _NON_BLOCKING},
)
def logging_blocking_mode(definition: Definition, params: Parameters) -> Verdict:
    evidence = [_evidence(container) for container in definition.containers if container.log_driver]
    if not evidence:
        return not_applicable()
    if params.unset_mode == "fail":
        return verdict_from(evidence)
    return pass_with_notes(verdict_from(part for part in evidence if part.reasons != (_UNSET,)), evidence)


def _evidence(container: Container) -> Evidence:
    reasons = () if container.log_mode == "non-blocking" else (_BLOCKING if container.log_mode else _UNSET,)
    return container_evidence(container, reasons, {"logDriver": container.log_driver, "mode": container.log_mode})
