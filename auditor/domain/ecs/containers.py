"""Containers of task definitions.

Values of environment variables are never part of a fact: the parser examines them in memory and drops them.
"""

import re
from dataclasses import dataclass

from auditor.domain.secret_match import SecretMatch

#: The texts that Go's `strconv.Atoi` reads as 0. The container runtime parses the uid with it, so `00`, `+0` and `-0`
#: are root; ` 0`, `0x0` and non-ASCII digits are names that no image has, so the container does not start.
_ZERO = re.compile(r"[+-]?0+", re.ASCII)
_NUMBER = re.compile(r"[+-]?[0-9]+", re.ASCII)
#: The largest uid that current container runtimes accept.
_LARGEST_UID = 2**31 - 1
_LONGEST_UID = len(str(_LARGEST_UID))


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable. `secret_match` says why its value looks like a secret, None if it does not."""

    name: str
    secret_match: SecretMatch | None = None


@dataclass(frozen=True, slots=True)
class SecretText:
    """A text outside the environment whose content looks like a secret.

    `member` is the path of the text in its container or volume, such as `command` or
    `logConfiguration.options.splunk-token`.
    """

    member: str
    secret_match: SecretMatch


@dataclass(frozen=True, slots=True)
class Mount:
    """A mount point: the name of a volume of the task, and a path in the container."""

    volume: str
    path: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a task definition.

    `user`, `log_driver`, `log_mode`, `memory` and `memory_reservation` (MiB) are None if they are not set. `secrets`
    are the names of the variables that ECS fills from a secret store. `log_mode` is the option `mode` of the log
    driver. `devices` are paths on the host. `environment_files` says whether files in S3 set further variables.
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
    secret_texts: tuple[SecretText, ...] = ()
    environment_files: bool = False

    @property
    def user_name(self) -> str:
        """The user without the group: the part of `user` before the first colon."""
        return (self.user or "").partition(":")[0]

    @property
    def user_unset(self) -> bool:
        """Whether the image decides the user. No ECS or ECR call tells which user that is."""
        return not self.user

    @property
    def runs_as_root(self) -> bool:
        """Whether the definition asks for uid 0. The group does not matter; names are case-sensitive.

        A group alone (`:100`) is root: it replaces the user of the image as a whole, and the runtime takes uid 0 for a
        name that is empty (`GetExecUser` of github.com/moby/sys/user, `WithUser` of containerd).
        """
        if self.user_name == "":
            return not self.user_unset
        return self.user_name == "root" or _ZERO.fullmatch(self.user_name) is not None

    @property
    def uid_out_of_range(self) -> bool:
        """Whether the user is a number above 2147483647, or below its negative.

        Docker and current containerd refuse it. containerd before 1.6.38, 1.7.27 and 2.0.4 cuts it to 32 bits, so that
        4294967296 is root (CVE-2024-40635).
        """
        if _NUMBER.fullmatch(self.user_name) is None:
            return False
        digits = self.user_name.lstrip("+-").lstrip("0")
        return len(digits) > _LONGEST_UID or int(digits or "0") > _LARGEST_UID
