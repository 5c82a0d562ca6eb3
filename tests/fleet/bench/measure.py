"""Measure one process and its children: wall time, CPU time, peak memory, and the calls that the fleet counted."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fleet.running import Fleet

_EVERY = 0.1
_KIB_PER_MB = 1_000


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a command: `wall` and `cpu` in seconds, memory in MB, and the fleet's report.

    `memory_total` is the peak of all processes with shared pages counted once, `memory_largest` the peak of a single
    process. `log_lines` is the number of lines on stderr.
    """

    code: int
    wall: float
    cpu: float
    memory_total: float
    memory_largest: float
    output: str
    report: Mapping[str, Any] = field(default_factory=dict)
    log_lines: int = 0

    @property
    def calls(self) -> int:
        """The number of calls that the fleet answered."""
        return int(self.report.get("calls", 0))


def run(command: Sequence[str], fleet: Fleet, **variables: str) -> Cost:
    """Run a command against the fleet with reset counts, and return its cost and exit code."""
    fleet.reset()
    started_at, cpu = time.monotonic(), _children_cpu()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=fleet.env(**variables), stdout=subprocess.PIPE, stderr=log, text=True)
        total = largest = 0.0
        while process.poll() is None:
            current_total, current_largest = _memory(process.pid)
            total, largest = max(total, current_total), max(largest, current_largest)
            time.sleep(_EVERY)
        wall = time.monotonic() - started_at
        output = process.communicate()[0]
        log.seek(0)
        lines = sum(1 for _ in log)
    return Cost(process.returncode, wall, _children_cpu() - cpu, total, largest, output, fleet.report(), lines)


def _children_cpu() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _memory(pid: int) -> tuple[float, float]:
    """Return the sum of the proportional set sizes of a process and its descendants, and the largest resident size."""
    total = largest = 0.0
    for member in _process_tree(pid):
        try:
            text = Path(f"/proc/{member}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue  # the process has just ended
        sizes = {name: int(kib) for name, kib in re.findall(r"^(Pss|Rss):\s+(\d+) kB", text, re.MULTILINE)}
        total += sizes.get("Pss", 0) / _KIB_PER_MB
        largest = max(largest, sizes.get("Rss", 0) / _KIB_PER_MB)
    return total, largest


def _process_tree(pid: int) -> list[int]:
    pids = [pid]
    for member in pids:
        try:
            text = Path(f"/proc/{member}/task/{member}/children").read_text(encoding="ascii")
        except OSError:
            continue
        pids += [int(child) for child in text.split()]
    return pids
