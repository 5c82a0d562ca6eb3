"""A random share of the cached facts is compared with AWS before an account is read."""

from __future__ import annotations

from collections import Counter
from math import ceil
from random import Random, SystemRandom

import pytest

from auditor.aws.cache_check import CacheCheck, CachedFact, usable
from auditor.domain.cache import AccountCache, ScopeCache
from auditor.domain.integrity import IntegrityKind
from auditor.domain.json_types import Json
from auditor.domain.scope import Account

ACCOUNT = Account("111122223333")
COLLECTOR = "ecs-task-definitions"


def cache(*sizes: int) -> AccountCache:
    """Return a cache with a region for each size, which holds that many facts."""
    return {
        (f"region-{number}", COLLECTOR): ScopeCache(
            cached={f"arn-{number}-{fact}": {"n": fact} for fact in range(size)}
        )
        for number, size in enumerate(sizes)
    }


def same(_cached: CachedFact, _fact: Json) -> bool | None:
    return True


def test_the_draw_cannot_be_foreseen() -> None:
    assert isinstance(CacheCheck(14).random, SystemRandom)


@pytest.mark.parametrize(
    ("sizes", "count"), [((1,), 1), ((14,), 1), ((15,), 2), ((0, 1, 0), 1), ((100, 40), 10), ((0,), 0)]
)
def test_one_in_fourteen_is_drawn_in_each_account_rounded_up(sizes: tuple[int, ...], count: int) -> None:
    drawn = CacheCheck(14, Random(1)).draw(cache(*sizes))

    assert len(set(drawn)) == len(drawn) == count


def test_every_cached_fact_is_drawn_within_a_few_weeks_and_none_much_more_often_than_others() -> None:
    content, nights = cache(30, 12), 1_400
    chance = Random(7)

    counts = Counter(key for _ in range(nights) for *_, key in CacheCheck(14, chance).draw(content))

    mean = nights * ceil(42 / 14) / 42
    assert len(counts) == 42
    assert min(counts.values()) > mean * 0.6
    assert max(counts.values()) < mean * 1.4


def test_the_same_facts_are_not_drawn_every_night() -> None:
    draws = {tuple(CacheCheck(14).draw(cache(140))) for _ in range(20)}

    assert len(draws) > 15


def test_nothing_is_drawn_from_an_authenticated_cache() -> None:
    assert CacheCheck(0).draw(cache(100)) == []


def test_one_difference_discards_the_cache_of_the_account() -> None:
    check = CacheCheck(1)

    kept = check.verify(ACCOUNT, cache(5, 5), lambda cached, _fact: cached.key != "arn-1-3")

    assert kept == {}
    compared, problems = check.take()
    assert 1 <= compared <= 10
    assert [(problem.kind, problem.account, problem.region, problem.arn) for problem in problems] == [
        (IntegrityKind.CACHE_MISMATCH, ACCOUNT.id, "region-1", "arn-1-3")
    ]


def test_a_fact_that_cannot_be_compared_is_not_used() -> None:
    check = CacheCheck(1)

    kept = check.verify(ACCOUNT, cache(3), lambda cached, _fact: None if cached.key == "arn-0-1" else True)

    assert set(kept["region-0", COLLECTOR].cached) == {"arn-0-0", "arn-0-2"}
    assert check.take() == (2, [])


def test_facts_that_are_the_same_stay() -> None:
    content = cache(20, 20)

    assert CacheCheck(14).verify(ACCOUNT, content, same) is content


def test_problems_are_taken_once() -> None:
    check = CacheCheck(1)
    check.verify(ACCOUNT, cache(2), same)

    assert check.take() == (2, [])
    assert check.take() == (0, [])


def test_only_scopes_that_the_run_reads_are_usable() -> None:
    content = {**cache(1, 1), ("region-0", "other"): ScopeCache(cached={"a": 1})}

    assert set(usable(content, {"region-0"}, {COLLECTOR})) == {("region-0", COLLECTOR)}
