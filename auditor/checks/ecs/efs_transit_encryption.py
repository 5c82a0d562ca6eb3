"""EFS volumes are mounted with TLS.

## Profile level
None: Security Hub's ECS.18; not a recommendation of the CIS benchmark.

## Description
Judges the volumes of a task definition that have an `efsVolumeConfiguration`. It fails if the `transitEncryption` of
any of them is not `ENABLED` (reason `not-encrypted-in-transit`). The evidence names each such volume with the value
that ECS holds, or none if it is absent.

    transitEncryption    verdict
    -----------------    --------------
    ENABLED              PASS
    DISABLED             FAIL
    -                    FAIL
    no EFS volume        NOT_APPLICABLE

A Docker volume of the driver `local` whose options mount EFS by NFS (`type` nfs or nfs4, and an `addr` such as
fs-ID.efs.REGION.amazonaws.com) always fails (reason `efs-by-nfs`): Docker's NFS client has no TLS. The evidence names
the server. If `addr` is an IP address, nothing in the definition shows that it belongs to EFS, and the volume is not
judged.

A volume counts whether or not a container mounts it. S3 Files volumes always use TLS and pass. FSx for Windows File
Server, other Docker volumes and host folders are other kinds and are not judged. Managed daemons have no EFS volumes.
The file system's own policy is not read: a policy that denies access without TLS prevents such a task from starting,
which this check cannot detect.

## Rationale
Without TLS the mount is plain NFS: all data crosses the network unencrypted, also between Availability Zones, and the
client cannot verify that it talks to EFS. IAM authorization and access points need TLS as well, so any host with a
route and an open security group can mount the file system without it, as any user.

## Benefits
Files are protected in transit, and IAM can control who mounts what.

## Drawbacks
TLS costs some CPU time and a little throughput. Instances need the EFS mount helper, which the ECS-optimized images
include.

## Default value
DISABLED if `transitEncryption` is absent.

{{permissions-task-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for efsVolumeConfiguration under volumes, and in it for "transitEncryption": "ENABLED". Look for
   nfs and efs in the driverOpts of each dockerVolumeConfiguration.
3. {{repeat-for-older-revisions}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.volumes[].[name, efsVolumeConfiguration.transitEncryption, dockerVolumeConfiguration.driverOpts]"

## Remediation, console
1. Open the revision and choose Create new revision.
2. Under Storage choose the EFS volume, and turn on transit encryption. Replace a Docker volume by an EFS volume.
3. Consider an access point and IAM authorization for it as well.
4. {{deploy-new-revision}}

{{remediate-by-cli}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
https://docs.aws.amazon.com/efs/latest/ug/encryption-in-transit.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-efs-encryption-enabled.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-18

## Related controls
Security Hub: ECS.18. AWS Config: ecs-task-definition-efs-encryption-enabled. Checkov: CKV_AWS_97. Trivy: AVD-AWS-0035.
KICS: 4d46ff3b (Terraform) and c1282e03 (CloudFormation), EFS Volume With Disabled Transit Encryption.
"""

import re

from auditor.checks._verdicts import not_applicable, verdict_from
from auditor.domain.check import Evidence, NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition, Volume
from auditor.domain.repair import BLANK

_UNENCRYPTED, _BY_NFS = "not-encrypted-in-transit", "efs-by-nfs"
#: A DNS name of an EFS file system, or of its mount target in one Availability Zone.
_EFS_HOST = re.compile(r"(?:[^.]+\.)?fs-[0-9a-f]+\.efs\..+", re.ASCII | re.DOTALL)


@check(
    id="ecs-efs-transit-encryption",
    title="EFS volumes are mounted with TLS",
    problem="EFS volume mounted without TLS",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={"aws-fsbp": ("ECS.18",), "aws-config": ("ecs-task-definition-efs-encryption-enabled",)},
    remediation=(
        "Register a revision whose EFS volumes all have `transitEncryption: ENABLED`; update every service that runs "
        "it; then deregister the old revision."
    ),
    reason_texts={
        _UNENCRYPTED: "is an EFS volume without encryption in transit",
        _BY_NFS: "mounts EFS with Docker's NFS client, which has no TLS",
    },
    repairs={
        _UNENCRYPTED: DefinitionRepair(volume={"efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}),
        _BY_NFS: DefinitionRepair(
            volume={
                "dockerVolumeConfiguration": None,
                "efsVolumeConfiguration": {"fileSystemId": BLANK, "transitEncryption": "ENABLED"},
            },
            manual="Name the file system, and its folder as `rootDirectory`.",
        ),
    },
)
def efs_transit_encryption(task: TaskDefinition, _: NoParameters) -> Verdict:
    evidence = [_evidence(volume) for volume in task.volumes if volume.efs]
    evidence += [
        Evidence(volume.name, "volume", (_BY_NFS,), {"driverOpts": volume.docker.nfs_server})
        for volume in task.volumes
        if volume.docker and volume.docker.nfs_server and _EFS_HOST.fullmatch(volume.docker.nfs_server)
    ]
    return verdict_from(evidence) if evidence else not_applicable()


def _evidence(volume: Volume) -> Evidence:
    reasons = () if volume.transit_encryption == "ENABLED" else (_UNENCRYPTED,)
    return Evidence(volume.name, "volume", reasons, {"transitEncryption": volume.transit_encryption})
