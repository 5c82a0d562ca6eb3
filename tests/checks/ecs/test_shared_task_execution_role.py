"""Two roles, or one for both."""

from __future__ import annotations

import re

import pytest

from auditor.checks.ecs.shared_task_execution_role import shared_task_execution_role as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import DaemonTaskDefinition
from tests.builders import task_definition

PASS, FAIL = Status.PASS, Status.FAIL
A = "arn:aws:iam::111122223333:role/a"
B = "arn:aws:iam::111122223333:role/b"


def judged(task: str | None, execution: str | None) -> Verdict:
    verdict: Verdict = rule.judge(task_definition(task_role_arn=task, execution_role_arn=execution), NoParameters())
    return verdict


@pytest.mark.parametrize(
    ("task", "execution", "status"),
    [
        pytest.param(None, None, PASS, id="no role at all"),
        pytest.param(A, None, PASS, id="a task role only"),
        pytest.param(None, A, PASS, id="an execution role only"),
        pytest.param("", "", PASS, id="empty text is no role"),
        pytest.param("", A, PASS, id="empty text beside a role"),
        pytest.param(A, B, PASS, id="two roles"),
        pytest.param(A, A, FAIL, id="one role twice"),
        pytest.param("a", "b", PASS, id="two short names"),
        pytest.param("a", "a", FAIL, id="one short name twice"),
        pytest.param("Deployer", "deployer", FAIL, id="names of roles have no case"),
        pytest.param("a", A, FAIL, id="a short name and the ARN of the same role"),
        pytest.param("b", A, PASS, id="a short name and the ARN of another"),
        pytest.param("a", "arn:aws:iam::111122223333:role/some/path/a", FAIL, id="the path is not part of the name"),
        pytest.param(A, "arn:aws:iam::444455556666:role/a", PASS, id="the same name in another account"),
    ],
)
def test_two_roles_or_one(task: str | None, execution: str | None, status: Status) -> None:
    verdict = judged(task, execution)

    details = {"taskRoleArn": task, "executionRoleArn": execution}
    evidence = (Evidence(reasons=("shared-role",), details=details),)
    assert verdict == (Verdict(PASS) if status is PASS else Verdict(FAIL, ("shared-role",), evidence))


def test_it_does_not_matter_which_of_the_two_is_short() -> None:
    assert judged(A, "a").status is judged("a", A).status is FAIL


def test_managed_daemons_are_judged_too() -> None:
    arn = "arn:aws:ecs:eu-west-1:111122223333:daemon-task-definition/agent:1"
    definition = DaemonTaskDefinition(arn, "agent", 1, "", None, (), task_role_arn=A, execution_role_arn=A)

    assert rule.judge(definition, NoParameters()).status is FAIL


def test_the_table_of_the_manual_page_is_true() -> None:
    text = rule.manual.partition("\nDescription\n")[2].partition("\nRationale\n")[0]
    rows = [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.startswith("    ")][2:]
    roles = {"-": None, "set": A}

    assert len(rows) == 7
    for task, execution, status in rows:
        full = [roles.get(each, each.replace("...", "aws:iam::111122223333")) for each in (task, execution)]
        assert judged(*full).status == status, (task, execution)


def test_the_check_is_medium_and_in_no_framework() -> None:
    assert (rule.severity, rule.frameworks) == (Severity.MEDIUM, {})
