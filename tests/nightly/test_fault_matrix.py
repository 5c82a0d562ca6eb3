"""Every lasting fault at every operation, each in its own account: the gaps of that account, and no others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.fleet import Fault, Fleet, Shape, running
from tests.fleet.truth import Expected
from tests.nightly.night import NO_WAITING, Night, Row, audit
from tests.nightly.verdicts import expected_verdicts, reported

pytestmark = pytest.mark.slow

#: The expected reason in the coverage record (and in the finding, if a single family is affected), by fault and
#: operation. "-" means that the fault cannot happen there.
MATRIX = """
fault           | AssumeRole          | DescribeRegions     | ListTaskDefinitionFamilies | DescribeTaskDefinition
http-500        | service-error       | service-error       | service-error              | service-error
http-503        | service-error       | service-error       | service-error              | service-error
bad-gateway     | service-error       | service-error       | service-error              | service-error
reset           | service-error       | service-error       | service-error              | service-error
lost            | service-error       | service-error       | service-error              | service-error
truncated       | malformed-response  | malformed-response  | malformed-response         | malformed-response
throttle        | throttled           | throttled           | throttled                  | throttled
hang            | timeout             | timeout             | timeout                    | timeout
garbled         | malformed-response  | malformed-response  | malformed-response         | malformed-response
empty           | malformed-response  | malformed-response  | malformed-response         | malformed-response
proxy-page      | malformed-response  | malformed-response  | malformed-response         | malformed-response
bad-token       | expired-credentials | expired-credentials | expired-credentials        | expired-credentials
expired-token   | -                   | expired-credentials | expired-credentials        | expired-credentials
role-refused    | role-denied         | -                   | -                          | -
access-denied   | role-denied         | permission-denied   | permission-denied          | permission-denied
scp-denied      | -                   | scp-denied          | scp-denied                 | scp-denied
region-disabled | region-disabled     | -                   | region-disabled            | -
missing         | role-denied         | -                   | service-error              | service-error
"""

REGIONS = ("us-east-1", "af-south-1", "us-west-2")
#: The region and the family that faults of a single region or family affect.
REGION, FAMILY = "af-south-1", "app-00000"


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault at one operation, and the expected reason."""

    fault: str
    place: str
    reason: str

    @property
    def id(self) -> str:
        return f"{self.fault} at {self.place}"

    @property
    def whole_account(self) -> bool:
        return self.place in {"AssumeRole", "DescribeRegions"}

    def rule(self, account: str) -> Fault:
        """Return the fault for one account, without an end."""
        region = "*" if self.whole_account else REGION
        family = FAMILY if self.place == "DescribeTaskDefinition" else "*"
        return Fault(
            self.fault, accounts=(account,), region=region, operation=self.place, resource=family, seconds=-1.0
        )

    def rows(self) -> set[tuple[str, str, str | None]]:
        """Return the account's coverage records: (region, status, reason)."""
        if self.whole_account:
            return {("*", "NOT_EXAMINED", self.reason)}
        status = "PARTIAL" if self.place == "DescribeTaskDefinition" else "NOT_EXAMINED"
        examined = {(region, "EXAMINED", None) for region in REGIONS if region != REGION}
        return {(REGION, status, self.reason), *examined}

    def hides(self, definition: Expected) -> bool:
        """Whether the fault makes a definition of its account unreadable."""
        if self.whole_account:
            return True
        in_region = definition.region == REGION
        return in_region and (self.place != "DescribeTaskDefinition" or definition.family == FAMILY)


def _cells() -> Iterator[Cell]:
    head, *rows = ([word.strip() for word in line.split("|")] for line in MATRIX.strip().splitlines())
    for fault, *reasons in rows:
        yield from (
            Cell(fault, place, reason) for place, reason in zip(head[1:], reasons, strict=True) if reason != "-"
        )


CELLS = {cell.id: cell for cell in _cells()}


