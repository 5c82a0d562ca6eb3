"""`auditor show` on the results of the demo."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.reports.sanitize import display_width
from tests.commands.results import demo_output, rows

INCOMPLETE = "INCOMPLETE: 87.4% of the scope was examined; the rest is not in this list."


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_output(tmp_path_factory.mktemp("demo"))


def show(output: Path, *arguments: str, columns: str = "") -> Result:
    return CliRunner().invoke(main, ["show", "--from", str(output), *arguments], env={"COLUMNS": columns or None})


def test_failures_are_listed_with_the_most_urgent_first(demo: Path) -> None:
    lines = show(demo, "--limit", "0").output.splitlines()
    failures = [row for row in rows(demo, "findings") if row["status"] == "FAIL"]

    severities = [line.split()[0] for line in lines[1 : len(failures) + 1]]
    ranks = ["critical", "high", "medium", "low"]
    assert severities == sorted(severities, key=ranks.index)
    assert lines[-2].startswith(f"{len(failures)} findings of run ")
    assert lines[-1] == INCOMPLETE


def test_a_list_that_is_cut_says_so(demo: Path) -> None:
    output = show(demo, "severity:low", "--limit", "3").output
    matching = sum(row["status"] == "FAIL" and row["severity"] == "low" for row in rows(demo, "findings"))

    assert len(output.splitlines()) == 1 + 3 + 1 + 2
    assert f"{matching} findings of run " in output
    assert "the first 3 are listed (--limit 0 lists all)" in output


def test_rows_are_written_as_they_are_stored(demo: Path) -> None:
    output = show(demo, "status:unknown", "-severity:low,medium", "--format", "json").output
    listed = [json.loads(line) for line in output.splitlines()]

    expected = [
        row for row in rows(demo, "findings") if row["status"] == "UNKNOWN" and row["severity"] in ("high", "critical")
    ]
    assert sorted(listed, key=lambda row: row["finding_id"]) == sorted(expected, key=lambda row: row["finding_id"])
    assert expected


def test_csv_has_one_line_per_finding(demo: Path) -> None:
    output = show(demo, "check:ecs-privileged-container", "--format", "csv").output.lstrip("\ufeff")
    listed = {line["finding_id"] for line in csv.DictReader(io.StringIO(output))}

    checked = [row for row in rows(demo, "findings") if row["check_id"] == "ecs-privileged-container"]
    assert listed == {row["finding_id"] for row in checked if row["status"] == "FAIL"}


def test_findings_that_depend_on_something_unexamined_are_counted_and_not_listed(demo: Path) -> None:
    output = show(demo, "is:public").output
    failures = [row for row in rows(demo, "findings") if row["status"] == "FAIL"]

    public, unknown = (sum(row["is_public"] is value for row in failures) for value in (True, None))
    assert f"{public} findings of run " in output
    assert f"{unknown} more findings depend on something that was not examined." in output


def test_no_line_is_longer_than_the_terminal(demo: Path) -> None:
    lines = show(demo, "--limit", "0", columns="100").output.splitlines()

    assert max(map(display_width, lines[:-2])) <= 100


def test_nothing_found_is_never_said_without_what_was_not_examined(demo: Path) -> None:
    assert show(demo, "no-such-text").output.splitlines()[1:] == [INCOMPLETE]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("foo:1",), "'foo' is not a qualifier", id="a qualifier that does not exist"),
        pytest.param(("--limit", "many"), "--limit: 'many' is not a number", id="a limit that is not a number"),
        pytest.param(("--run", "x"), "--run: 'x' does not start with a time", id="a run that is not one"),
    ],
)
def test_a_mistake_says_what_to_do(demo: Path, arguments: tuple[str, ...], message: str) -> None:
    result = show(demo, *arguments)

    assert (result.exit_code, message in result.output) == (2, True), result.output
