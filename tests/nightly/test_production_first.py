"""Production comes first: a run uses at most half of each rate limit, and no account waits for another one's limit."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from tests.fleet import Drain, Large, Shape, running
from tests.nightly.night import Night, audit
from tests.nightly.verdicts import expected_verdicts, reported

pytestmark = pytest.mark.slow

#: More families than the token bucket holds, and so more than the auditor's share of it.
LARGE = Large(0, "eu-west-1", 54)


def _ended(night: Night) -> dict[str, datetime]:
    return {row["account"]: datetime.fromisoformat(row["ts"]) for row in night.log("account-ended")}


def test_a_run_in_several_processes_causes_no_throttling(tmp_path: Path) -> None:
    with running(Shape(accounts=17, regions=3, large=(LARGE,)), enforce=True) as fleet:
        night = audit(fleet, tmp_path, "--processes", "2")
        seen = fleet.report()
        large = max(night.coverage(), key=lambda row: row["calls"])

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert seen["throttled"] == 0
        assert {(row["throttled"], row["retried"]) for row in night.coverage()} == {(0, 0)}
        assert "throttled 0 times" in night.stdout
        assert large["calls"] > 40
        assert large["duration_s"] >= (large["calls"] - 25) / 10 - 0.1  # half of the burst, then half of the rate


def test_a_run_backs_off_and_reports_throttling_if_another_caller_uses_up_the_limit(tmp_path: Path) -> None:
    """Another caller takes 16 of 20 calls per second, so that less than the auditor's half remains."""
    shape = Shape(accounts=3, regions=2, large=(Large(0, "eu-west-1", 26),))
    with running(shape, enforce=True, drains=(Drain(16, region="eu-west-1"),)) as fleet:
        night = audit(fleet, tmp_path)
        throttled = fleet.report()["throttled"]
        rows = night.coverage()

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert throttled > 0
        assert sum(row["throttled"] for row in rows) == throttled
        assert {row["region"] for row in rows if row["throttled"]} == {"eu-west-1"}
        assert throttled < 0.4 * sum(row["calls"] for row in rows if row["throttled"])
        summary = night.document(f"runs/{night.latest['run_id']}/summary.json")
        assert summary["run"]["throttled"] == throttled
        assert f"throttled {throttled} time" in night.stdout


def test_an_account_that_waits_for_its_rate_limit_does_not_block_the_others(tmp_path: Path) -> None:
    """The only worker begins with the large region, which waits for its rate limit most of the time."""
    shape = Shape(accounts=20, regions=3, families=3, large=(LARGE,))
    with running(shape, enforce=True) as fleet:
        night = audit(fleet, tmp_path, "--workers", "1", "--processes", "1")
        *others, last = _ended(night).items()

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert last[0] == fleet.organization.members[0].id
        (took,) = (row["duration_s"] for row in night.coverage() if row["calls"] > 40)
        assert fleet.report()["throttled"] == 0
        assert took > 2
        assert (last[1] - max(at for _, at in others)).total_seconds() > took / 3
