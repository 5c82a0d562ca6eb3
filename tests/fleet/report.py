"""Counts of calls, outcomes and connections, for tests to compare with the expected numbers."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any


class Report:
    """Counts since the last reset."""

    def __init__(self) -> None:
        """Start from zero."""
        self.open = 0
        self.reset()

    def reset(self) -> None:
        """Start from zero, except for open connections."""
        self._started = time.monotonic()
        self._cpu = time.process_time()
        self.by_scope: Counter[tuple[str, str, str]] = Counter()
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self.asked: Counter[int] = Counter()
        self.answered: set[int] = set()
        self.repeated: Counter[str] = Counter()
        self.examples: list[str] = []
        self.connections = 0
        self.peak = self.open

    def connection(self, change: int) -> None:
        """Count an opened (1) or closed (-1) connection."""
        self.open += change
        if change > 0:
            self.connections += 1
            self.peak = max(self.peak, self.open)

    def call_arrived(self, account: str, region: str, operation: str, key: int) -> int:
        """Count a call and return the number of identical calls before it."""
        self.by_scope[account, region, operation] += 1
        before = self.asked[key]
        self.asked[key] = before + 1
        return before

    def call_ended(self, operation: str, outcome: str) -> None:
        """Count the outcome of a call: an error code or a kind of fault."""
        self.outcomes[operation, outcome] += 1

    def call_answered(self, operation: str, key: int, what: str) -> None:
        """Count a successful call, and whether an identical one had succeeded before."""
        self.outcomes[operation, "ok"] += 1
        if key in self.answered:
            self.repeated[operation] += 1
            if len(self.examples) < 20:
                self.examples.append(f"{operation} {what}")
        else:
            self.answered.add(key)

    def to_json(self, *, scopes: bool = False) -> dict[str, Any]:
        """Return the counts; with `scopes` also by (account, region, operation)."""
        operations: Counter[str] = Counter()
        for (_, _, operation), calls in self.by_scope.items():
            operations[operation] += calls
        errors: dict[str, dict[str, int]] = {}
        for (operation, outcome), times in sorted(self.outcomes.items()):
            errors.setdefault(operation, {})[outcome] = times
        document: dict[str, Any] = {
            "calls": sum(operations.values()),
            "operations": dict(sorted(operations.items())),
            "outcomes": errors,
            "throttled": sum(times for (_, outcome), times in self.outcomes.items() if outcome == "throttled"),
            "duplicates": dict(sorted(self.repeated.items())),
            "duplicate_examples": list(self.examples),
            "connections": self.connections,
            "connections_open": self.open,
            "connections_peak": self.peak,
            "seconds": round(time.monotonic() - self._started, 3),
            "cpu_seconds": round(time.process_time() - self._cpu, 3),
        }
        if scopes:
            document["scopes"] = [[*scope, calls] for scope, calls in sorted(self.by_scope.items())]
        return document
