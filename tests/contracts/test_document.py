"""Documents as JSON, and JSON as documents."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from auditor.contracts.document import SCHEMA_VERSION, parse, timestamp, to_json
from auditor.contracts.run import ClaimDocument, CoverageTotals, LatestDocument, ObjectRecord
from auditor.domain.coverage import CoverageStatus
from auditor.domain.result import AccountSource

LATEST = LatestDocument(
    manifest_sha256="0" * 64,
    schema_version=SCHEMA_VERSION,
    run_id="20261123T020000Z-1a2b3c",
    manifest="runs/x/manifest.json",
    report="runs/x/report.html",
    summary="runs/x/summary.json",
    finished_at="2026-11-23T02:00:41Z",
    complete=True,
    coverage=CoverageTotals(
        percent=100.0, accounts_expected=1, accounts_complete=1, scopes={CoverageStatus.EXAMINED: 2}
    ),
    account_source=AccountSource.ORGANIZATION,
    last_complete=None,
)


def test_a_document_survives_writing_and_parsing() -> None:
    assert parse(LatestDocument, to_json(LATEST)) == LATEST


def test_json_is_indented_sorted_ascii() -> None:
    text = to_json(ObjectRecord("caf\u00e9", "00", 1))

    assert text == '{\n  "bytes": 1,\n  "key": "caf\\u00e9",\n  "rows": null,\n  "sha256": "00"\n}'


def test_a_number_that_json_does_not_have_is_refused() -> None:
    totals = CoverageTotals(percent=float("nan"), accounts_expected=0, accounts_complete=0, scopes={})

    with pytest.raises(ValueError, match="Out of range float"):
        to_json(totals)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"schema_version": "2.0"}, id="another version"),
        pytest.param({"unknown": 1}, id="an unknown key"),
        pytest.param({"complete": "true"}, id="text instead of a boolean"),
        pytest.param({"run_id": 7}, id="a number instead of text"),
        pytest.param({"coverage": None}, id="null instead of an object"),
    ],
)
def test_a_document_that_does_not_fit_the_contract_is_a_value_error(change: dict[str, object]) -> None:
    document = json.loads(to_json(LATEST)) | change

    with pytest.raises(ValueError, match="LatestDocument"):
        parse(LatestDocument, json.dumps(document))


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b'{"run_id": ', id="half a document"),
        pytest.param(b"\xff\xfe\xfa", id="not UTF-8"),
        pytest.param(b"[" * 200_000, id="deep nesting"),
    ],
)
def test_text_that_is_not_a_document_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match="ClaimDocument"):
        parse(ClaimDocument, text)


def test_times_are_utc_to_the_second() -> None:
    moment = datetime(2026, 11, 23, 2, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=-5)))

    assert timestamp(moment) == "2026-11-23T07:00:00Z"
    assert timestamp(moment.replace(tzinfo=None)) == "2026-11-23T02:00:00Z"
    assert timestamp(datetime(2026, 11, 23, 2, tzinfo=UTC)) == "2026-11-23T02:00:00Z"
