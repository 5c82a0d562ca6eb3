"""Owner, environment and due date of findings, and the totals by owner."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.archive.encode import finding_row
from auditor.domain import owner_totals
from auditor.domain.check import Severity, Status
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import Lifecycle
from auditor.domain.owner_totals import OwnerTotals
from auditor.domain.ownership import NameRule, OwnershipRules
from auditor.domain.risk_exception import RiskException
from tests import builders

OWNER = NameRule(("owner", "team"), {"/Prod/Pay*": "payments", "/Prod": "platform"})
RULES = OwnershipRules(OWNER, NameRule(("env",), {}), {Severity.HIGH: 30})
ACCEPTED = RiskException("one", "accepted-risk", "It has to be.", "platform", "", date(2026, 12, 31))


def owner(resource_tags: dict[str, str] | None, account_tags: dict[str, str], ou: str = "") -> str:
    target = replace(builders.target(), account=builders.account(tags=account_tags, ou=ou))
    account = RULES.complete_target(target).account
    found = builders.finding(account=account)
    judged = RULES.with_owner(replace(found, resource=replace(found.resource, tags=resource_tags)))
    return finding_row(judged, "20261123T020000Z-1a2b3c").owner


@pytest.mark.parametrize(
    ("resource_tags", "account_tags", "ou", "expected"),
    [
        pytest.param({"owner": "web"}, {"owner": "shop"}, "/Prod", "web", id="a tag of the resource"),
        pytest.param({"team": "web"}, {"owner": "shop"}, "/Prod", "web", id="a later tag of the resource"),
        pytest.param({"team": "b", "owner": "a"}, {}, "", "a", id="the first tag in the order of the settings"),
        pytest.param({"owner": " "}, {"owner": "shop"}, "", "shop", id="a blank tag of the resource counts as none"),
        pytest.param({}, {"team": "shop"}, "/Prod", "shop", id="a tag of the account"),
        pytest.param(None, {"team": "shop"}, "/Prod", "shop", id="tags of the resource were not read"),
        pytest.param({}, {}, "/Prod/Payments/Cards", "payments", id="the first matching unit"),
        pytest.param({}, {}, "/Prod/Web", "platform", id="a unit that contains its unit"),
        pytest.param({}, {}, "/Production", "", id="a unit of a similar name"),
        pytest.param({}, {}, "", "", id="nothing"),
        pytest.param({"Owner": "web"}, {}, "", "", id="a key in capitals is another key"),
        pytest.param({"owner": "../<b>/\u202ex"}, {}, "", "../<b>/\u202ex", id="odd names stay as they are"),
    ],
)
def test_the_owner_is_that_of_the_resource_or_else_of_its_account(
    resource_tags: dict[str, str] | None, account_tags: dict[str, str], ou: str, expected: str
) -> None:
    assert owner(resource_tags, account_tags, ou) == expected


def test_a_name_of_any_length_is_cut_to_what_aws_allows_for_a_tag() -> None:
    assert owner({}, {"owner": "x" * 4096}) == "x" * 256


def test_the_environment_has_its_own_rule() -> None:
    target = replace(builders.target(), account=builders.account(tags={"env": "prod", "owner": "shop"}))
    account = RULES.complete_target(target).account

    assert (account.owner, account.environment) == ("shop", "prod")
    assert finding_row(builders.finding(account=account), "20261123T020000Z-1a2b3c").environment == "prod"


def due(now: date = date(2026, 11, 23), **fields: Any) -> tuple[date | None, bool]:
    seen = Lifecycle(first_seen=datetime(2026, 11, 1, 22, 0, tzinfo=UTC))
    judged = RULES.with_due_date(builders.finding(**({"lifecycle": seen} | fields)), now)
    return judged.due, judged.overdue


@pytest.mark.parametrize(
    ("now", "overdue"), [(date(2026, 11, 30), False), (date(2026, 12, 1), False), (date(2026, 12, 2), True)]
)
def test_a_failure_is_overdue_from_the_day_after_its_due_date(now: date, overdue: bool) -> None:  # noqa: FBT001 - a table
    assert due(now) == (date(2026, 12, 1), overdue)


def test_an_accepted_failure_keeps_its_due_date_and_is_not_overdue() -> None:
    assert due(date(2027, 1, 1), exception=ACCEPTED) == (date(2026, 12, 1), False)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"status": Status.UNKNOWN}, id="a finding that does not fail"),
        pytest.param({"severity": Severity.LOW}, id="a severity without a time limit"),
        pytest.param({"lifecycle": Lifecycle()}, id="a failure of which it is not known when it was first seen"),
    ],
)
def test_nothing_else_is_due(fields: dict[str, Any]) -> None:
    assert due(**fields) == (None, False)


def test_the_day_counts_in_utc() -> None:
    east = datetime(2026, 11, 2, 1, 0, tzinfo=timezone(timedelta(hours=3)))

    assert due(lifecycle=Lifecycle(first_seen=east))[0] == date(2026, 12, 1)


def test_totals_count_failures_by_owner_and_severity() -> None:
    failures = [
        builders.finding(owner="web", overdue=True),
        builders.finding(owner="web", exception=ACCEPTED, severity=Severity.LOW),
        builders.finding(),
        builders.finding(owner="web", status=Status.PASS),
    ]
    totals = OwnerTotals.of(failures)

    assert sorted(totals.by_owner) == ["", "web"]
    web = totals.by_owner["web"]
    assert (dict(web.failing), web.overdue, web.excepted) == ({Severity.HIGH: 1, Severity.LOW: 1}, 1, 1)
    assert totals.others is None


@given(st.lists(st.lists(st.sampled_from("abcdefghij"), max_size=8), max_size=8), st.randoms())
def test_totals_are_bounded_exact_and_do_not_depend_on_the_order_of_accounts(
    accounts: list[list[str]],
    random: Any,
) -> None:
    names = sorted({name for account in accounts for name in account})
    kept, rest = names[:3], names[3:]
    random.shuffle(accounts)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(owner_totals, "MOST_OWNERS", 3)
        totals = OwnerTotals()
        for account in accounts:
            totals.add(OwnerTotals.of(builders.finding(owner=name) for name in account))
            assert len(totals.by_owner) <= 3
        totals.shrink()

    flat = [name for account in accounts for name in account]
    assert {name: counts.failing.total() for name, counts in totals.by_owner.items()} == {
        name: flat.count(name) for name in kept
    }
    assert (totals.others.failing.total() if totals.others else 0) == sum(flat.count(name) for name in rest)


def test_owners_of_other_kinds_of_findings_are_not_counted() -> None:
    unknown: Finding = builders.unknown(owner="web")

    assert OwnerTotals.of([unknown]).by_owner == {}
