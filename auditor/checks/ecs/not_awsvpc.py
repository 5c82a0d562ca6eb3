"""Tasks have their own network interface.

## Profile level
None: a managed rule of AWS Config, also in KICS; not a recommendation of the CIS benchmark.

## Description
Fails if `networkMode` of a task definition is anything but `awsvpc`:

    networkMode              reason              verdict
    -----------------------  ------------------  --------------
    awsvpc                   -                   PASS
    host                     network-host        FAIL
    bridge                   network-bridge      FAIL
    none                     network-none        FAIL
    -                        network-unset       FAIL
    -, required              network-required    UNKNOWN
    any other                network-other       FAIL
    any, ECS Anywhere only   -                   NOT_APPLICABLE

Absent means bridge on Linux instances and NAT on Windows ones. Definitions that require only FARGATE or
MANAGED_INSTANCES must name a mode, so an absent one is UNKNOWN there: ECS refuses it, or a later revision sets it. A
task with `none` has no network, which is the safest mode; it fails only because the rule of AWS Config requires awsvpc,
with its own reason that is easy to except. Definitions that require only EXTERNAL run on the customer's own machines,
which do not support awsvpc, so they are not applicable. Managed daemons have no network mode and are not judged.

ecs-host-network-privileged-or-root judges privileged and root containers in host mode, which is far more severe.

## Other standards
`aws-config` under `standards` is the verdict of ecs-awsvpc-networking-enabled: NON_COMPLIANT unless awsvpc, ECS
Anywhere included. KICS (Network Mode Not Recommended) judges templates in the same way.

## Rationale
With awsvpc each task has its own address and its own security groups, and flow logs show its traffic separately. In
bridge mode all tasks on an instance share the instance's address and security groups: everything that one task may
reach, all of them may reach. In host mode they also share its ports and its loopback interface.

## Benefits
Network rules can apply to a single task, and an incident can be traced to it.

## Drawbacks
An instance has few network interfaces: turn on awsvpcTrunking, or fewer tasks fit. Each task uses an address of the
subnet. Services need subnets and security groups in their network configuration, `links` do not work, and a hostPort
must be absent or equal the containerPort. In public subnets, tasks on instances get no public address.

## Default value
Absent: bridge on Linux instances, NAT on Windows ones. Fargate supports only awsvpc.

{{permissions-task-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "networkMode": "awsvpc".
3. {{repeat-for-older-revisions}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.[networkMode, requiresCompatibilities]"

## Remediation, console
1. Open the revision, choose Create new revision, and set Network mode to awsvpc. Remove `links` and each `hostPort`.
2. Target groups of such services need the target type ip: create one if the existing one has the type instance.
3. Prepare subnets and security groups: the update of the service must include its network configuration.
4. {{deploy-new-revision}}

{{remediate-by-cli}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-anywhere.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-awsvpc-networking-enabled.html

## Related controls
AWS Config: ecs-awsvpc-networking-enabled. KICS: 9f4a9409 (Terraform), 027a4b7a (CloudFormation), 01aec7c2 (Ansible).
Here: ecs-host-network-mode (Security Hub's ECS.17), which judges only host mode.
"""

from dataclasses import replace

from auditor.checks._verdicts import not_applicable, resource_verdict, unknown_verdict
from auditor.domain.check import NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import TaskDefinition

_REASONS = {mode: f"network-{mode}" for mode in ("host", "bridge", "none")}
_UNSET = "network-unset"
_OTHER = "network-other"
_REQUIRED = "network-required"
#: Launch types without a default network mode.
_WITHOUT_DEFAULT = frozenset({"FARGATE", "MANAGED_INSTANCES"})
_AWSVPC = DefinitionRepair(
    definition={"networkMode": "awsvpc"},
    manual="Give the services subnets and security groups, and remove `links` and host ports.",
)


@check(
    id="ecs-not-awsvpc",
    title="Tasks have their own network interface",
    problem="Task has no network interface of its own",
    severity=Severity.LOW,
    fact_type=TaskDefinition,
    frameworks={"aws-config": ("ecs-awsvpc-networking-enabled",), "control-tower-proactive": ("CT.ECS.PR.4",)},
    remediation=(
        "Register a revision with `networkMode: awsvpc`; give the services that use the family subnets and security "
        "groups, and target groups of the type ip; then deregister the old revision."
    ),
    reason_texts={
        _REASONS["host"]: "uses the network of its host",
        _REASONS["bridge"]: "shares the address and the security groups of its host",
        _REASONS["none"]: "has no network",
        _UNSET: "sets no network mode, and the default is not awsvpc",
        _OTHER: "has a network mode other than awsvpc",
        _REQUIRED: "sets no network mode, although its launch type requires one",
    },
    repairs=dict.fromkeys((*_REASONS.values(), _UNSET, _OTHER, _REQUIRED), _AWSVPC),
)
def not_awsvpc(task: TaskDefinition, _: NoParameters) -> Verdict:
    reason = _reason(task.network_mode)
    verdict = not_applicable() if task.launch_types == ("EXTERNAL",) else _verdict(task, reason)
    return replace(verdict, standards={"aws-config": Status.FAIL if reason else Status.PASS})


def _verdict(task: TaskDefinition, reason: str | None) -> Verdict:
    if reason == _UNSET and task.launch_types and _WITHOUT_DEFAULT.issuperset(task.launch_types):
        return unknown_verdict(_REQUIRED, networkMode=None, requiresCompatibilities=task.launch_types)
    return resource_verdict(reason, networkMode=task.network_mode, requiresCompatibilities=task.launch_types)


def _reason(mode: str | None) -> str | None:
    if mode == "awsvpc":
        return None
    return _REASONS.get(mode, _OTHER) if mode else _UNSET
