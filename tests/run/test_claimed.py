"""The accounts of a claim, and the targets of a resumed run."""

from __future__ import annotations

from auditor import inventory
from auditor.domain.reason import Reason
from auditor.domain.scope import DiscoveredAccount, ExcludedBy, Target
from auditor.run.claimed import claimed_accounts, claimed_targets, with_claimed_exclusions
from tests.builders import account, target

INVENTORY = inventory.parse(
    "discover: {}\naccounts: [{id: '000000000001', name: prod, regions: eu-west-1, tags: {owner: payments}}]",
    "inventory",
    known_regions={"eu-west-1"},
)
SANDBOX = ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "in the excluded organizational unit ou-abcd-11111111")


def listed(*numbers: int) -> tuple[Target, ...]:
    """Return the targets when the organization lists these accounts."""
    accounts = [DiscoveredAccount(account(number).id, f"account-{number}", "Root/Prod") for number in numbers]
    return INVENTORY.merge(accounts)


def test_a_resumed_run_has_the_targets_that_were_claimed() -> None:
    claimed = claimed_accounts(listed(1, 2, 3))

    assert claimed_targets(claimed, INVENTORY) == listed(1, 2, 3)


def test_an_account_that_was_expected_stays_expected_and_an_excluded_one_excluded() -> None:
    claimed = claimed_accounts([target(1), target(2, excluded=SANDBOX)])
    now = [target(1, excluded=ExcludedBy(Reason.ACCOUNT_SUSPENDED, "SUSPENDED")), target(2)]

    resumed = with_claimed_exclusions(now, claimed)

    assert [item.excluded for item in resumed] == [None, SANDBOX]


def test_without_an_inventory_the_account_of_the_claim_is_the_only_target() -> None:
    own = Target(account(7))

    assert claimed_targets(claimed_accounts([own]), None) == (own,)
