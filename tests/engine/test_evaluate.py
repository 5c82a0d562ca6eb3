"""One rule, one fact, one finding, whatever the rule does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.engine.evaluate import Observation, judge, unread_findings
from tests.builders import NOW, REMEDIATION, gap, resource, rule, scope, task_definition

PLACE = Observation(scope("eu-central-1"), NOW)


def crash(task: TaskDefinition, _parameters: Any) -> Verdict:  # noqa: ANN401
    message = f"cannot judge {task.family}"
    raise ValueError(message)


def test_a_verdict_becomes_a_finding_with_where_when_and_what() -> None:
    evidence = (Evidence("app", "container", ("root-user",), {"user": "0", "privileged": False}),)
    verdict = Verdict(Status.FAIL, ("root-user",), evidence, {"prowler": Status.PASS})
    fact = task_definition("web", 3)

    found = judge(PLACE, fact, rule(lambda _f, _p: verdict, id="a-check", title="A title", severity=Severity.LOW))

    assert found == Finding(
        check_id="a-check",
        title="A title",
        severity=Severity.LOW,
        status=Status.FAIL,
        account=PLACE.scope.account,
        region="eu-central-1",
        resource=fact.resource,
        observed_at=NOW,
        reasons=("root-user",),
        evidence=(replace(evidence[0], revision=3),),
        standards={"prowler": Status.PASS},
        remediation=REMEDIATION,
    )
    assert found.standards == {"prowler": Status.PASS}, "a mapping takes no part in the equality above"


@pytest.mark.parametrize(
    ("status", "remedy"), [(Status.PASS, ""), (Status.NOT_APPLICABLE, ""), (Status.FAIL, REMEDIATION)]
)
def test_only_a_failure_says_how_to_mend_it(status: Status, remedy: str) -> None:
    assert judge(PLACE, task_definition(), rule(status)).remediation == remedy


def test_a_rule_is_given_its_parameters() -> None:
    seen: list[object] = []

    def look(_fact: TaskDefinition, parameters: object) -> Verdict:
        seen.append(parameters)
        return Verdict(Status.PASS)

    judge(PLACE, task_definition(), rule(look))

    assert seen == [NoParameters()]


def test_a_rule_that_crashes_is_one_unknown_finding_that_names_where() -> None:
    found = judge(PLACE, task_definition(), rule(crash))

    assert (found.status, found.reasons) == (Status.UNKNOWN, ("internal-error",))
    assert found.resource == task_definition().resource
    assert "raised ValueError in crash (test_evaluate.py:" in found.remediation
    assert found.remediation.endswith(Reason.INTERNAL_ERROR.advice)


def test_what_a_crash_says_is_kept_out_of_the_finding() -> None:
    found = judge(PLACE, task_definition("hunter2"), rule(crash))

    assert "hunter2" not in found.remediation


def test_a_rule_that_returns_nothing_is_a_crash_like_any_other() -> None:
    found = judge(PLACE, task_definition(), rule(lambda _f, _p: None))  # type: ignore[arg-type,return-value]

    assert (found.status, found.reasons) == (Status.UNKNOWN, ("internal-error",))


def test_a_resource_that_could_not_be_read_is_unknown_to_every_rule() -> None:
    lost = gap("lost", Reason.THROTTLED, detail="Rate exceeded.")

    found = unread_findings(PLACE, lost, [rule(id="a"), rule(id="b")])

    assert [(each.check_id, each.status, each.reasons) for each in found] == [
        ("a", Status.UNKNOWN, ("throttled",)),
        ("b", Status.UNKNOWN, ("throttled",)),
    ]
    assert {each.resource.arn for each in found} == {resource("lost").arn}
    assert found[0].remediation == f"Not examined. Rate exceeded. {Reason.THROTTLED.advice}"


def test_the_tags_of_a_resource_that_could_not_be_read_are_not_known_to_be_none() -> None:
    assert [each.resource.tags for each in unread_findings(PLACE, gap("lost"), [rule()])] == [None]


def test_a_list_that_could_not_be_read_is_no_finding() -> None:
    assert unread_findings(PLACE, gap(None), [rule()]) == ()
