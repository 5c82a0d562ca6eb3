"""Network modes: one passes."""

from __future__ import annotations

import re

import pytest

from auditor.checks.ecs.not_awsvpc import not_awsvpc as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE


def judged(mode: str | None, on: tuple[str, ...] = ()) -> Verdict:
    verdict: Verdict = rule.judge(task_definition(network_mode=mode, launch_types=on), NoParameters())
    return verdict


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        pytest.param("host", "network-host", id="the network of the host"),
        pytest.param("bridge", "network-bridge", id="the bridge of the host"),
        pytest.param("none", "network-none", id="no network"),
        pytest.param(None, "network-unset", id="unset is bridge or NAT"),
        pytest.param("", "network-unset", id="empty is unset"),
        pytest.param("AWSVPC", "network-other", id="the API knows small letters only"),
        pytest.param("a mode of next year", "network-other", id="a mode that we do not know"),
    ],
)
def test_every_mode_but_one_fails_with_its_own_reason(mode: str | None, reason: str) -> None:
    details = {"networkMode": mode, "requiresCompatibilities": ("EC2",)}
    evidence = Evidence(reasons=(reason,), details=details)

    assert judged(mode, on=("EC2",)) == Verdict(FAIL, (reason,), (evidence,), {"aws-config": FAIL})


def test_awsvpc_passes() -> None:
    assert judged("awsvpc") == Verdict(PASS, standards={"aws-config": PASS})


@pytest.mark.parametrize(
    ("on", "status"),
    [
        pytest.param(("EXTERNAL",), NOT_APPLICABLE, id="one's own machines only"),
        pytest.param(("EC2", "EXTERNAL"), FAIL, id="instances and one's own machines"),
        pytest.param(("EC2",), FAIL, id="instances"),
        pytest.param((), FAIL, id="anywhere"),
    ],
)
def test_where_it_may_run(on: tuple[str, ...], status: Status) -> None:
    verdict = judged("bridge", on=on)

    assert verdict.status is status
    assert verdict.standards == {"aws-config": FAIL}, "AWS Config knows no exception"


def test_the_table_of_the_manual_page_is_true() -> None:
    text = rule.manual.partition("\nDescription\n")[2].partition("\nOther standards\n")[0]
    rows = [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.startswith("    ")][2:]
    modes = {"-": None, "any other": "x"}

    assert len(rows) == 7
    for mode, reason, status in rows:
        external = mode.startswith("any, ")
        verdict = judged("bridge", on=("EXTERNAL",)) if external else judged(modes.get(mode, mode))
        assert (verdict.status, " ".join(verdict.reasons) or "-") == (status, reason), mode


def test_the_check_is_low_and_mapped() -> None:
    assert rule.severity is Severity.LOW
    assert rule.frameworks == {"aws-config": ("ecs-awsvpc-networking-enabled",)}
