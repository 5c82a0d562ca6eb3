"""Text that several manual pages of ECS checks share.

A page includes a block with `{{name}}` at the end of a line.
"""

from collections.abc import Mapping

_SAVE_REVISION = """\
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Copy the content of `taskDefinition` to new.json, and add `tags` to it. Remove the members that ECS sets itself:
taskDefinitionArn, revision, status, requiresAttributes, compatibilities, registeredAt and registeredBy."""

_ROLL_BACK = """\
Until the old revision is deregistered, update the service with FAMILY:OLD to return to it. A deregistered revision
cannot be deployed: register its content again (it is in old.json) and deploy the new number."""

_CLI_SECTION = f"""
## Remediation, CLI
{_SAVE_REVISION}
Then make the changes that are described above for the console.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION
"""

_ROLL_BACK_SECTION = f"""
## Roll back
{_ROLL_BACK}
"""

_TAG_COMMAND = "    aws ecs tag-resource --resource-arn ARN --tags key=owner,value=payments --region REGION"
_UNTAG_COMMAND = "    aws ecs untag-resource --resource-arn ARN --tag-keys owner --region REGION"

MANUAL_BLOCKS: Mapping[str, str] = {
    "permissions-task-definitions": """
## Permissions needed
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, on all resources.
To remediate by hand: ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition, and iam:PassRole on
the roles that the definition names.
""",
    "permissions-all-definitions": """
## Permissions needed
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition (for managed
daemons ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.
""",
    "permissions-to-audit-usage": """
To audit: ecs:ListTaskDefinitionFamilies, ecs:ListTaskDefinitions, ecs:DescribeTaskDefinition, ecs:ListClusters,
ecs:ListServices, ecs:DescribeServices, ecs:ListTasks and ecs:DescribeTasks, on all resources.
""",
    "open-newest-revision": """
Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
""",
    "repeat-for-older-revisions": "If services still run older revisions, check those in the same way.",
    "repeat-for-older-revisions-and-daemons": """
If services still run older revisions, check those in the same way. Then check the daemon task definitions.
""",
    "describe-task-definition": r"""
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
""",
    "describe-daemon-task-definition": r"""
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION --query \
""",
    "edit-as-json": "Open the revision, choose Create new revision, and then with JSON.",
    "deploy-new-revision": """
Create the revision, update every service that uses the family, and wait until the deployment is stable. Then
deregister the old revision, so that no new task can start from it.
""",
    "save-old-revision": _SAVE_REVISION,
    "remediate-by-cli": f"{_CLI_SECTION}{_ROLL_BACK_SECTION}",
    "remediate-by-cli-with-daemons": f"""{_CLI_SECTION}
For a managed daemon, use describe-daemon-task-definition and register-daemon-task-definition in the same way, and then
update-daemon with the new ARN and the daemon's capacity providers.
{_ROLL_BACK_SECTION}""",
    "roll-back-revision": _ROLL_BACK,
    "one-failing-container": """
One failing container is enough to fail a definition of several; the evidence names each of them.
""",
    "root-spellings": """
Only the part of `user` before the first colon decides which user the process runs as. It is root if it is the name
`root` or a spelling of the number 0 (`0`, `00`, `+0`, `-0`): the container runtime parses numbers with Go's
`strconv.Atoi`. The group after the colon does not matter. A group alone (`:100`) is root as well: it overrides the
image's user, and the runtime takes uid 0 for an empty name. Names are case-sensitive, so `Root` is another user. Any
other name is accepted: an image can map it to uid 0, but no ECS call shows that.

A number above 2147483647 is UNKNOWN (reason `user-out-of-range`) unless a container fails: Docker and current versions
of containerd refuse to start the container, but containerd before 1.6.38, 1.7.27 and 2.0.4 cuts the number to 32 bits,
which makes 4294967296 root (CVE-2024-40635). No ECS call returns the version of the runtime.
""",
    "host-mode-task-word": "`task` shares the namespace among the containers of one task, not with the host.",
    "daemon-field-warning": """
An AWS CLI or SDK that does not know this field leaves it out of the response silently, and a daemon that shares the
host's namespace then looks like one that does not. Use a current version.
""",
    "environment-is-readable": """
Anyone with ecs:DescribeTaskDefinition can read `environment` in plain text. So can everyone who sees the console, the
template in the repository, the deployment log, the output of `docker inspect` on the instance, or a crash dump of the
process. This permission is part of every read-only policy. Task definitions cannot be changed, and their old revisions
stay readable for years.
""",
    "host-path-comparison": """
Paths are normalized before they are compared: duplicate and trailing slashes, `.` and `..` are removed, and anything
below /run is also treated as /var/run, which is a link to it. Windows paths and pipes are compared without regard to
case or to the direction of slashes. Other links on the host are not visible to the audit.
""",
    "only-mounted-volumes": """
Only mounted volumes count: a volume that no container mounts passes. Each mount is one piece of evidence. Definitions
that require only Fargate have no host to mount from and are not applicable.

A Docker volume with the driver `local` (the default) counts if its `driverOpts` mount a part of the host: `device` is a
folder with `o=bind`, a block device such as /dev/nvme0n1p1, or a folder of an overlay; or `type` is a file system of
the kernel such as proc or sysfs. The evidence shows the path under `driverOpts`. Two things are not visible: what other
drivers mount, and the options of a volume with that name that exists on the host already.
""",
    "task-usage": """
A service counts even if it has no tasks. If parts of the region could not be read, there may be more usage than the
evidence names (`complete` is false). A revision without known usage is then still not applicable, never a pass. The
evidence names the services, the clusters and the number of running tasks.
""",
    "no-nat-gateway": """
In a subnet without a NAT gateway, or without VPC endpoints for ECR (api and dkr), S3, CloudWatch Logs and Secrets
Manager, tasks without a public address can no longer pull images, write logs or read secrets, and do not start.
""",
    "tag-table": """
    required_keys  tags                               verdict         reason
    -------------  ---------------------------------  --------------  ---------------------
    none           at least one user tag              PASS            -
    none           none, or only `aws:` tags          FAIL            untagged
    some           all of the required keys           PASS            -
    some           not all of the required keys       FAIL            required-tags-missing
    any            not read                           UNKNOWN         tags-not-read
    any            any, and the resource is deleted   NOT_APPLICABLE  -
""",
    "tag-rules": """
Tags whose key begins with `aws:`, in any mixture of upper and lower case, are set by AWS and identify no owner, so they
never count. Keys are compared exactly: `Owner` is not `owner`. A tag with an empty value counts. The evidence names
keys, never values. The parameter `required_keys` is a list of keys, empty by default, as Security Hub's
`requiredTagKeys` is.
""",
    "tag-benefits": """
Findings and costs can be assigned to an owner automatically, and IAM policies can restrict a team to its own resources.
""",
    "tag-audit-step": """
On the Tags tab look for tags whose key does not begin with aws:, or for those that your rules require.
""",
    "tag-command": _TAG_COMMAND,
    "untag-command": _UNTAG_COMMAND,
    "tag-by-cli": f"## Remediation, CLI\n{_TAG_COMMAND}\n\n## Roll back\n{_UNTAG_COMMAND}",
    "open-cluster": "Open Amazon ECS in the region, choose Clusters, and a cluster.",
    "open-service": "Open Amazon ECS in the region, choose Clusters, a cluster, and the service.",
    "describe-exec-configuration": r"""
    aws ecs describe-clusters --clusters CLUSTER --include CONFIGURATIONS --region REGION \
      --query "clusters[].[clusterName, status, configuration.executeCommandConfiguration]"
""",
    "update-exec-configuration": """
    aws ecs update-cluster --cluster CLUSTER --region REGION --configuration '{"executeCommandConfiguration":
      {"logging": "OVERRIDE", "kmsKeyId": "KEY", "logConfiguration":
        {"cloudWatchLogGroupName": "GROUP", "cloudWatchEncryptionEnabled": true}}}'
""",
}
