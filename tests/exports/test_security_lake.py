"""Parquet files for Amazon Security Lake."""
# ruff: noqa: ANN401 - pyarrow ships no types

from __future__ import annotations

import hashlib
import io
from typing import Any

import pytest

from auditor.domain.check import Evidence
from auditor.exports import security_lake
from auditor.exports.model import AccountExport
from tests import builders
from tests.exports import accounts

pyarrow = pytest.importorskip("pyarrow", reason="needs the extra `parquet`")
parquet = pytest.importorskip("pyarrow.parquet", reason="needs the extra `parquet`")

MEGABYTE = 1024 * 1024


def table(account: AccountExport) -> Any:
    (file,) = security_lake.files(account)
    return parquet.read_table(io.BytesIO(file.body))


def test_the_key_is_the_one_of_a_custom_source() -> None:
    (file,) = security_lake.files(accounts.everyday())

    assert file.name == (
        "ext/auditor/region=eu-central-1/accountId=000000000001/eventDay=20261123/auditor_20261123T020000Z-1a2b3c.parquet"
    )
    assert len(security_lake.SOURCE) <= 20


def test_an_account_without_findings_and_gaps_has_no_file() -> None:
    assert list(security_lake.files(accounts.export())) == []


def test_every_file_has_every_column_with_the_same_type() -> None:
    schemas = [table(account()).schema for account in (accounts.everyday, accounts.unexamined, accounts.hostile)]

    assert schemas[0].equals(schemas[1], check_metadata=True)
    assert schemas[0].equals(schemas[2], check_metadata=True)


def test_rows_are_ordered_by_time() -> None:
    later = builders.finding("late", observed_at=builders.NOW.replace(hour=5))
    times = table(accounts.export((later, builders.finding("soon")))).column("time").to_pylist()

    assert times == sorted(times)
    assert len(set(times)) == 2


def test_what_is_unknown_is_there() -> None:
    rows = table(accounts.everyday()).to_pylist()

    assert [row["compliance"]["status"] for row in rows].count("Warning") == 5


def test_hostile_text_arrives_well_formed() -> None:
    rows = table(accounts.hostile()).to_pylist()

    assert {row["finding_info"]["title"] for row in rows} >= {
        "half \ufffd of a pair, and a whole \U0001f512",
        "</script><script>alert(1)</script>",
    }


def test_equal_rows_are_equal_bytes() -> None:
    assert list(security_lake.files(accounts.everyday())) == list(security_lake.files(accounts.everyday()))


def test_pages_and_groups_are_as_small_as_the_lake_wants_them() -> None:
    details = [{"command": hashlib.sha512(f"{number}".encode()).hexdigest() * 300} for number in range(200)]
    many = tuple(
        builders.finding(f"f{number}", evidence=(Evidence("app", "container", (), values),))
        for number, values in enumerate(details)
    )
    (file,) = security_lake.files(accounts.export(many))
    metadata = parquet.ParquetFile(io.BytesIO(file.body)).metadata
    columns: list[Any] = [
        metadata.row_group(group).column(column)
        for group in range(metadata.num_row_groups)
        for column in range(metadata.num_columns)
    ]

    assert {column.compression for column in columns} == {"ZSTD"}
    assert max(column.total_uncompressed_size for column in columns) > 4 * MEGABYTE
    assert max(metadata.row_group(group).total_byte_size for group in range(metadata.num_row_groups)) < 256 * MEGABYTE
    assert max(page_sizes(file.body, columns)) <= MEGABYTE


def page_sizes(body: bytes, columns: list[Any]) -> list[int]:
    """Return the uncompressed size of every page: the second field of its header, in Thrift's compact protocol."""
    sizes = []
    for column in columns:
        position = column.dictionary_page_offset or column.data_page_offset
        end = position + column.total_compressed_size
        while position < end:
            header = ThriftReader(body, position)
            fields = header.struct()
            sizes.append(fields[2])
            position = header.position + fields[3]
        assert position == end
    return sizes


class ThriftReader:
    """Reads structs of the compact protocol as dictionaries by field number."""

    def __init__(self, body: bytes, position: int) -> None:
        self.body = body
        self.position = position

    def varint(self) -> int:
        value = shift = 0
        while True:
            byte = self.body[self.position]
            self.position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def number(self) -> int:
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def struct(self) -> dict[int, Any]:
        fields: dict[int, Any] = {}
        field = 0
        while byte := self.body[self.position]:
            self.position += 1
            field = field + (byte >> 4) if byte >> 4 else self.number()
            fields[field] = self.value(byte & 0x0F)
        self.position += 1
        return fields

    def value(self, kind: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind in (4, 5, 6):
            return self.number()
        if kind == 8:
            length = self.varint()
            self.position += length
            return self.body[self.position - length : self.position]
        assert kind == 12, kind
        return self.struct()
