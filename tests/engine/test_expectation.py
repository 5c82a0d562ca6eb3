"""What is expected of an account, whatever it answers: every branch, and never nothing."""

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

Row = tuple[str, CoverageStatus, Reason | None, str]

NOT_ENABLED = "The inventory names this region, but the account has not enabled it."
CONFIGURED, FLAGGED = "excluded by `exclude_regions`", "left out by --region"


def regions_of(expectation: Expectation) -> list[str]:
    return [scope.region for scope in expectation.scopes]


def rows_of(expectation: Expectation) -> list[Row]:
    return [(row.region, row.status, row.reason, row.detail) for row in expectation.records]


def refused(region: str, failure: ReadError = REFUSED) -> Row:
    return region, NOT_EXAMINED, failure.reason, failure.detail


def unmatched(patterns: str) -> Row:
    detail = f"No enabled region of this account matches {patterns}."
    return EVERY_REGION, NOT_EXAMINED, Reason.REGION_DISABLED, detail


@pytest.mark.parametrize(
    ("wanted", "answer", "scopes", "rows"),
    [
        pytest.param(target(1), ENABLED, sorted(ENABLED), [], id="all means every enabled region"),
        pytest.param(target(1, "eu-*"), ENABLED, ["eu-central-1", "eu-west-1"], [], id="a glob picks enabled regions"),
        pytest.param(target(1, "us-east-1"), ENABLED, ["us-east-1"], [], id="a name picks one region"),
        pytest.param(target(1, "us-east-1", "us-*"), ENABLED, ["us-east-1"], [], id="name and glob meet in one scope"),
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
            id="an excluded region is a row",
        ),
        pytest.param(
            target(1, regions=RegionRule(exclude=("us-*",), only=("eu-west-1", "us-east-1"))),
            ENABLED,
            ["eu-west-1"],
            [
                ("eu-central-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, FLAGGED),
                ("us-east-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED),
            ],
            id="the flag leaves out the rest, and cannot bring back what the inventory excludes",
        ),
        pytest.param(
            target(1, regions=RegionRule(("af-south-1",), exclude=("af-*",))),
            ENABLED,
            [],
            [("af-south-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED)],
            id="an excluded region may be disabled: nobody wants it",
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
            id="an account without any region is a gap",
        ),
    ],
)
def test_of_an_account_that_lists_its_regions(
    wanted: Target, answer: frozenset[str], scopes: list[str], rows: list[Row]
) -> None:
    expectation = expected_scopes(wanted, [COLLECTOR], answer)

    assert regions_of(expectation) == scopes
    assert rows_of(expectation) == rows


@pytest.mark.parametrize(
    ("include", "rows"),
    [
        pytest.param(["all"], [refused(EVERY_REGION)], id="all"),
        pytest.param(["eu-*"], [refused(EVERY_REGION)], id="a glob"),
        pytest.param(["eu-west-1", "us-east-1"], [refused("eu-west-1"), refused("us-east-1")], id="names"),
        pytest.param(["eu-*", "us-east-1"], [refused("us-east-1"), refused(EVERY_REGION)], id="both"),
        pytest.param([], [refused(EVERY_REGION)], id="nothing"),
    ],
)
def test_a_refused_role_leaves_a_row_for_each_name_and_one_for_what_nobody_can_know(
    include: list[str], rows: list[Row]
) -> None:
    expectation = expected_scopes(target(1, regions=RegionRule(tuple(include))), [COLLECTOR], REFUSED)

    assert regions_of(expectation) == []
    assert rows_of(expectation) == rows


@pytest.mark.parametrize(
    ("include", "scopes", "rows"),
    [
        pytest.param(["all"], [], [refused(EVERY_REGION, NO_LIST)], id="all"),
        pytest.param(["eu-west-1", "us-east-1"], ["eu-west-1", "us-east-1"], [], id="names"),
        pytest.param(["eu-*", "us-east-1"], ["us-east-1"], [refused(EVERY_REGION, NO_LIST)], id="both"),
    ],
)
def test_a_denied_list_of_regions_does_not_hide_those_that_are_named(
    include: list[str], scopes: list[str], rows: list[Row]
) -> None:
    expectation = expected_scopes(target(1, *include), [COLLECTOR], NO_LIST)

    assert regions_of(expectation) == scopes
    assert rows_of(expectation) == rows


@pytest.mark.parametrize("failure", [REFUSED, NO_LIST], ids=["the role", "the list"])
def test_what_is_excluded_stays_excluded_whatever_is_refused(failure: ReadError) -> None:
    rule = RegionRule(("eu-west-1", "us-east-1"), exclude=("us-*",), only=("us-east-1",))

    expectation = expected_scopes(target(1, regions=rule), [COLLECTOR], failure)

    assert regions_of(expectation) == []
    assert rows_of(expectation) == [
        ("eu-west-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, FLAGGED),
        ("us-east-1", EXCLUDED, Reason.EXCLUDED_BY_CONFIG, CONFIGURED),
    ]


@pytest.mark.parametrize("answer", [None, ENABLED, REFUSED], ids=["not asked", "asked", "refused"])
def test_an_excluded_account_is_a_row_with_its_reason_and_nothing_is_looked_at(
    answer: frozenset[str] | ReadError | None,
) -> None:
    out = ExcludedBy(Reason.ACCOUNT_SUSPENDED, "SUSPENDED, says the organization")

    expectation = expected_scopes(target(1, "eu-west-1", excluded=out), [COLLECTOR], answer)

    assert regions_of(expectation) == []
    assert rows_of(expectation) == [(EVERY_REGION, EXCLUDED, Reason.ACCOUNT_SUSPENDED, out.detail)]


def test_an_account_that_nobody_asked_is_never_taken_for_empty() -> None:
    (row,) = expected_scopes(target(1), [COLLECTOR], None).records

    assert (row.status, row.reason) == (NOT_EXAMINED, Reason.INTERNAL_ERROR)


def test_every_collector_has_its_own_rows() -> None:
    expectation = expected_scopes(target(1, "eu-west-1", "af-south-1"), ["a", "b"], ENABLED)

    assert regions_of(expectation) == ["eu-west-1"], "a scope is one region: the engine looks at it with each collector"
    assert [(row.region, row.collector) for row in expectation.records] == [("af-south-1", "a"), ("af-south-1", "b")]


def test_what_a_failed_planning_cost_stands_on_one_row() -> None:
    expectation = expected_scopes(target(1, "us-east-1", "eu-*"), ["b", "a"], REFUSED)

    charged, written = attribute_cost(expectation, CallStats(calls=5, throttled=2, retried=4))

    costs = {(row.region, row.collector): (row.calls, row.throttled, row.retried) for row in charged.records}
    assert costs == {
        ("*", "a"): (5, 2, 4),
        ("*", "b"): (0, 0, 0),
        ("us-east-1", "a"): (0, 0, 0),
        ("us-east-1", "b"): (0, 0, 0),
    }
    assert written == CallStats(5, 2, 4)


def test_a_row_that_was_excluded_on_purpose_does_not_carry_the_cost() -> None:
    rule = RegionRule(("eu-west-1",), exclude=("eu-*",))
    expectation = expected_scopes(target(1, regions=rule), [COLLECTOR], REFUSED)

    assert attribute_cost(expectation, CallStats(calls=1)) == (expectation, CallStats())


_REGIONS = st.sampled_from(["af-south-1", "eu-central-1", "eu-west-1", "us-east-1", "us-gov-west-1"])
_PATTERNS = st.one_of(_REGIONS, st.sampled_from(["all", "eu-*", "*", "us-????-1", "ap-*"]))
_FAILURES = st.builds(
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
    wanted=_TARGETS,
    collectors=st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, unique=True),
    answer=st.one_of(st.none(), st.frozensets(_REGIONS), _FAILURES),
)
def test_whatever_is_asked_and_answered_every_collector_has_a_row_or_a_scope_and_no_region_two(
    wanted: Target, collectors: list[str], answer: frozenset[str] | ReadError | None
) -> None:
    expectation = expected_scopes(wanted, collectors, answer)

    scanned = regions_of(expectation)
    for collector in collectors:
        regions = scanned + [row.region for row in expectation.records if row.collector == collector]
        assert regions
        assert len(regions) == len(set(regions))
    assert all(row.status in (EXCLUDED, NOT_EXAMINED) and row.reason for row in expectation.records)
    assert all(wanted.regions.wants(region) and not wanted.regions.why_excluded(region) for region in scanned)
    if isinstance(answer, frozenset):
        assert set(scanned) <= answer
