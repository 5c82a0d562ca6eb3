"""Clusters log ECS Exec sessions.

## Profile level
None: no benchmark has this rule. It applies Checkov's CKV_AWS_223 to deployed clusters.

## Description
Judges `configuration.executeCommandConfiguration` of a cluster, which decides what ECS Exec does with the sessions that
people open in containers.

    logging             log group or bucket  verdict         reason
    ------------------  -------------------  --------------  --------------------
    NONE                any                  FAIL            exec-not-logged
    OVERRIDE            neither              FAIL            exec-log-nowhere
    OVERRIDE            one or both          PASS            -
    DEFAULT             any                  PASS            exec-log-by-task
    absent or empty     any                  PASS            exec-log-by-task
    any other value     any                  UNKNOWN         exec-logging-unclear
    any, but INACTIVE   any                  NOT_APPLICABLE  -

Absent means DEFAULT (API reference). DEFAULT sends the session to the destination of the container's own output if that
uses the `awslogs` driver; with any other driver, or none, the session is not logged. The driver is set in the task
definitions and not in the cluster, so DEFAULT passes with the note `exec-log-by-task`. Follow it up if
ecs-logging-missing fails, or if the driver is another one.

OVERRIDE needs a log group or a bucket. Without either there is no destination for the log, and that fails like NONE.

A cluster is judged whether or not ECS Exec is on for anything in it: `enableExecuteCommand` in any service or task
turns it on, and then the cluster's setting applies. An INACTIVE cluster is deleted: not applicable.

## Rationale
ECS Exec is a shell in production. CloudTrail records who opened it and in which task; only the session log records what
was typed and shown. NONE is not the default, so it was set deliberately.

## Benefits
The actions of a person in a container, or of an attacker with that person's credentials, can be read afterwards.

## Drawbacks
Sessions show everything that is typed and printed, secrets included: protect the log as well as the container. The task
role needs permission to write to the log group or the bucket, and the image needs `script` and `cat`; otherwise the
session works but is not logged.

## Default value
DEFAULT.

## Permissions needed
To audit: ecs:ListClusters, and ecs:DescribeClusters, which returns configurations on request, on all resources.
To remediate by hand: ecs:UpdateCluster; to change the permissions of task roles, iam:PutRolePolicy.

## Audit, console
1. {{open-cluster}}
2. On the Configuration tab look at the logging of ECS Exec. The CLI shows settings that the console does not show.

## Audit, CLI
{{describe-exec-configuration}}

## Remediation, console
1. In CloudWatch create a log group for the sessions, with a retention period and a KMS key.
2. Open the cluster, choose Update cluster, and under ECS Exec choose to log to it.
3. Allow the task roles to write there, and test one session.

## Remediation, CLI
The command replaces the whole configuration: repeat the KMS key if there is one.

{{update-exec-configuration}}

The task role needs logs:DescribeLogGroups, logs:CreateLogStream, logs:DescribeLogStreams and logs:PutLogEvents, and
with a KMS key also kms:Decrypt.

## Roll back
Run the same command with the configuration that describe-clusters showed before.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandLogConfiguration.html

## Related controls
Checkov: CKV_AWS_223, which requires a `logging` other than NONE. No CIS, Security Hub, AWS Config, Prowler or Trivy
rule. Here: ecs-exec-no-cmk, for the encryption of the session and its log.
"""

from collections.abc import Iterable

from auditor.checks._verdicts import not_applicable, pass_with_notes, resource_verdict, unknown_verdict
from auditor.checks.ecs._commands import replace_exec_configuration
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import Evidence, NoParameters, Severity, Verdict, check
from auditor.domain.ecs.workloads import Cluster, ExecLogging
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK, ManualStep

_OFF, _NO_DESTINATION, _BY_TASK, _UNCLEAR = (
    "exec-not-logged",
    "exec-log-nowhere",
    "exec-log-by-task",
    "exec-logging-unclear",
)


def _log_to_group(finding: Finding) -> Iterable[ManualStep]:
    configuration = {"logging": "OVERRIDE", "logConfiguration": {"cloudWatchLogGroupName": BLANK}}
    return replace_exec_configuration(finding, configuration)


@check(
    id="ecs-exec-logging-off",
    title="Clusters log ECS Exec sessions",
    problem="ECS Exec sessions are not logged",
    severity=Severity.MEDIUM,
    fact_type=Cluster,
    frameworks={},
    remediation=(
        "Set `logging` of the cluster's execute command configuration to OVERRIDE with a log group or a bucket, or to "
        "DEFAULT if all containers use the awslogs driver."
    ),
    reason_texts={
        _OFF: "does not log ECS Exec sessions",
        _NO_DESTINATION: "has no destination for the log of ECS Exec sessions",
        _BY_TASK: "logs ECS Exec sessions only if the container uses the awslogs driver",
        _UNCLEAR: "has an unknown setting for ECS Exec logging",
    },
    manual_steps=_log_to_group,
)
def exec_logging_off(cluster: Cluster, _params: NoParameters) -> Verdict:
    if is_terminating(cluster):
        return not_applicable()
    setting = cluster.exec_logging
    details = {"logging": setting.logging, "cloudWatchLogGroupName": setting.log_group, "s3BucketName": setting.bucket}
    reason = _reason(setting)
    if reason == _UNCLEAR:
        return unknown_verdict(reason, **details)
    if reason == _BY_TASK:
        return pass_with_notes(resource_verdict(None), [Evidence(reasons=(reason,), details=details)])
    return resource_verdict(reason, **details)


def _reason(setting: ExecLogging) -> str | None:
    match setting.logging or "DEFAULT":
        case "NONE":
            return _OFF
        case "OVERRIDE":
            return None if setting.log_group or setting.bucket else _NO_DESTINATION
        case "DEFAULT":
            return _BY_TASK
    return _UNCLEAR
