"""Containers have a read-only root file system.

## Profile level
Level 1, automated: recommendation 3.5 of the CIS AWS Compute Services Benchmark 1.1.0.

## Description
Fails a definition in which any container, sidecars included, does not have `readonlyRootFilesystem` set to true (reason
`writable-root-filesystem`); the evidence names each of them. Absent, null and false all fail: they mean the same to
ECS. ECS converts the text "true", which some templates use, to true, and so does this check.

The definitions of managed daemons are judged by the same rule. Windows containers cannot have a read-only root, so a
Windows definition is not applicable. A definition without an operating system is for Linux, the default of ECS.

Volumes do not matter: a volume that is mounted over the root file system can be writable.

Containers that AWS adds when a task starts (the GuardDuty agent on Fargate, the Service Connect proxy) are in no
definition, and so are not judged.

## Other standards
Each finding about a task definition carries under `standards` the verdicts of these on the same containers:

  * `powerpipe` (ecs_task_definition_container_readonly_root_filesystem, on Steampipe) passes as soon as one container
    is read-only: one good container clears all others, Windows included.
  * `prowler` (ecs_task_definitions_containers_readonly_access) checks every container, as this check does, but ignores
    the operating system: it fails Windows definitions, which cannot be fixed.

## Rationale
Most intrusions first write something: a web shell next to the application, a downloaded tool, a changed library, a
crontab. On a read-only root those steps fail, and leave traces. The running files are then also the files of the image,
so a scan of the image covers the container.

## Benefits
Attackers can write only to memory and to the few paths that were mounted deliberately, which can be mounted noexec.

## Drawbacks
Programs that write to /tmp, /var/run, a cache or a log file stop working until each such path has a volume (or a tmpfs,
if the platform supports it). ECS Exec does not work in such a container, because its agent writes to the root file
system: containers in which people must be able to open sessions need an exception. Check the requirements of each
vendor's sidecar.

## Default value
False if absent: writable.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "readonlyRootFilesystem": true in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      'taskDefinition.containerDefinitions[?!readonlyRootFilesystem].name'
{{describe-daemon-task-definition}}
      'daemonTaskDefinition.containerDefinitions[?!readonlyRootFilesystem].name'

## Remediation, console
1. Find out where the process writes: run the image with `docker run --read-only` and look for refused writes, or start
   it normally and read the output of `docker diff`.
2. {{edit-as-json}}
3. Add a volume for each such path and mount it. A volume with the lifetime of the task is {"name": "tmp"} under
   volumes, and {"sourceVolume": "tmp", "containerPath": "/tmp"} under the container's mountPoints.
4. Set readonlyRootFilesystem to true in every container.
5. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
https://docs.aws.amazon.com/config/latest/developerguide/ecs-containers-readonly-access.html
https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html
https://hub.powerpipe.io/mods/turbot/steampipe-mod-aws-compliance

## Related controls
CIS AWS Compute Services 1.1.0: 3.5. Security Hub: ECS.5 (Windows not applicable, as here); AWS Config:
ecs-containers-readonly-access; Checkov: CKV_AWS_336. None of them examines managed daemons.
"""

from dataclasses import replace

from auditor.checks._verdicts import not_applicable
from auditor.checks.ecs._common import judge_containers
from auditor.domain.check import NoParameters, Severity, Status, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition, TaskDefinition

_WRITABLE = "writable-root-filesystem"


@check(
    id="ecs-writable-root-filesystem",
    aliases=("ecs_task_definitions_containers_readonly_access",),
    title="Containers have a read-only root file system",
    problem="Root file system is writable",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={
        "cis-compute-1.1": ("3.5",),
        "aws-fsbp": ("ECS.5",),
        "aws-config": ("ecs-containers-readonly-access",),
        "nist-800-53-r5": ("ECS.5",),
        "control-tower-proactive": ("CT.ECS.PR.6",),
    },
    remediation=(
        "Register a revision whose containers have `readonlyRootFilesystem` true, with a volume at each path that they "
        "write to; update every service or daemon that runs it; then deregister the old revision."
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
    if definition.on_windows:
        return replace(not_applicable(), standards=_other_standards(definition))
    verdict = judge_containers(
        definition,
        lambda container: () if container.readonly_root else (_WRITABLE,),
        lambda container: {"readonlyRootFilesystem": container.readonly_root},
    )
    return replace(verdict, standards=_other_standards(definition))


def _other_standards(definition: Definition) -> dict[str, Status]:
    """Return the status by rule set. Other rule sets do not cover managed daemons."""
    if not isinstance(definition, TaskDefinition):
        return {}
    read_only = [container.readonly_root for container in definition.containers]
    return {
        "powerpipe": Status.PASS if any(read_only) else Status.FAIL,
        "prowler": Status.PASS if all(read_only) else Status.FAIL,
    }
