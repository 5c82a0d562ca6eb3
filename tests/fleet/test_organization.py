from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.fleet.organization import ACTIVE, MANAGEMENT, Large, Organization, Shape

SHAPE = Shape(accounts=40, regions=8, families=5, revisions=5)


def names(organization: Organization) -> list[tuple[str, ...]]:
    return [
        (family.account, region, family.name, str(family.active))
        for member in organization.members
        for region in organization.regions
        for family in organization.families(member.id, region)
    ]


def test_the_same_seed_makes_the_same_organization() -> None:
    assert names(Organization(SHAPE)) == names(Organization(SHAPE))
    assert names(Organization(SHAPE)) != names(Organization(replace(SHAPE, seed=2)))


def test_a_shape_survives_json() -> None:
    shape = replace(SHAPE, regions=("eu-west-1",), large=(Large(0, "eu-west-1", 7, 2),))
    assert Shape.from_json(json.loads(json.dumps(shape.to_json()))) == shape


def test_account_ids_are_unique_and_have_twelve_digits_and_some_start_with_zero() -> None:
    ids = [member.id for member in Organization(replace(SHAPE, accounts=1000, suspended=5)).all_accounts]
    assert len(set(ids)) == len(ids) == 1006
    assert all(len(name) == 12 and name.isdecimal() for name in ids)
    assert any(name.startswith("0") for name in ids)


@pytest.mark.parametrize("skew", [0.0, 0.5, 1.0])
def test_the_numbers_of_families_have_the_requested_mean(skew: float) -> None:
    organization = Organization(Shape(accounts=100, regions=17, families=3.83, skew=skew))
    assert abs(len(names(organization)) / 1700 - 3.83) < 0.4


def test_skew_makes_empty_regions() -> None:
    organization = Organization(Shape(accounts=50, regions=8, families=3, skew=1.0))
    counts = [
        organization.family_count(member.id, region)
        for member in organization.members
        for region in organization.regions
    ]
    assert 0 in counts
    assert max(counts) > 9


def test_one_region_can_be_made_large() -> None:
    organization = Organization(replace(SHAPE, large=(Large(3, "us-east-1", 5000, 40),)))
    account = organization.members[3].id
    assert organization.family_count(account, "us-east-1") == 5000
    family = organization.family(account, "us-east-1", 4999)
    assert family.newest - family.first + 1 == 40


def test_names_are_sorted_and_lead_back_to_their_indexes() -> None:
    organization = Organization(replace(SHAPE, large=(Large(0, "us-east-1", 300),)))
    account = organization.members[0].id
    listed = [family.name for family in organization.families(account, "us-east-1")]
    assert listed == sorted(listed)
    assert [organization.index_of(account, "us-east-1", name) for name in listed] == list(range(300))
    assert organization.index_of(account, "us-east-1", "app-00150") is None
    assert organization.index_of(account, "us-east-1", "nothing") is None


def families(shape: Shape) -> list[tuple[int, int, int | None, list[str]]]:
    organization = Organization(shape)
    account = organization.members[0].id
    return [
        (family.first, family.newest, family.active, [family.status(n) for n in range(family.first, family.newest + 1)])
        for family in organization.families(account, "us-east-1")
    ]


def test_no_revision_above_the_latest_active_one_is_active() -> None:
    for first, newest, active, statuses in families(Shape(large=(Large(0, "us-east-1", 400, 6),))):
        above = statuses if active is None else statuses[active - first + 1 :]
        assert ACTIVE not in above
        assert active is None or statuses[active - first] == ACTIVE
        assert len(statuses) == newest - first + 1


def test_some_families_are_retired_rolled_back_or_have_older_active_revisions() -> None:
    seen = families(Shape(large=(Large(0, "us-east-1", 400, 6),)))
    assert any(active is None for _, _, active, _ in seen)
    assert any(active is not None and active < newest for _, newest, active, _ in seen)
    assert any(statuses.count(ACTIVE) > 1 for *_, statuses in seen)
    assert {status for *_, statuses in seen for status in statuses} == {"ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"}


def test_another_night_registers_revisions_and_changes_nothing_else() -> None:
    shape = Shape(large=(Large(0, "us-east-1", 2000, 3),), changed=0.05)
    before, after = families(shape), families(replace(shape, night=2))
    changed = [index for index in range(2000) if before[index] != after[index]]
    assert 50 < len(changed) < 150
    for index in changed:
        (_, newest, _, old), (_, later, active, new) = before[index], after[index]
        assert (later, active) == (newest + 1, newest + 1)
        assert new == [*old, ACTIVE]


def test_management_and_suspended_accounts_have_no_families() -> None:
    organization = Organization(replace(SHAPE, suspended=2))
    idle = [member.id for member in organization.all_accounts if member.state != ACTIVE or member.id == MANAGEMENT]
    assert len(idle) == 3
    assert [organization.family_count(name, "us-east-1") for name in idle] == [0, 0, 0]
