"""Two nights in one process: an earlier run that is missing, damaged or forged is said, and closes nothing."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.archive.layout import LATEST, Layout
from auditor.run.exit_codes import OK, TAMPERED
from auditor.store.store import Blob
from tests.builders import account, target
from tests.run.nights import ONE, RUNS, TWO, Output


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
