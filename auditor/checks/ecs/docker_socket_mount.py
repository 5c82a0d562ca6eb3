r"""Containers cannot control the container runtime of their host.

## Profile level
None: our own rule; the CIS Docker Benchmark 1.6.0 has the same one as 5.32.

## Description
Fails if a container of a task definition, or of a managed daemon's definition, mounts a volume on a path of its host
(`host.sourcePath`, or a folder that the options of a Docker volume mount) that

  * is the socket of a container runtime on the host (reason `runtime-socket`), or
  * is a folder that contains such a socket: /var/run, /run, /var, / (reason `runtime-socket-folder`).

Sockets are the parameter `sockets`, by default

    /run/docker.sock
    /run/user/*/docker.sock                   rootless Docker
    /run/containerd/containerd.sock
    /run/docker/containerd/containerd.sock    Docker's own containerd
    /run/k3s/containerd/containerd.sock
    /run/podman/podman.sock
    /run/crio/crio.sock
    /run/api.sock                             the API of Bottlerocket
    \\.\pipe\docker_engine                    Windows
    \\.\pipe\containerd-containerd            Windows

A `*` stands for one name. The API of Bottlerocket, which is the system of ECS Managed Instances, also requires an
SELinux label that a definition cannot show; with both, a container changes settings of the host and runs code there.

{{host-path-comparison}}

/var counts although the socket is not really below it on a system where /var/run is a link: on older systems it is, and
the definition does not say on which system it will run. A container with access to /var also has access to
/var/lib/docker, so it should not have /var in any case.

{{only-mounted-volumes}}
A read-only mount fails as well: it prevents changes to the file system, but not communication through a socket.

## Severity
High, as for a privileged container, because the outcome is the same: code in the container is root on the instance. It
is not critical, because an attacker has to be in the container first, whereas a colleague can read a password in a
variable. Most containers that mount the socket are agents that were installed for this purpose.

## Rationale
The socket is the runtime's whole API, without authentication. One request starts a privileged container with the host's
file system in it. That is root on the instance, regardless of the container's own user, capabilities or read-only root,
with the instance's role and the credentials of every task placed there.

## Benefits
An attacker who breaks into the container does not reach the host.

## Drawbacks
Monitoring and security agents read the list of containers and their statistics from the socket. Many can use the ECS
task metadata endpoint or the agent's introspection API instead. Builds in containers can use a builder that needs no
daemon. Keep the rest few and known, each a daemon service with a recorded exception and an owner.

## Default value
A container sees no host path unless a volume and a mount point name it.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look for docker.sock, containerd.sock, /var/run, /run and / as sourcePath under volumes, and for the
   mountPoints that name these volumes.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.[volumes[].[name, host.sourcePath], containerDefinitions[].[name, mountPoints]]"

## Remediation, console
1. Find out what the container reads from the socket, and configure it to use the task metadata endpoint instead.
2. Open the revision, choose Create new revision, and remove the mount point and the volume.
3. If the container needs only another file of the folder, mount that file.
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.docker.com/engine/security/#docker-daemon-attack-surface
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
https://www.cisecurity.org/benchmark/docker

## Related controls
CIS Docker Benchmark: 5.32 (Docker socket in containers). As far as we know, no control of Security Hub, no rule of AWS
Config and no check of Prowler, Checkov, Trivy or KICS covers it for ECS task definitions. Here: ecs-host-path-mount,
and ecs-privileged-container with the same outcome.
"""

import re
from dataclasses import dataclass

from auditor.checks._verdicts import not_applicable, verdict_from
from auditor.checks.ecs._host_paths import host_mounts, is_absolute, normalize, spellings
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_SOCKET = "runtime-socket"
_FOLDER = "runtime-socket-folder"
#: The root folder as a process of the host sees it, through /proc.
_PROCESS_ROOT = re.compile(r"/proc/(?:self|[0-9]+)/root(?:/|\Z)", re.ASCII)
_REMOVE_MOUNT = DefinitionRepair(
    removes="mount",
    manual="The mount point is removed, and its volume if nothing else mounts it. If the container needs another file "
    "of the folder, mount only that file.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`sockets` are the paths and pipes on the host at which a container runtime listens; `*` is any name."""

    sockets: tuple[str, ...] = (
        "/run/docker.sock",
        "/run/user/*/docker.sock",
        "/run/containerd/containerd.sock",
        "/run/docker/containerd/containerd.sock",
        "/run/k3s/containerd/containerd.sock",
        "/run/podman/podman.sock",
        "/run/crio/crio.sock",
        "/run/api.sock",
        "\\\\.\\pipe\\docker_engine",
        "\\\\.\\pipe\\containerd-containerd",
    )

    def __post_init__(self) -> None:
        """Refuse paths that could never match."""
        if not self.sockets or not all(map(is_absolute, self.sockets)):
            raise ValueError("`sockets` must hold at least one path, each absolute; to skip the check, exclude it.")


@check(
    id="ecs-docker-socket-mount",
    title="Containers cannot control the container runtime of their host",
    problem="Container can control the host's container runtime",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without the mount point and the volume, and let the software use the task metadata "
        "endpoint instead; update every service or daemon that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _SOCKET: "can control the container runtime of its host",
        _FOLDER: "mounts a folder with the container runtime's socket",
    },
    repairs={_SOCKET: _REMOVE_MOUNT, _FOLDER: _REMOVE_MOUNT},
)
def docker_socket_mount(definition: Definition, params: Parameters) -> Verdict:
    sockets = [spelling for socket in params.sockets for spelling in spellings(socket)]
    evidence = [
        mount.evidence(reason)
        for mount in host_mounts(definition)
        if (reason := _reason(mount.path, sockets)) is not None
    ]
    return verdict_from(evidence) if evidence or not definition.only_fargate else not_applicable()


def _reason(path: str, sockets: list[str]) -> str | None:
    names = _names(_PROCESS_ROOT.sub("/", normalize(path)))
    overlaps = [socket for socket in map(_names, sockets) if all(map(_same, socket, names))]
    if any(len(names) >= len(socket) for socket in overlaps):
        return _SOCKET
    return _FOLDER if overlaps else None


def _names(path: str) -> list[str]:
    """Return the names of the folders and the file in a normalized path."""
    return path.rstrip("/").split("/")


def _same(pattern: str, name: str) -> bool:
    return pattern in ("*", name)
