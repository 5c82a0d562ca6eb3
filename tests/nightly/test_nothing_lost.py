"""What passes costs time and nothing else: the rows are those of a night on which nothing went wrong."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.fleet import Fault, Large, Shape, running
from tests.nightly.night import NO_WAITING, audit
from tests.nightly.verdicts import expected_verdicts, reported

pytestmark = pytest.mark.slow

#: All of it at once; a storm of throttles comes every second.
FAULTS = (
    Fault("http-500", rate=0.05),
    Fault("reset", rate=0.02),
    Fault("garbled", rate=0.01),
    Fault("hang", rate=0.005),
    Fault("throttle", rate=0.5, every=1.0, lasts=0.3),
)


def test_under_every_kind_of_trouble_at_once_the_findings_are_the_truth(tmp_path: Path) -> None:
    with running(Shape(accounts=30, regions=4, families=4)) as fleet:
        fleet.set_faults(*FAULTS)
        night = audit(fleet, tmp_path, "--read-timeout", "1s")
        met = {outcome for outcomes in fleet.report()["outcomes"].values() for outcome in outcomes}

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert {"ServerException", "reset", "garbled", "hang", "throttled"} <= met
        assert {row["status"] for row in night.coverage()} == {"EXAMINED"}
        assert sum(row["retried"] for row in night.coverage()) > 30


@pytest.mark.parametrize("claimed", ["an hour", "the second that they get"])
def test_sessions_that_end_sooner_than_they_claimed_are_renewed_in_mid_account(tmp_path: Path, claimed: str) -> None:
    """`seconds` refuses them by age, `times` after so many calls: three regions wear one session out together."""
    rule = {"an hour": Fault("expired-token", times=25), "the second that they get": Fault("expired-token", seconds=1)}
    shape = Shape(accounts=3, regions=3, families=40, skew=0)
    with running(shape, latency=0.02) as fleet:
        fleet.set_faults(rule[claimed])
        night = audit(fleet, tmp_path, program=NO_WAITING)
        seen = fleet.report()

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert seen["operations"]["AssumeRole"] >= 2 * shape.accounts
        assert seen["operations"]["AssumeRole"] <= seen["calls"] / 20
        assert seen["duplicates"].keys() <= {"AssumeRole"}


def test_tokens_that_are_not_recognized_for_a_moment_are_renewed(tmp_path: Path) -> None:
    with running(Shape(accounts=4, regions=3, families=10, skew=0)) as fleet:
        members = fleet.organization.members
        fleet.set_faults(*(Fault("bad-token", accounts=(each.id,), skip=9, times=1) for each in members))
        night = audit(fleet, tmp_path)

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert fleet.report()["operations"]["AssumeRole"] == 2 * len(members)


def test_a_region_that_hangs_costs_its_own_time_and_keeps_nobody_waiting(tmp_path: Path) -> None:
    """Four workers, and two regions that hold one of them each for as long as they are asked."""
    with running(Shape(accounts=12, regions=4, families=4)) as fleet:
        slow = [fleet.organization.members[number].id for number in (0, 5)]
        fleet.set_faults(Fault("hang", accounts=tuple(slow), region="eu-west-1", services=("ecs",)))
        settings = tmp_path / "auditor.yaml"
        settings.write_text("limits: {read_timeout: 0.5, workers: 4, processes: 1}\n", encoding="utf-8")
        night = audit(fleet, tmp_path, "--settings", str(settings), program=NO_WAITING)

        assert night.code == 4, night.stderr
        assert reported(night) == expected_verdicts(
            fleet, lambda each: each.account not in slow or each.region != "eu-west-1"
        )
        assert {row["account"] for row in night.log("account-ended")[-2:]} == set(slow)
        hung = [row for row in night.coverage() if row["reason"]]
        assert {(row["account"]["id"], row["region"], row["reason"]) for row in hung} == {
            (account, "eu-west-1", "timeout") for account in slow
        }
        assert all(4 <= row["duration_s"] < 60 for row in hung)
        assert max(row["duration_s"] for row in night.coverage() if not row["reason"]) < 4


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_deadline_ends_a_run_in_order(tmp_path: Path, processes: str) -> None:
    with running(Shape(accounts=16, regions=2, families=8, skew=0)) as fleet:
        slow = tuple(member.id for member in fleet.organization.members[:8])
        fleet.set_faults(Fault("slow", seconds=6, accounts=slow, operation="DescribeTaskDefinition"))
        night = audit(fleet, tmp_path, "--deadline", "10s", "--processes", processes)
        verdicts, rows = reported(night), night.coverage()

        assert night.code == 4, night.stderr
        assert "Traceback" not in night.stderr
        assert night.latest["complete"] is False
        assert {row["account"]["id"] for row in rows} == {member.id for member in fleet.organization.members}
        assert {row["reason"] for row in rows if row["status"] != "EXAMINED"} == {"deadline"}
        assert {row["status"] for row in rows} >= {"EXAMINED", "PARTIAL"}
        done = {(row["account"]["id"], row["region"]) for row in rows if row["status"] == "EXAMINED"}
        assert expected_verdicts(fleet, lambda each: (each.account, each.region) in done).items() <= verdicts.items()
        assert verdicts.items() <= expected_verdicts(fleet).items()


def test_a_deadline_does_not_wait_for_calls_that_never_come_back(tmp_path: Path) -> None:
    with running(Shape(accounts=9, regions=2, families=3)) as fleet:
        stuck = tuple(member.id for member in fleet.organization.members[:3])
        fleet.set_faults(Fault("hang", accounts=stuck, services=("ecs",)))
        began = time.monotonic()
        night = audit(fleet, tmp_path, "--deadline", "6s", "--read-timeout", "60s")

        assert time.monotonic() - began < 40
        assert night.code == 4, night.stderr
        assert night.latest["complete"] is False
        assert reported(night) == expected_verdicts(fleet, lambda each: each.account not in stuck)
        gaps = [row for row in night.coverage() if row["status"] != "EXAMINED"]
        assert {(row["account"]["id"], row["reason"]) for row in gaps} == {(each, "deadline") for each in stuck}


def test_when_nothing_works_at_all_the_run_ends_with_the_reason_of_everything(tmp_path: Path) -> None:
    with running(Shape(accounts=25, regions=4, large=(Large(0, "eu-west-1", 150),))) as fleet:
        fleet.set_faults(Fault("http-503", services=("ecs",), operation="Describe*"))
        night = audit(fleet, tmp_path, program=NO_WAITING)
        rows = {(row["account"]["id"], row["region"]): row for row in night.coverage()}
        large = rows[fleet.organization.members[0].id, "eu-west-1"]

        assert night.code == 4, night.stderr
        assert reported(night) == {}
        assert len(night.findings("UNKNOWN")) == sum(1 for _ in fleet.truth())
        assert {row["reason"] for row in rows.values() if row["resources"]} == {"service-error"}
        assert large["retried"] == 200
        assert large["calls"] == 2 + large["resources"] + large["retried"]