@dataclass(frozen=True, slots=True)
class Ran:
    """The finished night, and the account of each fault."""

    fleet: Fleet
    night: Night
    accounts: dict[str, str]

    def coverage(self, cell: str) -> list[Row]:
        return [row for row in self.night.coverage() if row["account_id"] == self.accounts[cell]]

    def unknown(self, cell: str) -> list[Row]:
        return [row for row in self.night.findings("UNKNOWN") if row["account_id"] == self.accounts[cell]]


def _named(fleet: Fleet, account: str) -> str:
    """Name the regions in the inventory: a disabled region is only expected if it is named."""
    regions = ", ".join(REGIONS)
    return fleet.inventory_text().replace(f'{{id: "{account}",', f'{{id: "{account}", regions: [{regions}],')


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("matrix")
    settings = folder / "auditor.yaml"
    settings.write_text("limits: {workers: 96, read_timeout: 0.5}\n", encoding="utf-8")
    with running(Shape(accounts=len(CELLS) + 20, regions=REGIONS, families=3, skew=0, revisions=2)) as fleet:
        eligible = [
            expected.account for expected in fleet.truth() if (expected.region, expected.family) == (REGION, FAMILY)
        ]
        accounts = dict(zip(CELLS, eligible, strict=False))
        assert len(accounts) == len(CELLS)
        fleet.set_faults(*(cell.rule(accounts[cell.id]) for cell in CELLS.values()))
        inventory = _named(fleet, accounts["region-disabled at ListTaskDefinitionFamilies"])
        night = audit(fleet, folder, "--settings", str(settings), inventory=inventory, program=NO_WAITING)
        yield Ran(fleet, night, accounts)


@pytest.mark.parametrize("cell", CELLS)
def test_the_affected_scope_has_the_reason_and_the_others_are_examined(ran: Ran, cell: str) -> None:
    rows = ran.coverage(cell)

    assert {(row["region"], row["status"], row["reason"]) for row in rows} == CELLS[cell].rows()
    assert len(rows) == len(CELLS[cell].rows())
    assert all(bool(row["detail"]) == (row["status"] != "EXAMINED") for row in rows)


@pytest.mark.parametrize("cell", CELLS)
def test_a_finding_is_unknown_only_if_the_resource_is_known_to_exist(ran: Ran, cell: str) -> None:
    expected = {(REGION, FAMILY, CELLS[cell].reason)} if CELLS[cell].place == "DescribeTaskDefinition" else set()
    rows = ran.unknown(cell)

    assert {(row["region"], row["resource"]["family"], *row["reasons"]) for row in rows} == expected
    assert len(rows) == len(expected)


def test_everything_else_equals_the_truth(ran: Ran) -> None:
    cells = {ran.accounts[id_]: cell for id_, cell in CELLS.items()}

    verdicts = expected_verdicts(
        ran.fleet, lambda revision: revision.account not in cells or not cells[revision.account].hides(revision)
    )

    assert len(verdicts) > 100
    assert reported(ran.night) == verdicts


def test_accounts_without_a_fault_are_fully_examined(ran: Ran) -> None:
    healthy = {member.id for member in ran.fleet.organization.members} - set(ran.accounts.values())
    rows = [row for row in ran.night.coverage() if row["account_id"] in healthy]

    assert len(rows) == len(healthy) * len(REGIONS)
    assert {row["status"] for row in rows} == {"EXAMINED"}


def test_the_run_ends_in_order_and_reports_that_it_is_incomplete(ran: Ran) -> None:
    assert ran.night.code == 4, ran.night.stderr
    assert "Traceback" not in ran.night.stderr
    assert ran.night.stdout.startswith("INCOMPLETE")
    assert ran.night.latest["complete"] is False
    assert "internal-error" not in {row["reason"] for row in ran.night.coverage()}


def test_denials_are_not_retried_and_other_retries_are_limited(ran: Ran) -> None:
    denials = {"role-denied", "permission-denied", "scp-denied"}

    for id_, cell in CELLS.items():
        retried = sum(row["retried"] for row in ran.coverage(id_))
        assert retried == 0 if cell.reason in denials else retried <= 3 * 7, id_
