r"""EFS volumes of a task definition are mounted through TLS.

Profile level
-------------
Level 1, automated. Security Hub's ECS.18; no recommendation of the CIS benchmark.

Description
-----------
Looks at the volumes of a task definition that have an `efsVolumeConfiguration`, and fails when the `transitEncryption`
of any of them is not `ENABLED` (reason `not-encrypted-in-transit`). The evidence names each such volume, with the word
that ECS holds, or nothing where it holds none.

    transitEncryption    verdict
    -----------------    --------------
    ENABLED              PASS
    DISABLED             FAIL
    -                    FAIL
    no EFS volume        NOT_APPLICABLE

A volume counts whether or not a container mounts it. FSx for Windows File Server, Docker volumes and folders of the
host are other kinds and not judged. Managed daemons have no EFS volumes. What the file system's own policy demands is
not seen from here: a policy that denies access without TLS makes such a task fail to start, which this check cannot
know.

Rationale
---------
Without it the mount is plain NFS: everything read and written crosses the network in clear, between Availability Zones
too, and nothing proves to the client that it talks to EFS. IAM authorization and access points need TLS as well, so a
mount without it is one that any host with a route and an open security group can do, as any user.

Impact for
----------
Files are protected on the way, and IAM can decide who mounts what.

Impact against
--------------
TLS costs some processor time and a little throughput. On instances the EFS mount helper has to be there, as it is on
the ECS-optimized images.

Default value
-------------
DISABLED where `transitEncryption` is absent.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition, and iam:PassRole on the roles that the
definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for efsVolumeConfiguration under volumes, and in it for "transitEncryption": "ENABLED".
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.volumes[?efsVolumeConfiguration].[name, efsVolumeConfiguration.transitEncryption]"

Remediation, console
--------------------
1. Open the revision and choose Create new revision.
2. Under Storage choose the EFS volume, and switch on transit encryption.
3. Consider an access point and IAM authorization for it too.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; set `transitEncryption` to `ENABLED` in each
`efsVolumeConfiguration`, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/efs-volumes.html
https://docs.aws.amazon.com/efs/latest/ug/encryption-in-transit.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-efs-encryption-enabled.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-18

Related controls
----------------
Security Hub: ECS.18. AWS Config: ecs-task-definition-efs-encryption-enabled. Checkov: CKV_AWS_97. Trivy: AVD-AWS-0035.
KICS: 4d46ff3b (Terraform) and c1282e03 (CloudFormation), EFS Volume With Disabled Transit Encryption.
"""

from __future__ import annotations

from auditor.checks._verdicts import from_evidence, not_applicable
from auditor.domain.check import Evidence, NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition, Volume

_CLEAR = "not-encrypted-in-transit"


@check(
    id="ecs-efs-transit-encryption",
    title="EFS volumes of a task definition are mounted through TLS",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={"aws-fsbp": ("ECS.18",), "aws-config": ("ecs-task-definition-efs-encryption-enabled",)},
    remediation=(
        "Register a revision whose EFS volumes all have `transitEncryption: ENABLED`; update the services that use the "
        "family; then deregister the old revision."
    ),
    reason_texts={_CLEAR: "is an EFS volume without encryption in transit"},
    repairs={_CLEAR: DefinitionRepair(volume={"efsVolumeConfiguration": {"transitEncryption": "ENABLED"}})},
)
def efs_transit_encryption(task: TaskDefinition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    volumes = tuple(each for each in task.volumes if each.efs)
    return from_evidence(map(_evidence, volumes)) if volumes else not_applicable()


def _evidence(volume: Volume) -> Evidence:
    reasons = () if volume.transit_encryption == "ENABLED" else (_CLEAR,)
    return Evidence(volume.name, "volume", reasons, details={"transitEncryption": volume.transit_encryption})
