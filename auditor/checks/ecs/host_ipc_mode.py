r"""A task or a managed daemon must not share the IPC namespace of its host.

Profile level
-------------
None: neither the CIS benchmark nor Security Hub has a control of it. It is the sibling of CIS 3.3, the process
namespace, and judged as severely.

Description
-----------
Fails a definition whose `ipcMode` joins its containers to the host's IPC namespace (reason `host-ipc-mode`). The word
for that differs by the kind of definition:

    definition         ipcMode              verdict
    -----------------  -------------------  --------------
    task               host                 FAIL
    task               -, task, none        PASS
    managed daemon     shared               FAIL
    managed daemon     -, none              PASS
    task, on Windows   any                  NOT_APPLICABLE

`task` is shared by the containers of one task with one another, and not with the host. An absent `ipcMode` leaves it to
the setting of the instance's Docker daemon, which is private to the container or shareable on demand, and never the
host's. Windows containers have no such namespace, and ECS supports no `ipcMode` there.

Rationale
---------
The namespace holds System V shared memory, semaphores and message queues, and POSIX message queues; with Docker the
host's /dev/shm comes with it. Databases, browsers, machine-learning frameworks and older middleware keep live data
there and rely on Unix permissions alone. A container in the host's namespace that runs as the same uid, root above all,
reads and changes what processes of the instance and of every other task in host mode share with one another.

Impact for
----------
Shared memory and queues are the container's own, or its task's. A neighbour cannot read them or bring their owners
down by taking semaphores.

Impact against
--------------
Programs that exchange data through shared memory across tasks stop doing so: put their containers into one task with
`ipcMode: task`. Where one container only needs a bigger /dev/shm, `linuxParameters.sharedMemorySize` gives it that.

Default value
-------------
Absent, which is not the host's. Fargate supports no `ipcMode`.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition, or
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon; and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "ipcMode": "host" beside "family".
3. Where services still run on older revisions, do the same for those.
4. For managed daemons open their daemon task definitions and look for "ipcMode": "shared".

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query taskDefinition.ipcMode
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION \
      --query daemonTaskDefinition.ipcMode

An AWS CLI or SDK older than the field leaves it out of the answer without a word, and a daemon that shares the host's
memory then looks like one that does not: use a current one.

Remediation, console
--------------------
1. Open the revision, choose Create new revision, and then with JSON.
2. Remove ipcMode, or set it to task where the containers of the task exchange data through shared memory.
3. Create the revision, update every service that uses the family, and wait until the deployment is stable.
4. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; remove ipcMode, and save it as new.json.

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
https://docs.docker.com/reference/cli/docker/container/run/#ipc
https://man7.org/linux/man-pages/man7/ipc_namespaces.7.html

Related controls
----------------
None of Security Hub, AWS Config, Prowler, Powerpipe, Checkov, Trivy or KICS has this check for ECS. CIS AWS Compute
Services 1.1.0 3.3 (process namespace) is its sibling.
"""

from __future__ import annotations

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SHARED = "host-ipc-mode"


@check(
    id="ecs-host-ipc-mode",
    title="Containers do not share the memory and the queues of their host",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without `ipcMode` (or with `task`, where its containers share memory with one another); "
        "update the services or daemons that use the family; then deregister the old revision."
    ),
    reason_texts={_SHARED: "shares the IPC namespace of its host"},
    repairs={_SHARED: DefinitionRepair(definition={"ipcMode": None})},
)
def host_ipc_mode(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    if definition.on_windows:
        return not_applicable()
    return of_whole(_SHARED if definition.shares_host_memory else None, ipcMode=definition.ipc_mode)
