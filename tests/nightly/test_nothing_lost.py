"""Temporary faults cost time only: the findings are those of a night without faults."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fleet import Fault, Large, Shape, running
from tests.nightly.night import NO_WAITING, audit
from tests.nightly.verdicts import expected_verdicts, reported

pytestmark = pytest.mark.slow

#: All at once, with a burst of throttling every second.
FAULTS = (
    Fault("http-500", rate=0.05),
    Fault("reset", rate=0.02),
    Fault("garbled", rate=0.01),
    Fault("hang", rate=0.005),
    Fault("throttle", rate=0.5, every=1.0, lasts=0.3),
)


def test_the_findings_equal_the_truth_under_all_faults_at_once(tmp_path: Path) -> None:
    with running(Shape(accounts=30, regions=4, families=4)) as fleet:
        fleet.set_faults(*FAULTS)
        night = audit(fleet, tmp_path, "--read-timeout", "1s")
        outcomes = {outcome for counts in fleet.report()["outcomes"].values() for outcome in counts}

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert {"ServerException", "reset", "garbled", "hang", "throttled"} <= outcomes
        assert {row["status"] for row in night.coverage()} == {"EXAMINED"}
        assert sum(row["retried"] for row in night.coverage()) > 30


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault("expired-token", times=25), id="after 25 calls"),
        pytest.param(Fault("expired-token", seconds=1), id="after a second"),
    ],
)
def test_sessions_that_expire_early_are_renewed_during_an_account(tmp_path: Path, fault: Fault) -> None:
    shape = Shape(accounts=3, regions=3, families=40, skew=0)
    with running(shape, latency=0.02) as fleet:
        fleet.set_faults(fault)
        night = audit(fleet, tmp_path, program=NO_WAITING)
        report = fleet.report()

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert report["operations"]["AssumeRole"] >= 2 * shape.accounts
        assert report["operations"]["AssumeRole"] <= report["calls"] / 20
        assert report["duplicates"].keys() <= {"AssumeRole"}


def test_tokens_that_are_rejected_once_are_renewed(tmp_path: Path) -> None:
    with running(Shape(accounts=4, regions=3, families=10, skew=0)) as fleet:
        members = fleet.organization.members
        fleet.set_faults(*(Fault("bad-token", accounts=(member.id,), skip=9, times=1) for member in members))
        night = audit(fleet, tmp_path)

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert fleet.report()["operations"]["AssumeRole"] == 2 * len(members)


def test_a_region_that_does_not_respond_does_not_delay_other_accounts(tmp_path: Path) -> None:
    """Two regions occupy two of four workers until their retries are exhausted."""
    with running(Shape(accounts=12, regions=4, families=4)) as fleet:
        slow = [fleet.organization.members[number].id for number in (0, 5)]
        fleet.set_faults(Fault("hang", accounts=tuple(slow), region="eu-west-1", services=("ecs",)))
        settings = tmp_path / "auditor.yaml"
        settings.write_text("limits: {read_timeout: 0.5, workers: 4, processes: 1}\n", encoding="utf-8")
        night = audit(fleet, tmp_path, "--settings", str(settings), program=NO_WAITING)

        assert night.code == 4, night.stderr
        assert reported(night) == expected_verdicts(
            fleet, lambda revision: revision.account not in slow or revision.region != "eu-west-1"
        )
        assert {row["account"] for row in night.log("account-ended")[-2:]} == set(slow)
        timeouts = [row for row in night.coverage() if row["reason"]]
        assert {(row["account_id"], row["region"], row["reason"]) for row in timeouts} == {
            (account, "eu-west-1", "timeout") for account in slow
        }
        assert all(4 <= row["duration_s"] < 60 for row in timeouts)
        assert max(row["duration_s"] for row in night.coverage() if not row["reason"]) < 4


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_deadline_ends_the_run_in_order(tmp_path: Path, processes: str) -> None:
    with running(Shape(accounts=16, regions=2, families=8, skew=0)) as fleet:
        slow = tuple(member.id for member in fleet.organization.members[:8])
        fleet.set_faults(Fault("slow", seconds=6, accounts=slow, operation="DescribeTaskDefinition"))
        night = audit(fleet, tmp_path, "--deadline", "10s", "--processes", processes)
        verdicts, rows = reported(night), night.coverage()

        assert night.code == 4, night.stderr
        assert "Traceback" not in night.stderr
        assert night.latest["complete"] is False
        assert {row["account_id"] for row in rows} == {member.id for member in fleet.organization.members}
        assert {row["reason"] for row in rows if row["status"] != "EXAMINED"} == {"deadline"}
        assert {row["status"] for row in rows} >= {"EXAMINED", "PARTIAL"}
        examined = {(row["account_id"], row["region"]) for row in rows if row["status"] == "EXAMINED"}
        assert (
            expected_verdicts(fleet, lambda revision: (revision.account, revision.region) in examined).items()
            <= verdicts.items()
        )
        assert verdicts.items() <= expected_verdicts(fleet).items()


def test_a_deadline_does_not_wait_for_calls_without_a_response(tmp_path: Path) -> None:
    with running(Shape(accounts=9, regions=2, families=3)) as fleet:
        stuck = tuple(member.id for member in fleet.organization.members[:3])
        fleet.set_faults(Fault("hang", accounts=stuck, services=("ecs",)))
        started_at = time.monotonic()
        night = audit(fleet, tmp_path, "--deadline", "6s", "--read-timeout", "60s")

        assert time.monotonic() - started_at < 40
        assert night.code == 4, night.stderr
        assert night.latest["complete"] is False
        assert reported(night) == expected_verdicts(fleet, lambda revision: revision.account not in stuck)
        gaps = [row for row in night.coverage() if row["status"] != "EXAMINED"]
        assert {(row["account_id"], row["reason"]) for row in gaps} == {(account, "deadline") for account in stuck}


def test_every_scope_has_a_reason_if_every_call_fails(tmp_path: Path) -> None:
    with running(Shape(accounts=25, regions=4, large=(Large(0, "eu-west-1", 150),))) as fleet:
        fleet.set_faults(Fault("http-503", services=("ecs",), operation="Describe*"))
        night = audit(fleet, tmp_path, program=NO_WAITING)
        rows = {(row["account_id"], row["region"]): row for row in night.coverage()}
        large = rows[fleet.organization.members[0].id, "eu-west-1"]

        assert night.code == 4, night.stderr
        assert reported(night) == {}
        assert len(night.findings("UNKNOWN")) == sum(1 for _ in fleet.truth())
        assert {row["reason"] for row in rows.values() if row["resources"]} == {"service-error"}
        assert large["retried"] == 200
        assert large["calls"] == 2 + large["resources"] + large["retried"]
