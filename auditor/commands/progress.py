"""The progress of a run on standard error: a bar on a terminal, otherwise one JSON object per line."""

import sys
from collections.abc import Mapping

from auditor.reports.terminal.progress import Bar, JsonLines, Progress


def make_observer(environ: Mapping[str, str], run_id: str, *, verbose: bool = False) -> tuple[Progress, bool]:
    """Return the observer, and whether standard output may be coloured. Honours NO_COLOR and TERM=dumb."""
    coloured = not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
    colour_stdout = coloured and sys.stdout.isatty()
    if sys.stderr.isatty():
        return Bar(sys.stderr, colour=coloured), colour_stdout
    return JsonLines(sys.stderr, run_id=run_id, verbose=verbose), colour_stdout
