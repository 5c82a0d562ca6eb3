"""Reading of local files that anyone can name: never an endless wait, never more than a limit.

The name can be that of a pipe, a device or a socket, by accident (`--settings /dev/stdin` on a terminal) or on purpose.
A pipe with a writer is read, because shells make them: `auditor check <(terraform show -json plan.out)`.
"""

import errno
import os
import select
import stat
import time
from pathlib import Path

#: More than any plan that was seen, and little enough to be read into memory (bytes).
MAX_BYTES = 100_000_000

#: How long a pipe may have no writer, and its writer nothing to say (seconds).
NO_WRITER, SILENCE = 2.0, 300.0

_CHUNK = 1 << 20
_POLL_INTERVAL = 0.05
_KINDS = (
    (stat.S_ISDIR, "is a folder, not a file"),
    (stat.S_ISSOCK, "is a socket, not a file"),
    (stat.S_ISCHR, "is a device, not a file"),
    (stat.S_ISBLK, "is a device, not a file"),
)


def read_file(path: str | Path, limit: int = MAX_BYTES, *, pipes: bool = True) -> bytes:
    """Return the bytes of a file or, with `pipes`, of a pipe. Raises OSError, and ValueError for an impossible path.

    The error has an `strerror` for people, also if the file is of another kind, too large, or a pipe without a writer.
    """
    _refuse_others(Path(path).stat().st_mode, pipes=pipes)  # before it is opened: opening a device can have effects
    # Without O_NONBLOCK, opening a pipe that has no writer would wait for one.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        _refuse_others(status.st_mode, pipes=pipes)
        if status.st_size > limit:
            raise _too_large(limit)
        return _read(handle, limit, is_pipe=stat.S_ISFIFO(status.st_mode))
    finally:
        os.close(handle)


def _refuse_others(mode: int, *, pipes: bool) -> None:
    for is_kind, message in _KINDS:
        if is_kind(mode):
            raise OSError(errno.EINVAL, message)
    if stat.S_ISFIFO(mode) and not pipes:
        raise OSError(errno.EINVAL, "is a pipe, not a file")


def _too_large(limit: int) -> OSError:
    return OSError(errno.EFBIG, f"is too large: more than {limit:,} bytes")


def _read(handle: int, limit: int, *, is_pipe: bool) -> bytes:
    body = bytearray()
    started_at = time.monotonic()
    had_writer = not is_pipe
    while len(body) <= limit:
        try:
            chunk = os.read(handle, _CHUNK)
        except BlockingIOError:
            had_writer = True
            if not select.select([handle], [], [], SILENCE)[0]:
                raise OSError(errno.ETIMEDOUT, f"is a pipe, and nothing was written to it for {SILENCE:g} s") from None
            continue
        body += chunk
        if not chunk:
            if body or had_writer:
                return bytes(body)
            if time.monotonic() - started_at > NO_WRITER:
                raise OSError(errno.EPIPE, "is a pipe that no program writes to")
            time.sleep(_POLL_INTERVAL)
    raise _too_large(limit)
