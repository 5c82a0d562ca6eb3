"""The saved queries: Athena's SQL, answered like a computation in Python on the same objects."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from auditor import schemas
from auditor.schemas.tables import TABLES, Listing, Scalar, columns
from tests.queries import output
from tests.queries.lake import QUERIES, Lake, Row, statements
from tests.queries.truth import TRUTH, Rows


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nights")
    output.write(folder)
    return folder


@pytest.fixture(scope="module")
def lake(nights: Path) -> Lake:
    return Lake(nights, output.TODAY)


@pytest.fixture(scope="module")
def rows(nights: Path) -> Rows:
    return Rows(nights, output.TODAY)


def comparable(answer: list[Row]) -> list[str]:
    """Return the rows of an answer without their order, which SQL leaves open for equal keys."""
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in answer)


def test_there_is_a_truth_for_every_query() -> None:
    assert sorted(QUERIES) == sorted(TRUTH)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_answers_like_the_rows_themselves(lake: Lake, rows: Rows, name: str) -> None:
    expected = TRUTH[name](rows)

    assert expected, "the nights hold nothing for this query"
    assert comparable(lake.query(QUERIES[name])) == comparable(expected)


def test_the_latest_run_is_whole_even_if_others_of_the_day_are_later(lake: Lake) -> None:
    (latest,) = lake.query("SELECT run_id FROM auditor.latest_run")
    runs = lake.query("SELECT DISTINCT run_id FROM auditor.findings")

    assert latest == {"run_id": output.SECOND}
    assert len(runs) == len(output.RUNS), "rows of every run are there, also of the interrupted one"


def test_a_run_without_an_inventory_is_the_latest_if_no_other_is_whole(nights: Path, tmp_path: Path) -> None:
    shutil.copytree(nights / "index", tmp_path / "index")
    for path in (tmp_path / "index").glob("dt=*/*.json"):
        if path.stem not in {output.UNLISTED, output.NARROWED}:
            path.unlink()

    assert Lake(tmp_path, output.TODAY).query("SELECT run_id FROM auditor.latest_run") == [{"run_id": output.UNLISTED}]


def test_an_output_without_runs_has_no_answers(tmp_path: Path) -> None:
    lake = Lake(tmp_path, output.TODAY)

    assert {name: lake.query(text) for name, text in QUERIES.items()} == {name: [] for name in QUERIES}


#: Not in DuckDB, or with another meaning: the difference of two timestamps counts whole days in Athena, and midnights
#: in DuckDB, so queries compare dates.
UNPORTABLE = {
    *("any_match", "approx_distinct", "date_add", "from_iso8601_timestamp", "json_extract_scalar"),
    *("regexp_like", "try"),
}


LISTS_OF_TEXT = {
    column.name
    for table in TABLES
    for column in columns(table, schemas.read)
    if isinstance(column.type, Listing) and isinstance(column.type.items, Scalar)
}


def problems(text: str) -> Iterator[str]:
    """Yield what a saved query must not contain."""
    if not text.startswith("-- "):
        yield "no comment that says what it answers"
    queries = sqlglot.parse(text, read="athena")
    if len(queries) != 1 or not isinstance(queries[0], exp.Query):
        yield "not one query"
    for query in filter(None, queries):
        yield from problems_of_functions(query)
        yield from problems_of_statuses(query)
        yield from problems_of_unnest(query)
        yield from problems_of_tables(query)


def problems_of_functions(query: exp.Expr) -> Iterator[str]:
    for function in query.find_all(exp.Func):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        if name.lower() in UNPORTABLE:
            yield f"{name} is not the same in Athena and DuckDB"


def problems_of_statuses(query: exp.Expr) -> Iterator[str]:
    for node in query.find_all(exp.NEQ, exp.Not):
        if "status" in {column.name for column in node.find_all(exp.Column)}:
            yield "statuses by what they are not: UNKNOWN would count as good"


def problems_of_unnest(query: exp.Expr) -> Iterator[str]:
    for unnest in query.find_all(exp.Unnest):
        if not {column.name for column in unnest.find_all(exp.Column)} <= LISTS_OF_TEXT:
            yield "UNNEST of objects gives columns in Athena, and one object in DuckDB"


@cache
def known_tables() -> set[str]:
    """Return the tables and views of `athena.sql`."""
    return {statement.find(exp.Table).sql() for statement in statements()}  # type: ignore[union-attr]  # all name one


def problems_of_tables(query: exp.Expr) -> Iterator[str]:
    temporary = {cte.alias for cte in query.find_all(exp.CTE)}
    for table in query.find_all(exp.Table):
        name = f"{table.db}.{table.name}".lstrip(".")
        if name not in known_tables() | temporary:
            yield f"{name} is no table of athena.sql"


@pytest.mark.parametrize("name", QUERIES)
def test_a_saved_query_means_the_same_everywhere(name: str) -> None:
    assert list(problems(QUERIES[name])) == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT 1", "no comment"),
        ("-- Why?\nSELECT 1; SELECT 2", "not one query"),
        ("-- Why?\nDROP TABLE auditor.findings", "not one query"),
        ("-- Why?\nSELECT 1 FROM auditor.findings WHERE status <> 'FAIL'", "statuses"),
        ("-- Why?\nSELECT 1 FROM auditor.findings WHERE status NOT IN ('FAIL')", "statuses"),
        ("-- Why?\nSELECT e.part FROM auditor.findings CROSS JOIN UNNEST(evidence) AS t(e)", "UNNEST of objects"),
        ("-- Why?\nSELECT approx_distinct(owner) FROM auditor.findings", "is not the same"),
        ("-- Why?\nSELECT from_iso8601_timestamp(first_seen) FROM auditor.findings", "is not the same"),
        ("-- Why?\nSELECT regexp_like(owner, 'x') FROM auditor.findings", "is not the same"),
        ("-- Why?\nSELECT 1 FROM findings", "is no table"),
    ],
)
def test_a_query_that_would_mislead_is_noticed(text: str, problem: str) -> None:
    assert any(problem in line for line in problems(text))
