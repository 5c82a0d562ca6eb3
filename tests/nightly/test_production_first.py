"""The accounts come first: their API rate is theirs, and no account waits for another one's."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.fleet import Drain, Large, Shape, running
from tests.nightly.night import Night, audit
from tests.nightly.verdicts import expected_verdicts, reported

#: More families than the whole bucket holds, and so more than our share of it.
LARGE = Large(0, "eu-west-1", 54)


def _ended(night: Night) -> dict[str, datetime]:
    return {row["account"]: datetime.fromisoformat(row["ts"]) for row in night.log("account-ended")}


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_default_run_causes_no_throttle_at_all(tmp_path: Path, processes: str) -> None:
    with running(Shape(accounts=17, regions=3, large=(LARGE,)), enforce=True) as fleet:
        night = audit(fleet, tmp_path, "--processes", processes)
        seen = fleet.report()
        large = max(night.coverage(), key=lambda row: row["calls"])

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert seen["throttled"] == 0
        assert {(row["throttled"], row["retried"]) for row in night.coverage()} == {(0, 0)}
        assert "throttled 0 times" in night.stdout
        assert large["calls"] > 40
        assert large["duration_s"] >= (large["calls"] - 25) / 10 - 0.1  # half of the burst, then half of the rate


def test_when_somebody_else_drains_the_bucket_we_back_off_finish_and_report_it(tmp_path: Path) -> None:
    """Of 20 calls a second, 16 are somebody else's: what is left is less than the half that we would take."""
    shape = Shape(accounts=3, regions=2, large=(Large(0, "eu-west-1", 32),))
    with running(shape, enforce=True, drains=(Drain(16, region="eu-west-1"),)) as fleet:
        night = audit(fleet, tmp_path)
        met = fleet.report()["throttled"]
        rows = night.coverage()

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert met > 0
        assert sum(row["throttled"] for row in rows) == met
        assert {row["region"] for row in rows if row["throttled"]} == {"eu-west-1"}
        assert met < 0.4 * sum(row["calls"] for row in rows if row["throttled"])
        summary = night.document(f"runs/{night.latest['run_id']}/summary.json")
        assert summary["run"]["throttled"] == met
        assert f"throttled {met} time" in night.stdout


def test_a_slow_account_does_not_keep_the_others_waiting(tmp_path: Path) -> None:
    """The large region is begun first, by the only worker there is, and waits for its rate most of the time."""
    shape = Shape(accounts=20, regions=3, families=3, large=(LARGE,))
    with running(shape, enforce=True) as fleet:
        night = audit(fleet, tmp_path, "--workers", "1", "--processes", "1")
        *others, last = _ended(night).items()

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert last[0] == fleet.organization.members[0].id
        (took,) = (row["duration_s"] for row in night.coverage() if row["calls"] > 40)
        assert took > 2
        assert (last[1] - max(at for _, at in others)).total_seconds() > took / 3
