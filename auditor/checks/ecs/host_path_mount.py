r"""Containers mount no sensitive paths of their host.

## Profile level
None: our own rule; the CIS Docker Benchmark 1.6.0 has the same one as 5.6.

## Description
Fails if a container of a task definition, or of a managed daemon's definition, mounts a volume on a sensitive path of
its host, on a path inside one, or on one that contains one, as / contains all of them. The path is the volume's
`host.sourcePath`, or a folder or device that the options of a Docker volume mount.

  * `writable-host-path`: the container can write there;
  * `readable-host-path`: the mount is read-only.

The parameter `paths` lists the sensitive ones, by default

    code and configuration    /bin /boot /etc /lib /lib64 /opt/amazon /opt/aws /opt/cni /sbin /usr
                              /var/spool/cron
    people and credentials    /home /root /var/lib/amazon /var/lib/cloud /var/lib/kubelet
    the kernel                /cgroup /dev /proc /sys
    the containers            /run/containerd/io.containerd.runtime.v2.task /var/lib/containerd /var/lib/docker
    the ECS agent             /var/cache/ecs /var/lib/ecs /var/log/ecs
    the host's services       /run/dbus /run/systemd
    Windows                   C:\ProgramData C:\Users C:\Windows

Some files in these folders are harmless. Paths in the parameter `public` can be mounted read-only: time zones,
certificates of authorities and the name of the system. With the parameter `read_only: pass` all other read-only mounts
pass as well, with the note `readable-host-path`.

{{host-path-comparison}}

{{only-mounted-volumes}}
Volumes without a `sourcePath` are folders that the runtime creates for the task, and pass.

## Severity
Medium, a compromise between two cases. Write access to /etc, /usr or / means root on the host, as bad as privilege. But
most such mounts belong to agents that read /proc, /sys or / to measure the host, and rating them all high would hide
the serious ones. The reason separates the two cases. ecs-docker-socket-mount also reports the worst of the writable
ones, / and /var, as high, because they contain the runtime's socket.

## Rationale
Writing to such a path changes the host: a line in /etc/cron.d, an SSH key of root, a binary in /usr/bin or a program
for /sys/kernel/uevent_helper runs as root outside every container. Reading alone discloses much: /proc shows the
environment of other containers' processes and so leads to their credentials, /var/lib/docker and containerd's tasks
their files and variables, /var/lib/cloud the instance's user data, /var/lib/amazon the keys of its Systems Manager
registration, /home registry passwords. From /var/cache/ecs the host loads the image of the privileged ECS agent, and
the programs in /opt/amazon, /opt/aws and /opt/cni run as root.

## Benefits
An attacker who breaks into a container stays in it, and cannot read data of other tasks.

## Drawbacks
Agents that watch the host need to see it. Mount the narrowest path, read-only, and record an exception with an owner
for them. Store data that must outlive a task in EFS, or in a host folder created for it, such as /ecs/data.

## Default value
A container sees no host path unless a volume and a mount point name it. A mount is writable by default.

{{permissions-all-definitions}}

## Audit, console
1. {{open-newest-revision}}
2. On the JSON tab look at sourcePath under volumes, and at the mountPoints that name these volumes, with readOnly.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI
{{describe-task-definition}}
      "taskDefinition.[volumes[].[name, host.sourcePath], containerDefinitions[].[name, mountPoints]]"

## Remediation, console
1. Open the revision and choose Create new revision.
2. Remove the mount point and its volume. If the container must see the path, mount the narrowest one.
3. Mark the mount point read-only (`readOnly` in JSON).
4. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostVolumeProperties.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
https://www.cisecurity.org/benchmark/docker
https://kubernetes.io/docs/concepts/security/pod-security-standards/

## Related controls
CIS Docker Benchmark: 5.6 (sensitive host folders). Pod Security Standards of Kubernetes: baseline, which allows no host
paths. As far as we know, no control of Security Hub, no rule of AWS Config and no check of Prowler, Checkov, Trivy or
KICS covers it for ECS task definitions. Here: ecs-docker-socket-mount.
"""

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import not_applicable, pass_with_notes, verdict_from
from auditor.checks.ecs._host_paths import (
    HostMount,
    any_within,
    host_mounts,
    is_absolute,
    is_within,
    normalize,
    spellings,
)
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_WRITABLE = "writable-host-path"
_READABLE = "readable-host-path"
_REMOVE_MOUNT = DefinitionRepair(
    removes="mount",
    manual="The mount point is removed, and its volume if nothing else mounts it. If the process needs the path, mount "
    "the narrowest one, read-only.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`paths` are sensitive; `public` may be mounted read-only; `read_only` is the verdict on other such mounts."""

    paths: tuple[str, ...] = (
        *("/bin", "/boot", "/cgroup", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt/amazon", "/opt/aws"),
        *(
            "/opt/cni",
            "/proc",
            "/root",
            "/run/containerd/io.containerd.runtime.v2.task",
            "/run/dbus",
            "/run/systemd",
            "/sbin",
            "/sys",
            "/usr",
        ),
        *("/var/cache/ecs", "/var/lib/amazon", "/var/lib/cloud", "/var/lib/containerd", "/var/lib/docker"),
        *("/var/lib/ecs", "/var/lib/kubelet", "/var/log/ecs", "/var/spool/cron"),
        *("C:\\ProgramData", "C:\\Users", "C:\\Windows"),
    )
    public: tuple[str, ...] = (
        *("/etc/localtime", "/etc/os-release", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/ssl/certs"),
        *("/etc/timezone", "/usr/lib/os-release", "/usr/share/ca-certificates", "/usr/share/zoneinfo"),
    )
    read_only: Literal["fail", "pass"] = "fail"

    def __post_init__(self) -> None:
        """Refuse paths that could never match, and the root, which contains everything."""
        listed = (*self.paths, *self.public)
        if not self.paths or not all(is_absolute(path) and normalize(path) != "/" for path in listed):
            raise ValueError(
                "`paths` must hold at least one path; all of `paths` and `public` must be absolute and none may be /. "
                "A mount of / always counts, because it contains every sensitive path."
            )


@check(
    id="ecs-host-path-mount",
    title="Containers mount no sensitive host paths",
    problem="Sensitive host path mounted",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without the mount point, or with the narrowest path and `readOnly: true`; update every "
        "service or daemon that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _WRITABLE: "can write to a sensitive path of its host",
        _READABLE: "can read a sensitive path of its host",
    },
    repairs={_WRITABLE: _REMOVE_MOUNT, _READABLE: _REMOVE_MOUNT},
)
def host_path_mount(definition: Definition, params: Parameters) -> Verdict:
    evidence = [
        mount.evidence(_READABLE if mount.read_only else _WRITABLE)
        for mount in host_mounts(definition)
        if _is_sensitive(mount, params)
    ]
    if not evidence and definition.only_fargate:
        return not_applicable()
    if params.read_only == "fail":
        return verdict_from(evidence)
    return pass_with_notes(verdict_from(part for part in evidence if part.reasons == (_WRITABLE,)), evidence)


def _is_sensitive(mount: HostMount, params: Parameters) -> bool:
    path = normalize(mount.path)
    if mount.read_only and any(is_within(path, normalize(public)) for public in params.public):
        return False
    sensitive = [spelling for listed in params.paths for spelling in spellings(listed)]
    return any_within(sensitive, path) or any(is_within(path, folder) for folder in sensitive)
