"""`auditor policy` prints what the enabled checks need, and nothing else."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from auditor.cli import main

TAG_ACTIONS = {"ecs:ListTagsForResource", "tag:GetResources"}


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        pytest.param((), TAG_ACTIONS, id="all checks"),
        pytest.param(("--check", "ecs-task-definition-untagged"), TAG_ACTIONS, id="the check of their tags"),
        pytest.param(
            ("--exclude-check", "ecs-task-definition-untagged"), set(), id="all checks but that of their tags"
        ),
        pytest.param(("--check", "ecs-service-untagged"), set(), id="a check of tags that come with the description"),
    ],
)
def test_tags_of_definitions_are_only_read_apart_if_a_check_needs_them(
    flags: tuple[str, ...], expected: set[str]
) -> None:
    result = CliRunner().invoke(main, ["policy", *flags])
    (statement,) = json.loads(result.stdout)["Statement"]

    assert statement["Resource"] == "*"
    assert TAG_ACTIONS & set(statement["Action"]) == expected
    assert "ec2:DescribeRegions" in statement["Action"]
