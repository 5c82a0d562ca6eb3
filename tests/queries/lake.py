"""The tables and views of `config/deploy/athena.sql` over an output folder, in DuckDB instead of Athena.

Views and queries are parsed as Athena's SQL and translated. The tables read what Athena would read: the objects below
the location of each day, with the types of the DDL.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from auditor import schemas
from auditor.schemas.sql import DATABASE, duckdb_columns
from auditor.schemas.tables import TABLES, Table

CONFIG = Path(__file__).parents[2] / "config" / "deploy"
ATHENA, DUCKDB = CONFIG / "athena.sql", CONFIG / "duckdb.sql"
QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted((CONFIG / "queries").glob("*.sql"))}

Row = dict[str, Any]


def statements(path: Path = ATHENA) -> Iterator[exp.Expr]:
    """Yield the statements of a file of Athena's SQL. Raises ParseError if it is not valid."""
    yield from (statement for statement in sqlglot.parse(path.read_text(encoding="utf-8"), read="athena") if statement)


class Lake:
    """An output folder as a database. `today` is the date of every query."""

    def __init__(self, output: Path, today: date) -> None:
        self._today = today
        self._database = duckdb.connect()
        self._database.execute(f"SET TimeZone = 'UTC'; CREATE SCHEMA {DATABASE}")
        for table in TABLES:
            self._create(table, output)
        for statement in statements():
            if statement.args["kind"] == "VIEW":
                self._database.execute(self._translate(statement))

    def query(self, text: str) -> list[Row]:
        """Return the rows of a query of Athena's SQL, in its order."""
        result = self._database.execute(self._translate(sqlglot.parse_one(text, read="athena")))
        names = [column[0] for column in result.description or ()]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _translate(self, statement: exp.Expr) -> str:
        dated = statement.transform(
            lambda node: (
                exp.cast(exp.Literal.string(self._today.isoformat()), "date")
                if isinstance(node, exp.CurrentDate)
                else node
            )
        )
        return dated.sql(dialect="duckdb")

    def _create(self, table: Table, output: Path) -> None:
        types = duckdb_columns(table, schemas.read)
        name, files = f"{DATABASE}.{table.name}", f"{output}/{table.folder}/dt=*/**/*"
        if not list((output / table.folder).glob("dt=*/**/*.*")):
            columns = ", ".join(f'"{column}" {kind}' for column, kind in {**types, "dt": "VARCHAR"}.items())
            self._database.execute(f"CREATE TABLE {name} ({columns})")
            return
        self._database.execute(
            f"CREATE TABLE {name} AS SELECT * FROM read_json('{files}', format = 'newline_delimited', "  # noqa: S608 - a folder of the test
            f"columns = {types}, hive_partitioning = true, hive_types_autocast = false)"
        )
