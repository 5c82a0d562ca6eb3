"""Accounts of the organization that the inventory does not name: they are named, and never look audited."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.reports.percentages import format_percent
from tests.fleet.faults import Fault
from tests.fleet.organization import MANAGEMENT, Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit, command

pytestmark = pytest.mark.slow

#: With the management account there are five active ones; the suspended ones are not missed.
MEMBERS = 4
SENTENCE = "2 active accounts of the organization are not in the inventory and were not audited"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=MEMBERS, regions=1, families=1, suspended=2)) as fleet:
        yield fleet


@pytest.fixture
def three(fleet: Fleet) -> str:
    """Return an inventory of three of the five active accounts."""
    return fleet.inventory_text(accounts=[member.id for member in fleet.organization.members[:3]])


@pytest.fixture
def left_out(fleet: Fleet) -> list[dict[str, str]]:
    last = fleet.organization.members[3]
    return [{"id": last.id, "name": last.name}, {"id": MANAGEMENT, "name": "management"}]


def test_active_accounts_outside_the_inventory_are_named_everywhere(
    fleet: Fleet, tmp_path: Path, three: str, left_out: list[dict[str, str]]
) -> None:
    fleet.reset()

    night = audit(fleet, tmp_path, inventory=three)

    ids = " and ".join(account["id"] for account in left_out)
    assert night.code == 0, night.stderr
    assert night.stdout.startswith("Complete: all 3 accounts of the inventory were fully examined. ")
    assert f"{SENTENCE}: {ids}." in " ".join(night.stdout.split())
    summary = night.document(night.latest["summary"])
    assert f"{SENTENCE}: {ids}." in summary["verdict"]["sentence"]
    assert summary["unlisted"] == {
        "consulted": True,
        "total": 2,
        "accounts": left_out,
        "problem": "",
        "detail": "",
    }
    assert format_percent(summary["coverage"]["percent"] / 100) == "100%", "nothing was expected of them"
    (notice,) = _notices(night, "WARNING")
    assert notice["detail"] == ", ".join(f"{account['name']} ({account['id']})" for account in left_out)
    (ended,) = night.log("run-ended")
    assert ended["unlisted_accounts"] == 2
    assert "Accounts of the organization that the inventory does not name" in night.report()
    assert fleet.report()["operations"]["ListAccounts"] == 1
    again = command(
        ["report", night.latest["run_id"], "--from", str(night.output), "-o", str(tmp_path / "again.html")],
        night.output,
        fleet.env(),
    )
    assert again.code == 0, again.stderr
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == night.report()


def test_a_refusal_says_why_once_and_ends_nothing(fleet: Fleet, tmp_path: Path, three: str) -> None:
    fleet.set_faults(Fault("access-denied", services=("organizations",)))
    night = audit(fleet, tmp_path, inventory=three)
    fleet.set_faults()

    sentence = "AWS Organizations was not consulted for other accounts (AccessDeniedException)."
    assert night.code == 0, night.stderr
    assert sentence in " ".join(night.stdout.split())
    (notice,) = _notices(night, "INFO")
    assert notice["detail"].startswith("AccessDeniedException: ")
    unlisted = night.document(night.latest["summary"])["unlisted"]
    assert (unlisted["consulted"], unlisted["total"], unlisted["accounts"]) == (False, 0, [])
    assert night.log("run-ended")[0]["unlisted_accounts"] is None


@pytest.mark.parametrize(
    ("kind", "problem"),
    [("hang", "ReadTimeoutError"), ("throttle", "TooManyRequestsException"), ("garbled", "MalformedResponse")],
)
def test_a_list_that_does_not_arrive_is_given_up_soon(
    fleet: Fleet, tmp_path: Path, three: str, kind: str, problem: str
) -> None:
    fleet.reset()
    fleet.set_faults(Fault(kind, services=("organizations",)))
    night = audit(fleet, tmp_path, inventory=three)
    fleet.set_faults()

    assert night.code == 0, night.stderr
    assert f"not consulted for other accounts ({problem})." in " ".join(night.stdout.split())
    assert fleet.report()["operations"]["ListAccounts"] == 2, "the call and one retry"


def test_with_discovery_there_is_nothing_to_ask(fleet: Fleet, tmp_path: Path) -> None:
    ambient = f'accounts: [{{id: "{MANAGEMENT}", ambient: true}}]\n'

    night = audit(fleet, tmp_path, inventory=fleet.discovery_text + ambient)

    assert night.code == 0, night.stderr
    assert "organization" not in night.stdout.lower()
    assert night.document(night.latest["summary"])["unlisted"] is None
    assert _notices(night, "WARNING") == _notices(night, "INFO") == []


def test_a_whole_inventory_is_called_whole(fleet: Fleet, tmp_path: Path, three: str) -> None:
    others = f'  - {{id: "{fleet.organization.members[3].id}"}}\n  - {{id: "{MANAGEMENT}", ambient: true}}\n'

    night = audit(fleet, tmp_path, inventory=three + others)

    assert "The inventory names every active account of the organization." in " ".join(night.stdout.split())
    assert night.log("run-ended")[0]["unlisted_accounts"] == 0


def test_the_plan_names_them_too(fleet: Fleet, tmp_path: Path, three: str, left_out: list[dict[str, str]]) -> None:
    (tmp_path / "inventory.yaml").write_text(three, encoding="utf-8")
    arguments = ["plan", "--inventory", str(tmp_path / "inventory.yaml")]

    text = command(arguments, tmp_path, fleet.env())
    document = command([*arguments, "--format", "json"], tmp_path, fleet.env())

    assert (text.code, document.code) == (0, 0), text.stderr
    assert "2 active accounts of the organization not in the inventory:\n" in text.stdout
    assert all(account["id"] in text.stdout for account in left_out)
    assert json.loads(document.stdout)["unlisted"]["accounts"] == left_out


def _notices(night: Night, level: str) -> list[dict[str, str]]:
    """Return the log lines about the organization."""
    about = ("AWS Organizations", "The inventory")
    return [row for row in night.log("notice") if row["level"] == level and row["message"].startswith(about)]
