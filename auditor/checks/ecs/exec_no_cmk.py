r"""ECS Exec sessions, and their log, must be encrypted with a key of the customer's.

Profile level
-------------
None: no benchmark has this rule. It is Checkov's CKV_AWS_224, read from what runs.

Description
-----------
Looks at `configuration.executeCommandConfiguration` of a cluster. Each of these fails it:

    what is there                                                 reason
    ------------------------------------------------------------  -----------------------
    no `kmsKeyId`                                                 exec-no-kms-key
    `logging` OVERRIDE to a log group that need not be encrypted  exec-log-unencrypted
    `logging` OVERRIDE to a bucket that need not be encrypted     exec-log-unencrypted

A log group or bucket need not be encrypted where `cloudWatchEncryptionEnabled` or `s3EncryptionEnabled` is false or
absent. With both a group and a bucket, both must be. Where `logging` is not OVERRIDE, no group and no bucket is used,
and what the configuration still says of them is not judged: with DEFAULT the log is the container's own, and with NONE
there is none, which ecs-exec-logging-off is about.

A cluster is judged whether or not anything in it has ECS Exec on: one word in any service or task turns it on. One that
was never told anything has no key and fails. An INACTIVE cluster is deleted: not applicable.

Which key it is, whether it exists, and how the log group is encrypted in truth is not looked at.

Other standards
---------------
`checkov` is what CKV_AWS_224 says of the same configuration in a Terraform plan. It has no verdict on a cluster that
says nothing of ECS Exec, or whose `logging` is NONE. It wants a key and one encrypted destination: one is enough where
there are two, and DEFAULT without any fails.

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

Rationale
---------
Systems Manager carries the session over TLS in any case. With a KMS key, session data is encrypted again between the
caller and the container, and whoever opens a session needs leave to use the key: a second lock, with a log of its own.
The record of a session holds what was typed and shown, secrets included.

Impact for
----------
A stolen leave to execute commands is worth nothing without the key, and each use of the key is in CloudTrail.

Impact against
--------------
The task role, and each person who opens sessions, needs leave to use the key. Calls to KMS and the key are charged for.
A log group without a KMS key is then refused, so that sessions fail until it has one.

Default value
-------------
No key, and no encryption asked for. CloudWatch Logs and S3 encrypt what they store with keys of AWS's own in any case.

Permissions needed
------------------
To audit: ecs:ListClusters, and ecs:DescribeClusters, which reads configurations when asked to, on all resources.
To remediate, by hand: ecs:UpdateCluster, kms:CreateKey, logs:AssociateKmsKey, s3:PutEncryptionConfiguration and, to
change what roles may do, iam:PutRolePolicy.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Clusters, and a cluster.
2. On the Configuration tab look at the encryption of ECS Exec; what the console does not show, the CLI does.

Audit, CLI
----------
    aws ecs describe-clusters --clusters CLUSTER --include CONFIGURATIONS --region REGION \
      --query "clusters[].[clusterName, status, configuration.executeCommandConfiguration]"

Remediation, console
--------------------
1. In KMS create a symmetric key, and let the task roles (kms:Decrypt) and those who open sessions
   (kms:GenerateDataKey) use it.
2. In CloudWatch give the log group a KMS key; in S3 give the bucket default encryption.
3. Open the cluster, choose Update cluster, and under ECS Exec name the key and ask for encryption of the log.

Remediation, CLI
----------------
The configuration is replaced as a whole: repeat what is to stay.

    aws logs associate-kms-key --log-group-name GROUP --kms-key-id KEY_ARN --region REGION
    aws ecs update-cluster --cluster CLUSTER --region REGION --configuration '{"executeCommandConfiguration":
      {"logging": "OVERRIDE", "kmsKeyId": "KEY", "logConfiguration":
        {"cloudWatchLogGroupName": "GROUP", "cloudWatchEncryptionEnabled": true}}}'

Back-out
--------
The same command with the configuration as describe-clusters showed it before. Keep the key: records that it encrypted
cannot be read without it.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommandLogConfiguration.html
https://docs.aws.amazon.com/systems-manager/latest/userguide/session-preferences-enable-encryption.html

Related controls
----------------
Checkov: CKV_AWS_224. No CIS, Security Hub, AWS Config, Prowler or Trivy rule. Here: ecs-exec-logging-off.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.checks._verdicts import from_evidence, not_applicable
from auditor.checks.ecs._going import is_going
from auditor.domain.check import Detail, Evidence, NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.workloads import Cluster, ExecLogging

_NO_KEY, _UNENCRYPTED = "exec-no-kms-key", "exec-log-unencrypted"


@check(
    id="ecs-exec-no-cmk",
    title="Clusters encrypt ECS Exec sessions and their log with a key of the customer's",
    severity=Severity.LOW,
    fact_type=Cluster,
    frameworks={},
    remediation=(
        "Name a KMS key in the cluster's execute command configuration, and ask for encryption of the log group or "
        "bucket that it logs to."
    ),
    reason_texts={
        _NO_KEY: "encrypts ECS Exec sessions with no key of the customer's",
        _UNENCRYPTED: "takes the record of ECS Exec sessions and need not be encrypted",
    },
)
def exec_no_cmk(cluster: Cluster, _params: NoParameters) -> Verdict:
    """Judge one cluster; the module's docstring is the rule."""
    standards = {"checkov": _checkov(cluster.exec_logging)}
    verdict = not_applicable() if is_going(cluster) else from_evidence(_evidence(cluster.exec_logging))
    return replace(verdict, standards=standards)


def _evidence(setting: ExecLogging) -> Iterator[Evidence]:
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
    """Say what CKV_AWS_224 says, by its letter: it passes over clusters without the block, or without a log."""
    if setting == ExecLogging() or setting.logging == "NONE":
        return Status.NOT_APPLICABLE
    encrypted = setting.log_group_encrypted or setting.bucket_encrypted
    return Status.PASS if setting.kms_key and encrypted else Status.FAIL
