r"""A task or a managed daemon must not share the process namespace of its host.

Profile level
-------------
Level 1, automated: recommendation 3.3 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Fails a definition whose `pidMode` joins its containers to the host's process namespace (reason `host-pid-mode`). The
word for that differs by the kind of definition:

    definition         pidMode              verdict
    -----------------  -------------------  --------------
    task               host                 FAIL
    task               -, task              PASS
    managed daemon     shared               FAIL
    managed daemon     -, none              PASS
    task, on Windows   any                  NOT_APPLICABLE

`task` is shared by the containers of one task with one another, and not with the host. Windows containers have no
process namespaces to share, and ECS supports no `pidMode` there. Only the definition's own field counts.

Rationale
---------
In the host's process namespace a container sees every process of the instance: command lines, which often carry
passwords, and, as root, the environments, open files and root file systems of its neighbours through /proc/PID. It can
send them signals. With the capability SYS_PTRACE it can read and write their memory, the ECS agent's included, and has
the credentials of every task on the instance.

Impact for
----------
Whoever breaks into a container sees its own processes, and neither those of other tasks nor those of the instance.

Impact against
--------------
Security sensors, profilers and process monitors that watch the whole instance need it. They should be the known few,
each with a recorded exception and its owner. To watch the processes of one task, `pidMode: task` is enough, also on
Fargate.

Default value
-------------
Absent: each container has a process namespace of its own. For a managed daemon likewise. Fargate takes `task` only.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition, or
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon; and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "pidMode": "host" beside "family".
3. Where services still run on older revisions, do the same for those.
4. For managed daemons open their daemon task definitions and look for "pidMode": "shared".

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query taskDefinition.pidMode
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION \
      --query daemonTaskDefinition.pidMode

An AWS CLI or SDK older than the field leaves it out of the answer without a word, and a daemon that shares the host's
processes then looks like one that does not: use a current one.

Remediation, console
--------------------
1. Open the revision, choose Create new revision, and then with JSON.
2. Remove pidMode, or set it to task where the containers of the task must see one another's processes.
3. Create the revision, update every service that uses the family, and wait until the deployment is stable.
4. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; remove pidMode, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

A daemon's goes the same way with register-daemon-task-definition and update-daemon.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonTaskDefinition.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-task-definition-pid-mode-check.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://man7.org/linux/man-pages/man7/pid_namespaces.7.html

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.3. Security Hub: ECS.3; AWS Config: ecs-task-definition-pid-mode-check; Prowler:
ecs_task_definitions_host_namespace_not_shared; Powerpipe: ecs_task_definition_no_host_pid_mode. They read `host` as
this check does, on any operating system, and none of them looks at managed daemons, whose word is another. Checkov's
CKV_AWS_335 looks for `pidMode` inside the containers, where ECS has none, and so does not fire.
"""

from __future__ import annotations

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SHARED = "host-pid-mode"


@check(
    id="ecs-host-pid-mode",
    title="Containers do not see the processes of their host",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.3",),
        "aws-fsbp": ("ECS.3",),
        "aws-config": ("ecs-task-definition-pid-mode-check",),
    },
    remediation=(
        "Register a revision without `pidMode` (or with `task`, where its containers must see one another's "
        "processes); update the services or daemons that use the family; then deregister the old revision."
    ),
    reason_texts={_SHARED: "shares the process namespace of its host"},
    repairs={_SHARED: DefinitionRepair(definition={"pidMode": None})},
)
def host_pid_mode(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    if definition.on_windows:
        return not_applicable()
    return of_whole(_SHARED if definition.shares_host_processes else None, pidMode=definition.pid_mode)
