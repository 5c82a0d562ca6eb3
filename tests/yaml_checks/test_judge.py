"""What a check of one's own says of a fact, with what evidence, and that nothing it cannot tell is ever PASS."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as example
from hypothesis import strategies as st

from auditor.domain.check import Evidence, NoParameters, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition, Volume
from auditor.domain.ecs.usage import Usage
from auditor.domain.ecs.workloads import Cluster
from auditor.yaml_checks.judge import UNANSWERED, Judge
from auditor.yaml_checks.model import KINDS, shape_of
from tests.builders import container, task_definition
from tests.checks.odd_facts import odd_facts
from tests.yaml_checks.sample_checks import check

NO = NoParameters()
PRIVILEGED = "length(containers[?privileged]) > `0`"
FACT = task_definition(containers=(container("app"), container("agent", privileged=True, user="0", memory=128)))


def judged(fact: object, fail_when: str, **members: Any) -> Verdict:  # noqa: ANN401 - of a judge
    return Judge(fail_when, **members)(fact, NO)


@pytest.mark.parametrize(
    ("members", "status"),
    [
        pytest.param({"fail_when": "`true`"}, Status.FAIL, id="true fails"),
        pytest.param({"fail_when": "`false`"}, Status.PASS, id="false passes"),
        pytest.param({"fail_when": "`null`"}, Status.UNKNOWN, id="null is no answer"),
        pytest.param({"fail_when": "containers"}, Status.UNKNOWN, id="a list is no answer"),
        pytest.param({"fail_when": "`[]`"}, Status.UNKNOWN, id="an empty list is no answer"),
        pytest.param({"fail_when": "''"}, Status.UNKNOWN, id="an empty text is no answer"),
        pytest.param({"fail_when": "`0`"}, Status.UNKNOWN, id="0 is no answer"),
        pytest.param({"fail_when": "`1`"}, Status.UNKNOWN, id="1 is no answer"),
        pytest.param({"fail_when": "nothing"}, Status.UNKNOWN, id="a member that is not there"),
        pytest.param({"fail_when": "length(nothing) > `0`"}, Status.UNKNOWN, id="a function that fails"),
        pytest.param({"fail_when": "pid_mode > `0`"}, Status.UNKNOWN, id="what cannot be compared"),
        pytest.param({"fail_when": "`true`", "applies_when": "`false`"}, Status.NOT_APPLICABLE, id="does not apply"),
        pytest.param({"fail_when": "`true`", "applies_when": "`true`"}, Status.FAIL, id="applies"),
        pytest.param({"fail_when": "`false`", "applies_when": "`null`"}, Status.UNKNOWN, id="may apply"),
        pytest.param({"fail_when": "nothing", "applies_when": "`false`"}, Status.NOT_APPLICABLE, id="is not asked"),
    ],
)
def test_true_fails_false_passes_and_all_else_is_unknown(members: dict[str, str], status: Status) -> None:
    assert judged(FACT, **members).status is status


@pytest.mark.parametrize(
    "fail_when", ["tags.owner == 'x'", "tags.owner != 'x'", "usage.in_use", "latest_active == `1`"]
)
@pytest.mark.parametrize("applies_when", ["", "tags.owner == 'y'"])
def test_what_was_not_read_is_unknown_whichever_way_one_asks(fail_when: str, applies_when: str) -> None:
    verdict = judged(replace(FACT, tags=None), fail_when, applies_when=applies_when)

    assert (verdict.status, verdict.reasons) == (Status.UNKNOWN, ("not-read",))


@pytest.mark.parametrize(
    ("fail_when", "applies_when", "status"),
    [
        pytest.param("usage.running_tasks > `0`", "", Status.UNKNOWN, id="none is seen, and there may be some"),
        pytest.param("usage.public_ip", "", Status.FAIL, id="one is seen, and there may be more"),
        pytest.param("`true`", "usage.running_tasks > `0`", Status.UNKNOWN, id="it may apply"),
        pytest.param("`true`", "usage.public_ip", Status.UNKNOWN, id="it applies to what was read"),
        pytest.param("network_mode != 'host'", "", Status.PASS, id="nobody asks what runs"),
    ],
)
def test_what_runs_in_a_region_that_was_read_in_part_is_never_passed(
    fail_when: str, applies_when: str, status: Status
) -> None:
    fact = replace(FACT, usage=Usage(public_ip=True, complete=False))

    assert judged(fact, fail_when, applies_when=applies_when).status is status


def test_an_unknown_says_which_expression_and_why() -> None:
    verdict = judged(FACT, "`true`", applies_when="length(pid_mode) > `0`")

    assert verdict.evidence == (
        Evidence(
            reasons=("expression-failed",),
            details={"expression": "applies_when", "because": "length() was given null"},
        ),
    )


def test_without_an_expression_for_it_the_evidence_is_what_was_looked_at(tmp_path: Path) -> None:
    own = check(tmp_path, over="cluster", fail_when="container_insights != 'enabled' && status == 'ACTIVE'")

    assert own.judge(Cluster("arn", "main", "ACTIVE"), NO) == Verdict(
        Status.FAIL,
        ("privileged",),
        (Evidence(reasons=("privileged",), details={"container_insights": None, "status": "ACTIVE"}),),
    )


@pytest.mark.parametrize(
    ("evidence", "shown"),
    [
        pytest.param(
            "containers[?privileged]",
            Evidence("agent", "0", privileged=True, reasons=("privileged",)),
            id="whole containers",
        ),
        pytest.param(
            "containers[?privileged && memory == `128`]",
            Evidence("agent", "0", privileged=True, reasons=("privileged",), details={"memory": 128}),
            id="with what was read of them",
        ),
        pytest.param(
            "containers[?privileged].{name: name, image: image, drops: capabilities_dropped}",
            Evidence("agent", reasons=("privileged",), details={"image": "app:1", "drops": ()}),
            id="what is chosen",
        ),
        pytest.param("containers[?privileged].name", Evidence("agent", reasons=("privileged",)), id="names"),
        pytest.param("containers[?privileged].{n: `[1]`}", Evidence(reasons=("privileged",)), id="what no row holds"),
    ],
)
def test_the_evidence_names_the_parts_that_fail(tmp_path: Path, evidence: str, shown: Evidence) -> None:
    assert check(tmp_path, evidence=evidence).judge(FACT, NO).evidence == (shown,)


def test_the_evidence_may_be_about_other_parts_than_containers(tmp_path: Path) -> None:
    own = check(tmp_path, fail_when="length(volumes[?efs]) > `0`", evidence="volumes[?efs]")
    fact = replace(FACT, volumes=(Volume("data", efs=True), Volume("tmp")))

    assert own.judge(fact, NO).evidence == (Evidence("data", reasons=("privileged",), details={"efs": True}),)


@pytest.mark.parametrize("evidence", ["containers[?name == 'nobody']", "volumes[0].name", "max(containers[].memory)"])
def test_evidence_that_comes_to_nothing_takes_nothing_from_the_verdict(evidence: str) -> None:
    verdict = judged(FACT, PRIVILEGED, evidence=evidence, reason="privileged", looked_at=("network_mode",))

    assert verdict.status is Status.FAIL
    assert verdict.evidence == (Evidence(reasons=("privileged",), details={"network_mode": "host"}),)


@pytest.mark.parametrize("over", KINDS)
def test_odd_facts_are_judged_without_a_crash_and_by_the_checks_own_words(tmp_path: Path, over: str) -> None:
    names = list(shape_of(KINDS[over]).names)
    for number, name in enumerate(names):
        own = check(tmp_path / str(number), over=over, fail_when=f"{name} == `null` || arn == ''")
        for fact in odd_facts(KINDS[over]):
            verdict = own.judge(fact, NO)
            assert verdict == own.judge(fact, NO)
            assert set(verdict.reasons) <= set(own.reason_texts)
            assert list(verdict.reasons) == sorted({reason for each in verdict.evidence for reason in each.reasons})
            assert all(each.reasons for each in verdict.evidence)


_PIECES = st.sampled_from(
    [
        *("containers", "tags", "usage", "family", "revision", "@", "nothing", "`null`", "`1`", "'x'", "`true`"),
        *("containers[].memory", "containers[?privileged]", "tags.owner", "usage.services", "volumes[0].name"),
    ]
)
_EXPRESSIONS = st.recursive(
    _PIECES,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||", "==", "!=", ">", "<=", "|"]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        ),
        inner.map("!{}".format),
        st.tuples(st.sampled_from(["length", "keys", "max", "to_string", "not_null", "sum", "sort"]), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        ),
        st.tuples(inner, inner).map(lambda parts: f"[{parts[0]}, {parts[1]}]"),
    ),
    max_leaves=8,
)


@given(_EXPRESSIONS, _EXPRESSIONS, st.sampled_from(odd_facts(TaskDefinition)))
@example(max_examples=150, deadline=None)
def test_whatever_is_written_it_ends_with_a_verdict(fail_when: str, applies_when: str, fact: TaskDefinition) -> None:
    verdict = judged(fact, fail_when, applies_when=applies_when, evidence=fail_when)

    assert verdict.status in Status
    if verdict.status is Status.UNKNOWN:
        assert set(verdict.reasons) <= set(UNANSWERED)
