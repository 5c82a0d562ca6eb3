r"""A cluster must not leave the commands that people run in its containers unrecorded.

Profile level
-------------
None: no benchmark has this rule. It is Checkov's CKV_AWS_223, read from what runs.

Description
-----------
Looks at `configuration.executeCommandConfiguration` of a cluster: what ECS Exec does with the sessions that people open
in containers.

    logging             log group or bucket  verdict         reason
    ------------------  -------------------  --------------  --------------------
    NONE                any                  FAIL            exec-not-logged
    OVERRIDE            neither              FAIL            exec-log-nowhere
    OVERRIDE            one or both          PASS            -
    DEFAULT             any                  PASS            exec-log-by-task
    absent or empty     any                  PASS            exec-log-by-task
    any other word      any                  UNKNOWN         exec-logging-unclear
    any, but INACTIVE   any                  NOT_APPLICABLE  -

Absent is DEFAULT, as the API reference has it. DEFAULT sends the session to where the container's own output goes, if
that is the `awslogs` driver; with any other driver, or none, the session is recorded nowhere. Which it is stands in the
task definitions and not in the cluster, so DEFAULT passes with the note `exec-log-by-task`: worth following up where
ecs-logging-missing fails, or where the driver is another.

OVERRIDE asks for a log group or a bucket. Without either there is no place for a record, and that fails as NONE does.

A cluster is judged whether or not anything in it has ECS Exec on: one word in any service or task,
`enableExecuteCommand`, turns it on, and the cluster's setting applies. An INACTIVE cluster is deleted: not applicable.

Rationale
---------
ECS Exec is a shell in production. CloudTrail has who opened it and in which task; only the session log has what was
typed and shown. NONE is not what anybody gets by default, so somebody has turned it off.

Impact for
----------
What a person, or whoever has that person's credentials, did in a container can be read afterwards.

Impact against
--------------
Sessions show what is typed and printed, secrets included: the log needs as much protection as the container. The task
role needs permission to write to the log group or the bucket, and the image needs `script` and `cat`, or the session is
not recorded although it works.

Default value
-------------
DEFAULT.

Permissions needed
------------------
To audit: ecs:ListClusters, and ecs:DescribeClusters, which reads configurations when asked to, on all resources.
To remediate, by hand: ecs:UpdateCluster; to change what task roles may do, iam:PutRolePolicy.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Clusters, and a cluster.
2. On the Configuration tab look at the logging of ECS Exec; what the console does not show, the CLI does.

Audit, CLI
----------
    aws ecs describe-clusters --clusters CLUSTER --include CONFIGURATIONS --region REGION \
      --query "clusters[].[clusterName, status, configuration.executeCommandConfiguration]"

Remediation, console
--------------------
1. In CloudWatch create a log group for the sessions, with a retention and a KMS key.
2. Open the cluster, choose Update cluster, and under ECS Exec choose to log to it.
3. Give the task roles leave to write there, and try one session.

Remediation, CLI
----------------
The configuration is replaced as a whole: name the KMS key again if there is one.

    aws ecs update-cluster --cluster CLUSTER --region REGION --configuration '{"executeCommandConfiguration":
      {"logging": "OVERRIDE", "kmsKeyId": "KEY", "logConfiguration":
        {"cloudWatchLogGroupName": "GROUP", "cloudWatchEncryptionEnabled": true}}}'

The task role needs logs:DescribeLogGroups, logs:CreateLogStream, logs:DescribeLogStreams and logs:PutLogEvents, and
with a KMS key kms:Decrypt.

Back-out
--------
The same command with the configuration as describe-clusters showed it before.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandLogConfiguration.html

Related controls
----------------
Checkov: CKV_AWS_223, which wants `logging` not to be NONE. No CIS, Security Hub, AWS Config, Prowler or Trivy rule.
Here: ecs-exec-no-cmk, for how the session and its log are encrypted.
"""

from __future__ import annotations

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.checks.ecs._going import is_going
from auditor.checks.ecs._unclear import unclear
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.workloads import Cluster, ExecLogging

_OFF, _NOWHERE, _BY_TASK, _UNCLEAR = "exec-not-logged", "exec-log-nowhere", "exec-log-by-task", "exec-logging-unclear"


@check(
    id="ecs-exec-logging-off",
    title="Clusters do not turn the recording of ECS Exec sessions off",
    severity=Severity.MEDIUM,
    fact_type=Cluster,
    frameworks={},
    remediation=(
        "Set `logging` of the cluster's execute command configuration to OVERRIDE with a log group or a bucket, or to "
        "DEFAULT where all containers log with awslogs."
    ),
    reason_texts={
        _OFF: "does not record ECS Exec sessions",
        _NOWHERE: "names no place for the record of ECS Exec sessions",
        _BY_TASK: "records ECS Exec sessions only where the container logs with awslogs",
        _UNCLEAR: "has a setting for ECS Exec logging that is not known",
    },
)
def exec_logging_off(cluster: Cluster, _params: NoParameters) -> Verdict:
    """Judge one cluster; the module's docstring is the rule."""
    if is_going(cluster):
        return not_applicable()
    setting = cluster.exec_logging
    details = {
        "logging": setting.logging,
        "cloudWatchLogGroupName": setting.log_group,
        "s3BucketName": setting.bucket,
    }
    reason = _reason(setting)
    if reason == _UNCLEAR:
        return unclear(reason, **details)
    if reason == _BY_TASK:
        return Verdict(Status.PASS, (reason,), (Evidence(reasons=(reason,), details=details),))
    return of_whole(reason, **details)


def _reason(setting: ExecLogging) -> str | None:
    match setting.logging or "DEFAULT":
        case "NONE":
            return _OFF
        case "OVERRIDE":
            return None if setting.log_group or setting.bucket else _NOWHERE
        case "DEFAULT":
            return _BY_TASK
    return _UNCLEAR
