"""A second night with a check of tags: what the tag index says or fails to say, and the verdicts that follow.

In each account one thing happens between two nights. The revisions are known from the first night, so their tags come
from the index, which may only make the check pass, or from a call for each revision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Large, Shape
from tests.fleet.resource_tags import registered_tags
from tests.fleet.running import Fleet, running
from tests.fleet.truth import Expected
from tests.nightly.night import NO_WAITING, Night, Row, audit

CHECK = "ecs-task-definition-untagged"
REGION = "us-east-1"
INDEX, SINGLY = "GetResources", "ListTagsForResource"
OWNED, OTHER, NO_TAGS = {"owner": "team"}, {"note": "x"}, dict[str, str]()
#: A tag is always shown at once, and never during these two nights.
AT_ONCE, LATE = 0.0, 86_400.0

NOTED, PASSED = ("PASS", ("tags-from-index",)), ("PASS", ())
MISSING, UNREAD = ("FAIL", ("required-tags-missing",)), ("UNKNOWN", ("tags-not-read",))
Verdict = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Situation:
    """What happens in an account between the nights, and what the second night says.

    `faults` are rules as keywords, `tags` what one tagged revision gets, which the index shows `lag` seconds later.
    `changed`, `tagged` and `untagged` are the verdicts on that revision, on the other tagged ones and on those that
    never had tags. `singly` says which of these groups are asked for one by one. With `first_page`, the index shows its
    first page before it fails, so those revisions are settled.
    """

    faults: tuple[dict[str, Any], ...] = ()
    tags: dict[str, str] | None = None
    of_untagged: bool = False
    lag: float = AT_ONCE
    changed: Verdict = NOTED
    tagged: Verdict = NOTED
    untagged: Verdict = MISSING
    singly: frozenset[str] = field(default=frozenset({"untagged"}))
    coverage: str = "EXAMINED"
    first_page: bool = False


def fault(kind: str, operation: str = INDEX, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - the fields of Fault
    return {"kind": kind, "operation": operation, **more}


ALL = frozenset({"changed", "tagged", "untagged"})
ONE_MORE = frozenset({"changed", "untagged"})
FALLEN_BACK: dict[str, Any] = {"changed": PASSED, "tagged": PASSED, "singly": ALL}
NOT_READ: dict[str, Any] = {"changed": UNREAD, "tagged": UNREAD, "untagged": UNREAD, "singly": frozenset[str]()}

SITUATIONS: dict[str, Situation] = {
    "the entry is complete": Situation(),
    "the entry has other keys": Situation(tags=OTHER, changed=MISSING, singly=ONE_MORE),
    "the tags were removed": Situation(tags=NO_TAGS, changed=MISSING, singly=ONE_MORE),
    "the tags were removed, and the index still shows them": Situation(tags=NO_TAGS, lag=LATE, changed=NOTED),
    "the keys were added, and the index does not show them": Situation(
        tags=OWNED, of_untagged=True, lag=LATE, changed=PASSED, singly=ONE_MORE
    ),
    "the index is denied": Situation((fault("access-denied"),), coverage="PARTIAL", **NOT_READ),
    "the index is denied by a policy of the organization": Situation(
        (fault("scp-denied"),), coverage="PARTIAL", **NOT_READ
    ),
    "single calls are denied": Situation((fault("access-denied", SINGLY),), untagged=UNREAD, coverage="PARTIAL"),
    "both are denied": Situation(
        (fault("access-denied"), fault("access-denied", SINGLY)), coverage="PARTIAL", **NOT_READ
    ),
    "the index is throttled twice": Situation((fault("throttle", times=2),)),
    "the index is always throttled": Situation((fault("throttle"),), **FALLEN_BACK),
    "the index fails": Situation((fault("http-500"),), **FALLEN_BACK),
    "a proxy answers instead of the index": Situation((fault("proxy-page"),), **FALLEN_BACK),
    "the token of the first page has expired": Situation((fault("page-expired"),), first_page=True, **FALLEN_BACK),
    "the pages of the index never end": Situation((fault("endless"),), first_page=True, **FALLEN_BACK),
    "the index lists resources of another region": Situation(
        (fault("rewritten", find=f":{REGION}:", replacement=":eu-west-1:"),), **FALLEN_BACK
    ),
    "the index lists resources of another account": Situation(
        (fault("rewritten", find=r":\d{12}:", replacement=":999999999999:"),), **FALLEN_BACK
    ),
    "the index shows a malformed tag": Situation(
        (fault("rewritten", find='"Key":"owner"', replacement='"Key":7'),), **FALLEN_BACK
    ),
}
NAMES = [*SITUATIONS, "there are no families"]
EMPTY = NAMES.index("there are no families")
#: Enough old revisions for many pages of two resources.
SHAPE = Shape(
    accounts=len(NAMES),
    regions=(REGION,),
    families=6,
    skew=0.0,
    clusters=0,
    tagged=0.6,
    large=(*(Large(number, REGION, 6, 2) for number in range(EMPTY)), Large(EMPTY, REGION, 0)),
    seed=3,
)
SETTINGS = f"""
revisions: latest
checks: {{include: [{CHECK}], parameters: {{{CHECK}: {{required_keys: [owner]}}}}}}
"""


@dataclass(frozen=True, slots=True)
class SecondNight:
    """The second night, and its calls by account and operation. `changed` are the changed revisions by account."""

    fleet: Fleet
    night: Night
    rows: dict[str, Row]
    calls: Counter[tuple[str, str]]
    changed: dict[str, str]


def tags_of(fleet: Fleet, revision: Expected) -> dict[str, str]:
    index = fleet.organization.index_of(revision.account, revision.region, revision.family)
    assert index is not None
    family = fleet.organization.family(revision.account, revision.region, index)
    return registered_tags(fleet.organization, family, revision.revision)


def judged(fleet: Fleet, account: str) -> list[Expected]:
    return [revision for revision in fleet.truth() if revision.account == account]


def first_page(fleet: Fleet, account: str) -> set[str]:
    """Return what the index shows on its first page, of two resources."""
    arns = (
        family.arn(number)
        for family in fleet.organization.families(account, REGION)
        for number in range(family.first, family.newest + 1)
        if registered_tags(fleet.organization, family, number)
    )
    return set(islice(arns, 2))


@pytest.fixture(scope="module")
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecondNight]:
    folder = tmp_path_factory.mktemp("tags")
    settings = folder / "settings.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    checks = ("--settings", str(settings))
    with running(SHAPE, tag_page=2) as fleet:
        first = audit(fleet, folder, checks=checks, program=NO_WAITING)
        assert first.code == 0, first.stderr
        assert not fleet.report()["operations"].keys() & {INDEX, SINGLY}
        changed = {}
        rules = []
        for member, situation in zip(fleet.organization.members, SITUATIONS.values(), strict=False):
            untagged = situation.of_untagged
            changed[member.id] = next(
                r.arn for r in judged(fleet, member.id) if bool(tags_of(fleet, r)) is not untagged
            )
            if situation.tags is not None:
                fleet.set_tags({changed[member.id]: situation.tags}, situation.lag)
            rules += [Fault(accounts=(member.id,), **keywords) for keywords in situation.faults]
        fleet.set_faults(*rules)
        fleet.reset()
        night = audit(fleet, folder, checks=checks, program=NO_WAITING)
        run_id = night.latest["run_id"]
        rows = {row["resource"]["arn"]: row for row in night.findings() if row["run_id"] == run_id}
        calls = Counter({(call[0], call[2]): call[3] for call in fleet.report(scopes=True)["scopes"]})
        yield SecondNight(fleet, night, rows, calls, changed)


def account_of(second: SecondNight, name: str) -> str:
    return second.fleet.organization.members[NAMES.index(name)].id


def groups(second: SecondNight, name: str) -> dict[str, str]:
    """Return the group of each judged revision: `changed`, `tagged` or `untagged`; `settled` on a first page."""
    fleet, account = second.fleet, account_of(second, name)
    settled = first_page(fleet, account) if SITUATIONS[name].first_page else set()
    found = {}
    for revision in judged(fleet, account):
        group = "changed" if revision.arn == second.changed[account] else "tagged"
        group = group if group == "changed" or tags_of(fleet, revision) else "untagged"
        found[revision.arn] = "settled" if revision.arn in settled else group
    return found


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_verdicts_follow_from_what_was_read(second: SecondNight, name: str) -> None:
    account, situation = account_of(second, name), SITUATIONS[name]
    expected = {
        arn: NOTED if group == "settled" else getattr(situation, group) for arn, group in groups(second, name).items()
    }
    rows = {arn: row for arn, row in second.rows.items() if row["account_id"] == account}

    assert len(expected) > 2
    assert {arn: (row["status"], tuple(row["reasons"])) for arn, row in rows.items()} == expected


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_revision_is_asked_for_singly_only_if_the_index_does_not_settle_it(second: SecondNight, name: str) -> None:
    account, situation = account_of(second, name), SITUATIONS[name]
    members = Counter(groups(second, name).values())

    assert second.calls[account, SINGLY] == sum(members[group] for group in situation.singly)
    assert second.calls[account, INDEX] >= 1


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_coverage_names_what_was_denied(second: SecondNight, name: str) -> None:
    account, situation = account_of(second, name), SITUATIONS[name]
    run_id = second.night.latest["run_id"]
    (record,) = (row for row in second.night.coverage() if (row["account_id"], row["run_id"]) == (account, run_id))

    assert record["status"] == situation.coverage
    if situation.coverage == "PARTIAL":
        assert situation.faults[0]["operation"] in record["detail"]


def test_an_account_without_families_is_not_asked_about(second: SecondNight) -> None:
    account = account_of(second, "there are no families")

    assert {operation for called, operation in second.calls if called == account} == {
        *("AssumeRole", "DescribeRegions", "ListTaskDefinitionFamilies")
    }


def test_rows_hold_the_tags_that_were_read_and_none_if_they_were_not(second: SecondNight) -> None:
    for name, verdict in (("the entry is complete", NOTED), ("the index is denied", UNREAD)):
        account = account_of(second, name)
        tags = [row["resource"]["tags"] for row in second.rows.values() if row["account_id"] == account]
        assert tags
        assert all(bool(own) is (verdict is NOTED) for own in tags if own != {})


def test_throttled_calls_are_counted_and_pages_are_not_read_without_end(second: SecondNight) -> None:
    run_id = second.night.latest["run_id"]
    records = {row["account_id"]: row for row in second.night.coverage() if row["run_id"] == run_id}
    endless = account_of(second, "the pages of the index never end")

    assert records[account_of(second, "the index is throttled twice")]["throttled"] == 2
    assert second.calls[endless, INDEX] <= 8
