"""Host paths that containers mount, and comparisons of such paths."""

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from auditor.checks.ecs._common import container_evidence
from auditor.domain.check import Detail, Evidence
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import Definition

#: A drive or a named pipe. Windows ignores case, Linux does not.
_WINDOWS = re.compile(r"[A-Za-z]:(/|$)|//[.?]/")


@dataclass(frozen=True, slots=True)
class HostMount:
    """A path of the host in a container: a mount point of the container and the path as ECS holds it.

    With `driver_options` the path is in the options of a Docker volume.
    """

    container: Container
    mount: Mount
    path: str
    read_only: bool
    driver_options: bool = False

    def evidence(self, reason: str) -> Evidence:
        """Return the evidence about this mount."""
        details: dict[str, Detail] = {
            "sourceVolume": self.mount.volume,
            "driverOpts" if self.driver_options else "sourcePath": self.path,
            "containerPath": self.mount.path,
            "readOnly": self.read_only,
        }
        return container_evidence(self.container, (reason,), details)


def host_mounts(definition: Definition) -> Iterator[HostMount]:
    """Yield each container's mounts of host paths. Unmounted volumes are left out."""
    for container in definition.containers:
        for mount in container.mounts:
            for volume in definition.volumes:
                if volume.name != mount.volume:
                    continue
                if volume.host_path:
                    yield HostMount(container, mount, volume.host_path, mount.read_only)
                if docker := volume.docker:
                    read_only = mount.read_only or docker.read_only
                    for path in docker.host_paths:
                        yield HostMount(container, mount, path, read_only, driver_options=True)


def normalize(path: str) -> str:
    """Return the shortest spelling of a path: single slashes of one kind, none at the end, without `.` and `..`.

    Drives and named pipes of Windows become lower case. A relative path stays relative, and is inside no folder.
    """
    slashed = path.replace("\\", "/") if "\\" in path else path
    if slashed.startswith("npipe:"):
        slashed = "//" + slashed.removeprefix("npipe:").lstrip("/")
    if _WINDOWS.match(slashed):
        drive, _, rest = slashed.lower().partition("/")
        lead = "//" if slashed.startswith("//") else f"{drive}/"
        return lead + posixpath.normpath(f"/{rest}").strip("/")
    return posixpath.normpath(f"/{slashed.lstrip('/')}") if slashed.startswith("/") else posixpath.normpath(slashed)


@lru_cache(maxsize=256)
def spellings(path: str) -> tuple[str, ...]:
    """Return the normalized path, and its other name if it is below /run, because /var/run is a link to that."""
    normal = normalize(path)
    if is_within(normal, "/run"):
        return normal, f"/var{normal}"
    if is_within(normal, "/var/run"):
        return normal, normal.removeprefix("/var")
    return (normal,)


def is_within(path: str, folder: str) -> bool:
    """Return whether a normalized path is a normalized folder or inside it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def any_within(paths: Iterable[str], folder: str) -> bool:
    """Return whether any of these normalized paths is `folder` or inside it."""
    return any(is_within(path, folder) for path in paths)


def is_absolute(path: str) -> bool:
    """Return whether a path is absolute, on Linux or on Windows."""
    normal = normalize(path)
    return normal.startswith("/") or _WINDOWS.match(normal) is not None
