"""Containers have no access to sensitive devices of their host.

## Profile level

None: our own rule, in the spirit of the CIS Docker Benchmark 1.6.0, which does not expose host devices to containers
directly.

## Description

Fails if a container of a task definition, or of a managed daemon's definition, names a device of its host under
`linuxParameters.devices` that is not known to be harmless (reason `host-device`). The evidence shows the `hostPath`;
each device is one piece of evidence.

Devices in the parameter `allowed` are harmless. They are globs in which a `*` stands for any text in one name, by
default

    network and file systems    /dev/net/tun /dev/fuse
    graphics and computing      /dev/dri /dev/dri/* /dev/kfd /dev/neuron* /dev/nvidia* /dev/nvidia-caps/*
    sound, video, radio         /dev/snd /dev/snd/* /dev/video* /dev/infiniband /dev/infiniband/*
    without any content         /dev/null /dev/zero /dev/full /dev/random /dev/urandom

Paths are normalized before they are compared: duplicate and trailing slashes, `.` and `..` are removed. Every other
device fails, because the list of dangerous ones has no end: disks (/dev/nvme0n1, /dev/xvda, /dev/mapper/...), memory
(/dev/mem, /dev/kmem, /dev/port), folders such as /dev itself, /dev/kvm, /dev/vfio and control devices such as
/dev/loop-control. The permissions of a device do not matter: reading the disk is enough to read everything on it.

A privileged container has all devices; ecs-privileged-container judges that. Mounts of /dev are judged by
ecs-host-path-mount. Fargate does not support devices: definitions that require only Fargate are not applicable.

## Rationale

The disk of the host holds the files of every container, the credentials of the instance and the programs that run as
root. A container with the device reads and writes them below the file system, past all permissions. /dev/mem is the
memory of the kernel.

## Benefits

An attacker who breaks into a container stays in it.

## Drawbacks

Software for special hardware needs its device. Add harmless devices to `allowed`, and record an exception with an owner
for others.

## Default value

A container has only the harmless devices that the runtime creates, such as /dev/null.

{{permissions-all-definitions}}

## Audit, console

1. {{open-newest-revision}}
2. On the JSON tab look for devices under linuxParameters in each entry of containerDefinitions.
3. {{repeat-for-older-revisions-and-daemons}}

## Audit, CLI

{{describe-task-definition}}
      "taskDefinition.containerDefinitions[].[name, linuxParameters.devices]"

## Remediation, console

1. {{edit-as-json}}
2. Remove the device from linuxParameters. To use a disk in a container, mount it on the host, and mount its folder as a
   volume; for data that belongs to one task use an EBS volume of the service.
3. {{deploy-new-revision}}

{{remediate-by-cli-with-daemons}}

## References

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Device.html
https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LinuxParameters.html
https://docs.docker.com/reference/cli/docker/container/run/#device
https://www.cisecurity.org/benchmark/docker
https://docs.kernel.org/admin-guide/devices.html

## Related controls

CIS Docker Benchmark: host devices are not directly exposed to containers. As far as we know, no control of Security
Hub, no rule of AWS Config and no check of Prowler, Checkov, Trivy or KICS reads the devices of ECS task definitions.
Here: ecs-host-path-mount, ecs-privileged-container.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from auditor.checks._verdicts import not_applicable, verdict_from
from auditor.checks.ecs._common import container_evidence
from auditor.checks.ecs._host_paths import is_absolute, normalize
from auditor.domain.check import Severity, Verdict, check
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.task_definitions import Definition

_DEVICE = "host-device"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`allowed` are the devices that containers may have, as globs; `*` stands for any text in one name."""

    allowed: tuple[str, ...] = (
        *("/dev/net/tun", "/dev/fuse"),
        *("/dev/dri", "/dev/dri/*", "/dev/kfd", "/dev/neuron*", "/dev/nvidia*", "/dev/nvidia-caps/*"),
        *("/dev/snd", "/dev/snd/*", "/dev/video*", "/dev/infiniband", "/dev/infiniband/*"),
        *("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"),
    )

    def __post_init__(self) -> None:
        """Refuse globs that could never match."""
        if not all(map(is_absolute, self.allowed)):
            raise ValueError("`allowed` must hold absolute paths of devices, such as /dev/fuse.")


@check(
    id="ecs-host-devices",
    title="Containers have no access to sensitive devices of their host",
    problem="Container has a sensitive device of its host",
    severity=Severity.HIGH,
    fact_type=Definition,
    frameworks={},
    remediation=(
        "Register a revision without the device, or add it to the parameter `allowed` if it is harmless; update every "
        "service or daemon that runs it; then deregister the old revision."
    ),
    parameters=Parameters,
    reason_texts={_DEVICE: "has access to a sensitive device of its host"},
    repairs={
        _DEVICE: DefinitionRepair(
            removes="device",
            manual="The device is removed. To use a disk in a container, mount it on the host, and mount its folder.",
        )
    },
)
def host_devices(definition: Definition, params: Parameters) -> Verdict:
    evidence = [
        container_evidence(container, (_DEVICE,), {"hostPath": device})
        for container in definition.containers
        for device in container.devices
        if not any(_matches(device, glob) for glob in params.allowed)
    ]
    return verdict_from(evidence) if evidence or not definition.only_fargate else not_applicable()


def _matches(device: str, glob: str) -> bool:
    names, globs = normalize(device).split("/"), glob.split("/")
    return len(names) == len(globs) and all(map(fnmatchcase, names, globs))
