"""The revision that introduced a failure: known without calls from earlier nights, or found by bisection."""

from __future__ import annotations

from collections import Counter
from math import ceil, log2
from pathlib import Path

import pytest

from tests.fleet.organization import Family, Organization, Shape
from tests.fleet.running import running
from tests.fleet.truth import expected
from tests.nightly.night import NO_WAITING, Night, Row, audit

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=7, regions=2, families=5, revisions=12, host_share=0.8, fail_share=0.6)


def introduction(organization: Organization, family: Family, revision: int) -> int:
    """Return the first revision of the unbroken sequence of failures that ends with `revision`."""
    while revision > family.first and expected(organization, family, revision - 1).verdict == "FAIL":
        revision -= 1
    return revision


def family_of(organization: Organization, row: Row) -> Family:
    account, region, name = row["account_id"], row["region"], row["resource"]["family"]
    index = organization.index_of(account, region, name)
    assert index is not None
    return organization.family(account, region, index)


def failures(night: Night) -> list[Row]:
    """Return the failures of the latest run in a folder that may hold several."""
    return [row for row in night.findings("FAIL") if row["run_id"] == night.latest["run_id"]]


def introductions(rows: list[Row]) -> dict[str, Row | None]:
    return {row["finding_id"]: row["introduced_in"] for row in rows}


def test_bisection_finds_every_introduction_and_the_next_night_reads_it_from_the_cache(tmp_path: Path) -> None:
    with running(SHAPE) as fleet:
        night = audit(fleet, tmp_path, "--introduced", program=NO_WAITING)
        first, rows = fleet.report()["operations"]["DescribeTaskDefinition"], failures(night)
        families = [family_of(fleet.organization, row) for row in rows]
        reported = [row["introduced_in"] and row["introduced_in"]["revision"] for row in rows]
        true = [
            introduction(fleet.organization, family, row["resource"]["revision"])
            for family, row in zip(families, rows, strict=True)
        ]
        fleet.reset()
        again = audit(fleet, tmp_path, "--introduced", program=NO_WAITING)

        assert night.code == again.code == 0, night.stderr
        assert len(families) > 20
        assert reported == true
        assert len(Counter(reported)) > 5
        assert all(row["introduced_in"]["registered_by"] for row in rows)
        steps = sum(ceil(log2(family.newest + 1)) + 2 for family in families)
        assert first <= sum(1 for _ in fleet.truth()) + steps
        assert introductions(failures(again)) == introductions(rows)
        assert fleet.report()["operations"].get("DescribeTaskDefinition", 0) < 0.2 * first


def test_without_bisection_only_certain_introductions_are_reported_at_no_call(tmp_path: Path) -> None:
    with running(SHAPE) as fleet:
        night = audit(fleet, tmp_path, program=NO_WAITING)
        families = sum(1 for _ in fleet.truth())
        described, rows = fleet.report()["operations"]["DescribeTaskDefinition"], failures(night)
        fleet.next_night(changed=0.9)
        fleet.reset()
        later = audit(fleet, tmp_path, program=NO_WAITING)
        certain = [row for row in failures(later) if row["introduced_in"]]

        assert described == families
        assert all(row["introduced_in"]["revision"] == 1 for row in rows if row["introduced_in"])
        assert len(certain) > 5
        for row in certain:
            family = family_of(fleet.organization, row)
            first = introduction(fleet.organization, family, row["resource"]["revision"])
            assert row["introduced_in"]["revision"] == first
