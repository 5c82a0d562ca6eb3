r"""Tasks do not use the network of their host.

## Profile level
None: the CIS benchmark has no recommendation on host mode as such. Security Hub control ECS.17, severity medium.

## Description
Fails a task definition whose `networkMode` is `host` (reason `host-network-mode`), regardless of the users of its
containers. Every other mode passes, and so does an absent one: that means bridge on EC2 instances and NAT on Windows,
never host. Only the definition's own field counts; ECS ignores a `networkMode` in a container.

The definitions of managed daemons are not judged: they have no network mode.

ecs-host-network-privileged-or-root judges the users and privileges in the same definitions. Every definition that it
judges fails here, because this check is about host mode itself.

## Rationale
In host mode nothing separates the container's sockets from its instance's. The container can listen on any free port of
the instance, connect to anything that listens on the loopback interface (agents and debug ports often trust it), and
reach the instance metadata service, with the instance's credentials behind it. It has no security group and no address
of its own: flow logs and firewall rules see only the instance, not the task.

## Benefits
Each task has its own address, security group and flow logs (awsvpc), or at least its own network namespace (bridge).
Two copies of a task fit on one instance, because ports no longer collide.

## Drawbacks
With awsvpc every task uses an elastic network interface, of which an instance has few unless trunking is on, and the
services need subnets and security groups. Bridge mode costs a little latency. Agents that watch the network of the
instance need host mode; so do AWS Batch jobs on ECS Managed Instances, whose definitions use it by default. Keep them
few and known, each with a recorded exception and an owner.

## Default value
Absent, which is bridge on Linux instances. Fargate supports only awsvpc, Windows does not support host mode, and ECS
Anywhere does not support awsvpc.

{{permissions-task-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "networkMode": "host" next to "family".
3. {{repeat-for-older-revisions}}

## Audit, CLI
{{describe-task-definition}}
      taskDefinition.networkMode

## Remediation, console
1. {{edit-as-json}}
2. Set networkMode to awsvpc (bridge on ECS Anywhere). In awsvpc mode remove hostPort, or set it to containerPort.
3. Create the revision. A service that changes to awsvpc needs a network configuration: update it with the new revision,
   subnets and security groups. The target group of its load balancer must be of type ip, which may require a new
   service.
4. When the deployment is stable, deregister the old revision, so that no new task can start from it.

## Remediation, CLI
{{save-old-revision}}
Then correct `networkMode`.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION \
      --network-configuration "awsvpcConfiguration={subnets=[SUBNET],securityGroups=[GROUP],assignPublicIp=DISABLED}"
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

## Roll back
{{roll-back-revision}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/networking-networkmode-host.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-network-mode-not-host.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://docs.aws.amazon.com/batch/latest/userguide/ecs-managed-instances-job-definitions.html

## Related controls
Security Hub: ECS.17; AWS Config: ecs-task-definition-network-mode-not-host. Both look only at the latest active
revision. KICS ("Network Mode Not Recommended") and Terrascan fail everything except awsvpc, which is stricter: bridge
fails there and passes here. Prowler and Checkov have no check of host mode as such.
"""

from auditor.checks._verdicts import resource_verdict
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_SHARED = "host-network-mode"


@check(
    id="ecs-host-network-mode",
    title="Tasks do not use the host's network",
    problem="Task uses the host's network",
    severity=Severity.MEDIUM,
    fact_type=TaskDefinition,
    frameworks={"aws-config": ("ecs-task-definition-network-mode-not-host",), "nist-800-53-r5": ("ECS.17",)},
    remediation=(
        "Register a revision whose `networkMode` is awsvpc (bridge on ECS Anywhere); update every service that runs "
        "it, with subnets and security groups; then deregister the old revision."
    ),
    reason_texts={_SHARED: "uses the network of its host"},
    repairs={
        _SHARED: DefinitionRepair(
            definition={"networkMode": "awsvpc"},
            manual=(
                "Give every service of the family subnets and security groups, and remove each `hostPort` or set it "
                "to its `containerPort`. On ECS Anywhere choose bridge."
            ),
        )
    },
)
def host_network_mode(task: TaskDefinition, _: NoParameters) -> Verdict:
    return resource_verdict(_SHARED if task.uses_host_network else None, networkMode=task.network_mode)
