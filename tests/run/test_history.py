"""Two nights in one process: an earlier run that is missing, damaged or forged is said, and closes nothing."""

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
from auditor.archive.layout import LATEST, Layout
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.events import Event, Level, Notice, RunEnded
from auditor.domain.fact import Fact
from auditor.domain.result import RunResult
from auditor.domain.scope import Scope, Target
from auditor.engine.signals import handle_signals
from auditor.run.exit_codes import OK, TAMPERED
from auditor.run.orchestrator import RunRequest, audit
from auditor.settings import Override
from auditor.store.store import Blob
from tests.builders import account, container, target, task_definition
from tests.engine.stubs import StubReader
from tests.run.stubs import stub_aws
from tests.store.stubs import Memory

Row = dict[str, Any]
RUNS = [f"202611{day}T020000Z-1a2b3c" for day in (20, 21, 22, 23)]
ONE, TWO = account(1).id, account(2).id


class Output:
    """An output in memory and the runs that wrote to it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, spool: Path) -> None:
        self.store = Memory()
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
        aws = stub_aws(self._monkeypatch, self.store, StubReader(read_scope=read_scope))
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


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Output:
    """An output with one night, in which the family `web` fails in both accounts and all regions."""
    output = Output(monkeypatch, tmp_path)
    output.run(0, "web")
    return output


HISTORY = Layout(RUNS[0]).history(ONE)


def changed_row(body: bytes, **values: object) -> bytes:
    lines = [json.dumps(json.loads(line) | values) for line in gzip.decompress(body).splitlines()]
    return gzip.compress("\n".join(lines).encode())


def missing(output: Output) -> None:
    del output.store.blobs[HISTORY]


def truncated(output: Output) -> None:
    output.edit(HISTORY, lambda body: body[:-9])
    output.trust(0, HISTORY)


def of_another_schema(output: Output) -> None:
    output.edit(HISTORY, lambda body: changed_row(body, schema_version="9.0"))
    output.trust(0, HISTORY)


def of_another_account(output: Output) -> None:
    output.edit(HISTORY, lambda body: changed_row(body, account_id=TWO))
    output.trust(0, HISTORY)


def without_time_zone(output: Output) -> None:
    output.edit(HISTORY, lambda body: changed_row(body, first_seen="2026-11-20T02:00:00"))
    output.trust(0, HISTORY)


def not_listed(output: Output) -> None:
    def edit(body: bytes) -> bytes:
        manifest = json.loads(body)
        manifest["objects"] = [listed for listed in manifest["objects"] if listed["key"] != HISTORY]
        return json.dumps(manifest).encode()

    output.edit(Layout(RUNS[0]).manifest, edit)


def test_an_unchanged_night_changes_nothing(output: Output) -> None:
    assert output.states(0) == {None}
    assert output.run(1, "web") == OK
    assert output.states(1) == {"open"}
    assert output.changes(1) == set()
    assert output.warnings() == []


def test_what_is_no_longer_there_is_gone_and_comes_back_as_reopened(output: Output) -> None:
    output.run(1, "api")
    output.run(2, "web")

    assert output.states(1) == {"new"}
    assert output.changes(1) == {("new", ""), ("gone", "not-listed")}
    assert output.states(2) == {"reopened"}


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (missing, "does not exist any more"),
        (truncated, "is damaged"),
        (of_another_schema, "is damaged, or of another version"),
        (of_another_account, "is damaged"),
        (without_time_zone, "has no time zone"),
        (not_listed, "left no history of this account"),
    ],
)
def test_an_account_without_usable_history_is_compared_with_nothing(
    output: Output, damage: Callable[[Output], None], problem: str
) -> None:
    damage(output)

    code = output.run(1, "api")

    assert code == OK
    assert (output.states(1, ONE), output.changes(1, ONE)) == ({None}, set())
    assert (output.states(1, TWO), output.changes(1, TWO)) == ({"new"}, {("new", ""), ("gone", "not-listed")})
    (warning,) = output.warnings()
    assert warning.startswith(f"Account compared with nothing: {ONE}: ")
    assert problem in warning
    assert [unread.account_id for unread in output.result.comparison.unread] == [ONE]


def test_forged_history_is_not_believed_and_has_its_own_exit_code(output: Output) -> None:
    output.edit(HISTORY, lambda body: changed_row(body, state="resolved", closed_at="2026-11-20T02:00:00Z"))

    code = output.run(1, "web")

    assert code == TAMPERED
    assert output.states(1) == {None}
    assert [problem.account for problem in output.result.integrity] == [ONE]


@pytest.mark.parametrize(
    ("key", "body", "problem"),
    [
        (Layout(RUNS[0]).manifest, None, "has no manifest"),
        (Layout(RUNS[0]).manifest, b"{}", "is damaged, or of another version"),
        (LATEST, b"{", "is not usable: it is not a JSON document"),
    ],
)
def test_a_run_without_a_usable_earlier_run_is_compared_with_nothing_and_says_so_first(
    output: Output, key: str, body: bytes | None, problem: str
) -> None:
    output.store.blobs.pop(key)
    if body is not None:
        output.store.put(key, Blob(body))

    output.run(1, "api")

    assert output.states(1) == {None}
    assert output.changes(1) == set()
    warning = output.warnings()[0]
    assert warning.startswith("Compared with nothing: ")
    assert problem in warning
    assert problem in output.result.comparison.problem


def test_a_latest_json_that_cannot_be_read_is_no_first_night(output: Output) -> None:
    output.store.unreadable = True

    output.run(1, "api")

    assert output.warnings()[0] == "Compared with nothing: latest.json could not be read: Unreadable."


def test_an_account_that_left_the_organization_takes_its_findings_along(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    output = Output(monkeypatch, tmp_path)
    member = replace(target(2), account=replace(account(2), in_organization=True))
    output.run(0, "web", targets=(target(1), member))

    output.run(1, "web", targets=(target(1),))
    output.run(2, "web", targets=(target(1), member))

    assert output.changes(1, TWO) == {("gone", "left-organization")}
    assert output.states(2, TWO) == {"reopened"}


def test_an_account_that_the_inventory_no_longer_names_is_handed_on_and_keeps_its_age(output: Output) -> None:
    output.run(1, "web", targets=(target(1),))
    output.run(2, "web", targets=(target(1),))
    output.run(3, "web")

    assert output.changes(1, TWO) == output.changes(2, TWO) == {("stale", "account-not-in-run")}
    assert output.states(3, TWO) == {"open"}
    first = output.rows(Layout(RUNS[0]).findings(TWO))[0]["first_seen"]
    assert {row["first_seen"] for row in output.rows(Layout(RUNS[3]).findings(TWO))} == {first}


def test_a_narrowed_run_is_never_compared_with(output: Output) -> None:
    output.run(1, "api", narrowed_by=("--account",))
    output.run(2, "web")

    assert output.states(2) == {"open"}
    assert output.result.comparison.run_id == RUNS[0]


def test_a_resumed_run_keeps_the_run_that_it_is_compared_with(output: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its successor ended meanwhile. The older run is compared with what was the latest one when it began."""
    output.store.refuses = lambda key: key.startswith("runs/") and RUNS[1] in key
    output.run(1, "api")
    output.store.refuses = lambda _: False
    output.run(2, "web")

    output.run(1, "api", resume=True)

    assert output.result.comparison.run_id == RUNS[0]
    assert output.changes(1) == {("new", ""), ("gone", "not-listed")}
    assert output.states(2) == {"open"}
    assert json.loads(output.store.blobs[LATEST].body)["run_id"] == RUNS[2]
