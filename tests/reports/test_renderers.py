"""Properties of the HTML report, the terminal summary and `summary.json` alike."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.domain.scope import EVERY_REGION
from auditor.reports.labels import NO_REASON, reason_headline
from tests.builders import account, coverage, run_result, unknown
from tests.reports import rendered, scenarios

ROOT = Path(__file__).parents[2]
Renderer = Callable[[RunResult], str]
every_renderer = pytest.mark.parametrize(
    "show",
    [rendered.page_text, rendered.terminal_text, rendered.summary_file],
    ids=["page", "terminal", "summary.json"],
)
EXAMINED = coverage(account=account(1))


@every_renderer
@pytest.mark.parametrize("status", [CoverageStatus.PARTIAL, CoverageStatus.NOT_EXAMINED])
@pytest.mark.parametrize("reason", [*Reason, None], ids=lambda reason: reason or "no reason")
def test_every_gap_is_shown_with_its_account_and_reason(
    show: Renderer, status: CoverageStatus, reason: Reason | None
) -> None:
    gap = coverage(status, account=account(777), reason=reason, detail="detail of the gap")
    shown = show(run_result([EXAMINED, gap]))
    assert "INCOMPLETE" in shown
    assert account(777).id in shown
    assert (reason.value if reason else "none") in shown


@every_renderer
@pytest.mark.parametrize("reason", list(Reason))
def test_every_unknown_resource_is_shown_with_its_account_and_reason(show: Renderer, reason: Reason) -> None:
    shown = show(run_result([EXAMINED], [unknown("lost", reason, account=account(777))]))
    assert reason.value in shown
    assert account(777).id in shown
    assert "1 resource could not be " in shown


@every_renderer
def test_headline_starts_with_incomplete_if_something_was_not_examined(show: Renderer) -> None:
    shown = show(scenarios.everyday())
    assert "INCOMPLETE: 6 of 10 accounts were fully examined; 2 only partly and 2 not at all." in shown.replace(
        "\n", " "
    )
    assert "Complete:" not in shown


@every_renderer
def test_complete_runs_are_not_called_incomplete(show: Renderer) -> None:
    shown = show(scenarios.nothing_wrong())
    assert "Complete: all 30 accounts were fully examined." in shown
    assert "INCOMPLETE" not in shown


@every_renderer
@pytest.mark.parametrize(
    "scenario", [scenarios.everyday, scenarios.hostile, scenarios.all_refused, scenarios.no_accounts, scenarios.empty]
)
def test_the_same_result_gives_the_same_bytes(show: Renderer, scenario: Callable[[], RunResult]) -> None:
    assert show(scenario()) == show(scenario())


@every_renderer
def test_output_does_not_depend_on_the_order_of_accounts_and_findings(show: Renderer) -> None:
    result = scenarios.everyday()
    shuffled = replace(
        result,
        accounts=result.accounts[::-1],
        failures=result.failures[::-1],
        unknowns=result.unknowns[::-1],
        gaps=result.gaps[::-1],
    )
    assert show(shuffled) == show(result)


def test_output_does_not_depend_on_the_hash_seed() -> None:
    code = (
        "import hashlib\n"
        "from tests.reports import rendered, scenarios\n"
        "shows = (rendered.html, rendered.terminal_text, rendered.summary_file)\n"
        "shown = (show(scenarios.everyday()) for show in shows)\n"
        "print([hashlib.sha256(text.encode()).hexdigest() for text in shown])"
    )
    outputs = set()
    for seed in ("1", "2", "3"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        process = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, check=True
        )
        outputs.add(process.stdout)
    assert len(outputs) == 1


def test_every_reason_has_its_own_headline_and_advice() -> None:
    assert {reason_headline(reason) for reason in Reason} & {NO_REASON} == set()
    assert len({reason_headline(reason) for reason in Reason}) == len(Reason)
    assert all(reason.advice for reason in Reason)


def test_a_refused_account_is_shown_with_every_region() -> None:
    gap = coverage(CoverageStatus.NOT_EXAMINED, region=EVERY_REGION, reason=Reason.ROLE_DENIED)
    assert "every region" in rendered.page_text(run_result([gap]))
