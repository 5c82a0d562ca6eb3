"""Whether somebody has tagged a cluster, as tables: one row a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from auditor.checks.ecs._tags import Parameters
from auditor.checks.ecs.cluster_untagged import cluster_untagged as rule
from auditor.domain.check import Severity, Status, Verdict
from tests.checks.ecs.running import cluster as build
from tests.checks.ecs.tagging import assert_the_page_is_true, expected, refused_keys, tag_cases


@tag_cases
def test_tags(
    required: tuple[str, ...],
    tags: Mapping[str, str] | None,
    status: Status,
    reason: str | None,
    missing: tuple[str, ...],
) -> None:
    verdict = rule.judge(build(tags=tags), Parameters(required))

    assert verdict == expected(tags, status, reason, missing)


def test_evidence_never_shows_the_value_of_a_tag() -> None:
    verdict = rule.judge(build(tags={"env": "hunter2"}), Parameters(("owner",)))

    assert verdict.status is Status.FAIL
    assert "hunter2" not in repr(verdict)


@pytest.mark.parametrize("status", ["INACTIVE"])
def test_what_is_on_its_way_out_is_not_applicable(status: str) -> None:
    assert rule.judge(build(status=status, tags={}), Parameters()) == Verdict(Status.NOT_APPLICABLE)


@pytest.mark.parametrize(
    "status", ["ACTIVE", "PROVISIONING", "DEPROVISIONING", "FAILED", "", "A STATUS OF NEXT YEAR"], ids=repr
)
def test_in_any_other_state_it_is_judged(status: str) -> None:
    assert rule.judge(build(status=status, tags={}), Parameters()).reasons == ("untagged",)


@refused_keys
def test_a_key_that_nobody_can_meet_is_refused(keys: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Parameters(keys)


def test_the_table_of_the_manual_page_is_true() -> None:
    assert_the_page_is_true(rule, build, ("INACTIVE",))


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.LOW
    assert rule.parameters == Parameters(())
    assert (rule.frameworks["cis-compute-1.1"], rule.frameworks["aws-resource-tagging"]) == (("3.11",), ("ECS.14",))
