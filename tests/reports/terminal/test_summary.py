"""The summary that a run prints at its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.comparison import Comparison, UnreadHistory
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.reports.terminal.summary import WIDTH, summary
from tests.builders import account, check_info, coverage, finding, run_result
from tests.reports import scenarios

EVERYDAY = """\
INCOMPLETE: 6 of 10 accounts were fully examined; 2 only partly and 2 not at all. 9 failures in 5
accounts: 9 high. 3 resources could not be read (1 check).

Coverage  66.6%; scopes: 20 examined, 2 partly examined, 4 not examined, 3 excluded
Counts    critical 0  high 9  medium 0  low 0  unknown 3  pass 101  not applicable 672
Changes   Compared with nothing: there is no earlier run
cis-compute-1.1  91.8% pass; 1 of 1 control failing, 33.3% of scope not examined, 3 unknown

Worst resources, of 9 failures
  high     node-agents:41 in payments-prod eu-west-1 (1 service, public IP): Privileged or root c...
  high     falco:9 in platform-shared eu-central-1 (2 tasks): Privileged or root container on the...
  high     datadog:5 in payments-staging eu-west-1 (usage unknown): Privileged or root container...
  high     edge-proxy:19 in web-prod eu-west-1 (usage unknown): Privileged or root container on t...

Not examined, by reason
  role-denied    identity (111122223340) and 1 more: The role could not be assumed
  scp-denied     ml-research (111122223339): Denied by a service control policy
  service-error  log-archive (111122223341): AWS returned an error
  timeout        log-archive (111122223341): The request timed out

Findings  s3://acme-audit/prod
Report    s3://acme-audit/prod/report.html
Run       20261123T020000Z-1a2b3c, 41 s, 770 API calls, throttled 2 times"""


def shown(result: RunResult, *, output: str = "out", report: str = "out/report.html", colour: bool = False) -> str:
    return summary(result, output=output, report=report, colour=colour)


def everything_at_once() -> RunResult:
    """A result that fills every line of the summary."""
    wide = "長い名前" * 40
    owners = [account(number, name=f"{wide}{number}") for number in range(1, 60)]
    partial = CoverageStatus.PARTIAL
    rows = [
        coverage(partial, account=owner, reason=reason, detail=wide) for owner in owners for reason in (*Reason, None)
    ]
    evidence = tuple(
        Evidence(wide, "container", ("privileged", wide), {"user": wide, "privileged": True}) for _ in range(10)
    )
    findings = [
        finding(wide, account=owner, severity=severity, evidence=evidence, region=wide)
        for owner in owners
        for severity in Severity
    ]
    extra = {owner.id: dict.fromkeys(Status, 10**12) for owner in owners}
    many = {f"{wide}-{place}": tuple(f"{wide}.{number}" for number in range(50)) for place in range(9)}
    result = run_result(
        rows,
        findings,
        extra,
        run_id=wide,
        interrupted=True,
        checks=(check_info(frameworks=many, reason_texts={wide: wide}),),
    )
    return replace(result, failures_total=10**12, unknowns_total=10**12)


def test_summary_of_an_everyday_run() -> None:
    output = "s3://acme-audit/prod"
    assert shown(scenarios.everyday(), output=output, report=f"{output}/report.html") == EVERYDAY


@pytest.mark.parametrize(
    "scenario",
    [
        everything_at_once,
        scenarios.hostile,
        scenarios.everyday,
        scenarios.rule_book,
        scenarios.all_refused,
        scenarios.many_failures,
        scenarios.no_accounts,
    ],
)
@pytest.mark.parametrize("path", ["out", "s3://" + "b" * 90, "/srv/" + "長い" * 500], ids=["short", "long", "endless"])
def test_summary_fits_25_lines_of_100_columns(scenario: Callable[[], RunResult], path: str) -> None:
    lines = shown(scenario(), output=path, report=path).split("\n")
    assert len(lines) <= 25
    assert max(cell_len(line) for line in lines) <= WIDTH == 100


def test_paths_are_shown_in_the_longest_summary() -> None:
    text = shown(everything_at_once(), output="s3://" + "b" * 90, report="s3://" + "c" * 90)
    assert "\nFindings\n  s3://" + "b" * 90 in text
    assert "\nReport\n  s3://" + "c" * 90 in text
    assert text.splitlines()[-1].startswith("Run ")


def test_the_longest_summary_has_failures_gaps_and_three_frameworks() -> None:
    lines = shown(everything_at_once(), output="s3://" + "b" * 90, report="s3://" + "c" * 90).split("\n")
    assert len([line for line in lines if line.startswith("  critical ")]) == 2
    assert len([line for line in lines if " and 58 more: " in line]) == 2
    assert len([line for line in lines if "failing" in line]) == 3


def test_the_changes_since_the_earlier_run_are_counted() -> None:
    accounts = scenarios.everyday().accounts
    changed = replace(accounts[0], changes={LifecycleState.NEW: 2, LifecycleState.STALE: 3})
    result = replace(
        scenarios.everyday(),
        accounts=(changed, *accounts[1:]),
        comparison=Comparison("20261122T020000Z-1a2b3c"),
        absent_changes={LifecycleState.GONE: 4},
    )

    line = "Changes   2 new, 0 reopened, 0 resolved, 4 gone and 3 stale, since run 20261122T020000Z-1a2b3c"
    assert line in shown(result).splitlines()


def test_history_that_cannot_be_read_is_said() -> None:
    unread = tuple(UnreadHistory(account(number).id, "it is damaged") for number in (1, 2))
    result = replace(scenarios.everyday(), comparison=Comparison("20261122T020000Z-1a2b3c", "", unread))

    line = "Changes   Compared with nothing in account 000000000001 (and 1 more account): it is damaged"
    assert line in shown(result).splitlines()


def test_a_framework_that_was_not_examined_has_no_score() -> None:
    assert "\ncis-compute-1.1  1 control not examined\n" in shown(scenarios.all_refused())


def test_a_clean_framework_has_only_its_score() -> None:
    assert "\ncis-compute-1.1  100% pass; 0 of 1 control failing\n" in shown(scenarios.nothing_wrong())


def test_failures_in_use_come_first_and_show_their_usage() -> None:
    idle = finding("idle", usage=EcsUsage())
    text = shown(run_result([coverage()], [idle, finding("busy", usage=EcsUsage(running_tasks=1))]))
    assert text.index("busy:1 in account-1 eu-west-1 (1 task): ") < text.index(
        "idle:1 in account-1 eu-west-1 (not in use): "
    )


def test_summary_without_colour_has_no_escapes() -> None:
    assert "\x1b" not in shown(scenarios.everyday())


def test_summary_with_colour_has_the_same_text() -> None:
    coloured = shown(scenarios.everyday(), colour=True)
    assert coloured.startswith("\x1b[1;35mINCOMPLETE:\x1b[0m 6 of 10")
    for style in ("\x1b[1;35m", "\x1b[1m", "\x1b[0m"):
        coloured = coloured.replace(style, "")
    assert coloured == shown(scenarios.everyday())


def test_only_a_clean_run_is_green() -> None:
    assert "\x1b[1;32m" in shown(scenarios.nothing_wrong(), colour=True)
    assert "\x1b[1;32m" not in shown(run_result([coverage()], [finding()]), colour=True)
