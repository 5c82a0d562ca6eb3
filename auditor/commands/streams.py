"""A text stream that drops what it cannot write: a closed, broken or full log must not end a run."""

from __future__ import annotations

import io
import os
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO, cast

#: A closed pipe or a full disk; and a stream that Python itself has closed.
_WRITE_ERRORS = (OSError, ValueError)


def lenient(stream: TextIO | None) -> TextIO:
    """Return a stream that writes to another one and never raises."""
    return cast("TextIO", _LenientStream(stream))


class _LenientStream(io.TextIOBase):
    """Writes to another stream and never raises. The other stream is None if the process was started without it."""

    def __init__(self, stream: TextIO | None) -> None:
        """Write to `stream`."""
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a property instead of an attribute
        """The encoding of the other stream."""
        return getattr(self._stream, "encoding", None) or "utf-8"

    def isatty(self) -> bool:
        """Return whether the other stream is a terminal."""
        with suppress(*_WRITE_ERRORS):
            return self._stream is not None and self._stream.isatty()
        return False

    def write(self, text: str) -> int:
        """Write the text, or drop it."""
        if self._stream is not None:
            with suppress(*_WRITE_ERRORS):
                self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush the other stream, or drop what it holds."""
        if self._stream is not None:
            with suppress(*_WRITE_ERRORS):
                self._stream.flush()


def terminal_width() -> int | None:
    """Return the width of the terminal; None for a file or a pipe, where lines may be long."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() or os.environ.get("COLUMNS") else None


def open_closed_streams() -> None:
    """Give the process a standard output and error if it was started without: a socket must not get their numbers."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - open until the end


def print_last(text: str, stream: TextIO) -> None:
    """Print the last text of a command. If it cannot be printed, the exit code of the command stays as it is."""
    if text:
        lenient(stream).write(f"{text}\n")
    for standard in (sys.stdout, sys.stderr):
        _flush_or_discard(standard)


def _flush_or_discard(stream: TextIO) -> None:
    """Flush a standard stream; if that fails, send what is left to the null device.

    Python flushes both streams when it exits, and would replace the exit code of the run if that failed.
    """
    try:
        stream.flush()
    except _WRITE_ERRORS:
        with suppress(*_WRITE_ERRORS):
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
