"""The same night with a fifth of the roles refused, a region denied by policy, and families that cannot be described.

What was refused is said, with its reason; what was not is exactly as before.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-2")
REFUSED = range(0, 50, 5)
DENIED = range(1, 50, 10)
DENIED_REGION = "us-west-2"
DISABLED = 2
DISABLED_REGION = "ap-southeast-2"
BROKEN = {"app-00000": ("http-500", "service-error"), "app-00001": ("access-denied", "permission-denied")}
BROKEN_IN = range(3, 50, 10)


class Refusals(NamedTuple):
    fleet: Fleet
    night: Night

    def ids(self, numbers: range) -> tuple[str, ...]:
        return _ids(self.fleet, numbers)


def _ids(fleet: Fleet, numbers: range) -> tuple[str, ...]:
    return tuple(fleet.organization.members[number].id for number in numbers)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Refusals]:
    with running(Shape(accounts=50, regions=REGIONS)) as fleet:
        fleet.set_faults(
            Fault("role-refused", accounts=_ids(fleet, REFUSED)),
            Fault("scp-denied", accounts=_ids(fleet, DENIED), region=DENIED_REGION),
            Fault("region-disabled", accounts=_ids(fleet, range(DISABLED, DISABLED + 1)), region=DISABLED_REGION),
            *(
                Fault(kind, accounts=_ids(fleet, BROKEN_IN), operation="DescribeTaskDefinition", resource=family)
                for family, (kind, _) in BROKEN.items()
            ),
        )
        yield Refusals(fleet, audit(fleet, tmp_path_factory.mktemp("refused")))


def _lost(refusals: Refusals, account: str, region: str, family: str) -> bool:
    return (
        account in refusals.ids(REFUSED)
        or (account in refusals.ids(DENIED) and region == DENIED_REGION)
        or (account == refusals.ids(range(DISABLED, DISABLED + 1))[0] and region == DISABLED_REGION)
        or (account in refusals.ids(BROKEN_IN) and family in BROKEN)
    )


def test_the_run_is_incomplete_and_ends_with_4(refusals: Refusals) -> None:
    night = refusals.night

    assert night.code == 4, night.stderr
    assert night.stdout.startswith("INCOMPLETE: 30 of 50 accounts were fully examined")
    assert night.latest["complete"] is False
    assert "Traceback" not in night.stderr


@pytest.mark.parametrize("verdict", ["FAIL", "PASS"])
def test_all_that_was_not_refused_is_judged_as_before(refusals: Refusals, verdict: str) -> None:
    truth = {
        each.arn
        for each in refusals.fleet.truth()
        if each.verdict == verdict and not _lost(refusals, each.account, each.region, each.family)
    }

    assert refusals.night.arns(verdict) == truth


def test_a_refused_account_is_one_row_that_says_who_and_why(refusals: Refusals) -> None:
    rows = [row for row in refusals.night.coverage() if row["account"]["id"] in refusals.ids(REFUSED)]

    assert {row["account"]["id"] for row in rows} == set(refusals.ids(REFUSED))
    assert {(row["region"], row["status"], row["reason"]) for row in rows} == {("*", "NOT_EXAMINED", "role-denied")}
    assert all("AuditorReadOnly" in row["detail"] for row in rows)


def test_a_region_denied_by_policy_is_a_row_and_the_other_regions_are_examined(refusals: Refusals) -> None:
    for account in refusals.ids(DENIED):
        if account in refusals.ids(REFUSED):
            continue
        rows = {row["region"]: row for row in refusals.night.coverage() if row["account"]["id"] == account}
        assert set(rows) == set(REGIONS)
        assert (rows[DENIED_REGION]["status"], rows[DENIED_REGION]["reason"]) == ("NOT_EXAMINED", "scp-denied")
        assert {rows[region]["status"] for region in REGIONS if region != DENIED_REGION} == {"EXAMINED"}


def test_a_region_that_is_not_enabled_is_not_expected_under_all(refusals: Refusals) -> None:
    account = refusals.ids(range(DISABLED, DISABLED + 1))[0]
    regions = {row["region"] for row in refusals.night.coverage() if row["account"]["id"] == account}

    assert regions == set(REGIONS) - {DISABLED_REGION}


@pytest.mark.parametrize("family", BROKEN)
def test_a_family_that_cannot_be_described_is_an_unknown_finding(refusals: Refusals, family: str) -> None:
    expected = {
        (each.account, each.region)
        for each in refusals.fleet.truth()
        if each.family == family and each.account in refusals.ids(BROKEN_IN)
    }
    rows = [row for row in refusals.night.findings("UNKNOWN") if row["resource"]["family"] == family]

    assert expected
    assert {(row["account"]["id"], row["region"]) for row in rows} == expected
    assert {tuple(row["reasons"]) for row in rows} == {(BROKEN[family][1],)}
    assert all(
        "DescribeTaskDefinition" in row["remediation"] or "ServerException" in row["remediation"] for row in rows
    )


def test_the_scope_of_an_unknown_is_partial(refusals: Refusals) -> None:
    unknown = {(row["account"]["id"], row["region"]) for row in refusals.night.findings("UNKNOWN")}
    partial = {(r["account"]["id"], r["region"]) for r in refusals.night.coverage() if r["status"] == "PARTIAL"}

    assert partial == unknown


def test_denials_are_never_retried(refusals: Refusals) -> None:
    outcomes = refusals.fleet.report()["outcomes"]
    unknown = [row for row in refusals.night.findings("UNKNOWN") if row["reasons"] == ["permission-denied"]]

    assert outcomes["AssumeRole"]["AccessDenied"] == len(REFUSED)
    assert outcomes["ListTaskDefinitionFamilies"]["AccessDeniedException"] == len(DENIED)
    assert outcomes["DescribeTaskDefinition"]["AccessDeniedException"] == len(unknown)


def test_the_report_says_incomplete_first_and_names_what_is_missing(refusals: Refusals) -> None:
    report = refusals.night.report()

    assert report.index("INCOMPLETE") < report.index("of 50 accounts")
    for account in refusals.ids(REFUSED):
        assert account in report


def test_a_finding_has_the_same_id_when_it_cannot_be_read_and_when_it_can(refusals: Refusals) -> None:
    unread = {
        (row["account"]["id"], row["region"], row["resource"]["family"]): row["finding_id"]
        for row in refusals.night.findings("UNKNOWN")
    }
    refusals.fleet.set_faults()
    healed = audit(refusals.fleet, refusals.night.output.parent / "healed", "--emit", "PASS,FAIL,NOT_APPLICABLE")
    read = {
        (row["account"]["id"], row["region"], row["resource"]["family"]): row["finding_id"] for row in healed.findings()
    }

    assert healed.code == 0, healed.stderr
    assert unread
    assert {place: read[place] for place in unread} == unread
