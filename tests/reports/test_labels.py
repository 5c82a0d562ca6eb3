"""Display texts: counts, lists, times, durations and nouns."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from auditor.domain.fact import fact_kinds
from auditor.reports.labels import (
    describe_reasons,
    format_duration,
    format_utc,
    join_at_most,
    join_words,
    pluralize,
    resource_kind,
)


@pytest.mark.parametrize(
    ("count", "nouns", "expected"),
    [
        (0, ("account",), "0 accounts"),
        (1, ("account",), "1 account"),
        (1200, ("account",), "1,200 accounts"),
        (1, ("finding is", "findings are"), "1 finding is"),
        (2, ("finding is", "findings are"), "2 findings are"),
    ],
)
def test_counts_agree_with_their_nouns(count: int, nouns: tuple[str, ...], expected: str) -> None:
    assert pluralize(count, *nouns) == expected


@pytest.mark.parametrize(("words", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b")])
def test_words_are_joined(words: list[str], expected: str) -> None:
    assert join_words(words) == expected


@pytest.mark.parametrize(
    ("words", "expected"), [(["a", "b"], "a and b"), (["a", "b", "c"], "a, b and 1 more")], ids=["all", "some"]
)
def test_omitted_words_are_counted(words: list[str], expected: str) -> None:
    assert join_at_most(words, 2) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(-1, "0 s"), (41.4, "41 s"), (59.6, "1 min 0 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")],
)
def test_durations(seconds: float, expected: str) -> None:
    assert format_duration(seconds) == expected


def test_times_are_in_utc() -> None:
    moment = datetime(2026, 11, 23, 1, 30, tzinfo=timezone(timedelta(hours=-1)))
    assert format_utc(moment) == format_utc(moment.astimezone(UTC)) == "2026-11-23 02:30 UTC"


def test_every_kind_of_fact_is_the_noun_of_its_resources() -> None:
    kinds = {fact_type.TYPE: name for name, fact_type in fact_kinds().items() if fact_type.TYPE}
    assert {type_: resource_kind(type_) for type_ in kinds} == {
        type_: name.replace("-", " ") for type_, name in kinds.items()
    }


def test_resources_without_a_kind_of_fact_are_named_by_their_type() -> None:
    assert resource_kind("AWS::ECR::Repository") == "repository"


def test_reasons_without_a_text_are_described_by_their_names() -> None:
    assert (
        describe_reasons(["privileged", "root-user"], {"privileged": "is privileged"}) == "is privileged and root user"
    )
