"""Folders and files of the host that containers are given, and which of them lie in which."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from auditor.checks._verdicts import of_container
from auditor.domain.check import Evidence
from auditor.domain.ecs.containers import Container, Mount
from auditor.domain.ecs.task_definitions import Definition

#: A drive or a named pipe: Windows does not care about case, Linux does.
_OF_WINDOWS = re.compile(r"[A-Za-z]:(/|$)|//[.?]/")


def mounted(definition: Definition) -> Iterator[tuple[Container, Mount, str]]:
    """Each container's mounts of paths of the host, with the path as ECS holds it. Unmounted volumes reach nobody."""
    for container in definition.containers:
        for mount in container.mounts:
            for volume in definition.volumes:
                if volume.name == mount.volume and volume.host_path:
                    yield container, mount, volume.host_path


def evidence_of(container: Container, mount: Mount, path: str, reason: str) -> Evidence:
    """Return the evidence about one mount of a path of the host."""
    details = {"sourceVolume": mount.volume, "sourcePath": path, "containerPath": mount.path}
    return of_container(container, (reason,), {**details, "readOnly": mount.read_only})


def normal(path: str) -> str:
    """The shortest spelling of a path: one kind of slash, none doubled or trailing, no `.` and `..`.

    Drives and named pipes of Windows are written in lower case. A relative path stays relative, and lies in nothing.
    """
    slashed = path.replace("\\", "/") if "\\" in path else path
    if _OF_WINDOWS.match(slashed):
        drive, _, rest = slashed.lower().partition("/")
        lead = "//" if slashed.startswith("//") else f"{drive}/"
        return lead + posixpath.normpath(f"/{rest}").strip("/")
    return posixpath.normpath(f"/{slashed.lstrip('/')}") if slashed.startswith("/") else posixpath.normpath(slashed)


@lru_cache(maxsize=256)
def spellings(path: str) -> tuple[str, ...]:
    """The normal path, and the same by its other name where it is below /run, to which /var/run is a link."""
    plain = normal(path)
    if plain == "/run" or plain.startswith("/run/"):
        return plain, f"/var{plain}"
    if plain == "/var/run" or plain.startswith("/var/run/"):
        return plain, plain.removeprefix("/var")
    return (plain,)


def within(path: str, folder: str) -> bool:
    """Whether a normal path is a normal folder or lies in it."""
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def is_absolute(path: str) -> bool:
    """Whether a path says where it is by itself, on Linux or on Windows."""
    plain = normal(path)
    return plain.startswith("/") or _OF_WINDOWS.match(plain) is not None


def any_within(paths: Iterable[str], folder: str) -> bool:
    """Whether any of these paths is `folder` or lies in it."""
    return any(within(each, folder) for each in paths)
