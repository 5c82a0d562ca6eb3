"""An organization in memory, a clock that stands still, and a limit on how long a test may hang."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock, Thread
from typing import TypeVar

from auditor.domain.clock import Stopped
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Scope, Target
from auditor.engine.ports import JudgeFact
from tests import builders

T = TypeVar("T")

Ask = Callable[[Target, CallStats], frozenset[str]]
Collect = Callable[[Scope, str, CallStats], Iterable[Fact | Gap]]

REGIONS = frozenset({"eu-central-1", "eu-west-1", "us-east-1"})


def nothing(_scope: Scope, _collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
    """Look into an empty region: one call."""
    stats.calls += 1
    return ()


def one_definition(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
    """Look into a region with one task definition and nothing else: a call to list it, and one to describe it."""
    if collector.startswith("ecs-") and collector != builders.COLLECTOR:
        yield from nothing(scope, collector, stats)
        return
    stats.calls += 2
    arn = f"arn:aws:ecs:{scope.region}:{scope.account.id}:task-definition/web:1"
    yield builders.task_definition(arn=arn)


def enabled(_target: Target, stats: CallStats) -> frozenset[str]:
    """Let the auditor in, and name three regions: two calls."""
    stats.calls += 2
    return REGIONS


@dataclass
class StubReader:
    """Implements `Cloud` with two functions, and remembers what was asked of it."""

    ask: Ask = enabled
    look: Collect = nothing
    collected: list[tuple[str, str, str]] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def regions(self, target: Target, stats: CallStats) -> frozenset[str]:
        return self.ask(target, stats)

    def collect(self, scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        with self.lock:
            self.collected.append((scope.account.id, scope.region, collector))
        return self.look(scope, collector, stats)

    def add_introductions(
        self,
        scope: Scope,
        collector: str,
        findings: Iterable[Finding],
        judge: JudgeFact,
        stats: CallStats,
        *,
        search: bool,
    ) -> Iterable[Finding]:
        return findings

    def release_scope(self, scope: Scope) -> None:
        with self.lock:
            self.left.append((scope.account.id, scope.region))

    def release_account(self, account: Account) -> None:
        with self.lock:
            self.closed.append(account.id)


@dataclass
class StillClock:
    """Implements `Clock`. Time of day stands still; every look at the other clock takes a quarter of a second."""

    stop: Reason | None = None
    seconds: float = 0.0

    def now(self) -> datetime:
        return builders.NOW

    def monotonic(self) -> float:
        self.seconds += 0.25
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds
        self.raise_if_stopped()

    def raise_if_stopped(self) -> None:
        if self.stop is not None:
            raise Stopped(self.stop)


def within(seconds: float, act: Callable[[], T]) -> T:
    """Return what `act` returns or raise what it raises; fail where it takes longer, in place of hanging with it."""
    future: Future[T] = Future()

    def carry_out() -> None:
        try:
            future.set_result(act())
        except BaseException as error:  # noqa: BLE001 - handed to the test
            future.set_exception(error)

    Thread(target=carry_out, daemon=True).start()
    return future.result(timeout=seconds)
