"""The status and evidence of YAML checks. An undecidable expression never gives PASS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as example
from hypothesis import strategies as st

from auditor.domain.check import Check, Evidence, NoParameters, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition, Volume
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.ecs.workloads import Cluster
from auditor.domain.fact import fact_kinds
from auditor.yaml_checks.judge import UNDECIDABLE_TEXTS, Judge
from auditor.yaml_checks.model import shape_of
from tests.builders import container, task_definition
from tests.checks.odd_facts import odd_facts

MakeCheck = Callable[..., Check[Any]]

NO = NoParameters()
PRIVILEGED = "length(containers[?privileged]) > `0`"
FACT = task_definition(containers=(container("app"), container("agent", privileged=True, user="0", memory=128)))


def judge(fact: object, fail_when: str, **fields: Any) -> Verdict:  # noqa: ANN401 - fields of Judge
    return Judge(fail_when, **fields)(fact, NO)


@pytest.mark.parametrize(
    ("expressions", "status"),
    [
        pytest.param({"fail_when": "`true`"}, Status.FAIL, id="true fails"),
        pytest.param({"fail_when": "`false`"}, Status.PASS, id="false passes"),
        pytest.param({"fail_when": "`null`"}, Status.UNKNOWN, id="null is UNKNOWN"),
        pytest.param({"fail_when": "containers"}, Status.UNKNOWN, id="a list is UNKNOWN"),
        pytest.param({"fail_when": "`[]`"}, Status.UNKNOWN, id="an empty list is UNKNOWN"),
        pytest.param({"fail_when": "''"}, Status.UNKNOWN, id="an empty string is UNKNOWN"),
        pytest.param({"fail_when": "`0`"}, Status.UNKNOWN, id="0 is UNKNOWN"),
        pytest.param({"fail_when": "`1`"}, Status.UNKNOWN, id="1 is UNKNOWN"),
        pytest.param({"fail_when": "nothing"}, Status.UNKNOWN, id="a missing member is UNKNOWN"),
        pytest.param({"fail_when": "length(nothing) > `0`"}, Status.UNKNOWN, id="a failing function is UNKNOWN"),
        pytest.param({"fail_when": "pid_mode > `0`"}, Status.UNKNOWN, id="a comparison without numbers is UNKNOWN"),
        pytest.param({"fail_when": "`true`", "applies_when": "`false`"}, Status.NOT_APPLICABLE, id="does not apply"),
        pytest.param({"fail_when": "`true`", "applies_when": "`true`"}, Status.FAIL, id="applies"),
        pytest.param({"fail_when": "`false`", "applies_when": "`null`"}, Status.UNKNOWN, id="possibly applies"),
        pytest.param(
            {"fail_when": "nothing", "applies_when": "`false`"}, Status.NOT_APPLICABLE, id="fail_when is not evaluated"
        ),
    ],
)
def test_true_fails_false_passes_and_other_values_are_unknown(expressions: dict[str, str], status: Status) -> None:
    assert judge(FACT, **expressions).status is status


@pytest.mark.parametrize(
    "fail_when", ["tags.owner == 'x'", "tags.owner != 'x'", "usage.in_use", "latest_active == `1`"]
)
@pytest.mark.parametrize("applies_when", ["", "tags.owner == 'y'"])
def test_an_unread_member_is_unknown_in_every_expression(fail_when: str, applies_when: str) -> None:
    verdict = judge(replace(FACT, tags=None), fail_when, applies_when=applies_when)

    assert (verdict.status, verdict.reasons) == (Status.UNKNOWN, ("not-read",))


@pytest.mark.parametrize(
    ("fail_when", "applies_when", "status"),
    [
        pytest.param("usage.running_tasks > `0`", "", Status.UNKNOWN, id="no task seen, but there may be some"),
        pytest.param("usage.public_ip", "", Status.FAIL, id="a public address seen"),
        pytest.param("`true`", "usage.running_tasks > `0`", Status.UNKNOWN, id="applies_when is false but incomplete"),
        pytest.param("`true`", "usage.public_ip", Status.UNKNOWN, id="applies_when is true but incomplete"),
        pytest.param("network_mode != 'host'", "", Status.PASS, id="usage is not read"),
    ],
)
def test_incomplete_usage_never_passes(fail_when: str, applies_when: str, status: Status) -> None:
    fact = replace(FACT, usage=EcsUsage(public_ip=True, complete=False))

    assert judge(fact, fail_when, applies_when=applies_when).status is status


@pytest.mark.parametrize("expression", ["usage.public_ip", "!(usage.public_ip)", "usage.public_ip == `true`"])
def test_what_ecs_does_not_say_of_a_usage_is_unknown(expression: str) -> None:
    verdict = judge(replace(FACT, usage=EcsUsage(running_tasks=1, public_ip=None)), expression)

    assert (verdict.status, verdict.reasons) == (Status.UNKNOWN, ("not-read",))


def test_an_unknown_names_the_expression_and_the_cause() -> None:
    verdict = judge(FACT, "`true`", applies_when="length(pid_mode) > `0`")

    assert verdict.evidence == (
        Evidence(
            reasons=("expression-failed",),
            details={"expression": "applies_when", "because": "length() does not accept null"},
        ),
    )


def test_the_evidence_defaults_to_the_members_that_were_read(make_check: MakeCheck) -> None:
    check = make_check(resource="cluster", fail_when="container_insights != 'enabled' && status == 'ACTIVE'")

    assert check.judge(Cluster("arn", "main", "ACTIVE"), NO) == Verdict(
        Status.FAIL,
        ("privileged",),
        (Evidence(reasons=("privileged",), details={"container_insights": None, "status": "ACTIVE"}),),
    )


@pytest.mark.parametrize(
    ("expression", "evidence"),
    [
        pytest.param(
            "containers[?privileged]",
            Evidence("agent", "container", reasons=("privileged",), details={"privileged": True}),
            id="whole containers",
        ),
        pytest.param(
            "containers[?privileged && memory == `128`]",
            Evidence("agent", "container", reasons=("privileged",), details={"privileged": True, "memory": 128}),
            id="containers with the members that were read",
        ),
        pytest.param(
            "containers[?privileged].{name: name, image: image, drops: capabilities_dropped}",
            Evidence("agent", reasons=("privileged",), details={"image": "app:1", "drops": ()}),
            id="selected members",
        ),
        pytest.param("containers[?privileged].name", Evidence("agent", reasons=("privileged",)), id="names"),
        pytest.param(
            "containers[?privileged].{n: `[1]`}", Evidence(reasons=("privileged",)), id="values that a row cannot hold"
        ),
    ],
)
def test_the_evidence_names_the_failing_parts(make_check: MakeCheck, expression: str, evidence: Evidence) -> None:
    assert make_check(evidence=expression).judge(FACT, NO).evidence == (evidence,)


def test_the_evidence_can_name_volumes(make_check: MakeCheck) -> None:
    check = make_check(fail_when="length(volumes[?efs]) > `0`", evidence="volumes[?efs]")
    fact = replace(FACT, volumes=(Volume("data", efs=True), Volume("tmp")))

    assert check.judge(fact, NO).evidence == (Evidence("data", "volume", ("privileged",), {"efs": True}),)


@pytest.mark.parametrize("evidence", ["containers[?name == 'missing']", "volumes[0].name", "max(containers[].memory)"])
def test_evidence_without_parts_does_not_change_the_status(evidence: str) -> None:
    verdict = judge(FACT, PRIVILEGED, evidence=evidence, reason="privileged", fact_members=("network_mode",))

    assert verdict.status is Status.FAIL
    assert verdict.evidence == (Evidence(reasons=("privileged",), details={"network_mode": "host"}),)


@pytest.mark.parametrize("resource", fact_kinds())
def test_odd_facts_get_a_verdict_with_reasons_of_the_check(make_check: MakeCheck, resource: str) -> None:
    kind = fact_kinds()[resource]
    for name in shape_of(kind).names:
        check = make_check(resource=resource, fail_when=f"{name} == `null` || arn == ''")
        for fact in odd_facts(kind):
            verdict = check.judge(fact, NO)
            assert verdict == check.judge(fact, NO)
            assert set(verdict.reasons) <= set(check.reason_texts)
            evidence_reasons = {reason for evidence in verdict.evidence for reason in evidence.reasons}
            assert list(verdict.reasons) == sorted(evidence_reasons)
            assert all(evidence.reasons for evidence in verdict.evidence)


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
def test_every_expression_gives_a_verdict(fail_when: str, applies_when: str, fact: TaskDefinition) -> None:
    verdict = judge(fact, fail_when, applies_when=applies_when, evidence=fail_when)

    assert verdict.status in Status
    if verdict.status is Status.UNKNOWN:
        assert set(verdict.reasons) <= set(UNDECIDABLE_TEXTS)
