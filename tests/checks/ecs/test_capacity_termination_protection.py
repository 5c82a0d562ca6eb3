"""What protects instances that run tasks, as tables: one row a sentence."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.capacity_termination_protection import capacity_termination_protection as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.workloads import CapacityProvider
from tests.checks.ecs.running import GROUP_ARN, provider, said, table

REASON = "no-termination-protection"


def judged(fact: CapacityProvider) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


def test_a_group_that_is_protected_passes() -> None:
    assert judged(provider(termination_protection="ENABLED")) == Verdict(Status.PASS)


@pytest.mark.parametrize("setting", ["DISABLED", None, "", "enabled", "A SETTING OF NEXT YEAR"], ids=repr)
def test_a_group_that_is_not_fails_and_names_the_group(setting: str | None) -> None:
    details = {"managedTerminationProtection": setting, "autoScalingGroupArn": GROUP_ARN}

    assert judged(provider(termination_protection=setting)) == Verdict(
        Status.FAIL, (REASON,), (Evidence(reasons=(REASON,), details=details),)
    )


@pytest.mark.parametrize("name", ["FARGATE", "FARGATE_SPOT", "managed-instances"])
def test_what_is_no_auto_scaling_group_is_not_applicable(name: str) -> None:
    assert judged(provider(name=name, scaling_group=None)) == Verdict(Status.NOT_APPLICABLE)


@pytest.mark.parametrize("status", ["DEPROVISIONING", "INACTIVE"])
def test_a_provider_on_its_way_out_is_not_applicable(status: str) -> None:
    assert judged(provider(status=status)) == Verdict(Status.NOT_APPLICABLE)


@pytest.mark.parametrize("status", ["ACTIVE", "PROVISIONING", "", "A STATUS OF NEXT YEAR"], ids=repr)
def test_a_provider_in_any_other_state_is_judged(status: str) -> None:
    assert judged(provider(status=status)).reasons == (REASON,)


@pytest.mark.parametrize("row", table(rule.manual, "capacity provider"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    kind, setting, *verdict = row
    settings: dict[str, list[str | None]] = {"any": ["ENABLED", "DISABLED", None], "absent": [None], "-": [None]}
    facts = [
        provider(scaling_group=GROUP_ARN if "group" in kind else None, status=status, termination_protection=each)
        for status in (("DEPROVISIONING", "INACTIVE") if "deleted" in kind else ("ACTIVE",))
        for each in settings.get(setting, [setting])
    ]

    assert said(map(judged, facts)) == {tuple(verdict)}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {"aws-fsbp": ("ECS.19",), "aws-config": ("ecs-capacity-provider-termination-check",)}
