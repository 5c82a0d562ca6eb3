"""The SQL derived from the schemas: up to date, of types that rows keep, and over the objects of the layout."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from auditor import schemas
from auditor.archive import encode
from auditor.archive.layout import Layout
from auditor.domain.ecs.usage import EcsUsage
from auditor.schemas.sql import (
    LOCATION,
    LONGEST_COMMENT,
    athena_ddl,
    duckdb_columns,
    duckdb_macros,
    duckdb_type,
    hive_type,
)
from auditor.schemas.tables import TABLES, Column, Listing, Scalar, Struct, Table, TextMap, Type, columns
from tests import builders

DEPLOY = Path(__file__).parents[2] / "config" / "deploy"
RUN = "20261123T020000Z-1a2b3c"
BY_NAME = {table.name: table for table in TABLES}
#: Of Hive's DDL, as Athena documents them: a member of a struct cannot be quoted.
_RESERVED = """
all alter and array as authorization between bigint binary boolean both by case cast char column commit constraint
create cross cube current cursor database date decimal delete describe distinct div double drop else end exchange
exists extended external extract false fetch float floor following for foreign from full function grant group
grouping having if import in inner insert int integer intersect interval into is join lateral left less like local
macro map more none not null numeric of on only or order out outer over partition percent preceding precision
preserve primary procedure range reads reduce references regexp revoke right rlike rollback rollup row rows select
set smallint start table tablesample then time timestamp to transform trigger true truncate unbounded union unique
update user using values varchar views when where window with
"""
RESERVED = frozenset(_RESERVED.split())


def table_over(*properties: tuple[str, Any], **definitions: Any) -> tuple[Column, ...]:  # noqa: ANN401 - JSON Schema
    """Return the columns of a table over rows with these properties."""
    schema = json.dumps({"properties": dict(properties), "$defs": definitions})
    return columns(Table("t", "t", "t", ""), lambda _: schema)


def test_the_sql_files_are_up_to_date() -> None:
    message = "run `python -m auditor.schemas`"

    assert (DEPLOY / "athena.sql").read_text(encoding="utf-8") == athena_ddl(schemas.read), message
    assert (DEPLOY / "duckdb.sql").read_text(encoding="utf-8") == duckdb_macros(schemas.read), message


@pytest.mark.parametrize(
    ("schema", "hive", "duckdb"),
    [
        pytest.param({"type": "integer"}, "bigint", "BIGINT", id="a number"),
        pytest.param({"type": "number"}, "double", "DOUBLE", id="a fraction"),
        pytest.param(
            {"anyOf": [{"type": "boolean"}, {"type": "null"}]}, "boolean", "BOOLEAN", id="true, false or null"
        ),
        pytest.param({"$ref": "#/$defs/Word"}, "string", "VARCHAR", id="one of several words"),
        pytest.param(
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/Word"}},
            "map<string,string>",
            "MAP(VARCHAR, VARCHAR)",
            id="a map of text",
        ),
        pytest.param(
            {"type": "array", "items": {"$ref": "#/$defs/Part"}},
            "array<struct<name:string,sizes:array<bigint>>>",
            'STRUCT("name" VARCHAR, "sizes" BIGINT[])[]',
            id="a list of objects",
        ),
        pytest.param(
            {"anyOf": [{"$ref": "#/$defs/Part"}, {"$ref": "#/$defs/Other"}, {"type": "null"}]},
            "struct<name:string,sizes:array<bigint>,open:boolean>",
            'STRUCT("name" VARCHAR, "sizes" BIGINT[], "open" BOOLEAN)',
            id="objects of two services",
        ),
    ],
)
def test_a_property_has_a_type(schema: dict[str, Any], hive: str, duckdb: str) -> None:
    part = {"type": "object", "properties": {"name": {"type": "string"}, "sizes": LIST}}
    other = {"type": "object", "properties": {"name": {"type": "string"}, "open": {"type": "boolean"}}}

    (column,) = table_over(("x", schema), Word={"type": "string", "enum": ["a"]}, Part=part, Other=other)

    assert (hive_type(column.type), duckdb_type(column.type)) == (hive, duckdb)


LIST = {"type": "array", "items": {"type": "integer"}}


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"anyOf": [{"type": "string"}, {"type": "integer"}]}, id="text or number"),
        pytest.param({"type": "object", "additionalProperties": True}, id="any object"),
        pytest.param({"type": "object"}, id="an object of unknown members"),
        pytest.param({}, id="anything"),
        pytest.param({"type": "array"}, id="a list of anything"),
        pytest.param(
            {
                "anyOf": [
                    {"type": "object", "properties": {"a": {"type": "string"}}},
                    {"type": "object", "properties": {"a": {"type": "integer"}}},
                ]
            },
            id="a member with another type in another service",
        ),
    ],
)
def test_a_property_whose_values_differ_in_type_has_no_column(schema: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^x\b"):
        table_over(("x", schema))


def fits(value: object, kind: Type) -> bool:
    """Return whether a value of a row has the type of its column; null fits every type."""
    match kind:
        case Scalar():
            types: dict[str, tuple[type, ...]] = {"string": (str,), "bigint": (int,), "double": (int, float)}
            return value is None or isinstance(value, types.get(kind.name, (bool,)))
        case Listing():
            return value is None or (isinstance(value, list) and all(fits(item, kind.items) for item in value))
        case TextMap():
            return value is None or (isinstance(value, dict) and all(fits(v, kind.values) for v in value.values()))
        case Struct():
            members = kind.members
            return value is None or (
                isinstance(value, dict)
                and value.keys() <= members.keys()
                and all(fits(member, members[name]) for name, member in value.items())
            )


@pytest.mark.parametrize(
    "finding",
    [
        builders.finding(usage=EcsUsage(services=("arn:s",), public_ip=None, desired_tasks=3)),
        builders.finding(usage=None),
        builders.unknown(),
    ],
    ids=["a running one", "one without usage", "an unread one"],
)
def test_the_row_of_a_finding_fits_its_table(finding: Any) -> None:  # noqa: ANN401 - a finding
    row = json.loads(encode.line(encode.finding_row(finding, RUN)))
    table = columns(BY_NAME["findings"], schemas.read)

    assert [column.name for column in table] == list(row)
    assert [column.name for column in table if not fits(row[column.name], column.type)] == []


def test_the_rows_of_coverage_and_changes_fit_their_tables() -> None:
    lines = {
        "coverage": encode.line(encode.coverage_row(builders.coverage(), RUN)),
        "changes": encode.line(encode.change_row(builders.change(), RUN)),
    }
    for name, line in lines.items():
        row, table = json.loads(line), columns(BY_NAME[name], schemas.read)
        assert [column.name for column in table] == list(row)
        assert [column.name for column in table if not fits(row[column.name], column.type)] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_names_are_those_that_hive_keeps(table: Table) -> None:
    row = columns(table, schemas.read)
    members = [name for column in row for name in member_names(column.type)]

    assert "dt" not in {column.name for column in row}, "the partition has this name"
    assert [name for name in (*members, *(column.name for column in row)) if name != name.lower()] == []
    assert RESERVED.isdisjoint(members)


def member_names(kind: Type) -> list[str]:
    match kind:
        case Listing():
            return member_names(kind.items)
        case TextMap():
            return member_names(kind.values)
        case Struct():
            return [*kind.members, *(name for member in kind.members.values() for name in member_names(member))]
    return []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_table_reads_the_objects_of_the_day_of_a_run(table: Table) -> None:
    layout = Layout(RUN)
    keys = {
        "findings": layout.findings("111122223333"),
        "coverage": layout.coverage("111122223333"),
        "changes": layout.changes("111122223333"),
        "runs": layout.index,
    }
    others = [key for name, key in keys.items() if name != table.name]
    (template,) = [
        line.split("'")[3].replace("${dt}", "2026-11-23").removeprefix(f"{LOCATION}/")
        for line in athena_ddl(schemas.read).splitlines()
        if "storage.location.template" in line and f"/{table.folder}/" in line
    ]

    assert keys[table.name].startswith(template)
    assert not any(key.startswith(template) for key in others)


def test_the_day_is_the_only_partition_and_a_broken_row_is_an_error() -> None:
    ddl = athena_ddl(schemas.read)

    assert ddl.count("PARTITIONED BY (`dt` string COMMENT 'The day of the run ID, UTC')\n") == len(TABLES)
    assert set(re.findall(r"'projection\.(\w+)\.type' = '(\w+)'", ddl)) == {("dt", "date")}
    assert set(re.findall(r"SERDE '(.+)'", ddl)) == {"org.apache.hive.hcatalog.data.JsonSerDe"}
    assert "ignore.malformed" not in ddl


def test_the_statements_are_separated_by_semicolons_and_nothing_else_has_one() -> None:
    text = athena_ddl(schemas.read)
    parts = [part.strip() for part in text.split(";")]

    assert parts.pop() == ""
    code = ["\n".join(line for line in part.splitlines() if not line.startswith("--")).strip() for part in parts]
    assert all(statement.startswith("CREATE ") for statement in code)
    assert len(code) == 1 + len(TABLES) + 4


@pytest.mark.parametrize("text", ["it's; a \\ test. More.", "x" * 999], ids=["quotes", "long"])
def test_a_comment_cannot_end_its_statement(text: str) -> None:
    schema = json.dumps({"properties": {"a": {"type": "string", "description": text}}})
    ddl = athena_ddl(lambda _: schema)
    (comment,) = {line.split("COMMENT ")[1].rstrip(",") for line in ddl.splitlines() if line.startswith("  `a`")}

    assert comment.count("'") == 2
    assert ";" not in comment
    assert "\\" not in comment
    assert len(comment) <= LONGEST_COMMENT + 2


def test_duckdb_declares_the_type_of_every_column() -> None:
    types = duckdb_columns(BY_NAME["findings"], schemas.read)

    assert types["standards"] == types["account_tags"] == "MAP(VARCHAR, VARCHAR)"
    assert types["frameworks"] == "VARCHAR[]"
    assert types["is_public"] == "BOOLEAN"
