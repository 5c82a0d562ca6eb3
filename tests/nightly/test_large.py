"""Sizes that few accounts have and every audit meets one day."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fleet import Fleet, Large, Shape, running
from tests.nightly.night import NO_WAITING, Night, audit
from tests.nightly.verdicts import expected_verdicts, reported

pytestmark = pytest.mark.slow

REGION = "eu-west-1"
RUN = "2026112{}T020000Z-1a2b3c"


def _calls(night: Night) -> int:
    (row,) = night.coverage()
    calls: int = row["calls"]
    return calls


def test_definitions_of_twenty_megabytes_are_read_like_any_other(tmp_path: Path) -> None:
    with running(Shape(accounts=1, regions=(REGION,), large=(Large(0, REGION, 12),), padding=20_000_000)) as fleet:
        night = audit(fleet, tmp_path)

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert sum(path.stat().st_size for path in night.output.rglob("*") if path.is_file()) < 300_000


def _active(fleet: Fleet) -> int:
    """Count the ACTIVE revisions of the first account's region."""
    organization = fleet.organization
    families = organization.families(organization.members[0].id, REGION)
    return sum(each.status(number) == "ACTIVE" for each in families for number in range(each.first, each.newest + 1))


def _verdicts(night: Night, number: int) -> dict[str, str]:
    """Return the verdicts of one of several runs into the same folder."""
    rows = [row for row in night.findings() if row["run_id"] == RUN.format(number)]
    return {row["resource"]["arn"]: row["status"] for row in rows}


@pytest.mark.slow
def test_five_thousand_families_in_one_region_are_all_there_for_the_fewest_calls(tmp_path: Path) -> None:
    with running(Shape(accounts=1, regions=(REGION,), large=(Large(0, REGION, 5_000),))) as fleet:
        night = audit(fleet, tmp_path, program=NO_WAITING)
        families = sum(1 for _ in fleet.truth())

        assert families > 4_700
        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert _calls(night) == -(-families // 100) + families


@pytest.mark.slow
def test_in_an_account_with_200_000_arns_the_families_are_listed_because_they_are_fewer(tmp_path: Path) -> None:
    """The second night finds out what listing the ARNs would cost, and gives it up; the third knows."""
    shape = Shape(accounts=1, regions=(REGION,), changed=0, large=(Large(0, REGION, 100, revisions=4_800),))
    with running(shape) as fleet:
        families = sum(1 for _ in fleet.truth())
        nights, seen = [], []
        for number in range(1, 4):
            fleet.reset()
            nights.append(audit(fleet, tmp_path, "--run-id", RUN.format(number), program=NO_WAITING))
            seen.append(fleet.report()["operations"])
            if number < 3:
                fleet.next_night(changed=0)
        fewest = 1 + families

        assert _active(fleet) > 200_000
        assert [night.code for night in nights] == [0, 0, 0], nights[0].stderr
        assert seen[0].get("ListTaskDefinitions", 0) == 0
        assert seen[1]["ListTaskDefinitions"] == fewest + 1
        assert seen[2].get("ListTaskDefinitions", 0) == 0
        assert [each["DescribeTaskDefinition"] for each in seen] == [families] * 3
        assert [_verdicts(nights[2], n) for n in (1, 2, 3)] == [
            {arn: each[0] for arn, each in expected_verdicts(fleet).items()}
        ] * 3
