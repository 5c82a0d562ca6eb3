"""One container of a task definition, with the truths that follow from what ECS holds of it.

Environment values are not here and must never be: a collector judges them in memory and drops them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.domain.secret_match import SecretMatch

#: What Go's `strconv.Atoi` reads as 0. The container runtime parses the uid part with it, so `00`, `+0` and `-0` are
#: root, while ` 0`, `0x0` and non-ASCII digits are names that no image has (the container does not start).
_ZERO = re.compile(r"[+-]?0+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable by its name. `suspicion` says why its value looks like a secret, None where not."""

    name: str
    secret_match: SecretMatch | None = None


@dataclass(frozen=True, slots=True)
class Mount:
    """A volume of the task, by its name, at a path of the container."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a task definition, as ECS holds it.

    `user`, `log_driver`, `log_mode`, `memory` and `memory_reservation` (MiB) are None where ECS holds none. `secrets`
    are the names of variables that ECS fills from a store. `log_mode` is the log driver's option `mode`. `devices`
    are paths on the host.
    """

    name: str
    image: str = ""
    user: str | None = None
    privileged: bool = False
    readonly_root: bool = False
    environment: tuple[Variable, ...] = ()
    secrets: tuple[str, ...] = ()
    log_driver: str | None = None
    log_mode: str | None = None
    memory: int | None = None
    memory_reservation: int | None = None
    capabilities_added: tuple[str, ...] = ()
    capabilities_dropped: tuple[str, ...] = ()
    mounts: tuple[Mount, ...] = ()
    devices: tuple[str, ...] = ()

    @property
    def user_name(self) -> str:
        """The part of `user` that decides who the process is: before the first colon, where a group may follow."""
        return (self.user or "").partition(":")[0]

    @property
    def user_unset(self) -> bool:
        """Whether the image decides who the process is; no ECS or ECR call tells whom it chose."""
        return self.user_name == ""

    @property
    def runs_as_root(self) -> bool:
        """Whether the definition itself asks for uid 0. The group does not matter; names are case-sensitive."""
        return self.user_name == "root" or _ZERO.fullmatch(self.user_name) is not None
