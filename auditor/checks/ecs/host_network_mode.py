r"""A task must not share the network of the host that it runs on.

Profile level
-------------
None: the CIS benchmark has no recommendation on host mode as such. Security Hub control ECS.17, severity medium.

Description
-----------
Fails a task definition whose `networkMode` is `host` (reason `host-network-mode`), whoever its containers run as. Every
other mode passes, and so does an absent one: that means bridge on EC2 instances and NAT on Windows, never host. Only
the definition's own field counts; a `networkMode` written into a container is nothing that ECS knows.

The definitions of managed daemons are not judged: they have no network mode.

ecs-host-network-privileged-or-root is about the same definitions and asks who runs in them. This check asks why they
are there at all, and so every definition that the other one judges fails here.

Rationale
---------
In host mode nothing stands between the container's sockets and its instance's. The container can listen on any free
port of the instance, talk to whatever listens on its loopback interface (agents and debug ports often trust that), and
reach the instance metadata service, with the instance's credentials behind it. It has no security group of its own and
no address of its own: flow logs and firewall rules see the instance, and not which task spoke.

Impact for
----------
Each task has an address, a security group and flow logs of its own (awsvpc), or at least a network namespace (bridge).
Two copies of a task fit on one instance, because ports no longer collide.

Impact against
--------------
With awsvpc every task takes an elastic network interface, of which an instance holds few unless trunking is on, and the
services need subnets and security groups. Bridge mode costs a little latency. Agents that watch the network of the
instance need host mode; so do AWS Batch jobs on ECS Managed Instances, whose definitions get it by default. They should
be the known few, each with a recorded exception and its owner.

Default value
-------------
Absent, which is bridge on Linux instances. Fargate takes awsvpc only, Windows knows no host mode, and ECS Anywhere no
awsvpc.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition, and iam:PassRole on
the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "networkMode": "host" beside "family".
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query taskDefinition.networkMode

Remediation, console
--------------------
1. Open the revision, choose Create new revision, and then with JSON.
2. Set networkMode to awsvpc (bridge on ECS Anywhere). In awsvpc mode remove hostPort, or let it equal containerPort.
3. Create the revision. A service that changes to awsvpc needs a network configuration: update it with the new revision,
   subnets and security groups. Its load balancer's target group must be of type ip, which may take a new service.
4. When the deployment is stable, deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; correct networkMode, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION \
      --network-configuration "awsvpcConfiguration={subnets=[SUBNET],securityGroups=[GROUP],assignPublicIp=DISABLED}"
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-host.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-network-mode-not-host.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-job-definitions.html

Related controls
----------------
Security Hub: ECS.17; AWS Config: ecs-task-definition-network-mode-not-host. Both look at the latest active revision
only. KICS ("Network Mode Not Recommended") and Terrascan fail everything but awsvpc, which is stricter: bridge fails
there and passes here. Prowler and Checkov have no check of host mode as such.
"""

from __future__ import annotations

from auditor.checks._verdicts import of_whole
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_SHARED = "host-network-mode"


@check(
    id="ecs-host-network-mode",
    title="Tasks do not share the network of their host",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={"aws-fsbp": ("ECS.17",), "aws-config": ("ecs-task-definition-network-mode-not-host",)},
    remediation=(
        "Register a revision whose `networkMode` is awsvpc (bridge on ECS Anywhere); update the services that use the "
        "family, with subnets and security groups; then deregister the old revision."
    ),
    reason_texts={_SHARED: "shares the network of its host"},
    repairs={
        _SHARED: DefinitionRepair(
            definition={"networkMode": "awsvpc"},
            manual=(
                "Give every service of the family subnets and security groups, and let each `hostPort` equal its "
                "`containerPort` or be absent. On ECS Anywhere choose bridge."
            ),
        )
    },
)
def host_network_mode(task: TaskDefinition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    return of_whole(_SHARED if task.uses_host_network else None, networkMode=task.network_mode)
