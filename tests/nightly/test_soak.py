"""A thousand accounts in seventeen regions with random faults: the findings equal the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet import Shape, running
from tests.nightly.night import audit
from tests.nightly.test_nothing_lost import FAULTS
from tests.nightly.verdicts import expected_verdicts, reported


@pytest.mark.slow
def test_the_findings_of_a_thousand_accounts_with_faults_equal_the_truth(tmp_path: Path) -> None:
    shape = Shape(accounts=1_000, regions=17, families=1.5)
    with running(shape) as fleet:
        fleet.set_faults(*FAULTS)
        night = audit(fleet, tmp_path, "--read-timeout", "3s")
        report = fleet.report()
        rows = night.coverage()

        assert night.code == 0, night.stderr[-2_000:]
        assert "Traceback" not in night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert len({(row["account_id"], row["region"]) for row in rows}) == len(rows) == 17_000
        assert {row["status"] for row in rows} == {"EXAMINED"}
        assert night.latest["complete"] is True
        assert report["operations"]["DescribeTaskDefinition"] > sum(1 for _ in fleet.truth())
        outcomes = {outcome for counts in report["outcomes"].values() for outcome in counts}
        assert {"ServerException", "reset", "garbled", "hang", "throttled"} <= outcomes
