"""Parse volumes of task definitions into facts.

Options of Docker volumes may contain a password, so only the host paths and the server that they name are kept.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from auditor.domain.ecs.task_definitions import DockerVolume, Volume
from auditor.parsers import json_values
from auditor.parsers.ecs.containers import secret_members

#: File systems of the kernel and where the host mounts them: a second mount shows the same content.
_KERNEL_FILE_SYSTEMS: Mapping[str, str] = {
    "bpf": "/sys/fs/bpf",
    "cgroup": "/sys/fs/cgroup",
    "cgroup2": "/sys/fs/cgroup",
    "configfs": "/sys/kernel/config",
    "debugfs": "/sys/kernel/debug",
    "devpts": "/dev/pts",
    "devtmpfs": "/dev",
    "efivarfs": "/sys/firmware/efi/efivars",
    "mqueue": "/dev/mqueue",
    "proc": "/proc",
    "securityfs": "/sys/kernel/security",
    "sysfs": "/sys",
    "tracefs": "/sys/kernel/tracing",
}
_NETWORK_FILE_SYSTEMS = frozenset({"cifs", "nfs", "nfs4", "smb3"})
_BIND = frozenset({"bind", "rbind"})
_OVERLAY_FOLDERS = ("lowerdir", "upperdir", "workdir")


def volumes(raw: object, path: str = "volumes") -> tuple[Volume, ...]:
    """Return the volumes of a definition; none if `raw` is None. Raises MalformedValue."""
    return tuple(_volume(volume, volume_path) for volume, volume_path in json_values.objects(raw, path))


def _volume(raw: Mapping[str, Any], path: str) -> Volume:
    host = json_values.optional_object(raw.get("host"), f"{path}.host")
    efs = raw.get("efsVolumeConfiguration")
    efs_settings = json_values.optional_object(efs, f"{path}.efsVolumeConfiguration")
    return Volume(
        name=json_values.optional_text(raw.get("name"), f"{path}.name") or "",
        host_path=json_values.optional_text(host.get("sourcePath"), f"{path}.host.sourcePath"),
        efs=efs is not None,
        transit_encryption=json_values.optional_text(
            efs_settings.get("transitEncryption"), f"{path}.efsVolumeConfiguration.transitEncryption"
        ),
        docker=_docker_volume(raw.get("dockerVolumeConfiguration"), f"{path}.dockerVolumeConfiguration"),
    )


def _docker_volume(raw: object, path: str) -> DockerVolume | None:
    """Return a Docker volume, None if `raw` is None.

    Only the driver `local`, the default, mounts by the options `type`, `device` and `o`, as mount(8) does.
    """
    if raw is None:
        return None
    settings = json_values.as_object(raw, path)
    driver = json_values.optional_text(settings.get("driver"), f"{path}.driver") or "local"
    options = {
        name: json_values.text_or_number(value, f"{path}.driverOpts.{name}") or ""
        for name, value in json_values.optional_object(settings.get("driverOpts"), f"{path}.driverOpts").items()
        if name in ("type", "device", "o")
    }
    secrets = tuple(secret_members(settings.get("driverOpts"), "driverOpts", path))
    if driver != "local":
        return DockerVolume(driver, secret_texts=secrets)
    kind, device = options.get("type", ""), options.get("device", "")
    flags = tuple(flag.strip() for flag in options.get("o", "").split(","))
    return DockerVolume(
        driver,
        host_paths=tuple(_host_paths(kind, device, flags)),
        read_only="ro" in flags,
        nfs_server=_nfs_server(device, flags) if kind in {"nfs", "nfs4"} else None,
        secret_texts=secrets,
    )


def _host_paths(kind: str, device: str, flags: tuple[str, ...]) -> Iterator[str]:
    """Yield the paths on the host that a volume of the driver `local` mounts.

    An absolute device is a folder (with `bind`) or a block device. The Docker daemon runs in the root folder, so that a
    relative folder is relative to that.
    """
    if kind in _NETWORK_FILE_SYSTEMS:
        return
    if kind in _KERNEL_FILE_SYSTEMS:
        yield _KERNEL_FILE_SYSTEMS[kind]
    elif device.startswith("/"):
        yield device
    elif device and _BIND.intersection(flags):
        yield f"/{device}"
    for flag in flags:
        name, _, folders = flag.partition("=")
        if name in _OVERLAY_FOLDERS:
            yield from filter(None, folders.split(":"))


def _nfs_server(device: str, flags: tuple[str, ...]) -> str | None:
    """Return the host name or address of an NFS server; None if the options name none."""
    server = next((flag.removeprefix("addr=") for flag in flags if flag.startswith("addr=")), "")
    return (server or device.partition(":")[0]).lower() or None
