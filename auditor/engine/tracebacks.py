"""Where something crashed, for the row that stands for what was lost."""

from __future__ import annotations

from pathlib import Path
from traceback import walk_tb


def crash_site(error: BaseException) -> str:
    """Return `KeyError in parse (task_definition.py:88)`.

    The message is left out: Python puts the value at hand into it, and that may be a secret of the account.
    """
    name = type(error).__name__
    frames = tuple(walk_tb(error.__traceback__))
    if not frames:
        return name
    frame, line = frames[-1]
    return f"{name} in {frame.f_code.co_name} ({Path(frame.f_code.co_filename).name}:{line})"
