"""`auditor diff`: what changed between two stored runs, by their rows."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from auditor.archive.layout import Layout
from auditor.commands import diff
from auditor.commands.result_options import DiffOptions
from auditor.domain.errors import ConfigError, StorageError
from auditor.store.folder import Folder
from tests.builders import account, target
from tests.engine.stubs import REGIONS
from tests.run.nights import RUNS, Output

SCOPES = 2 * len(REGIONS)


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Output:
    """Three nights of a folder: `web` and `api` fail, then `web` and `job`, then `api` and `job` in one account."""
    output = Output(monkeypatch, tmp_path / "spool", Folder(tmp_path / "out"))
    output.run(0, "web", "api")
    output.run(1, "web", "job")
    output.run(2, "api", "job", targets=(target(1),))
    return output


def document(tmp_path: Path, *run_ids: str) -> dict[str, Any]:
    outcome = diff.run(DiffOptions(source=str(tmp_path / "out"), run_ids=run_ids, format="json"))
    assert outcome.exit_code == 0
    result: dict[str, Any] = json.loads(outcome.text)
    return result


def counts(document: dict[str, Any]) -> dict[str, int]:
    return {state: count for state, count in document["counts"].items() if count}


@pytest.mark.usefixtures("output")
def test_the_latest_run_is_compared_with_the_one_before(tmp_path: Path) -> None:
    compared = document(tmp_path)

    assert (compared["older"], compared["newer"]) == (RUNS[1], RUNS[2])
    # One account is left: `web` is gone and `api` is back. The other account is not in the run.
    assert counts(compared) == {"reopened": 3, "gone": 3, "stale": 6}
    assert {row["account_id"] for row in compared["changes"] if row["state"] == "stale"} == {account(2).id}


@pytest.mark.usefixtures("output")
def test_two_runs_are_compared_by_their_rows(tmp_path: Path) -> None:
    compared = document(tmp_path, RUNS[0], RUNS[2])

    assert counts(compared) == {"new": 3, "gone": 3, "stale": 6}


def test_a_run_and_its_base_differ_by_the_changes_that_it_wrote(output: Output, tmp_path: Path) -> None:
    compared = document(tmp_path, RUNS[1])

    assert compared == document(tmp_path, RUNS[0], RUNS[1])
    folder = Folder(tmp_path / "out")
    assert counts(compared) == {"new": SCOPES, "gone": SCOPES}
    assert folder.get(Layout(RUNS[1]).changes(account(1).id)) is not None
    written = json.loads(folder.get(Layout(RUNS[1]).manifest) or b"")["counts"]["changes"]
    assert counts(compared) == {state: count for state, count in written.items() if count}


@pytest.mark.usefixtures("output")
def test_the_text_has_a_table_for_each_state(tmp_path: Path) -> None:
    lines = diff.run(DiffOptions(source=str(tmp_path / "out"))).text.splitlines()

    assert lines[0] == (f"Run {RUNS[2]} compared with {RUNS[1]}: 0 new, 3 reopened, 0 resolved, 3 gone and 6 stale.")
    assert [line for line in lines if line.endswith(")") and line[0] != " "] == [
        "Reopened (3)",
        "Gone with their resource (3)",
        "Not examined (6)",
    ]


def test_a_first_run_and_too_many_runs_are_errors(output: Output, tmp_path: Path) -> None:
    options = DiffOptions(source=str(tmp_path / "out"), run_ids=(RUNS[0],))

    with pytest.raises(StorageError, match="was compared with nothing"):
        diff.run(options)
    with pytest.raises(ConfigError, match="3 runs were given"):
        diff.run(replace(options, run_ids=tuple(RUNS[:3])))


def test_a_changed_run_is_not_compared(output: Output, tmp_path: Path) -> None:
    path = tmp_path / "out" / Layout(RUNS[0]).findings(account(1).id)
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(StorageError, match="does not match its SHA-256"):
        diff.run(DiffOptions(source=str(tmp_path / "out"), run_ids=(RUNS[1],)))
