"""Task definitions that fail a check: one or more for every reason with a repair.

The values of their environment variables start with the canary.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

CANARY = "REMEDY-CANARY-"
ROLE = "arn:aws:iam::111122223333:role/one-for-all"
#: Has the format of an access key ID, but is not one.
KEY = "AKIA" + "Q3EGRGWNPB7XKD2M"


@dataclass(frozen=True)
class Failing:
    """A definition that fails `check` for `reason`. `settings` are parameters of the check."""

    name: str
    check: str
    reason: str
    members: dict[str, Any] = field(default_factory=dict)
    container: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def definition(self) -> dict[str, Any]:
        """The input of the registration. Container `app` fails; `side` fails only for reasons that both have."""
        environment = [{"name": "MODE", "value": f"{CANARY}mode"}]
        app = {"name": "app", "image": "app:1", "memory": 256, "environment": environment}
        side = {"name": "side", "image": "side:1", "memory": 64, "user": "65532", "readonlyRootFilesystem": True}
        return {
            "family": self.name,
            "networkMode": "bridge",
            "containerDefinitions": [app | self.container, side],
            "tags": [{"key": "owner", "value": "payments"}],
            **self.members,
        }


def _host_volume(path: str, *, read_only: bool = False) -> dict[str, Any]:
    return {"sourceVolume": "host", "containerPath": path, "readOnly": read_only}


def _volume(path: str) -> list[dict[str, Any]]:
    return [{"name": "host", "host": {"sourcePath": path}}, {"name": "scratch", "host": {}}]


_EFS = [
    {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-1", "rootDirectory": "/data"}},
    {"name": "more", "efsVolumeConfiguration": {"fileSystemId": "fs-2", "transitEncryption": "ENABLED"}},
]
_WINDOWS: dict[str, Any] = {
    "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE", "cpuArchitecture": "X86_64"}
}
_LOGS: dict[str, Any] = {"logDriver": "awslogs", "options": {"awslogs-group": "/g", "awslogs-region": "eu-west-1"}}
_PORTS = [{"containerPort": 8080, "hostPort": 80}]


def _adds(*names: str) -> dict[str, Any]:
    return {"linuxParameters": {"capabilities": {"add": list(names), "drop": ["NET_RAW"]}}}


def _variable(name: str, value: str) -> dict[str, Any]:
    return {"environment": [{"name": name, "value": value}, {"name": "MODE", "value": f"{CANARY}mode"}]}


FAILING = (
    Failing("caps-all", "ecs-added-capabilities", "all-capabilities", container=_adds("ALL")),
    Failing("caps-some", "ecs-added-capabilities", "dangerous-capabilities", container=_adds("SYS_ADMIN", "CHOWN")),
    Failing(
        "caps-trace",
        "ecs-added-capabilities",
        "ptrace-on-fargate",
        {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"},
        _adds("SYS_PTRACE"),
        {"fargate_ptrace": "fail"},
    ),
    Failing(
        "socket",
        "ecs-docker-socket-mount",
        "runtime-socket",
        {"volumes": _volume("/var/run/docker.sock")},
        {
            "mountPoints": [
                _host_volume("/var/run/docker.sock"),
                {"sourceVolume": "scratch", "containerPath": "/work"},
            ]
        },
    ),
    Failing(
        "socket-folder",
        "ecs-docker-socket-mount",
        "runtime-socket-folder",
        {"volumes": _volume("/var/run")},
        {"mountPoints": [_host_volume("/host/run")]},
    ),
    Failing("efs", "ecs-efs-transit-encryption", "not-encrypted-in-transit", {"volumes": _EFS}),
    Failing(
        "efs-nfs",
        "ecs-efs-transit-encryption",
        "efs-by-nfs",
        {
            "volumes": [
                {
                    "name": "files",
                    "dockerVolumeConfiguration": {
                        "driver": "local",
                        "driverOpts": {"type": "nfs4", "o": "addr=fs-01.efs.eu-west-1.amazonaws.com", "device": ":/"},
                    },
                }
            ]
        },
    ),
    Failing(
        "devices",
        "ecs-host-devices",
        "host-device",
        container={"linuxParameters": {"devices": [{"hostPath": "/dev/sda"}, {"hostPath": "/dev/fuse"}]}},
    ),
    Failing("names", "ecs-env-secret-names", "secret-name", container=_variable("AWS_SECRET_ACCESS_KEY", CANARY)),
    Failing("values", "ecs-env-secret-values", "secret-value", container=_variable("UPLOADER", KEY)),
    Failing("ipc", "ecs-host-ipc-mode", "host-ipc-mode", {"ipcMode": "host"}),
    Failing("pid", "ecs-host-pid-mode", "host-pid-mode", {"pidMode": "host"}),
    Failing("network", "ecs-host-network-mode", "host-network-mode", {"networkMode": "host"}, {"portMappings": _PORTS}),
    Failing(
        "anywhere",
        "ecs-host-network-mode",
        "host-network-mode",
        {"networkMode": "host", "requiresCompatibilities": ["EXTERNAL"]},
    ),
    Failing(
        "host-privileged",
        "ecs-host-network-privileged-or-root",
        "privileged",
        {"networkMode": "host"},
        {"privileged": True, "user": "1000"},
    ),
    Failing("host-root", "ecs-host-network-privileged-or-root", "root-user", {"networkMode": "host"}, {"user": "root"}),
    Failing(
        "host-range",
        "ecs-host-network-privileged-or-root",
        "user-out-of-range",
        {"networkMode": "host"},
        {"user": "4294967296"},
    ),
    Failing("range", "ecs-linux-root-user", "user-out-of-range", container={"user": "4294967296:0"}),
    Failing(
        "host-unset",
        "ecs-host-network-privileged-or-root",
        "user-unset",
        {"networkMode": "host"},
        settings={"unset_user": "fail"},
    ),
    Failing(
        "path-written",
        "ecs-host-path-mount",
        "writable-host-path",
        {"volumes": _volume("/etc")},
        {"mountPoints": [_host_volume("/host/etc"), {"sourceVolume": "scratch", "containerPath": "/work"}]},
    ),
    Failing(
        "path-read",
        "ecs-host-path-mount",
        "readable-host-path",
        {"volumes": _volume("/proc")},
        {"mountPoints": [_host_volume("/host/proc", read_only=True)]},
    ),
    Failing("root", "ecs-linux-root-user", "root-user", container={"user": "0:0"}),
    Failing("unset", "ecs-linux-root-user", "user-unset"),
    Failing(
        "blocking",
        "ecs-logging-blocking-mode",
        "blocking-mode",
        container={"logConfiguration": {**_LOGS, "options": {**_LOGS["options"], "mode": "blocking"}}},
    ),
    Failing(
        "mode-unset",
        "ecs-logging-blocking-mode",
        "mode-unset",
        container={"logConfiguration": _LOGS},
        settings={"unset_mode": "fail"},
    ),
    Failing("silent", "ecs-logging-missing", "no-log-driver"),
    Failing(
        "unlimited",
        "ecs-memory-hard-limit",
        "no-memory-limit",
        container={"memory": None, "memoryReservation": 1024},
    ),
    Failing(
        "unlimited-within-a-task",
        "ecs-memory-hard-limit",
        "task-memory-only",
        {"memory": "512", "cpu": "256"},
        {"memory": None},
    ),
    Failing("vpc-host", "ecs-not-awsvpc", "network-host", {"networkMode": "host"}),
    Failing("vpc-bridge", "ecs-not-awsvpc", "network-bridge", container={"portMappings": _PORTS, "links": ["side"]}),
    Failing("vpc-none", "ecs-not-awsvpc", "network-none", {"networkMode": "none"}),
    Failing("vpc-unset", "ecs-not-awsvpc", "network-unset", {"networkMode": None}),
    Failing(
        "vpc-required",
        "ecs-not-awsvpc",
        "network-required",
        {"networkMode": None, "requiresCompatibilities": ["MANAGED_INSTANCES"]},
    ),
    Failing("vpc-other", "ecs-not-awsvpc", "network-other", {"networkMode": "mesh"}),
    Failing("privileged", "ecs-privileged-container", "privileged", container={"privileged": True}),
    Failing(
        "one-role",
        "ecs-shared-task-execution-role",
        "shared-role",
        {"taskRoleArn": ROLE, "executionRoleArn": ROLE},
    ),
    Failing(
        "windows-admin",
        "ecs-windows-admin-user",
        "admin-user",
        {**_WINDOWS, "networkMode": None},
        {"user": "ContainerAdministrator"},
    ),
    Failing("windows-unset", "ecs-windows-admin-user", "user-unset", {**_WINDOWS, "networkMode": None}),
    Failing("writable", "ecs-writable-root-filesystem", "writable-root-filesystem"),
)


def registered(definition: dict[str, Any]) -> dict[str, Any]:
    """Return a definition without members that are None, as a client sends it."""
    containers = [
        {key: value for key, value in container.items() if value is not None}
        for container in definition["containerDefinitions"]
    ]
    return {
        key: value for key, value in {**definition, "containerDefinitions": containers}.items() if value is not None
    }
