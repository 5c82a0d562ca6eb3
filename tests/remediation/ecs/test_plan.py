"""The steps that a plan takes, and those that it leaves to a person."""

from __future__ import annotations

import pytest

from auditor.domain.repair import BLANK
from auditor.remediation.ecs.plan import Case, Revision, Use, make_plan
from tests.remediation.plans import plan_with

REVISION = Revision("arn:d:1", 1, "ACTIVE", "old-1.json")


@pytest.mark.parametrize(
    "use",
    [
        pytest.param(Use("arn:s", "arn:c", "arn:d:1", "CODE_DEPLOY"), id="CodeDeploy"),
        pytest.param(Use("arn:s", "arn:c", "arn:d:1", "EXTERNAL", task_sets=1), id="task sets"),
    ],
)
def test_a_service_that_is_deployed_otherwise_is_left_to_a_person_and_keeps_its_revision(use: Use) -> None:
    plan = make_plan(Case((REVISION,), (use,)))

    assert [step.operation for step in plan.steps] == ["RegisterTaskDefinition"]
    assert "arn:s" in plan.after[0]


def test_the_old_revision_is_not_deregistered_if_its_usage_is_incomplete() -> None:
    plan = make_plan(Case((REVISION,), complete=False))

    assert [step.operation for step in plan.steps] == ["RegisterTaskDefinition"]
    assert "does not deregister" in plan.after[0]


def test_a_revision_that_is_inactive_or_was_not_read_is_not_deregistered() -> None:
    active, inactive = Revision("arn:d:3", 3, "ACTIVE", "old-3.json"), Revision("arn:d:2", 2, "INACTIVE", "old-2.json")

    plan = make_plan(Case((active, inactive, Revision("arn:d:1", 1, status=""))))

    assert [step.parameters for step in plan.steps[1:]] == [{"taskDefinition": "arn:d:3"}]
    assert any("arn:d:1" in text for text in plan.after)


def test_the_plan_for_a_daemon_registers_and_updates_and_says_that_it_is_untested() -> None:
    plan = plan_with("web", daemon=True)

    assert [step.operation for step in plan.steps] == ["RegisterDaemonTaskDefinition", "UpdateDaemon", "UpdateDaemon"]
    assert plan.steps[1].parameters["capacityProviderArns"] == [BLANK]
    assert any("not tested against AWS" in text for text in plan.after)
