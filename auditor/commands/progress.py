"""Who watches a run: a bar on a terminal, one JSON object a line everywhere else. Both on standard error."""

from __future__ import annotations

import sys

from auditor.commands.options import Options
from auditor.reports.terminal.progress import Bar, JsonLines, Progress


def make_observer(options: Options, run_id: str) -> tuple[Progress, bool]:
    """Return the observer, and whether standard output may be coloured. Honours NO_COLOR and TERM=dumb."""
    plain = bool(options.environ.get("NO_COLOR")) or options.environ.get("TERM") == "dumb"
    verbose = bool(options.flags.get("verbose"))
    if sys.stderr.isatty():
        return Bar(sys.stderr, colour=not plain), sys.stdout.isatty() and not plain
    return JsonLines(sys.stderr, run_id=run_id, verbose=verbose), sys.stdout.isatty() and not plain
