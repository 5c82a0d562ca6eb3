"""Tasks do not share the IPC namespace of their host.

## Profile level
None: neither the CIS benchmark nor Security Hub has such a control. It is judged as severely as CIS 3.3, the equivalent
for the process namespace.

## Description
Fails a definition whose `ipcMode` joins its containers to the host's IPC namespace (reason `host-ipc-mode`). The value
for that depends on the kind of definition:

    definition         ipcMode              verdict
    -----------------  -------------------  --------------
    task               host                 FAIL
    task               -, task, none        PASS
    managed daemon     shared               FAIL
    managed daemon     -, none              PASS
    task, on Windows   any                  NOT_APPLICABLE

{{host-mode-task-word}}
If `ipcMode` is absent, the Docker daemon of the instance decides: the namespace is private to the container or
shareable on demand, and never the host's. Windows containers have no such namespace, and ECS does not support `ipcMode`
there.

## Rationale
The namespace holds System V shared memory, semaphores and message queues, and POSIX message queues; with Docker it
includes the host's /dev/shm. Databases, browsers, machine-learning frameworks and older middleware keep live data there
and rely only on Unix permissions. A container in the host's namespace that runs as the same uid, especially root, can
read and change the data that processes of the instance and of every other task in host mode share.

## Benefits
Shared memory and queues belong to the container or its task. Other tasks cannot read them, or stop their owners by
taking semaphores.

## Drawbacks
Programs that exchange data through shared memory across tasks stop working: put their containers into one task with
`ipcMode: task`. If a container only needs a larger /dev/shm, set `linuxParameters.sharedMemorySize`.

## Default value
Absent, which is not the host's. Fargate does not support `ipcMode`.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for "ipcMode": "host" next to "family".
3. {{repeat-for-older-revisions}}
4. For managed daemons open their daemon task definitions and look for "ipcMode": "shared".

## Audit, CLI
{{describe-task-definition}}
      taskDefinition.ipcMode
{{describe-daemon-task-definition}}
      daemonTaskDefinition.ipcMode

{{daemon-field-warning}}

## Remediation, console
1. {{edit-as-json}}
2. Remove ipcMode, or set it to task if the containers of the task exchange data through shared memory.
3. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DaemonTaskDefinition.html
https://docs.docker.com/reference/cli/docker/container/run/#ipc
https://man7.org/linux/man-pages/man7/ipc_namespaces.7.html

## Related controls
Security Hub, AWS Config, Prowler, Powerpipe, Checkov, Trivy and KICS have no such check for ECS. CIS AWS Compute
Services 1.1.0 3.3 (process namespace) is the closest control.
"""

from auditor.checks._verdicts import not_applicable, resource_verdict
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SHARED = "host-ipc-mode"


@check(
    id="ecs-host-ipc-mode",
    title="Tasks do not share the host's IPC namespace",
    problem="Task shares the host's IPC namespace",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without `ipcMode` (or with `task`, if its containers share memory with one another); "
        "update every service or daemon that runs it; then deregister the old revision."
    ),
    reason_texts={_SHARED: "shares the IPC namespace of its host"},
    repairs={_SHARED: DefinitionRepair(definition={"ipcMode": None})},
)
def host_ipc_mode(definition: Definition, _: NoParameters) -> Verdict:
    if definition.on_windows:
        return not_applicable()
    return resource_verdict(_SHARED if definition.shares_host_memory else None, ipcMode=definition.ipc_mode)
