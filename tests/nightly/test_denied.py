"""A night with denied roles, a region denied by policy, a disabled region, and families that cannot be described.

Every gap is reported with its reason; everything else equals the truth.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import NO_WAITING, Night, audit

REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "af-south-1")
DENIED_ROLES = range(0, 50, 5)
DENIED_BY_POLICY = range(1, 50, 10)
DENIED_REGION = "us-west-2"
DISABLED = 2
DISABLED_REGION = "af-south-1"
BROKEN = {"app-00000": ("http-500", "service-error"), "app-00001": ("access-denied", "permission-denied")}
BROKEN_IN = range(3, 50, 10)


class Denials(NamedTuple):
    fleet: Fleet
    night: Night

    def ids(self, numbers: range) -> tuple[str, ...]:
        return _ids(self.fleet, numbers)


def _ids(fleet: Fleet, numbers: range) -> tuple[str, ...]:
    return tuple(fleet.organization.members[number].id for number in numbers)


@pytest.fixture(scope="module")
def denials(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Denials]:
    with running(Shape(accounts=50, regions=REGIONS)) as fleet:
        fleet.set_faults(
            Fault("role-refused", accounts=_ids(fleet, DENIED_ROLES)),
            Fault("scp-denied", accounts=_ids(fleet, DENIED_BY_POLICY), region=DENIED_REGION),
            Fault("region-disabled", accounts=_ids(fleet, range(DISABLED, DISABLED + 1)), region=DISABLED_REGION),
            *(
                Fault(kind, accounts=_ids(fleet, BROKEN_IN), operation="DescribeTaskDefinition", resource=family)
                for family, (kind, _) in BROKEN.items()
            ),
        )
        yield Denials(fleet, audit(fleet, tmp_path_factory.mktemp("denied"), program=NO_WAITING))


def _is_unreadable(denials: Denials, account: str, region: str, family: str) -> bool:
    return (
        account in denials.ids(DENIED_ROLES)
        or (account in denials.ids(DENIED_BY_POLICY) and region == DENIED_REGION)
        or (account == denials.ids(range(DISABLED, DISABLED + 1))[0] and region == DISABLED_REGION)
        or (account in denials.ids(BROKEN_IN) and family in BROKEN)
    )


def test_the_run_is_incomplete_and_ends_with_4(denials: Denials) -> None:
    night = denials.night

    assert night.code == 4, night.stderr
    assert night.stdout.startswith("INCOMPLETE: 30 of 50 accounts were fully examined")
    assert night.latest["complete"] is False
    assert "Traceback" not in night.stderr


@pytest.mark.parametrize("verdict", ["FAIL", "PASS"])
def test_everything_readable_equals_the_truth(denials: Denials, verdict: str) -> None:
    truth = {
        expected.arn
        for expected in denials.fleet.truth()
        if expected.verdict == verdict
        and not _is_unreadable(denials, expected.account, expected.region, expected.family)
    }

    assert denials.night.arns(verdict) == truth


def test_an_account_whose_role_is_denied_has_one_coverage_record_with_the_role(denials: Denials) -> None:
    rows = [row for row in denials.night.coverage() if row["account_id"] in denials.ids(DENIED_ROLES)]

    assert {row["account_id"] for row in rows} == set(denials.ids(DENIED_ROLES))
    assert {(row["region"], row["status"], row["reason"]) for row in rows} == {("*", "NOT_EXAMINED", "role-denied")}
    assert all("AuditorReadOnly" in row["detail"] for row in rows)


def test_a_region_denied_by_policy_is_a_gap_and_the_other_regions_are_examined(denials: Denials) -> None:
    for account in denials.ids(DENIED_BY_POLICY):
        if account in denials.ids(DENIED_ROLES):
            continue
        rows = {row["region"]: row for row in denials.night.coverage() if row["account_id"] == account}
        assert set(rows) == set(REGIONS)
        assert (rows[DENIED_REGION]["status"], rows[DENIED_REGION]["reason"]) == ("NOT_EXAMINED", "scp-denied")
        assert {rows[region]["status"] for region in REGIONS if region != DENIED_REGION} == {"EXAMINED"}


def test_the_log_has_one_line_for_each_account_and_cause(denials: Denials) -> None:
    lines = [(row["account"], row["status"], row["reason"]) for row in denials.night.log("gap")]
    rows = denials.night.coverage()

    assert len(lines) == len(set(lines))
    assert set(lines) == {
        (row["account_id"], row["status"], row["reason"]) for row in rows if row["status"] != "EXAMINED"
    }


def test_a_disabled_region_is_not_expected_if_all_regions_are_requested(denials: Denials) -> None:
    account = denials.ids(range(DISABLED, DISABLED + 1))[0]
    regions = {row["region"] for row in denials.night.coverage() if row["account_id"] == account}

    assert regions == set(REGIONS) - {DISABLED_REGION}


@pytest.mark.parametrize("family", BROKEN)
def test_a_family_that_cannot_be_described_is_an_unknown_finding(denials: Denials, family: str) -> None:
    scopes = {
        (expected.account, expected.region)
        for expected in denials.fleet.truth()
        if expected.family == family and expected.account in denials.ids(BROKEN_IN)
    }
    rows = [row for row in denials.night.findings("UNKNOWN") if row["resource"]["family"] == family]

    assert scopes
    assert {(row["account_id"], row["region"]) for row in rows} == scopes
    assert {tuple(row["reasons"]) for row in rows} == {(BROKEN[family][1],)}
    assert all(
        "DescribeTaskDefinition" in row["remediation"] or "ServerException" in row["remediation"] for row in rows
    )


def test_a_scope_with_an_unknown_finding_is_partial(denials: Denials) -> None:
    unknown = {(row["account_id"], row["region"]) for row in denials.night.findings("UNKNOWN")}
    partial = {(r["account_id"], r["region"]) for r in denials.night.coverage() if r["status"] == "PARTIAL"}

    assert partial == unknown


def test_denials_are_never_retried(denials: Denials) -> None:
    outcomes = denials.fleet.report()["outcomes"]
    unknown = [row for row in denials.night.findings("UNKNOWN") if row["reasons"] == ["permission-denied"]]

    assert outcomes["AssumeRole"]["AccessDenied"] == len(DENIED_ROLES)
    assert outcomes["ListTaskDefinitionFamilies"]["AccessDeniedException"] == len(DENIED_BY_POLICY)
    assert outcomes["DescribeTaskDefinition"]["AccessDeniedException"] == len(unknown)


def test_the_report_starts_with_incomplete_and_names_the_denied_accounts(denials: Denials) -> None:
    report = denials.night.report()

    assert report.index("INCOMPLETE") < report.index("of 50 accounts")
    for account in denials.ids(DENIED_ROLES):
        assert account in report


def test_a_finding_keeps_its_id_when_its_resource_becomes_readable(denials: Denials) -> None:
    unknown = {
        (row["account_id"], row["region"], row["resource"]["family"]): row["finding_id"]
        for row in denials.night.findings("UNKNOWN")
    }
    denials.fleet.set_faults()
    later = audit(
        denials.fleet,
        denials.night.output.parent / "later",
        *("--emit", "PASS,FAIL,NOT_APPLICABLE"),
        inventory=denials.fleet.inventory_text(accounts=denials.ids(BROKEN_IN)),
        program=NO_WAITING,
    )
    readable = {
        (row["account_id"], row["region"], row["resource"]["family"]): row["finding_id"] for row in later.findings()
    }

    assert later.code == 0, later.stderr
    assert unknown
    assert {resource: readable[resource] for resource in unknown} == unknown
