"""Where an exception was raised, in a form that is safe to store in a coverage record."""

from pathlib import Path
from traceback import walk_tb


def crash_site(error: BaseException) -> str:
    """Return for example `KeyError in parse (task_definition.py:88)`.

    The message of the exception is left out: it may quote a value, and the value may be a secret.
    """
    name = type(error).__name__
    frames = tuple(walk_tb(error.__traceback__))
    if not frames:
        return name
    frame, line = frames[-1]
    return f"{name} in {frame.f_code.co_name} ({Path(frame.f_code.co_filename).name}:{line})"
