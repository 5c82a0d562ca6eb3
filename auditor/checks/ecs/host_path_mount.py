r"""No container is given sensitive folders of its host.

Profile level
-------------
Level 1, automated. Ours; the CIS Docker Benchmark 1.6.0 asks for the same in 5.6.

Description
-----------
Fails when a container of a task definition, or of a managed daemon's definition, mounts a volume whose
`host.sourcePath` is a sensitive path, lies in one, or contains one, as / contains all of them:

  * `writable-host-path`: the container may write there;
  * `readable-host-path`: the mount is read-only.

Sensitive are, by the parameter `paths`,

    code and configuration    /bin /boot /etc /lib /lib64 /sbin /usr /var/spool/cron
    people and credentials    /home /root /var/lib/cloud
    the kernel                /cgroup /dev /proc /sys
    the containers            /var/lib/containerd /var/lib/docker /var/lib/ecs
    the host's services       /run/dbus /run/systemd
    Windows                   C:\ProgramData C:\Users C:\Windows

Some files in these folders tell nobody anything. What the parameter `public` names may be mounted read-only: time
zones, certificates of authorities and the name of the system. The parameter `read_only: pass` lets all other read-only
mounts pass as well, with `readable-host-path` as a note.

Paths are compared after clean-up: doubled and trailing slashes, `.` and `..` go, and what is below /run is also known
as /var/run. Paths of Windows are compared without regard to case and to the direction of slashes. Other links on the
host cannot be seen from here.

Only what a container mounts counts; there is one piece of evidence for each mount. Volumes without a `sourcePath` are
folders that the runtime makes for the task, and pass. Definitions that require Fargate and nothing else have no host to
mount from and are not applicable. Not seen: a Docker volume whose driver options name a path of the host.

Severity
--------
Medium, one word for two things. To write to /etc, /usr or / is to be root on the host, as bad as privilege; but most
mounts in the wild are of agents that read /proc, /sys or / to measure the host, and a list in which they all stand high
is a list that nobody reads. The reason tells the two apart. The worst of the writable ones, / and /var, are reported
high at the same time by ecs-docker-socket-mount, for they contain the runtime's socket.

Rationale
---------
Writing to such a path changes the host: a line in /etc/cron.d, a key of root, a binary in /usr/bin or a program
for /sys/kernel/uevent_helper runs as root outside every container. Reading is enough for much: /proc shows the
environment of other containers' processes and with it the way to their credentials, /var/lib/docker their files and
variables, /var/lib/cloud the instance's user data, /home registry passwords.

Impact for
----------
A break-in in a container stays there, and reads nothing of its neighbours.

Impact against
--------------
Agents that watch the host need to see it. Mount the narrowest path, read-only, and record an exception for them, with
the owner's name. Data that must outlive a task belongs in EFS, or in a folder of the host made for it, such as
/ecs/data.

Default value
-------------
A container sees no path of the host unless a volume and a mount point say so. A mount is writable by default.

Permissions needed
------------------
To audit: ecs:ListTaskDefinitionFamilies and ecs:DescribeTaskDefinition, and for managed daemons
ecs:ListDaemonTaskDefinitions and ecs:DescribeDaemonTaskDefinition, on all resources. To remediate, by hand:
ecs:RegisterTaskDefinition, ecs:UpdateService, ecs:DeregisterTaskDefinition (for daemons
ecs:RegisterDaemonTaskDefinition and ecs:UpdateDaemon), and iam:PassRole on the roles that the definition names.

Audit, console
--------------
1. Open Amazon ECS in the region, choose Task definitions, and open the newest active revision of each family.
2. On the JSON tab look at sourcePath under volumes, and at the mountPoints that name these volumes, with readOnly.
3. Where services still run on older revisions, do the same for those.

Audit, CLI
----------
    aws ecs list-task-definition-families --status ACTIVE --region REGION
    aws ecs describe-task-definition --task-definition FAMILY --region REGION --query \
      "taskDefinition.[volumes[].[name, host.sourcePath], containerDefinitions[].[name, mountPoints]]"

Remediation, console
--------------------
1. Open the revision and choose Create new revision.
2. Take out the mount point and its volume. Where the path must be seen, mount the narrowest one.
3. Mark the mount point read-only.
4. Create the revision, update every service that uses the family, and wait until the deployment is stable.
5. Deregister the old revision, so that nobody starts it again.

Remediation, CLI
----------------
    aws ecs describe-task-definition --task-definition FAMILY --include TAGS --region REGION > old.json

Take `taskDefinition` out of it, with `tags` beside its other members, without taskDefinitionArn, revision, status,
requiresAttributes, compatibilities, registeredAt and registeredBy; take out the mount points, or set `readOnly` to true
and narrow the `sourcePath`, and save it as new.json.

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
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HostVolumeProperties.html
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-tasks-containers.html
https://www.cisecurity.org/benchmark/docker
https://kubernetes.io/docs/concepts/security/pod-security-standards/

Related controls
----------------
CIS Docker Benchmark: 5.6 (sensitive folders of the host). Pod Security Standards of Kubernetes: baseline, which allows
no path of the host. No control of Security Hub, no rule of AWS Config and no check of Prowler, Checkov, Trivy or KICS
looks at it in ECS task definitions, as far as we know. Here: ecs-docker-socket-mount.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from auditor.checks._verdicts import from_evidence, not_applicable
from auditor.checks.ecs._host_paths import any_within, evidence_of, is_absolute, mounted, normal, spellings, within
from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.containers import Mount
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_WRITABLE = "writable-host-path"
_READABLE = "readable-host-path"
_NARROW = DefinitionRepair(
    removes="mount",
    manual="The mount point is taken out, and its volume if nothing else mounts it: mount the narrowest path, "
    "read-only, where the process needs one.",
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`paths` are sensitive, `public` may be mounted read-only, and `read_only` says what other such mounts are."""

    paths: tuple[str, ...] = (
        *("/bin", "/boot", "/cgroup", "/dev", "/etc", "/home", "/lib", "/lib64", "/proc", "/root", "/run/dbus"),
        *("/run/systemd", "/sbin", "/sys", "/usr", "/var/lib/cloud", "/var/lib/containerd", "/var/lib/docker"),
        *("/var/lib/ecs", "/var/spool/cron", "C:\\ProgramData", "C:\\Users", "C:\\Windows"),
    )
    public: tuple[str, ...] = (
        *("/etc/localtime", "/etc/os-release", "/etc/pki/ca-trust", "/etc/pki/tls/certs", "/etc/ssl/certs"),
        *("/etc/timezone", "/usr/lib/os-release", "/usr/share/ca-certificates", "/usr/share/zoneinfo"),
    )
    read_only: Literal["fail", "pass"] = "fail"

    def __post_init__(self) -> None:
        """Refuse what could never be found, and the root: everything lies in it."""
        if not self.paths or not all(is_absolute(each) and normal(each) != "/" for each in (*self.paths, *self.public)):
            raise ValueError(
                "`paths` must hold at least one path; all of `paths` and `public` must be absolute and none may be /, "
                "which counts wherever a path is sensitive."
            )


