"""What `auditor remediate` asks for: one finding, or one resource."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.run.exit_codes import USAGE_ERROR

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        pytest.param(["1f0c9e2a", "--resource", ARN], "--resource: cannot be combined with FINDING_ID", id="both"),
        pytest.param([], "FINDING_ID: is missing, and so is --resource", id="neither"),
    ],
)
def test_a_finding_and_a_resource_are_alternatives(arguments: list[str], problem: str) -> None:
    result = CliRunner().invoke(main, ["remediate", *arguments, "--from", "out"])

    assert result.exit_code == USAGE_ERROR
    assert problem in result.stderr
    assert "Name one finding by its ID, or all findings of a definition with --resource ARN." in result.stderr
