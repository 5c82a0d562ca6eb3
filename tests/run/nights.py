"""Nights in one process: an output and the runs that wrote to it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor import checks, settings
from auditor.archive.layout import Layout
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.events import Event, Level, Notice, RunEnded
from auditor.domain.fact import Fact
from auditor.domain.result import RunResult
from auditor.domain.scope import Scope, Target
from auditor.engine.signals import handle_signals
from auditor.run.orchestrator import RunRequest, audit
from auditor.settings import Override
from auditor.store.store import Store
from tests.builders import account, container, target, task_definition
from tests.engine.stubs import StubReader
from tests.run.stubs import stub_aws
from tests.store.stubs import Memory

Row = dict[str, Any]
RUNS = [f"202611{day}T020000Z-1a2b3c" for day in (20, 21, 22, 23)]
ONE, TWO = account(1).id, account(2).id


class Output:
    """An output in memory and the runs that wrote to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, spool: Path, copy: Store | None = None) -> None:
        """Write to memory, or to another store."""
        self.store = Memory()
        self._copy = copy
        self.events: list[Event] = []
        self._monkeypatch = monkeypatch
        self._spool = spool

    def run(self, number: int, *families: str, targets: Iterable[Target] = (), **more: Any) -> int:  # noqa: ANN401 - the fields of RunRequest
        """Audit two accounts, or `targets`, that have these families in every region. Return the exit code."""

        def read_scope(scope: Scope, collector: str, _stats: CallStats) -> Iterator[Fact | Gap]:
            for family in families if collector == "ecs-task-definitions" else ():
                arn = f"arn:aws:ecs:{scope.region}:{scope.account.id}:task-definition/{family}:1"
                yield task_definition(family, arn=arn, containers=(container(privileged=True),))

        flags = {"spool": str(self._spool), "limits.workers": "2", "checks.include": "ecs-privileged-container"}
        overrides = {name: Override(value, name) for name, value in flags.items()}
        loaded = settings.load(None, "settings", overrides, checks.load())
        chosen = tuple(targets) or (target(1), target(2))
        request = RunRequest(RUNS[number], "s3://bucket", chosen, loaded, {}, **more)
        self.events = []
        aws = stub_aws(self._monkeypatch, self._copy or self.store, StubReader(read_scope=read_scope))
        with handle_signals(aws.clock) as shutdown:
            return audit(request, aws, self.events.append, shutdown).exit_code

    @property
    def result(self) -> RunResult:
        last = self.events[-1]
        assert isinstance(last, RunEnded)
        return last.result

    def warnings(self) -> list[str]:
        notices = [event for event in self.events if isinstance(event, Notice) and event.level is Level.WARNING]
        return [f"{notice.message}: {notice.detail}" for notice in notices]

    def rows(self, key: str) -> list[Row]:
        blob = self.store.blobs.get(key)
        return [json.loads(line) for line in gzip.decompress(blob.body).splitlines()] if blob else []

    def states(self, number: int, account_id: str = ONE) -> set[str | None]:
        rows = self.rows(Layout(RUNS[number]).findings(account_id))
        return {row["lifecycle"]["state"] for row in rows if row["status"] == "FAIL"}

    def changes(self, number: int, account_id: str = ONE) -> set[tuple[str, str]]:
        return {(row["state"], row["reason"]) for row in self.rows(Layout(RUNS[number]).changes(account_id))}

    def edit(self, key: str, edit: Callable[[bytes], bytes]) -> None:
        self.store.blobs[key] = replace(self.store.blobs[key], body=edit(self.store.blobs[key].body))

    def trust(self, number: int, key: str) -> None:
        """Make the manifest of a run list an object as it is."""
        digest = hashlib.sha256(self.store.blobs[key].body).hexdigest()

        def edit(body: bytes) -> bytes:
            manifest = json.loads(body)
            for listed in manifest["objects"]:
                listed["sha256"] = digest if listed["key"] == key else listed["sha256"]
            return json.dumps(manifest).encode()

        self.edit(Layout(RUNS[number]).manifest, edit)
