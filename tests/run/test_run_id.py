"""Run IDs: new ones, and those that the user gives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from auditor.archive.layout import run_time
from auditor.domain.errors import ConfigError
from auditor.run.run_id import new_run_id, parse_run_id

NOW = datetime(2026, 11, 23, 2, tzinfo=UTC)


def test_a_new_id_starts_with_the_time_and_is_unique() -> None:
    ids = {new_run_id(NOW) for _ in range(10)}

    assert len(ids) == 10
    assert all(run_id.startswith("20261123T020000Z-") and run_time(run_id) == NOW for run_id in ids)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("20261123T020000Z-nightly", "20261123T020000Z-nightly", id="a run ID"),
        pytest.param("2026-11-23T02:00:00Z", "20261123T020000Z-scheduled", id="a time in UTC"),
        pytest.param("2026-11-23T02:04:00Z", "20261123T020400Z-scheduled", id="a clock that is 4 minutes ahead"),
        pytest.param("2026-11-23T04:00:00+02:00", "20261123T020000Z-scheduled", id="a time with an offset"),
    ],
)
def test_parses_a_run_id_or_a_time(text: str, expected: str) -> None:
    assert parse_run_id(text, "--run-id", NOW) == expected


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("nightly", id="no time"),
        pytest.param("20261323T020000Z-x", id="month 13"),
        pytest.param("2026-11-23T02:00:00", id="no time zone"),
        pytest.param("20261123T020000Z-a/b", id="a slash"),
        pytest.param("", id="empty"),
        pytest.param("20261123T020000Z-/../../evil", id="a path"),
        pytest.param("99999999T999999Z-x", id="no real date"),
        pytest.param("20261123T020000Z-", id="nothing after the time"),
        pytest.param(f"20261123T020000Z-{'x' * 33}", id="33 characters after the time"),
        pytest.param("20261123T020000Z-\u0661", id="a digit that is not ASCII"),
        pytest.param("20991123T020000Z-x", id="a run ID in the future"),
        pytest.param("2026-11-23T02:06:00Z", id="a time in the future"),
    ],
)
def test_refuses_other_texts(text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_run_id(text, "--run-id", NOW)

    (problem,) = caught.value.problems
    assert str(problem).startswith("--run-id: ")
