"""Nights over HTTP: every state, each by what happened in an account between two nights."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import DEFAULT_REGIONS, MANAGEMENT, Large, Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import ONE_CHECK, Night, Row, audit, command

pytestmark = pytest.mark.slow

FIRST, SECOND = DEFAULT_REGIONS[:2]
FAMILIES = 12
OTHER_CHECK = ("--check", "ecs-host-pid-mode", "--revisions", "latest")
#: What happens to each account in the second night, in the order of the organization.
QUIET, REFUSED, DENIED, DELETED, EXCLUDED, UNREAD, DISABLED, LEFT = range(8)
SHAPE = Shape(
    accounts=8, regions=2, families=FAMILIES, skew=0, host_share=0.8, fail_share=0.5, large=(Large(DELETED, FIRST, 12),)
)

#: (account, region, family) -> verdict.
Truth = dict[tuple[str, str, str], str]


@dataclass(frozen=True)
class Nights:
    """The nights of one output folder: their runs in order, what was true then, and the accounts by what happened."""

    nights: list[Night]
    runs: list[str]
    truths: list[Truth]
    accounts: list[str]

    def rows(self, kind: str, number: int) -> list[Row]:
        return [row for row in self.nights[-1]._rows(kind) if row["run_id"] == self.runs[number]]

    def changes(self, number: int, account: int | None = None) -> list[Row]:
        rows = self.rows("changes", number)
        return rows if account is None else [row for row in rows if row["account_id"] == self.accounts[account]]

    def failing(self, number: int, account: int) -> set[str]:
        """Return the IDs of the failures that a night saw in an account."""
        rows = self.rows("findings", number)
        return {
            row["finding_id"] for row in rows if (row["account_id"], row["status"]) == (self.accounts[account], "FAIL")
        }

    def states(self, number: int, account: int) -> set[tuple[str, str]]:
        return {(row["state"], row["reason"]) for row in self.changes(number, account)}


def inventory(*, excluded: str = "") -> str:
    accounts = [f'{{id: "{MANAGEMENT}", exclude: no resources}}']
    accounts += [f'{{id: "{excluded}", exclude: migration}}'] if excluded else []
    return f"defaults: {{role_name: AuditorReadOnly}}\ndiscover: {{}}\naccounts: [{', '.join(accounts)}]\n"


def truth(fleet: Fleet) -> Truth:
    return {(expected.account, expected.region, expected.family): expected.verdict for expected in fleet.truth()}


@pytest.fixture(scope="module")
def nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    folder = tmp_path_factory.mktemp("history")
    with running(SHAPE) as fleet:
        accounts = [member.id for member in fleet.organization.members]
        done = Nights([], [], [], accounts)

        def night(*flags: str, checks: tuple[str, ...] = ONE_CHECK, excluded: str = "", code: int = 0) -> None:
            finished = audit(fleet, folder, *flags, inventory=inventory(excluded=excluded), checks=checks)
            assert finished.code == code, finished.stderr
            done.nights.append(finished)
            (ended,) = finished.log("run-ended")
            done.runs.append(ended["run_id"])
            done.truths.append(truth(fleet))

        night()
        fleet.next_night(changed=0.4)
        fleet.reshape(accounts=LEFT, large=(Large(DELETED, FIRST, 4),))
        fleet.set_faults(
            Fault("role-refused", accounts=(accounts[REFUSED],)),
            Fault("scp-denied", accounts=(accounts[DENIED],), region=FIRST),
            Fault("access-denied", accounts=(accounts[UNREAD],), operation="DescribeTaskDefinition"),
            Fault("region-disabled", accounts=(accounts[DISABLED],), region=SECOND),
        )
        night(excluded=accounts[EXCLUDED], code=4)
        fleet.set_faults()
        fleet.reshape(accounts=8, large=SHAPE.large)
        night("--account", accounts[QUIET])
        night()
        night(checks=OTHER_CHECK)
        yield done


def test_the_first_night_is_compared_with_nothing(nights: Nights) -> None:
    failing = [row for row in nights.rows("findings", 0) if row["status"] == "FAIL"]

    assert len(failing) > 40
    assert {row["lifecycle"]["state"] for row in failing} == {None}
    assert all(row["first_seen"] == row["lifecycle"]["last_seen"] == row["observed_at"] for row in failing)
    assert nights.changes(0) == []
    assert "Compared with nothing: there is no earlier run" in nights.nights[0].stdout


def test_new_revisions_are_new_open_or_resolved_as_is_true(nights: Nights) -> None:
    before, now = nights.truths[0], nights.truths[1]
    keys = {key for key in before.keys() | now.keys() if key[0] == nights.accounts[QUIET]}
    expected = Counter(
        "new" if before.get(key) != "FAIL" else "resolved"
        for key in keys
        if (before.get(key) == "FAIL") != (now.get(key) == "FAIL")
    )

    assert Counter(row["state"] for row in nights.changes(1, QUIET)) == expected
    assert expected.keys() == {"new", "resolved"}


@pytest.mark.parametrize(
    ("account", "expected"),
    [
        pytest.param(REFUSED, {("stale", "role-denied")}, id="a refused role"),
        pytest.param(EXCLUDED, {("stale", "excluded-by-config")}, id="an excluded account"),
        pytest.param(LEFT, {("gone", "left-organization")}, id="an account that left"),
    ],
)
def test_every_failure_of_an_account_is_told(nights: Nights, account: int, expected: set[tuple[str, str]]) -> None:
    assert nights.states(1, account) == expected
    assert {row["finding_id"] for row in nights.changes(1, account)} == nights.failing(0, account)


@pytest.mark.parametrize(
    ("account", "region", "expected"),
    [
        pytest.param(DENIED, FIRST, ("stale", "scp-denied"), id="a denied region"),
        pytest.param(DISABLED, SECOND, ("stale", "contradictory-response"), id="a region that is not listed"),
    ],
)
def test_only_the_region_that_was_not_examined_is_stale(
    nights: Nights, account: int, region: str, expected: tuple[str, str]
) -> None:
    lost = {(row["state"], row["reason"]) for row in nights.changes(1, account) if row["region"] == region}
    seen = {row["state"] for row in nights.changes(1, account) if row["region"] != region}

    assert lost == {expected}
    assert seen <= {"new", "resolved"}


def test_deleted_families_are_gone(nights: Nights) -> None:
    gone = {row["resource_arn"].rpartition("/")[2] for row in nights.changes(1, DELETED) if row["state"] == "gone"}
    failed = {
        family
        for (account, region, family), verdict in nights.truths[0].items()
        if (account, region, verdict) == (nights.accounts[DELETED], FIRST, "FAIL")
    }

    assert gone == {family for family in failed if (nights.accounts[DELETED], FIRST, family) not in nights.truths[1]}
    assert gone


def test_a_definition_that_could_not_be_read_is_stale_and_keeps_its_age(nights: Nights) -> None:
    rows = [row for row in nights.rows("findings", 1) if row["lifecycle"]["state"] == "stale"]
    first_night = {row["finding_id"]: row for row in nights.rows("findings", 0)}

    assert {row["account_id"] for row in rows} == {nights.accounts[UNREAD]}
    assert {row["status"] for row in rows} >= {"UNKNOWN"}
    for row in rows:
        before = first_night[row["finding_id"]]
        assert (row["first_seen"], row["lifecycle"]["last_seen"]) == (before["first_seen"], before["observed_at"])


def test_nothing_is_closed_that_was_not_looked_at(nights: Nights) -> None:
    """The third night was narrowed to one account, and is never compared with."""
    examined = {(row["account_id"], row["region"]) for row in nights.rows("coverage", 2) if row["status"] == "EXAMINED"}

    assert {account for account, _ in examined} == {nights.accounts[QUIET]}
    for row in nights.changes(2):
        assert row["state"] == "stale" or row["account_id"] == nights.accounts[QUIET] or row["previous_state"] is None
    manifest = nights.nights[-1].document(f"runs/{nights.runs[3]}/manifest.json")
    assert manifest["provenance"]["previous_run"] == nights.runs[1]


def test_what_comes_back_is_open_or_reopened_and_keeps_its_age(nights: Nights) -> None:
    rows = {row["finding_id"]: row for row in nights.rows("findings", 3)}
    seen_first = {row["finding_id"]: row["first_seen"] for row in nights.rows("findings", 0) if row["status"] == "FAIL"}

    assert {row["state"] for row in nights.changes(3, REFUSED)} <= {"open", "new", "resolved"}
    assert {row["state"] for row in nights.changes(3, LEFT)} <= {"reopened", "new"}
    reopened = {row["finding_id"] for row in nights.changes(3) if row["state"] == "reopened"}
    assert reopened
    kept = [finding_id for finding_id in rows if rows[finding_id]["status"] == "FAIL" and finding_id in seen_first]
    assert {rows[finding_id]["first_seen"] == seen_first[finding_id] for finding_id in kept} == {True}


def test_a_check_that_does_not_run_leaves_its_findings_stale(nights: Nights) -> None:
    changes = [row for row in nights.changes(4) if row["check_id"] == ONE_CHECK[1]]

    assert {(row["state"], row["reason"]) for row in changes} == {("stale", "check-not-enabled")}
    failing = {row["finding_id"] for row in nights.rows("findings", 3) if row["status"] == "FAIL"}
    assert {row["finding_id"] for row in changes} == failing


def test_every_state_was_reached(nights: Nights) -> None:
    states = {row["state"] for number in range(5) for row in nights.changes(number)}

    assert states == {"new", "open", "reopened", "resolved", "gone", "stale"}


def test_the_trend_has_every_published_night_and_what_it_did_not_look_at(nights: Nights) -> None:
    trend = json.loads((nights.nights[-1].output / f"runs/{nights.runs[4]}/trend.json").read_bytes())

    assert [point["run_id"] for point in trend["points"]] == [run for run in nights.runs if run != nights.runs[2]]
    assert trend["problem"] == ""
    second = trend["points"][1]
    assert second["not_examined"].keys() == {
        *("role-denied", "scp-denied", "permission-denied", "contradictory-response")
    }
    assert second["changes"]["stale"] == len([row for row in nights.changes(1) if row["state"] == "stale"])
    assert second["compared_with"] == nights.runs[0]


def test_the_summary_counts_the_changes(nights: Nights) -> None:
    history = nights.nights[-1].document(f"runs/{nights.runs[1]}/summary.json")["history"]
    counts = Counter(row["state"] for row in nights.changes(1))

    assert {state: count for state, count in history["changes"].items() if count} == dict(counts)
    assert sum(history["new"].values()) == counts["new"]
    assert history["absent_accounts"] == 1
    assert f"since run {nights.runs[0]}" in nights.nights[1].stdout


@pytest.mark.parametrize("number", [1, 3, 4])
def test_diff_finds_the_changes_that_the_night_wrote(nights: Nights, number: int) -> None:
    output = nights.nights[0].output
    shown = command(["diff", nights.runs[number], "--from", str(output), "--format", "json"], output, dict(os.environ))

    assert shown.code == 0, shown.stderr
    found = {(row["finding_id"], row["state"], row["reason"]) for row in json.loads(shown.stdout)["changes"]}
    assert found == {(row["finding_id"], row["state"], row["reason"]) for row in nights.changes(number)}
