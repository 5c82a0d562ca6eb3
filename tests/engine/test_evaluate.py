"""One check on one fact makes one finding, even if the check crashes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.engine.evaluate import Observation, judge, unread_findings
from tests.builders import NOW, REMEDIATION, configured_check, gap, resource, scope, task_definition

OBSERVATION = Observation(scope("eu-central-1"), NOW)


def crash(task: TaskDefinition, _parameters: Any) -> Verdict:  # noqa: ANN401 - any parameters
    message = f"cannot judge {task.family}"
    raise ValueError(message)


def test_a_finding_has_the_verdict_the_check_the_resource_and_the_observation() -> None:
    evidence = (Evidence("app", "container", ("root-user",), {"user": "0", "privileged": False}),)
    verdict = Verdict(Status.FAIL, ("root-user",), evidence, {"prowler": Status.PASS})
    fact = task_definition("web", 3)

    actual = judge(
        OBSERVATION,
        fact,
        configured_check(lambda _f, _p: verdict, id="a-check", title="A title", severity=Severity.LOW),
    )

    assert actual == Finding(
        check_id="a-check",
        title="A title",
        severity=Severity.LOW,
        status=Status.FAIL,
        account=OBSERVATION.scope.account,
        region="eu-central-1",
        resource=fact.resource,
        observed_at=NOW,
        reasons=("root-user",),
        evidence=(replace(evidence[0], revision=3),),
        standards={"prowler": Status.PASS},
        remediation=REMEDIATION,
    )
    assert actual.standards == {"prowler": Status.PASS}, "a mapping takes no part in the equality above"


@pytest.mark.parametrize(
    ("status", "remediation"), [(Status.PASS, ""), (Status.NOT_APPLICABLE, ""), (Status.FAIL, REMEDIATION)]
)
def test_only_a_failure_has_a_remediation(status: Status, remediation: str) -> None:
    assert judge(OBSERVATION, task_definition(), configured_check(status)).remediation == remediation


def test_a_check_receives_its_parameters() -> None:
    seen: list[object] = []

    def look(_fact: TaskDefinition, parameters: object) -> Verdict:
        seen.append(parameters)
        return Verdict(Status.PASS)

    judge(OBSERVATION, task_definition(), configured_check(look))

    assert seen == [NoParameters()]


def test_a_check_that_crashes_makes_an_unknown_finding_with_the_crash_site() -> None:
    actual = judge(OBSERVATION, task_definition(), configured_check(crash))

    assert (actual.status, actual.reasons) == (Status.UNKNOWN, ("internal-error",))
    assert actual.resource == task_definition().resource
    assert "raised ValueError in crash (test_evaluate.py:" in actual.remediation
    assert actual.remediation.endswith(Reason.INTERNAL_ERROR.advice)


def test_a_finding_does_not_quote_the_message_of_a_crash() -> None:
    actual = judge(OBSERVATION, task_definition("hunter2"), configured_check(crash))

    assert "hunter2" not in actual.remediation


def test_a_check_that_returns_none_is_treated_as_a_crash() -> None:
    actual = judge(OBSERVATION, task_definition(), configured_check(lambda _f, _p: None))  # type: ignore[arg-type,return-value]  # a check that returns no verdict
    assert (actual.status, actual.reasons) == (Status.UNKNOWN, ("internal-error",))


def test_an_unread_resource_gets_an_unknown_finding_from_every_check() -> None:
    lost = gap("lost", Reason.THROTTLED, detail="Rate exceeded.")

    actual = unread_findings(OBSERVATION, lost, [configured_check(id="a"), configured_check(id="b")])

    assert [(finding.check_id, finding.status, finding.reasons) for finding in actual] == [
        ("a", Status.UNKNOWN, ("throttled",)),
        ("b", Status.UNKNOWN, ("throttled",)),
    ]
    assert {finding.resource.arn for finding in actual} == {resource("lost").arn}
    assert actual[0].remediation == f"Not examined. Rate exceeded. {Reason.THROTTLED.advice}"


def test_an_unread_resource_has_no_known_tags() -> None:
    (finding,) = unread_findings(OBSERVATION, gap("lost"), [configured_check()])

    assert finding.resource.tags is None


def test_a_gap_in_the_list_makes_no_finding() -> None:
    assert unread_findings(OBSERVATION, gap(None), [configured_check()]) == ()
