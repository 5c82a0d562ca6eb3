"""Container Insights of a cluster, as tables: one row a sentence."""

from __future__ import annotations

import pytest

from auditor.checks.ecs.container_insights import container_insights as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.workloads import Cluster
from tests.checks.ecs.running import cluster, reading, said, table

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE


def judged(fact: Cluster) -> Verdict:
    verdict: Verdict = rule.judge(fact, NoParameters())
    return verdict


@pytest.mark.parametrize(
    ("setting", "status", "powerpipe"),
    [
        pytest.param("enabled", PASS, PASS, id="enabled passes"),
        pytest.param("enhanced", PASS, FAIL, id="enhanced passes, and Powerpipe does not know it"),
        pytest.param("disabled", FAIL, FAIL, id="disabled fails"),
        pytest.param(None, FAIL, NOT_APPLICABLE, id="an absent setting is off, and Powerpipe has no row for it"),
        pytest.param("", FAIL, FAIL, id="an empty setting is off"),
        pytest.param("Enabled", FAIL, FAIL, id="the words are those of the API, with their case"),
        pytest.param("enhanced-plus", FAIL, FAIL, id="a word of next year fails until somebody has looked"),
    ],
)
def test_a_setting(setting: str | None, status: Status, powerpipe: Status) -> None:
    verdict = judged(cluster(container_insights=setting))

    evidence = Evidence(reasons=("insights-off",), details={"containerInsights": setting, "status": "ACTIVE"})
    assert verdict.status is status
    assert verdict.evidence == ((evidence,) if status is FAIL else ())
    assert verdict.reasons == (("insights-off",) if status is FAIL else ())
    assert verdict.standards == {"powerpipe": powerpipe}


def test_a_deleted_cluster_is_not_applicable_and_powerpipe_reads_it_all_the_same() -> None:
    verdict = judged(cluster(status="INACTIVE", container_insights="disabled"))

    assert verdict == Verdict(NOT_APPLICABLE, standards={"powerpipe": FAIL})


@pytest.mark.parametrize("status", ["ACTIVE", "PROVISIONING", "DEPROVISIONING", "FAILED", "", "OF NEXT YEAR"], ids=repr)
def test_a_cluster_in_any_other_state_is_judged(status: str) -> None:
    assert judged(cluster(status=status)).reasons == ("insights-off",)


@pytest.mark.parametrize("row", table(rule.manual, "containerInsights"), ids=" ".join)
def test_the_table_of_the_manual_page_is_true(row: list[str]) -> None:
    setting, status, reason, powerpipe = row
    meant: dict[str, list[str | None]] = {
        "absent": [None],
        "any other value": ["", "ENABLED", "x"],
        "any, but INACTIVE": ["enabled", "enhanced", "disabled", None],
    }
    states = ["INACTIVE"] if setting == "any, but INACTIVE" else ["ACTIVE"]
    verdicts = [
        judged(cluster(container_insights=each, status=state))
        for each in meant.get(setting, [setting])
        for state in states
    ]

    assert said(verdicts) == {(status, reason)}
    assert powerpipe == "as above" or reading(verdicts, "powerpipe") == {powerpipe}


def test_what_the_output_says_of_it() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {
        "cis-compute-1.1": ("3.9",),
        "aws-fsbp": ("ECS.12",),
        "aws-config": ("ecs-container-insights-enabled",),
    }
