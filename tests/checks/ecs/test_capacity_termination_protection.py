"""Termination protection of instances that run tasks."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.capacity_termination_protection import capacity_termination_protection as check
from auditor.domain.check import Evidence, Verdict
from tests.checks.ecs.helpers import FAIL, GROUP_ARN, NOT_APPLICABLE, PASS, capacity_provider, judge, outcomes, table

REASON = "no-termination-protection"


def test_a_protected_group_passes() -> None:
    assert judge(check, capacity_provider(termination_protection="ENABLED")) == Verdict(PASS)


@pytest.mark.parametrize("setting", ["DISABLED", None, "", "enabled", "A SETTING OF NEXT YEAR"], ids=repr)
def test_an_unprotected_group_fails_and_is_named(setting: str | None) -> None:
    details = {"managedTerminationProtection": setting, "managedScaling": None, "autoScalingGroupArn": GROUP_ARN}
    evidence = Evidence(reasons=(REASON,), details=details)

    assert judge(check, capacity_provider(termination_protection=setting)) == Verdict(FAIL, (REASON,), (evidence,))


@pytest.mark.parametrize("name", ["FARGATE", "FARGATE_SPOT", "managed-instances"])
def test_a_provider_without_an_auto_scaling_group_is_not_applicable(name: str) -> None:
    assert judge(check, capacity_provider(name=name, scaling_group=None)) == Verdict(NOT_APPLICABLE)


@pytest.mark.parametrize("status", ["DEPROVISIONING", "INACTIVE"])
def test_a_deleted_provider_is_not_applicable(status: str) -> None:
    assert judge(check, capacity_provider(status=status)) == Verdict(NOT_APPLICABLE)


@pytest.mark.parametrize("status", ["ACTIVE", "PROVISIONING", "", "A STATUS OF NEXT YEAR"], ids=repr)
def test_a_provider_with_any_other_status_is_judged(status: str) -> None:
    assert judge(check, capacity_provider(status=status)).reasons == (REASON,)


def test_the_table_of_the_manual_page_is_true() -> None:
    settings: dict[str, list[str | None]] = {"any": ["ENABLED", "DISABLED", None], "absent": [None], "-": [None]}
    for kind, setting, *expected in table(check.manual, "capacity provider"):
        providers = [
            capacity_provider(
                scaling_group=GROUP_ARN if "group" in kind or "the same" in kind else None,
                status=status,
                termination_protection=value,
                managed_scaling="DISABLED" if "scaling DISABLED" in kind else "ENABLED",
            )
            for status in (("DEPROVISIONING", "INACTIVE") if "deleted" in kind else ("ACTIVE",))
            for value in settings.get(setting, [setting])
        ]
        assert outcomes(judge(check, provider) for provider in providers) == {tuple(expected)}, (kind, setting)


def test_protection_without_managed_scaling_fails() -> None:
    verdict = judge(check, capacity_provider(termination_protection="ENABLED", managed_scaling="DISABLED"))

    assert (verdict.status, verdict.reasons) == (FAIL, ("managed-scaling-off",))
    assert judge(check, capacity_provider(termination_protection="ENABLED", managed_scaling="ENABLED")).status is PASS
