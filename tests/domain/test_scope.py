"""Accounts and the regions that are expected of them."""

from __future__ import annotations

import pytest

from auditor.domain.scope import Account, RegionRule, Scope


@pytest.mark.parametrize(
    ("include", "region", "wanted"),
    [
        (("all",), "eu-west-1", True),
        (("eu-*",), "eu-west-1", True),
        (("eu-*",), "us-east-1", False),
        (("us-east-1",), "us-east-1", True),
        ((), "us-east-1", False),
    ],
)
def test_names_globs_and_all_include_a_region(include: tuple[str, ...], region: str, wanted: bool) -> None:  # noqa: FBT001 - the expectation
    assert RegionRule(include).wants(region) is wanted


def test_only_names_are_expected_without_the_accounts_answer() -> None:
    rule = RegionRule(("eu-*", "us-east-1", "all"))

    assert rule.named == ("us-east-1",)
    assert rule.open_ended
    assert not RegionRule(("us-east-1",)).open_ended


@pytest.mark.parametrize(
    ("rule", "excluded"),
    [
        (RegionRule(exclude=("eu-*",)), True),
        (RegionRule(only=("us-*",)), True),
        (RegionRule(only=("all",)), False),
        (RegionRule(("eu-west-1",)), False),
    ],
    ids=["excluded by glob", "outside of a narrowed run", "narrowed to all", "not excluded"],
)
def test_an_exclusion_says_why(rule: RegionRule, excluded: bool) -> None:  # noqa: FBT001 - the expectation
    assert bool(rule.why_excluded("eu-west-1")) is excluded


def test_names_are_shown_with_ids() -> None:
    account = Account("111122223333", "payments")

    assert str(account) == "payments (111122223333)"
    assert str(Account("111122223333")) == "111122223333"
    assert str(Scope(account, "eu-west-1")) == "payments (111122223333) eu-west-1"
