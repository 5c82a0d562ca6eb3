"""The saved queries on what the real command writes: two whole nights of one day with changes between, and others."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from auditor import schemas
from auditor.schemas.tables import TABLES, columns
from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import running
from tests.nightly.night import Night, audit
from tests.queries.lake import DUCKDB, QUERIES, Lake, Row
from tests.queries.truth import TRUTH, Rows
from tests.schemas.test_sql import fits

pytestmark = pytest.mark.slow

#: The real one: exceptions apply by the clock.
TODAY = datetime.now(UTC).date()
FIRST, SECOND, NARROWED = (f"{TODAY}T00:00:0{second}Z" for second in range(3))
SHAPE = Shape(accounts=6, regions=2, families=4, services=3, fail_share=0.6)
EXCLUDED, REFUSED, DENIED = 5, 4, 3
SETTINGS = """
emit: [PASS, FAIL, UNKNOWN, NOT_APPLICABLE]
due_days: {critical: 7, high: 30}
ownership:
  owner: {tags: [Owner], ous: {/Production: production-team}}
  environment: {tags: [owner]}
"""


def exceptions() -> str:
    """Return a file with an exception that expires soon and one that does not."""
    item = """
  - {{id: {check}, check: {check}, reason: accepted-risk, justification: A test., owner: security, ticket: SEC-1,
     created: {today}, expires: {expires}}}"""
    soon, later = TODAY + timedelta(days=9), TODAY + timedelta(days=90)
    return "exceptions:" + "".join(
        item.format(check=check, today=TODAY, expires=expires)
        for check, expires in (("ecs-privileged-container", soon), ("ecs-logging-missing", later))
    )


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nights")
    settings, accepted = folder / "settings.yaml", folder / "exceptions.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    accepted.write_text(exceptions(), encoding="utf-8")
    files = ("--settings", str(settings), "--exceptions", str(accepted))
    with running(SHAPE) as fleet:
        members = fleet.organization.members
        inventory = fleet.discovery_text + (
            f'accounts:\n  - {{id: "{members[EXCLUDED].id}", exclude: "sandbox"}}\n'
            f'  - {{id: "{members[0].id}", tags: {{Owner: a, owner: b}}}}\n'
        )
        denied = (
            Fault("scp-denied", accounts=(members[DENIED].id,), region=fleet.organization.regions[1]),
            Fault("access-denied", accounts=(members[1].id,), operation="DescribeTaskDefinition", rate=0.5),
        )

        def audit_once(run_id: str, *flags: str) -> Night:
            return audit(fleet, folder, "--run-id", run_id, *flags, inventory=inventory, checks=files)

        fleet.set_faults(*denied)
        first = audit_once(FIRST)
        fleet.next_night(changed=0.5)
        fleet.set_faults(*denied, Fault("role-refused", accounts=(members[REFUSED].id,)))
        second = audit_once(SECOND)
        third = audit_once(NARROWED, "--account", members[0].id)
    assert [night.code for night in (first, second, third)] == [4, 4, 0], second.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def lake(nights: Path) -> Lake:
    return Lake(nights, TODAY)


@pytest.fixture(scope="module")
def rows(nights: Path) -> Rows:
    return Rows(nights, TODAY)


def comparable(answer: list[Row]) -> list[str]:
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in answer)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_answers_like_the_rows_themselves(lake: Lake, rows: Rows, name: str) -> None:
    expected = TRUTH[name](rows)

    assert expected or name == "overdue", "nothing is overdue in a day"
    assert comparable(lake.query(QUERIES[name])) == comparable(expected)


def test_the_nights_hold_what_queries_must_not_confuse(nights: Path, rows: Rows) -> None:
    latest = json.loads((nights / "latest.json").read_text(encoding="utf-8"))["run_id"]

    assert latest == rows.latest_run == f"{TODAY:%Y%m%d}T000001Z-scheduled"
    assert [run["narrowed"] for run in rows.runs] == [False, False, True]
    assert {row["run_id"] for row in rows.all_findings} == {run["run_id"] for run in rows.runs}
    assert {row["status"] for row in rows.findings} == {"PASS", "FAIL", "UNKNOWN", "NOT_APPLICABLE"}
    assert {row["status"] for row in rows.coverage} >= {"EXAMINED", "NOT_EXAMINED", "EXCLUDED"}
    assert {row["is_public"] for row in rows.findings} == {True, False, None}
    assert {row["exception"] is None for row in rows.findings if row["status"] == "FAIL"} == {True, False}
    assert {row["owner"] for row in rows.findings} >= {"", "a", "production-team"}
    changes = {row["state"] for row in rows.all_changes if row["run_id"] == latest}
    assert changes >= {"new", "resolved", "stale"}


def test_every_value_of_every_row_has_the_type_of_its_column(rows: Rows) -> None:
    by_table = {
        "findings": rows.all_findings,
        "coverage": rows.all_coverage,
        "changes": rows.all_changes,
        "runs": rows.runs,
    }
    for table in TABLES:
        types = {column.name: column.type for column in columns(table, schemas.read)}
        for row in by_table[table.name]:
            assert [name for name, kind in types.items() if not fits(row[name], kind)] == []
    assert [row for row in rows.all_coverage if row["observed_at"] is None] == []


def test_the_index_agrees_with_the_rows(rows: Rows) -> None:
    for run in rows.runs:
        found = [row for row in rows.all_findings if row["run_id"] == run["run_id"]]
        changes = [row for row in rows.all_changes if row["run_id"] == run["run_id"]]
        assert run["findings"] == {status: sum(row["status"] == status for row in found) for status in run["findings"]}
        assert run["changes"] == {state: sum(row["state"] == state for row in changes) for state in run["changes"]}


def test_failures_that_the_internet_can_reach_are_one_query(lake: Lake, rows: Rows) -> None:
    public = lake.query("SELECT finding_id FROM auditor.latest_findings WHERE status = 'FAIL' AND is_public")

    services = {row["finding_id"] for row in rows.findings if row["check_id"] == "ecs-service-public-ip"}
    failing = services & {row["finding_id"] for row in rows.findings if row["status"] == "FAIL"}
    assert failing
    assert failing <= {row["finding_id"] for row in public}


def test_the_file_of_an_excluded_account_can_be_read_alone(nights: Path, rows: Rows) -> None:
    excluded = next(row["account_id"] for row in rows.coverage if row["status"] == "EXCLUDED")
    (path,) = nights.glob(f"findings/dt=*/run={rows.latest_run}/{excluded}.jsonl.gz")
    database = duckdb.connect()
    database.execute(DUCKDB.read_text(encoding="utf-8"))

    result = database.execute("SELECT * FROM read_findings(?)", [str(path)])

    assert [column[0] for column in result.description or ()][:2] == ["schema_version", "run_id"]
    assert result.fetchall() == []
