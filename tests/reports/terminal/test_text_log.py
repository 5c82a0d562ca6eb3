"""The log of a run as text, and the summary of a CI job."""

from __future__ import annotations

import io

from auditor.domain.coverage import CoverageStatus
from auditor.domain.events import AccountEnded, Event, Level, Notice, RunEnded, RunStarted
from auditor.domain.gap_groups import group_gaps
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.reports.files.step_summary import step_summary
from auditor.reports.terminal.text_log import TextLines
from tests.builders import account, coverage, finding, run_result

GAPS = [
    coverage(CoverageStatus.NOT_EXAMINED, region=f"eu-west-{number}", reason=Reason.SCP_DENIED, detail="denied\nby p-1")
    for number in range(1, 7)
]
REASON = "Exit code 3: 1 failure at or above --fail-on high."
EVENTS: tuple[Event, ...] = (
    RunStarted("the-run", 12, ("ecs-a", "ecs-b")),
    Notice(Level.INFO, "Auditing as", "arn:aws:sts::111122223333:assumed-role/auditor/x"),
    AccountEnded(AccountResult(account(), (finding(),), tuple(GAPS)).summary(), group_gaps(GAPS)),
    RunEnded(
        run_result(GAPS, [finding()]), 3, delivered=True, published=True, results="o", report="r", exit_reason=REASON
    ),
)


def logged(*, quiet: bool) -> list[str]:
    stream = io.StringIO()
    with TextLines(stream, quiet=quiet) as observe:
        for event in EVENTS:
            observe(event)
    return stream.getvalue().splitlines()


def test_an_account_is_one_line_and_its_gaps_are_one_line_per_cause() -> None:
    assert logged(quiet=False) == [
        "Run the-run: 12 accounts, 2 checks",
        "INFO: Auditing as: arn:aws:sts::111122223333:assumed-role/auditor/x",
        "[ 1/12] account-1 (000000000001): NOT EXAMINED, 1 failure",
        "  gap in eu-west-1, eu-west-2, eu-west-3, eu-west-4 and 2 more regions: scp-denied: denied\\nby p-1",
        "Ended after 41 s. Exit code 3: 1 failure at or above --fail-on high.",
    ]


def test_a_quiet_log_has_only_gaps_and_warnings() -> None:
    assert [line.split(":")[0] for line in logged(quiet=True)] == [
        "  gap in eu-west-1, eu-west-2, eu-west-3, eu-west-4 and 2 more regions"
    ]


def test_names_cannot_add_markup_to_the_summary_of_a_job() -> None:
    hostile = "x|y <img src=x> [z](http://e) `c`\n# h"
    owner = account(name=hostile)
    text = step_summary(run_result([coverage(account=owner)], [finding(hostile, account=owner)]), REASON, "`r`\n")

    assert text.startswith("## ")
    assert "- Exit code 3: 1 failure at or above \\-\\-fail\\-on high\\." in text.replace("high.", "high\\.")
    rows = [line for line in text.splitlines() if "img" in line]
    assert rows
    for row in rows:
        assert "<img" not in row.replace("\\<", "")
        assert row.replace("\\|", "").count("|") == 5
