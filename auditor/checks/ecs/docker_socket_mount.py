r"""No container is given the socket of the container runtime.

Profile level
-------------
Level 1, automated. Ours; the CIS Docker Benchmark 1.6.0 asks for the same in 5.32.

Description
-----------
Fails when a container of a task definition, or of a managed daemon's definition, mounts a volume whose
`host.sourcePath`

  * is the socket of Docker or containerd on the host (reason `runtime-socket`), or
  * is a folder in which such a socket lies: /var/run, /run, /var, / (reason `runtime-socket-folder`).

Sockets are the parameter `sockets`, by default

    /run/docker.sock
    /run/containerd/containerd.sock
    /run/docker/containerd/containerd.sock
    \\.\pipe\docker_engine, \\.\pipe\containerd-containerd (Windows)

Paths are compared after clean-up: doubled and trailing slashes, `.` and `..` go, and what is below /run is also known
as /var/run, which is a link to it. Paths and pipes of Windows are compared without regard to case and to the direction
of slashes. Other links on the host cannot be seen from here.

/var counts although on a system where /var/run is a link the socket is not really below it: on older systems it is, and
the definition does not say where it will run. Who gets /var also gets /var/lib/docker, and has not lost much.

Only what a container mounts counts. A volume that no container mounts reaches nobody and passes. There is one piece of
evidence for each mount. A mount that is read-only fails as well: that bars changing the file system and not talking to
a socket, which is all one needs. Definitions that require Fargate and nothing else have no host to mount from and are
not applicable. Not seen: a Docker volume whose driver options name a path of the host.

Severity
--------
High, as for a privileged container, because the outcome is the same: whoever runs code in the container is root on the
instance. It is not critical, because somebody has to be in the container first, whereas a password in a variable can be
read by a colleague. And most of those who mount it are agents that were bought to do so.

Rationale
---------
The socket is the runtime's whole API, and it asks nobody for a password. One request starts a privileged container with
the host's file system in it. That is root on the instance, whatever user, capabilities or read-only root the container
itself has, with the instance's role and the credentials of every task placed there.

Impact for
----------
A break-in stays in the container.

Impact against
--------------
Monitoring and security agents read the list of containers and their statistics from the socket. Many can use the ECS
task metadata endpoint or the agent's introspection instead. Builds in containers can use a builder that needs no
daemon. What remains should be the known few, each a daemon service with a recorded exception and its owner.

Default value
-------------
A container sees no path of the host unless a volume and a mount point say so.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look for docker.sock, containerd.sock, /var/run, /run and / under volumes as sourcePath, and for the
   mountPoints that name these volumes.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.[volumes[].[name, host.sourcePath], containerDefinitions[].[name, mountPoints]]"

Remediation, console
--------------------
1. Find out what the container wants from the socket, and configure it to ask the task metadata endpoint instead.
2. Open the revision, choose Create new revision, and take out the mount point and the volume.
3. Where only another file of the folder is needed, mount that file.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; take out the mount points and the volumes of the
socket, and save it as new.json.

    aws ecs register-task-definition --cli-input-json file://new.json --region REGION
    aws ecs update-service --cluster CLUSTER --service SERVICE --task-definition FAMILY:NEW --region REGION
    aws ecs wait services-stable --cluster CLUSTER --services SERVICE --region REGION
    aws ecs deregister-task-definition --task-definition FAMILY:OLD --region REGION

For a managed daemon: describe-daemon-task-definition, correct it alike, register-daemon-task-definition, and then
update-daemon with the new ARN and the daemon's capacity providers.

Back-out
--------
Until the old revision is deregistered, point the service back at it: update-service with FAMILY:OLD. A deregistered
revision cannot be used by a deployment; register its content again (old.json has it) and deploy the new number.

References
----------
https://docs.docker.com/engine/security/#docker-daemon-attack-surface
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
https://www.cisecurity.org/benchmark/docker

Related controls
----------------
CIS Docker Benchmark: 5.32 (Docker socket in containers). No control of Security Hub, no rule of AWS Config and no check
of Prowler, Checkov, Trivy or KICS looks at it in ECS task definitions, as far as we know. Here: ecs-host-path-mount,
and ecs-privileged-container with the same outcome.
"""

from __future__ import annotations

from dataclasses import dataclass

from auditor.checks._verdicts import from_evidence, not_applicable
from auditor.checks.ecs._host_paths import any_within, evidence_of, is_absolute, mounted, normal, spellings, within
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SOCKET = "runtime-socket"
_FOLDER = "runtime-socket-folder"
_UNMOUNT = DefinitionRepair(
    removes="mount",
    manual="The mount point is taken out, and its volume if nothing else mounts it: mount the one other file that is "
    "needed, if any.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`sockets` are the paths and pipes on the host behind which a container runtime listens."""

    sockets: tuple[str, ...] = (
        "/run/docker.sock",
        "/run/containerd/containerd.sock",
        "/run/docker/containerd/containerd.sock",
        "\\\\.\\pipe\\docker_engine",
        "\\\\.\\pipe\\containerd-containerd",
    )

    def __post_init__(self) -> None:
        """Refuse what could never be found."""
        if not self.sockets or not all(map(is_absolute, self.sockets)):
            raise ValueError("`sockets` must hold at least one path, each absolute; to do without, exclude the check.")


@check(
    id="ecs-docker-socket-mount",
    title="No container is given the socket of the container runtime",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without the mount point and the volume, and let the software ask the task metadata "
        "endpoint instead; update what uses the family; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _SOCKET: "can command the container runtime of its host",
        _FOLDER: "is given a folder with the container runtime's socket",
    },
    repairs={_SOCKET: _UNMOUNT, _FOLDER: _UNMOUNT},
)
def docker_socket_mount(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    sockets = [spelling for each in params.sockets for spelling in spellings(each)]
    found = [
        evidence_of(container, mount, path, reason)
        for container, mount, path in mounted(definition)
        if (reason := _reason(path, sockets)) is not None
    ]
    return from_evidence(found) if found or not definition.only_fargate else not_applicable()


def _reason(path: str, sockets: list[str]) -> str | None:
    plain = normal(path)
    if any(within(plain, each) for each in sockets):
        return _SOCKET
    return _FOLDER if any_within(sockets, plain) else None
