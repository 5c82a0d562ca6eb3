"""The names of Linux capabilities, and how two spellings of one are seen to be the same."""

from __future__ import annotations

#: Stands for all of them.
ALL = "ALL"

#: What a kernel of the 6 series knows (capabilities(7)). ECS documents fewer: the youngest are missing there.
KNOWN = frozenset(
    {
        ALL,
        *("AUDIT_CONTROL", "AUDIT_READ", "AUDIT_WRITE", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "CHOWN"),
        *("DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "IPC_LOCK", "IPC_OWNER", "KILL", "LEASE"),
        *("LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "MKNOD", "NET_ADMIN", "NET_BIND_SERVICE", "NET_BROADCAST"),
        *("NET_RAW", "PERFMON", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYSLOG", "SYS_ADMIN", "SYS_BOOT"),
        *("SYS_CHROOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO", "SYS_RESOURCE", "SYS_TIME"),
        *("SYS_TTY_CONFIG", "WAKE_ALARM"),
    }
)


def plain(name: str) -> str:
    """Return a capability's name as ECS documents it: in capitals and without `CAP_`. Docker reads names likewise."""
    return name.upper().removeprefix("CAP_")
