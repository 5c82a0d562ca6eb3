r"""Containers do not wait for their log driver.

Profile level
-------------
Level 1, automated. Ours and Prowler's; no benchmark has it.

Description
-----------
Looks at containers with a log driver, of task definitions and of managed daemons' definitions, and fails when the
driver's option `mode` is anything but `non-blocking` in any of them:

  * `blocking-mode`: the option says something else, in practice `blocking`;
  * `mode-unset`: there is no such option, so the definition does not say it.

Definitions in which no container has a log driver are not applicable; ecs-logging-missing is about those.

What a definition can tell, and what not
----------------------------------------
Until June 25, 2025 a container without the option was in blocking mode. On that day AWS changed the default of ECS to
non-blocking. Since April 2025 an account can also choose the default for itself, region by region, with the setting
`defaultLogDriverMode`, and that setting wins over the default of AWS. So the effective mode is

    mode in the definition    defaultLogDriverMode of the account    effective mode    verdict
    ----------------------    -----------------------------------    --------------    -------
    non-blocking              any                                    non-blocking      PASS
    blocking                  any                                    blocking          FAIL
    -                         blocking                               blocking          FAIL
    -                         non-blocking                           non-blocking      FAIL
    -                         -                                      non-blocking      FAIL

The check reads definitions and not account settings, which anybody with ecs:PutAccountSettingDefault changes without a
trace in the definition. An unset mode is therefore reported as what it is: a behaviour that the definition leaves to
others. Where the account's default is known to be non-blocking and that is enough, `unset_mode: pass` turns
`mode-unset` into a note of a passing definition.

Rationale
---------
In blocking mode a write to standard output waits when the driver cannot deliver: when CloudWatch throttles, has an
outage or cannot be reached. The thread that logs stops, health checks time out, and a service goes down because of its
log. In non-blocking mode lines go through a buffer in memory; when that is full, lines are dropped and the service goes
on.

Impact for
----------
An outage of the log's destination does not become an outage of the service.

Impact against
--------------
Lines are lost, silently, when the buffer (`max-buffer-size`) overflows, and what is in it is lost when the task is
killed. Where the log is evidence (audit trails, payments) blocking is the right choice: record an exception for that
family with its reason. A buffer takes memory from the container.

Default value
-------------
With no option and no account setting: non-blocking with a buffer of 10 MiB since June 25, 2025; blocking before.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "mode" among the options of each logConfiguration.
3. Where services still run on older revisions, do the same for those.
4. Under Account settings see what Default log driver mode says.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.containerDefinitions[].[name, logConfiguration.[logDriver, options.mode]]"
    aws ecs list-account-settings --name defaultLogDriverMode --effective-settings --region REGION

Remediation, console
--------------------
1. Open the revision and choose Create new revision.
2. In each container's log collection add the option mode with the value non-blocking.
3. Add max-buffer-size, such as 25m, and see that the container's memory allows for it.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; set `mode` to `non-blocking` and `max-buffer-size`
among the options of each `logConfiguration`, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html
https://aws.amazon.com/about-aws/whats-new/2025/04/amazon-ecs-set-default-log-driver-blocking-mode/
https://aws.amazon.com/blogs/containers/preventing-log-loss-with-non-blocking-mode-in-the-awslogs-container-log-driver/
https://docs.docker.com/engine/logging/configure/

Related controls
----------------
Prowler: ecs_task_definitions_logging_block_mode, which reads the option in the same way, fails an unset mode too, and
calls it blocking, which it need not be since June 2025.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import from_evidence, not_applicable, of_container
from auditor.domain.check import Evidence, Severity, Status, Verdict, check
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
    """`unset_mode` says what a log driver without a mode is; the account and the day decide how it behaves."""

    unset_mode: Literal["fail", "pass"] = "fail"


@check(
    id="ecs-logging-blocking-mode",
    title="Containers do not wait for their log driver",
    severity=Severity.LOW,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision in which the options of every `logConfiguration` say `mode: non-blocking` and a "
        "`max-buffer-size`; update what uses the family; then deregister the old revision. Where no line may be lost, "
        "record an exception instead."
    ),
    parameters=Parameters,
    reason_texts={
        _BLOCKING: "waits for its log driver",
        _UNSET: "leaves it to the account whether it waits for its log driver",
    },
    repairs={_BLOCKING: _NON_BLOCKING, _UNSET: _NON_BLOCKING},
)
def logging_blocking_mode(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    evidence = tuple(_evidence(each) for each in definition.containers if each.log_driver)
    if not evidence:
        return not_applicable()
    judged = from_evidence(evidence)
    if params.unset_mode == "pass" and judged.reasons == (_UNSET,):
        return Verdict(Status.PASS, judged.reasons, judged.evidence)
    if params.unset_mode == "pass":
        return from_evidence(each for each in evidence if each.reasons != (_UNSET,))
    return judged


def _evidence(container: Container) -> Evidence:
    reasons = () if container.log_mode == "non-blocking" else (_BLOCKING if container.log_mode else _UNSET,)
    return of_container(container, reasons, {"logDriver": container.log_driver, "mode": container.log_mode})
