"""The expected scopes of an account: every region has a scope or a coverage record, for every regions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.scope import EVERY_REGION, ExcludedBy, RegionRule, Target
from auditor.engine.expectation import Expectation, attribute_cost, expected_scopes
from tests.builders import COLLECTOR, target

ENABLED = frozenset({"eu-central-1", "eu-west-1", "us-east-1"})
REFUSED = ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied: not authorized to perform sts:AssumeRole")
NO_LIST = ReadError("regions", Reason.PERMISSION_DENIED, "ec2:DescribeRegions: UnauthorizedOperation")

EXCLUDED, NOT_EXAMINED = CoverageStatus.EXCLUDED, CoverageStatus.NOT_EXAMINED

Record = tuple[str, CoverageStatus, Reason | None, str]

NOT_ENABLED = "The inventory names this region, but the account has not enabled it."
CONFIGURED, FLAGGED = "excluded by `exclude_regions`", "left out by --region"


def regions_of(expectation: Expectation) -> list[str]:
    return [scope.region for scope in expectation.scopes]


def records_of(expectation: Expectation) -> list[Record]:
    return [(record.region, record.status, record.reason, record.detail) for record in expectation.records]


def refused(region: str, error: ReadError = REFUSED) -> Record:
    return region, NOT_EXAMINED, error.reason, error.detail


def unmatched(patterns: str) -> Record:
    detail = f"No enabled region of this account matches {patterns}."
    return EVERY_REGION, NOT_EXAMINED, Reason.REGION_DISABLED, detail


@pytest.mark.parametrize(
    ("target_", "regions", "scopes", "records"),
    [
        pytest.param(target(1), ENABLED, sorted(ENABLED), [], id="all means every enabled region"),
        pytest.param(target(1, "eu-*"), ENABLED, ["eu-central-1", "eu-west-1"], [], id="a glob picks enabled regions"),
        pytest.param(target(1, "us-east-1"), ENABLED, ["us-east-1"], [], id="a name picks one region"),
        pytest.param(
            target(1, "us-east-1", "us-*"),
            ENABLED,
            ["us-east-1"],
            [],
            id="a name and a glob that match the same region make one scope",
        ),
        pytest.param(
            target(1, "eu-west-1", "af-south-1"),
            ENABLED,
            ["eu-west-1"],
            [("af-south-1", NOT_EXAMINED, Reason.REGION_DISABLED, NOT_ENABLED)],
            id="a named region that is not enabled is a gap",
        ),
        pytest.param(
            target(1, regions=RegionRule(exclude=("us-*",))),
            ENABLED,
            ["eu-central-1", "eu-west-1"],
            [("us-east-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED)],
            id="an excluded region has a record",
        ),
        pytest.param(
            target(1, regions=RegionRule(exclude=("us-*",), only=("eu-west-1", "us-east-1"))),
            ENABLED,
            ["eu-west-1"],
            [
                ("eu-central-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, FLAGGED),
                ("us-east-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED),
            ],
            id="--region excludes other regions and does not include those that the inventory excludes",
        ),
        pytest.param(
            target(1, regions=RegionRule(("af-south-1",), exclude=("af-*",))),
            ENABLED,
            [],
            [("af-south-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED)],
            id="an excluded region that is disabled is no gap",
        ),
        pytest.param(
            target(1, "ap-*", "sa-*"),
            ENABLED,
            [],
            [
                (
                    EVERY_REGION,
                    NOT_EXAMINED,
                    Reason.REGION_DISABLED,
                    "No enabled region of this account matches ap-*, sa-*.",
                )
            ],
            id="globs that match nothing are a gap",
        ),
        pytest.param(
            target(1),
            frozenset(),
            [],
            [unmatched("all")],
            id="an account without enabled regions is a gap",
        ),
    ],
)
def test_account_whose_regions_were_listed(
    target_: Target, regions: frozenset[str], scopes: list[str], records: list[Record]
) -> None:
    expectation = expected_scopes(target_, [COLLECTOR], regions)

    assert regions_of(expectation) == scopes
    assert records_of(expectation) == records


@pytest.mark.parametrize(
    ("include", "records"),
    [
        pytest.param(["all"], [refused(EVERY_REGION)], id="all"),
        pytest.param(["eu-*"], [refused(EVERY_REGION)], id="a glob"),
        pytest.param(["eu-west-1", "us-east-1"], [refused("eu-west-1"), refused("us-east-1")], id="region names"),
        pytest.param(["eu-*", "us-east-1"], [refused("us-east-1"), refused(EVERY_REGION)], id="a name and a glob"),
        pytest.param([], [refused(EVERY_REGION)], id="no pattern"),
    ],
)
def test_a_refused_role_makes_a_record_for_each_named_region_and_one_for_unknown_regions(
    include: list[str], records: list[Record]
) -> None:
    expectation = expected_scopes(target(1, regions=RegionRule(tuple(include))), [COLLECTOR], REFUSED)

    assert regions_of(expectation) == []
    assert records_of(expectation) == records


@pytest.mark.parametrize(
    ("include", "scopes", "records"),
    [
        pytest.param(["all"], [], [refused(EVERY_REGION, NO_LIST)], id="all"),
        pytest.param(["eu-west-1", "us-east-1"], ["eu-west-1", "us-east-1"], [], id="region names"),
        pytest.param(["eu-*", "us-east-1"], ["us-east-1"], [refused(EVERY_REGION, NO_LIST)], id="a name and a glob"),
    ],
)
def test_named_regions_are_scanned_although_listing_the_regions_is_denied(
    include: list[str], scopes: list[str], records: list[Record]
) -> None:
    expectation = expected_scopes(target(1, *include), [COLLECTOR], NO_LIST)

    assert regions_of(expectation) == scopes
    assert records_of(expectation) == records


@pytest.mark.parametrize("error", [REFUSED, NO_LIST], ids=["role refused", "listing denied"])
def test_excluded_regions_stay_excluded_if_the_account_cannot_be_read(error: ReadError) -> None:
    rule = RegionRule(("eu-west-1", "us-east-1"), exclude=("us-*",), only=("us-east-1",))

    expectation = expected_scopes(target(1, regions=rule), [COLLECTOR], error)

    assert regions_of(expectation) == []
    assert records_of(expectation) == [
        ("eu-west-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, FLAGGED),
        ("us-east-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED),
    ]


@pytest.mark.parametrize("regions", [None, ENABLED, REFUSED], ids=["not called", "regions listed", "role refused"])
def test_an_excluded_account_has_one_record_with_its_reason_and_no_scopes(
    regions: frozenset[str] | ReadError | None,
) -> None:
    excluded_by = ExcludedBy(Reason.ACCOUNT_SUSPENDED, "SUSPENDED in the organization")

    expectation = expected_scopes(target(1, "eu-west-1", excluded=excluded_by), [COLLECTOR], regions)

    assert regions_of(expectation) == []
    assert records_of(expectation) == [(EVERY_REGION, EXCLUDED, Reason.ACCOUNT_SUSPENDED, excluded_by.detail)]


def test_an_account_that_was_not_called_is_a_gap() -> None:
    (record,) = expected_scopes(target(1), [COLLECTOR], None).records

    assert (record.status, record.reason) == (NOT_EXAMINED, Reason.INTERNAL_ERROR)


def test_every_collector_has_its_own_records() -> None:
    expectation = expected_scopes(target(1, "eu-west-1", "af-south-1"), ["a", "b"], ENABLED)

    assert regions_of(expectation) == ["eu-west-1"], "a scope is one region, which the engine reads with each collector"
    assert [(record.region, record.collector) for record in expectation.records] == [
        ("af-south-1", "a"),
        ("af-south-1", "b"),
    ]


def test_the_calls_of_a_failed_planning_are_added_to_one_record() -> None:
    expectation = expected_scopes(target(1, "us-east-1", "eu-*"), ["b", "a"], REFUSED)

    attributed, added = attribute_cost(expectation, CallStats(calls=5, throttled=2, retried=4))

    costs = {
        (record.region, record.collector): (record.calls, record.throttled, record.retried)
        for record in attributed.records
    }
    assert costs == {
        ("*", "a"): (5, 2, 4),
        ("*", "b"): (0, 0, 0),
        ("us-east-1", "a"): (0, 0, 0),
        ("us-east-1", "b"): (0, 0, 0),
    }
    assert added == CallStats(5, 2, 4)


def test_the_calls_are_not_added_to_an_excluded_record() -> None:
    rule = RegionRule(("eu-west-1",), exclude=("eu-*",))
    expectation = expected_scopes(target(1, regions=rule), [COLLECTOR], REFUSED)

    assert attribute_cost(expectation, CallStats(calls=1)) == (expectation, CallStats())


_REGIONS = st.sampled_from(["af-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-gov-west-1"])
_PATTERNS = st.one_of(_REGIONS, st.sampled_from(["all", "eu-*", "*", "us-????-1", "ap-*"]))
_ERRORS = st.builds(
    ReadError, st.sampled_from(["assume-role", "regions", "plan"]), st.sampled_from(Reason), st.text(max_size=9)
)


_RULES = st.builds(
    lambda *parts: RegionRule(*map(tuple, parts)),
    st.lists(_PATTERNS, max_size=5),
    st.lists(_PATTERNS, max_size=3),
    st.lists(_PATTERNS, max_size=3),
)
_TARGETS = st.builds(
    lambda rule, excluded: target(1, regions=rule, excluded=excluded),
    _RULES,
    st.one_of(st.none(), st.builds(ExcludedBy, st.sampled_from(Reason), st.text(max_size=9))),
)


@given(
    target_=_TARGETS,
    collectors=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True),
    regions=st.one_of(st.none(), st.frozensets(_REGIONS), _ERRORS),
)
def test_for_every_target_and_answer_each_collector_has_exactly_one_scope_or_record_per_region(
    target_: Target, collectors: list[str], regions: frozenset[str] | ReadError | None
) -> None:
    expectation = expected_scopes(target_, collectors, regions)

    scanned = regions_of(expectation)
    for collector in collectors:
        own = scanned + [record.region for record in expectation.records if record.collector == collector]
        assert own
        assert len(own) == len(set(own))
    assert all(record.status in (EXCLUDED, NOT_EXAMINED) and record.reason for record in expectation.records)
    assert all(target_.regions.wants(region) and not target_.regions.why_excluded(region) for region in scanned)
    if isinstance(regions, frozenset):
        assert set(scanned) <= regions
