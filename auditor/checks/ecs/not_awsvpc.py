r"""The task has a network interface of its own.

Profile level
-------------
Level 2, automated. A managed rule of AWS Config and KICS have it; no recommendation of the CIS benchmark.

Description
-----------
Fails when `networkMode` of a task definition is anything but `awsvpc`:

    networkMode              reason              verdict
    -----------------------  ------------------  --------------
    awsvpc                   -                   PASS
    host                     network-host        FAIL
    bridge                   network-bridge      FAIL
    none                     network-none        FAIL
    -                        network-unset       FAIL
    any other                network-other       FAIL
    any, ECS Anywhere only   -                   NOT_APPLICABLE

Absent means bridge on Linux instances and NAT on Windows ones. `none` is the odd one: such a task has no network, which
nothing can be safer than; it fails because the rule of AWS Config says so, with a reason of its own that is easy to
except. Definitions that require EXTERNAL and nothing else run on the customer's own machines, where there is no awsvpc,
so they are not applicable. Managed daemons have no network mode and are not judged.

Host mode with privilege or root has a check of its own, ecs-host-network-privileged-or-root, and weighs far more.

Other standards
---------------
`aws-config` under `standards` is what ecs-awsvpc-networking-enabled says: NON_COMPLIANT unless awsvpc, ECS Anywhere
included. KICS (Network Mode Not Recommended) reads templates in the same way.

Rationale
---------
With awsvpc each task has its own address and its own security groups, and its traffic can be told apart in flow logs.
In bridge mode all tasks on an instance share the instance's address and security groups: whatever one task is let to
reach, all of them reach. In host mode they also share its ports and its loopback interface.

Impact for
----------
Rules of the network can be made for a task, and an incident be traced to it.

Impact against
--------------
An instance holds few network interfaces: turn on awsvpcTrunking, or fewer tasks fit. Each task takes an address of the
subnet. Services need subnets and security groups in their network configuration, `links` do not work, and a hostPort
must be left out or equal the containerPort. In public subnets, tasks on instances get no public address.

Default value
-------------
Absent: bridge on Linux instances, NAT on Windows ones. Fargate takes awsvpc only.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition, and iam:PassRole on the roles that the
definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "networkMode": "awsvpc".
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.[networkMode, requiresCompatibilities]"

Remediation, console
--------------------
1. Open the revision, choose Create new revision, and set Network mode to awsvpc. Take out links and host ports.
2. Target groups of such services need the target type ip: create one where it is instance.
3. Have subnets and security groups at hand: the update of the service must bring its network configuration.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; set `networkMode` to `awsvpc`, and take out `links`
and each `hostPort`, and save it as new.json.

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
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-awsvpc-networking-enabled.html

Related controls
----------------
AWS Config: ecs-awsvpc-networking-enabled. KICS: 9f4a9409 (Terraform), 027a4b7a (CloudFormation), 01aec7c2 (Ansible).
Here: ecs-host-network-mode (Security Hub's ECS.17), which minds host mode only.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.domain.check import NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_REASONS = {mode: f"network-{mode}" for mode in ("host", "bridge", "none")}
_UNSET = "network-unset"
_OTHER = "network-other"
_AWSVPC = DefinitionRepair(
    definition={"networkMode": "awsvpc"},
    manual="Give the services subnets and security groups, and take out `links` and host ports.",
)


@check(
    id="ecs-not-awsvpc",
    title="The task has a network interface of its own",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={"aws-config": ("ecs-awsvpc-networking-enabled",)},
    remediation=(
        "Register a revision with `networkMode: awsvpc`; give the services that use the family subnets and security "
        "groups, and target groups of the type ip; then deregister the old revision."
    ),
    reason_texts={
        _REASONS["host"]: "shares the network of its host",
        _REASONS["bridge"]: "shares the address and the security groups of its host",
        _REASONS["none"]: "has no network at all",
        _UNSET: "leaves its network mode to the default, which is not awsvpc",
        _OTHER: "has a network mode that is not awsvpc",
    },
    repairs=dict.fromkeys((*_REASONS.values(), _UNSET, _OTHER), _AWSVPC),
)
def not_awsvpc(task: TaskDefinition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    reason = _reason(task.network_mode)
    verdict = not_applicable() if task.launch_types == ("EXTERNAL",) else _judged(task, reason)
    return replace(verdict, standards={"aws-config": Status.FAIL if reason else Status.PASS})


def _judged(task: TaskDefinition, reason: str | None) -> Verdict:
    return of_whole(reason, networkMode=task.network_mode, requiresCompatibilities=task.launch_types)


def _reason(mode: str | None) -> str | None:
    if mode == "awsvpc":
        return None
    return _REASONS.get(mode, _OTHER) if mode else _UNSET