@check(
    id="ecs-host-path-mount",
    title="No container is given sensitive folders of its host",
    severity=Severity.MEDIUM,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without the mount point, or with the narrowest path and `readOnly: true`; update what "
        "uses the family; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={
        _WRITABLE: "can write to a sensitive path of its host",
        _READABLE: "can read a sensitive path of its host",
    },
    repairs={_WRITABLE: _NARROW, _READABLE: _NARROW},
)
def host_path_mount(definition: Definition, params: Parameters) -> Verdict:
    """Judge one revision; the module's docstring is the rule."""
    found = tuple(
        evidence_of(container, mount, path, _READABLE if mount.read_only else _WRITABLE)
        for container, mount, path in mounted(definition)
        if _counts(mount, normal(path), params)
    )
    if not found and definition.only_fargate:
        return not_applicable()
    if params.read_only == "fail":
        return from_evidence(found)
    if found and all(each.reasons == (_READABLE,) for each in found):
        return Verdict(Status.PASS, (_READABLE,), found)
    return from_evidence(each for each in found if each.reasons == (_WRITABLE,))


def _counts(mount: Mount, path: str, params: Parameters) -> bool:
    if mount.read_only and any(within(path, normal(each)) for each in params.public):
        return False
    sensitive = [spelling for each in params.paths for spelling in spellings(each)]
    return any_within(sensitive, path) or any(within(path, each) for each in sensitive)
