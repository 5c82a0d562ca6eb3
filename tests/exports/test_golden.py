"""Every format of the everyday account, byte for byte."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

from auditor.domain.export_format import ExportFormat
from auditor.exports.formats import FILES
from tests.exports import accounts

pytest.importorskip("pyarrow", reason="needs the extra `parquet`")
write_golden = import_module("tests.exports.write_golden")


def test_every_file_is_as_expected() -> None:
    written = {file.name: file.read_bytes().decode("utf-8") for file in write_golden.FOLDER.iterdir()}

    assert write_golden.texts() == written, "if the change is intended: python -m tests.exports.write_golden"


@pytest.mark.parametrize("name", ExportFormat)
def test_the_order_of_the_rows_does_not_matter(name: ExportFormat) -> None:
    account = accounts.everyday()
    reversed_account = replace(
        account,
        findings=[*account.findings][::-1],
        coverage=account.coverage[::-1],
        changes=account.changes[::-1],
    )

    assert [*FILES[name](reversed_account)] == [*FILES[name](account)]


@pytest.mark.parametrize("name", ExportFormat)
def test_no_name_leads_outside_the_folder_of_the_format(name: ExportFormat) -> None:
    for account in (accounts.everyday(), accounts.unexamined(), accounts.hostile()):
        for file in FILES[name](account):
            assert file.name.isascii()
            assert not {"", ".", "..", "*"}.intersection(file.name.split("/"))
