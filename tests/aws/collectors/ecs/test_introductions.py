"""The revision that first had a problem: from cached facts, and by a search with few calls."""

from __future__ import annotations

from math import ceil, log2

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.aws.collectors.ecs.introductions import FetchRevision, bisect_introduction, introduction_from_cache
from auditor.domain.aws_resource import Introduction
from auditor.domain.check import Status
from auditor.domain.ecs.task_definitions import Definition
from tests.builders import NOW, task_definition


def of(verdicts: str, numbers: list[int] | None = None) -> FetchRevision:
    """Build a family with one revision per letter: F fails, p passes, and a dot is missing."""

    def look(number: int) -> Definition | None:
        if numbers is not None:
            numbers.append(number)
        letter = verdicts[number - 1] if 1 <= number <= len(verdicts) else "."
        return None if letter == "." else task_definition("web", number, status=letter, registered_at=NOW)

    return look


def judge(definition: Definition) -> Status:
    return Status.FAIL if definition.status == "F" else Status.PASS


def number(introduction: Introduction | None) -> int | None:
    return introduction.revision if introduction else None


@pytest.mark.parametrize(
    ("verdicts", "revision"),
    [
        pytest.param("F", 1, id="the first revision had it"),
        pytest.param("FFF", 1, id="all of them have it"),
        pytest.param("pF", 2, id="the one before did not have it"),
        pytest.param("FpFF", 3, id="it was mended, and came again"),
        pytest.param("p.F", None, id="the one before is not remembered"),
        pytest.param(".F", None, id="nothing else is remembered"),
        pytest.param("pp.", None, id="the revision itself is not remembered"),
        pytest.param("pFp", None, id="the content of the revision does not fail"),
    ],
)
def test_cached_revisions_tell_the_introduction_without_calls(verdicts: str, revision: int | None) -> None:
    assert number(introduction_from_cache(len(verdicts), of(verdicts), judge)) == revision


def test_an_introduction_has_the_time_and_the_author_of_its_revision() -> None:
    introduction = introduction_from_cache(
        2, lambda n: task_definition("web", n, status="pF"[n - 1], registered_by="ci"), judge
    )

    assert introduction == Introduction(2, None, "ci")


@pytest.mark.parametrize(
    ("verdicts", "revision"),
    [
        pytest.param("F", 1, id="there is but one"),
        pytest.param("FFFFF", 1, id="all of them have it"),
        pytest.param("ppppF", 5, id="only the last one has it"),
        pytest.param("ppFFF", 3, id="one in the middle brought it"),
        pytest.param("pp..F", 5, id="those in between are gone"),
        pytest.param("..FFF", 3, id="the oldest are gone"),
        pytest.param("pp.F.FF", 4, id="some are gone"),
        pytest.param("p" + 20 * "." + "F", None, id="too many are gone"),
        pytest.param("ppp", None, id="the content of the revision does not fail"),
    ],
)
def test_a_search_skips_missing_revisions(verdicts: str, revision: int | None) -> None:
    assert number(bisect_introduction(len(verdicts), of(verdicts), judge)) == revision


@given(sound=st.integers(0, 5_000), failing=st.integers(1, 5_000))
def test_a_search_reads_a_logarithmic_number_of_revisions(sound: int, failing: int) -> None:
    numbers: list[int] = []
    verdicts = "p" * sound + "F" * failing

    assert number(bisect_introduction(len(verdicts), of(verdicts, numbers), judge)) == sound + 1
    assert len(numbers) <= ceil(log2(len(verdicts) + 1)) + 1


@given(st.text("pF.", max_size=40).map(lambda head: f"{head}F"))
def test_a_search_finds_a_failing_revision_whose_predecessor_passes(verdicts: str) -> None:
    introduction = bisect_introduction(len(verdicts), of(verdicts), judge)

    if introduction is not None:
        assert verdicts[introduction.revision - 1] == "F"
        before = verdicts[: introduction.revision - 1].rstrip(".")
        assert not before.endswith("F")
