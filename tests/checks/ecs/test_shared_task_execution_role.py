"""The task role and the execution role, different or the same."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.shared_task_execution_role import shared_task_execution_role as check
from auditor.domain.check import Evidence, Status, Verdict
from tests.builders import task_definition
from tests.checks.ecs.helpers import FAIL, PASS, daemon_definition, judge, table

REASON = ("shared-role",)
A = "arn:aws:iam::111122223333:role/a"
B = "arn:aws:iam::111122223333:role/b"


def judge_roles(task: str | None, execution: str | None) -> Verdict:
    return judge(check, task_definition(task_role_arn=task, execution_role_arn=execution))


@pytest.mark.parametrize(
    ("task", "execution", "status"),
    [
        pytest.param(None, None, PASS, id="no role"),
        pytest.param(A, None, PASS, id="only a task role"),
        pytest.param(None, A, PASS, id="only an execution role"),
        pytest.param("", "", PASS, id="empty text is no role"),
        pytest.param("", A, PASS, id="empty text and a role"),
        pytest.param(A, B, PASS, id="two roles"),
        pytest.param(A, A, FAIL, id="the same ARN"),
        pytest.param("a", "b", PASS, id="two short names"),
        pytest.param("a", "a", FAIL, id="the same short name"),
        pytest.param("Deployer", "deployer", FAIL, id="names of roles ignore case"),
        pytest.param("a", A, FAIL, id="a short task role and the ARN of the same role"),
        pytest.param(A, "a", FAIL, id="a short execution role and the ARN of the same role"),
        pytest.param("b", A, PASS, id="a short name and the ARN of another role"),
        pytest.param("a", "arn:aws:iam::111122223333:role/some/path/a", FAIL, id="the path is not part of the name"),
        pytest.param(A, "arn:aws:iam::444455556666:role/a", PASS, id="the same name in another account"),
    ],
)
def test_two_roles(task: str | None, execution: str | None, status: Status) -> None:
    evidence = Evidence(reasons=REASON, details={"taskRoleArn": task, "executionRoleArn": execution})

    assert judge_roles(task, execution) == (Verdict(PASS) if status is PASS else Verdict(FAIL, REASON, (evidence,)))


def test_managed_daemons_are_judged_too() -> None:
    assert judge(check, daemon_definition(task_role_arn=A, execution_role_arn=A)).status is FAIL


def test_the_table_of_the_manual_page_is_true() -> None:
    values = {"-": None, "set": A}
    rows = table(check.manual, "taskRoleArn")

    assert len(rows) == 7
    for *cells, status in rows:
        roles = [values.get(cell, cell.replace("...", "aws:iam::111122223333")) for cell in cells]
        assert judge_roles(*roles).status == status, cells
