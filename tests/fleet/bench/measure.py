"""Measures one process and its children: wall time, CPU time, peak memory, and what the fleet saw of it."""

from __future__ import annotations

import os
import re
import subprocess
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
    """What a command cost. `wall` and `cpu` are seconds, memory is in MB; `seen` is the fleet's report.

    `together` is the peak of all its processes with shared pages counted once, `largest` the peak of a single one.
    """

    code: int
    wall: float
    cpu: float
    memory_total: float
    memory_largest: float
    output: str
    report: Mapping[str, Any] = field(default_factory=dict)

    @property
    def calls(self) -> int:
        """Calls that the fleet answered."""
        return int(self.report.get("calls", 0))


def run(command: Sequence[str], fleet: Fleet, **variables: str) -> Cost:
    """Run a command against the fleet, from zero counts. Raises RuntimeError where it ends with an error of its own."""
    fleet.reset()
    began, cpu = time.monotonic(), _children()
    process = subprocess.Popen(
        command, env=fleet.env(**variables), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    together = largest = 0.0
    while process.poll() is None:
        now, single = _memory(process.pid)
        together, largest = max(together, now), max(largest, single)
        time.sleep(_EVERY)
    wall = time.monotonic() - began
    output = process.communicate()[0]
    seen = fleet.report()
    return Cost(process.returncode, wall, _children() - cpu, together, largest, output, seen)


def _children() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _memory(pid: int) -> tuple[float, float]:
    """Sum of the proportional set sizes of a process and its descendants, and the largest resident one, in MB."""
    total = largest = 0.0
    for each in _family(pid):
        try:
            text = Path(f"/proc/{each}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue  # it has just ended
        sizes = {name: int(kib) for name, kib in re.findall(r"^(Pss|Rss):\s+(\d+) kB", text, re.MULTILINE)}
        total += sizes.get("Pss", 0) / _KIB_PER_MB
        largest = max(largest, sizes.get("Rss", 0) / _KIB_PER_MB)
    return total, largest


def _family(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        try:
            text = Path(f"/proc/{each}/task/{each}/children").read_text(encoding="ascii")
        except OSError:
            continue
        found += [int(child) for child in text.split()]
    return found
