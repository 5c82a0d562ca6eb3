"""The reported and the expected verdicts of a run in the same format."""

from __future__ import annotations

from collections.abc import Callable

from tests.fleet.running import Fleet
from tests.fleet.truth import Expected
from tests.nightly.night import Night

#: ARN of the revision -> (status, reasons, containers in evidence).
Verdicts = dict[str, tuple[str, frozenset[str], frozenset[str]]]


def _all(_: Expected) -> bool:
    return True


def reported(night: Night) -> Verdicts:
    """Return the FAIL and PASS findings. Raises AssertionError if one is there twice."""
    rows = [row for row in night.findings() if row["status"] != "UNKNOWN"]
    verdicts = {
        row["resource"]["arn"]: (
            row["status"],
            frozenset(row["reasons"]) if row["status"] == "FAIL" else frozenset[str](),
            frozenset(evidence["part"] for evidence in row["evidence"])
            if row["status"] == "FAIL"
            else frozenset[str](),
        )
        for row in rows
    }
    assert len(verdicts) == len(rows)
    return verdicts


def expected_verdicts(fleet: Fleet, select: Callable[[Expected], bool] = _all) -> Verdicts:
    """Return the FAIL and PASS findings that are true of the fleet, or of the revisions that `select` accepts."""
    return {
        expected.arn: (expected.verdict, frozenset(expected.reasons), frozenset(expected.failing))
        for expected in fleet.truth()
        if expected.verdict != "NOT_APPLICABLE" and select(expected)
    }
