"""Accounts of unusual size."""

from __future__ import annotations

from math import ceil
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


def test_definitions_of_twenty_megabytes_are_read(tmp_path: Path) -> None:
    with running(Shape(accounts=1, regions=(REGION,), large=(Large(0, REGION, 12),), padding=20_000_000)) as fleet:
        night = audit(fleet, tmp_path)

        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert sum(path.stat().st_size for path in night.output.rglob("*") if path.is_file()) < 300_000


def _active(fleet: Fleet) -> int:
    """Count the ACTIVE revisions of the first account's region."""
    organization = fleet.organization
    families = organization.families(organization.members[0].id, REGION)
    return sum(
        family.status(number) == "ACTIVE" for family in families for number in range(family.first, family.newest + 1)
    )


def _verdicts(night: Night, number: int) -> dict[str, str]:
    """Return the statuses of one of several runs in the same folder, by ARN."""
    rows = [row for row in night.findings() if row["run_id"] == RUN.format(number)]
    return {row["resource"]["arn"]: row["status"] for row in rows}


def test_five_thousand_families_in_one_region_are_read_with_the_fewest_calls(tmp_path: Path) -> None:
    with running(Shape(accounts=1, regions=(REGION,), large=(Large(0, REGION, 5_000),))) as fleet:
        night = audit(fleet, tmp_path, program=NO_WAITING)
        families = sum(1 for _ in fleet.truth())

        assert families > 4_700
        assert night.code == 0, night.stderr
        assert reported(night) == expected_verdicts(fleet)
        assert _calls(night) == -(-families // 100) + families


def test_families_are_listed_instead_of_200_000_arns(tmp_path: Path) -> None:
    """The second night begins to list the ARNs and gives up when that costs more; the third night remembers."""
    shape = Shape(accounts=1, regions=(REGION,), changed=0, large=(Large(0, REGION, 100, revisions=4_800),))
    with running(shape) as fleet:
        families = sum(1 for _ in fleet.truth())
        nights, operations = [], []
        for number in range(1, 4):
            fleet.reset()
            nights.append(audit(fleet, tmp_path, "--run-id", RUN.format(number), program=NO_WAITING))
            operations.append(fleet.report()["operations"])
            if number < 3:
                fleet.next_night(changed=0)
        fewest = 1 + families

        assert _active(fleet) > 200_000
        assert [night.code for night in nights] == [0, 0, 0], nights[0].stderr
        assert operations[0].get("ListTaskDefinitions", 0) == 0
        assert operations[1]["ListTaskDefinitions"] == fewest + 1
        assert operations[2].get("ListTaskDefinitions", 0) == 0
        drawn = ceil(families / 14)
        described = [counts["DescribeTaskDefinition"] for counts in operations]
        assert described == [families, families + drawn, families + drawn]
        truth = {arn: status for arn, (status, _, _) in expected_verdicts(fleet).items()}
        assert [_verdicts(nights[2], number) for number in (1, 2, 3)] == [truth] * 3
