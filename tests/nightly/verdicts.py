"""What a run said and what it should have said, in the same words."""

from __future__ import annotations

from collections.abc import Callable

from tests.fleet.running import Fleet
from tests.fleet.truth import Expected
from tests.nightly.night import Night

#: ARN of the revision -> (verdict, reasons, containers that they come from).
Verdicts = dict[str, tuple[str, frozenset[str], frozenset[str]]]


def _everything(_: Expected) -> bool:
    return True


def reported(night: Night) -> Verdicts:
    """Return the FAIL and PASS rows. A row that is there twice is an error."""
    rows = [row for row in night.findings() if row["status"] != "UNKNOWN"]
    verdicts = {
        row["resource"]["arn"]: (
            row["status"],
            frozenset(row["reasons"]) if row["status"] == "FAIL" else frozenset[str](),
            frozenset(each["part"] for each in row["evidence"]) if row["status"] == "FAIL" else frozenset[str](),
        )
        for row in rows
    }
    assert len(verdicts) == len(rows)
    return verdicts


def expected_verdicts(fleet: Fleet, where: Callable[[Expected], bool] = _everything) -> Verdicts:
    """Return what the FAIL and PASS rows should be, of all there is or of a part of it."""
    return {
        each.arn: (each.verdict, frozenset(each.reasons), frozenset(each.failing))
        for each in fleet.truth()
        if each.verdict != "NOT_APPLICABLE" and where(each)
    }
