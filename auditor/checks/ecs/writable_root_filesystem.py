r"""Every container must have its root file system mounted read-only.

Profile level
-------------
Level 1, automated: recommendation 3.5 of the CIS AWS Compute Services Benchmark 1.1.0.

Description
-----------
Fails a definition in which any container, sidecars included, does not have `readonlyRootFilesystem` set to true (reason
`writable-root-filesystem`); the evidence names each of them. Absent, null and false all fail: they mean the same to
ECS. ECS coerces the text "true", as templates write it, and so it counts as true here.

The definitions of managed daemons are judged by the same rule. Windows containers cannot have a read-only root, so a
Windows definition is not applicable. A definition that does not say which operating system it is for is taken for
Linux, as ECS takes it.

Volumes do not matter: what is mounted over the root file system may be writable.

Containers that AWS adds when a task starts (the GuardDuty agent on Fargate, the Service Connect proxy) are in no
definition, and so are judged by nobody.

Other standards
---------------
Each finding about a task definition carries under `standards` what these say of the same containers:

  * `powerpipe` (ecs_task_definition_container_readonly_root_filesystem, on Steampipe) is content as soon as one
    container is read-only: one good container clears all others, Windows included.
  * `prowler` (ecs_task_definitions_containers_readonly_access) asks every container, as this check does, but does not
    ask for the operating system: it fails Windows definitions that nobody can mend.

Rationale
---------
Most intrusions write before they do anything else: a web shell beside the application, a downloaded tool, a changed
library, a crontab. On a read-only root those steps fail, and fail loudly. What the image holds is then also what runs:
a scan of the image speaks for the container.

Impact for
----------
Intruders are left with memory and the few paths that were mounted on purpose, which may be mounted noexec.

Impact against
--------------
Programs that write to /tmp, /var/run, a cache or a log file stop until each such path has a volume (or, where the
platform has it, a tmpfs). ECS Exec does not work in such a container: its agent writes to the root file system, so
containers that people must be able to enter need an exception. Sidecars of vendors have to be asked about one by one.

Default value
-------------
False when absent: writable.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources.
To remediate, by hand: ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:DeregisterTaskDefinition, or
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon; and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for "readonlyRootFilesystem": true in each entry of containerDefinitions.
3. Where services still run on older revisions, do the same for those, and then for the daemon task definitions.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION \
      --query 'taskDefinition.containerDefinitions[?!readonlyRootFilesystem].name'
    aws ecs list-daemon-task-definitions --region REGION
    aws ecs describe-daemon-task-definition --daemon-task-definition ARN --region REGION \
      --query 'daemonTaskDefinition.containerDefinitions[?!readonlyRootFilesystem].name'

Remediation, console
--------------------
1. Find out where the process writes: run the image with `docker run --read-only` and read what it is refused, or start
   it as usual and list what `docker diff` shows.
2. Open the revision, choose Create new revision, and then with JSON.
3. Add a volume for each such path and mount it; then set readonlyRootFilesystem to true in every container.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; correct the containers, and save it as new.json. A
volume that lives and dies with the task is {"name": "tmp"} under volumes, and {"sourceVolume": "tmp", "containerPath":
"/tmp"} under the container's mountPoints.

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
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-containers-readonly-access.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/steampipe-mod-aws-compliance

Related controls
----------------
CIS AWS Compute Services 1.1.0: 3.5. Security Hub: ECS.5 (Windows not applicable, as here); AWS Config:
ecs-containers-readonly-access; Checkov: CKV_AWS_336. None of them looks at managed daemons.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from auditor.checks._verdicts import not_applicable, over_containers
from auditor.domain.check import NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition

_WRITABLE = "writable-root-filesystem"


@check(
    id="ecs-writable-root-filesystem",
    title="Containers have a read-only root file system",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.5",),
        "aws-fsbp": ("ECS.5",),
        "aws-config": ("ecs-containers-readonly-access",),
    },
    remediation=(
        "Register a revision whose containers have `readonlyRootFilesystem` true, with a volume at each path that they "
        "write to; update the services or daemons that use the family; then deregister the old revision."
    ),
    reason_texts={_WRITABLE: "can write to its root file system"},
    repairs={
        _WRITABLE: DefinitionRepair(
            container={"readonlyRootFilesystem": True},
            manual="Mount a volume at each path that the process writes to. ECS Exec stops working in the container.",
        )
    },
)
def writable_root_filesystem(definition: Definition, _: NoParameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    if definition.on_windows:
        return replace(not_applicable(), standards=_standards(definition))
    verdict = over_containers(definition, _faults, _details)
    return replace(verdict, standards=_standards(definition))


def _faults(container: Container) -> Iterator[str]:
    if not container.readonly_root:
        yield _WRITABLE


def _details(container: Container) -> dict[str, bool]:
    return {"readonlyRootFilesystem": container.readonly_root}


def _standards(definition: Definition) -> dict[str, Status]:
    """Return what others say of it; of a daemon nobody else says anything."""
    if not isinstance(definition, TaskDefinition):
        return {}
    read_only = [each.readonly_root for each in definition.containers]
    return {
        "powerpipe": Status.PASS if any(read_only) else Status.FAIL,
        "prowler": Status.PASS if all(read_only) else Status.FAIL,
    }
