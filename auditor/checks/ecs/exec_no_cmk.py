"""Clusters encrypt ECS Exec sessions and logs with a customer managed key.

## Profile level
None: no benchmark has this rule. It applies Checkov's CKV_AWS_224 to deployed clusters.

## Description
Judges `configuration.executeCommandConfiguration` of a cluster. Each of these fails it:

    configuration                                                     reason
    ----------------------------------------------------------------  -----------------------
    no `kmsKeyId`                                                     exec-no-kms-key
    `kmsKeyId` is an alias of AWS, such as alias/aws/ssm              exec-aws-managed-key
    `logging` OVERRIDE to a log group without required encryption     exec-log-unencrypted
    `logging` OVERRIDE to a bucket without required encryption        exec-log-unencrypted

Encryption is not required if `cloudWatchEncryptionEnabled` or `s3EncryptionEnabled` is false or absent. With both a log
group and a bucket, it must be required for both. If `logging` is not OVERRIDE, no group and no bucket is used, and
settings left in the configuration are not judged: with DEFAULT the log is the container's own, and with NONE there is
no log, which ecs-exec-logging-off judges.

A cluster without any configuration has no key. A cluster fails only if ECS Exec is on for at least one of its services
or running tasks, which the evidence names. If it is on for none, the cluster is not applicable; if some services or
tasks could not be read and it is on for none of the others, the verdict is UNKNOWN (reason `exec-usage-unread`). A
cluster that meets the requirement passes in any case. Files do not tell which tasks a cluster has, so there it is
judged as if ECS Exec were on. An INACTIVE cluster is deleted: not applicable.

The check does not examine whether the key exists, who manages a key that is named by its ID, or how the log group is
actually encrypted.

## Other standards
`checkov` is the verdict of CKV_AWS_224 on the same configuration in a Terraform plan. It has no verdict on a cluster
without a configuration of ECS Exec, or with `logging` NONE. It requires a key and one encrypted destination: one of two
is enough, and DEFAULT without any fails.

    kmsKeyId  logging   destinations                verdict  checkov
    --------  --------  --------------------------  -------  --------------
    absent    absent    none                        FAIL     NOT_APPLICABLE
    absent    NONE      none                        FAIL     NOT_APPLICABLE
    set       NONE      none                        PASS     NOT_APPLICABLE
    absent    DEFAULT   none                        FAIL     FAIL
    set       DEFAULT   none                        PASS     FAIL
    set       OVERRIDE  one, encrypted              PASS     PASS
    set       OVERRIDE  one, not encrypted          FAIL     FAIL
    set       OVERRIDE  two, one of them encrypted  FAIL     PASS

## Rationale
Systems Manager always carries the session over TLS. With a KMS key, session data is also encrypted between the caller
and the container, and only callers with permission to use the key can open a session: a second control with its own
log. The log of a session holds everything that was typed and shown, secrets included.

## Benefits
A stolen permission to execute commands is worthless without the key, and each use of the key is in CloudTrail.

## Drawbacks
The task role, and each person who opens sessions, needs permission to use the key. AWS charges for the key and for
calls to KMS. A log group without a KMS key is then refused, so sessions fail until it has one.

## Default value
No key, and no encryption required. CloudWatch Logs and S3 always encrypt stored data with keys that AWS owns.

## Permissions needed
To audit: ecs:ListClusters, ecs:DescribeClusters, which returns configurations on request, ecs:ListServices,
ecs:DescribeServices, ecs:ListTasks and ecs:DescribeTasks, on all resources.
To remediate by hand: ecs:UpdateCluster, kms:CreateKey, logs:AssociateKmsKey, s3:PutEncryptionConfiguration and, to
change the permissions of roles, iam:PutRolePolicy.

## Audit, console
1. {{open-cluster}}
2. On the Configuration tab look at the encryption of ECS Exec. The CLI shows settings that the console does not show.

## Audit, CLI
{{describe-exec-configuration}}

## Remediation, console
1. In KMS create a symmetric key, and allow the task roles (kms:Decrypt) and the people who open sessions
   (kms:GenerateDataKey) to use it.
2. In CloudWatch assign a KMS key to the log group; in S3 set default encryption for the bucket.
3. Open the cluster, choose Update cluster, and under ECS Exec name the key and turn on encryption of the log.

## Remediation, CLI
The command replaces the whole configuration: repeat the settings that are to stay.

    aws logs associate-kms-key --log-group-name GROUP --kms-key-id KEY_ARN --region REGION
{{update-exec-configuration}}

## Roll back
Run the same command with the configuration that describe-clusters showed before. Keep the key: logs that it encrypted
cannot be read without it.

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandLogConfiguration.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-enable-encryption.html

## Related controls
Checkov: CKV_AWS_224. No CIS, Security Hub, AWS Config, Prowler or Trivy rule. Here: ecs-exec-logging-off.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from auditor.checks._verdicts import not_applicable, unknown_verdict, verdict_from
from auditor.checks.ecs._commands import replace_exec_configuration
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import Detail, Evidence, NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.workloads import EXEC_USAGE, Cluster, ExecLogging, ExecUsage
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK, ManualStep

_NO_KEY, _AWS_KEY, _UNENCRYPTED = "exec-no-kms-key", "exec-aws-managed-key", "exec-log-unencrypted"
_USAGE_UNREAD = "exec-usage-unread"
#: Services and tasks that evidence names at most.
_MOST_NAMES = 3


def _encrypt(finding: Finding) -> Iterable[ManualStep]:
    log = {"cloudWatchLogGroupName": BLANK, "cloudWatchEncryptionEnabled": True}
    return replace_exec_configuration(finding, {"kmsKeyId": BLANK, "logging": "OVERRIDE", "logConfiguration": log})


@check(
    id="ecs-exec-no-cmk",
    title="Clusters encrypt ECS Exec sessions and logs with a customer managed key",
    problem="ECS Exec not encrypted with a customer managed key",
    severity=Severity.LOW,
    fact_type=Cluster,
    frameworks={},
    remediation=(
        "Name a KMS key in the cluster's execute command configuration, and require encryption of the log group or "
        "bucket of the log."
    ),
    reason_texts={
        _NO_KEY: "does not encrypt ECS Exec sessions with a customer managed key",
        _AWS_KEY: "encrypts ECS Exec sessions with a key that AWS manages",
        _USAGE_UNREAD: "has services or tasks that could not be read, so ECS Exec may be on for them",
        _UNENCRYPTED: "receives the log of ECS Exec sessions without required encryption",
    },
    manual_steps=_encrypt,
    needs=(EXEC_USAGE,),
)
def exec_no_cmk(cluster: Cluster, _params: NoParameters) -> Verdict:
    standards = {"checkov": _checkov(cluster.exec_logging)}
    verdict = not_applicable() if is_terminating(cluster) else verdict_from(_evidence(cluster.exec_logging))
    if verdict.status is Status.FAIL and cluster.exec_usage is not None:
        verdict = _if_in_use(verdict, cluster.exec_usage)
    return replace(verdict, standards=standards)


def _if_in_use(failure: Verdict, usage: ExecUsage) -> Verdict:
    """Return the failure with its users, or another verdict if ECS Exec is not known to be on for anything."""
    if usage.names:
        users = {"enableExecuteCommand": usage.names[:_MOST_NAMES]}
        evidence = tuple(replace(part, details={**part.details, **users}) for part in failure.evidence)
        return replace(failure, evidence=evidence)
    return not_applicable() if usage.complete else unknown_verdict(_USAGE_UNREAD)


def _evidence(setting: ExecLogging) -> Iterator[Evidence]:
    if setting.aws_managed_key:
        yield Evidence(reasons=(_AWS_KEY,), details={"logging": setting.logging})
    if not setting.kms_key:
        yield Evidence(reasons=(_NO_KEY,), details={"logging": setting.logging})
    if setting.logging != "OVERRIDE":
        return
    if setting.log_group and not setting.log_group_encrypted:
        details: dict[str, Detail] = {"cloudWatchLogGroupName": setting.log_group, "cloudWatchEncryptionEnabled": False}
        yield Evidence(setting.log_group, "log-group", (_UNENCRYPTED,), details)
    if setting.bucket and not setting.bucket_encrypted:
        details = {"s3BucketName": setting.bucket, "s3EncryptionEnabled": False}
        yield Evidence(setting.bucket, "bucket", (_UNENCRYPTED,), details)


def _checkov(setting: ExecLogging) -> Status:
    """Return the status of CKV_AWS_224, which skips clusters without a configuration or without a log."""
    if setting == ExecLogging() or setting.logging == "NONE":
        return Status.NOT_APPLICABLE
    encrypted = setting.log_group_encrypted or setting.bucket_encrypted
    return Status.PASS if setting.kms_key and encrypted else Status.FAIL
