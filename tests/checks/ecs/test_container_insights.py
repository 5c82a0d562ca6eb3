"""Container Insights of a cluster."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.container_insights import container_insights as check
from auditor.domain.check import Evidence, Status, Verdict
from tests.checks.ecs.helpers import FAIL, NOT_APPLICABLE, PASS, cluster, judge, outcomes, standards, table

OFF = ("insights-off",)


@pytest.mark.parametrize(
    ("setting", "status", "powerpipe"),
    [
        pytest.param("enabled", PASS, PASS, id="enabled passes"),
        pytest.param("enhanced", PASS, FAIL, id="enhanced passes, but Powerpipe does not know it"),
        pytest.param("disabled", FAIL, FAIL, id="disabled fails"),
        pytest.param(None, FAIL, NOT_APPLICABLE, id="an absent setting is off, and Powerpipe has no row for it"),
        pytest.param("", FAIL, FAIL, id="an empty setting is off"),
        pytest.param("Enabled", FAIL, FAIL, id="case matters"),
        pytest.param("enhanced-plus", FAIL, FAIL, id="an unknown value fails"),
    ],
)
def test_settings(setting: str | None, status: Status, powerpipe: Status) -> None:
    evidence = Evidence(reasons=OFF, details={"containerInsights": setting, "status": "ACTIVE"})
    failing = status is FAIL

    verdict = judge(check, cluster(container_insights=setting))

    assert verdict == Verdict(
        status, OFF if failing else (), (evidence,) if failing else (), standards={"powerpipe": powerpipe}
    )


def test_a_deleted_cluster_is_not_applicable_but_powerpipe_judges_it() -> None:
    verdict = judge(check, cluster(status="INACTIVE", container_insights="disabled"))

    assert verdict == Verdict(NOT_APPLICABLE, standards={"powerpipe": FAIL})


@pytest.mark.parametrize("status", ["ACTIVE", "PROVISIONING", "DEPROVISIONING", "FAILED", "", "OF NEXT YEAR"], ids=repr)
def test_a_cluster_with_any_other_status_is_judged(status: str) -> None:
    assert judge(check, cluster(status=status)).reasons == OFF


def test_the_table_of_the_manual_page_is_true() -> None:
    values: dict[str, list[str | None]] = {
        "absent": [None],
        "any other value": ["", "ENABLED", "x"],
        "any, but INACTIVE": ["enabled", "enhanced", "disabled", None],
    }
    for setting, status, reason, powerpipe in table(check.manual, "containerInsights"):
        state = "INACTIVE" if setting == "any, but INACTIVE" else "ACTIVE"
        verdicts = [
            judge(check, cluster(container_insights=value, status=state)) for value in values.get(setting, [setting])
        ]
        assert outcomes(verdicts) == {(status, reason)}, setting
        assert powerpipe == "as above" or standards(verdicts, "powerpipe") == {powerpipe}, setting
