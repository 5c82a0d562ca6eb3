"""Stubs for engine tests: an organization in memory, a clock that stands still, and a time limit."""

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

ListRegions = Callable[[Target, CallStats], frozenset[str]]
ReadScope = Callable[[Scope, str, CallStats], Iterable[Fact | Gap]]

REGIONS = frozenset({"eu-central-1", "eu-west-1", "us-east-1"})


def empty_region(_scope: Scope, _collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
    """Read an empty region: one call."""
    stats.calls += 1
    return ()


def one_definition(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
    """Read a region with one task definition: one call to list it, and one to describe it."""
    if collector.startswith("ecs-") and collector != builders.COLLECTOR:
        yield from empty_region(scope, collector, stats)
        return
    stats.calls += 2
    arn = f"arn:aws:ecs:{scope.region}:{scope.account.id}:task-definition/web:1"
    yield builders.task_definition(arn=arn)


def three_regions(_target: Target, stats: CallStats) -> frozenset[str]:
    """Assume the role and list three regions: two calls."""
    stats.calls += 2
    return REGIONS


@dataclass
class StubReader:
    """Implements `CloudReader` with two functions, and records the calls."""

    list_regions: ListRegions = three_regions
    read_scope: ReadScope = empty_region
    collected: list[tuple[str, str, str]] = field(default_factory=list)
    released_accounts: list[str] = field(default_factory=list)
    released_scopes: list[tuple[str, str]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def regions(self, target: Target, stats: CallStats) -> frozenset[str]:
        return self.list_regions(target, stats)

    def collect(self, scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        with self.lock:
            self.collected.append((scope.account.id, scope.region, collector))
        return self.read_scope(scope, collector, stats)

    def add_introductions(  # noqa: PLR0913 - as in the protocol
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
            self.released_scopes.append((scope.account.id, scope.region))

    def release_account(self, account: Account) -> None:
        with self.lock:
            self.released_accounts.append(account.id)


@dataclass
class StillClock:
    """Implements `Clock`. The time of day stands still; each call of `monotonic` advances it by 0.25 s."""

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


def within(seconds: float, function: Callable[[], T]) -> T:
    """Return or raise what `function` does, and fail after `seconds` if it hangs."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(function())
        except BaseException as error:  # noqa: BLE001 - raised again in the test
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future.result(timeout=seconds)
