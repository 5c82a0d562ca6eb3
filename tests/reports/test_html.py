"""The report as a document: what it holds, in which order, and what it keeps out."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.reason import Reason
from auditor.domain.result import CoverageStatus
from auditor.reports.html import render
from tests.builders import account, check_info, coverage, finding, run_result, unknown
from tests.reports import scenarios
from tests.reports.page import Page

EVERYDAY = Page(render(scenarios.everyday(), data_prefix="s3://acme-audit/prod"))


def policy(page: Page) -> dict[str, str]:
    content = next(it["content"] for it in page.all("meta") if it.get("http-equiv") == "Content-Security-Policy")
    return dict(part.strip().split(" ", 1) for part in content.split(";"))


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_our_one_style_and_our_one_script_and_nothing_else() -> None:
    assert policy(EVERYDAY) == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "img-src": "data:",
        "style-src": digest("".join(EVERYDAY.inline["style"])),
        "script-src": digest("".join(EVERYDAY.inline["script"])),
    }
    assert EVERYDAY.tags["style"] == EVERYDAY.tags["script"] == 1


def test_nothing_is_fetched_and_nothing_runs_from_an_attribute() -> None:
    for tag, attributes in EVERYDAY.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"src", "style", "srcset", "action"}
        ]
        link = attributes.get("href", "#")
        assert link.startswith("#") or (tag == "link" and link == "data:,")
    assert not re.search(r"@import|https?:", "".join(EVERYDAY.inline["style"]))


def test_the_policy_comes_before_what_it_governs() -> None:
    tags = [tag for tag, _ in EVERYDAY.elements]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_the_very_first_word_is_incomplete_in_body_and_title() -> None:
    assert EVERYDAY.text.startswith("INCOMPLETE: 6 of 10 accounts were fully examined;")
    assert "".join(EVERYDAY.inline["title"]).startswith("INCOMPLETE: 6 of 10")


def test_the_night_it_tells_of_stands_before_the_counts() -> None:
    assert 0 < EVERYDAY.text.index("Run of 2026-11-23 02:00 UTC") < EVERYDAY.text.index("coverage")


def test_the_parts_come_in_their_order() -> None:
    ids = [attributes["id"] for tag, attributes in EVERYDAY.elements if tag == "section" and "id" in attributes]
    assert ids == ["accounts", "failures", "gaps", "excluded", "checks"]


def test_every_account_has_its_row_with_name_and_id_together() -> None:
    for summary in scenarios.everyday().accounts:
        assert f"{summary.account.name} {summary.account.id}" in EVERYDAY.text


def test_an_excluded_account_is_a_row_with_its_reason() -> None:
    dashes = " ".join("\N{EN DASH}" * 3)
    assert f"sandbox-anna 111122223342 sandbox excluded sandbox, ticket SEC-12 {dashes}" in EVERYDAY.text


def test_a_count_in_an_account_that_was_not_examined_is_a_question_mark() -> None:
    assert "identity 111122223340 security 0 of 1 The role could not be assumed ? ? ?" in EVERYDAY.text


def test_a_count_in_an_account_that_was_examined_in_part_is_a_lower_bound() -> None:
    assert "1 of 3 A service control policy denies it ≥ 1 ≥ 0 ≥ 14" in EVERYDAY.text


def test_a_failure_says_where_what_who_and_how_to_fix_it() -> None:
    assert (
        "node-agents:41 eu-west-1 cadvisor is privileged and runs as root (user 'root') "
        "node-exporter runs as root (user '0:0') envoy sets no user, so the image decides "
        "Registered 2025-10-19 02:00 UTC by arn:aws:sts::111122223333:assumed-role/deployer/ci "
        "AWS Config FAIL Powerpipe FAIL Prowler PASS What to change"
    ) in EVERYDAY.text
    assert '"containerDefinitions": [ { "name": "cadvisor", "privileged": false, "user": "1000:1000" }' in EVERYDAY.text


def test_the_worst_failures_come_first() -> None:
    low = finding("low", severity=Severity.LOW, check_id="minor")
    critical = finding("critical", severity=Severity.CRITICAL, check_id="major")
    text = Page(render(run_result([coverage()], [low, finding("high"), critical]))).text
    assert text.index("critical:1") < text.index("high:1") < text.index("low:1")


def test_every_listed_failure_has_an_anchor_that_lasts() -> None:
    anchors = {attributes.get("id") for _, attributes in EVERYDAY.elements}
    assert {f"f-{each.finding_id}" for each in scenarios.everyday().failures} <= anchors


def test_no_anchor_stands_twice() -> None:
    ids = [attributes["id"] for _, attributes in EVERYDAY.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_gap_says_why_and_what_to_do() -> None:
    assert "A service control policy denies it scp-denied 1 account · 2 scopes" in EVERYDAY.text
    assert f"What to do {Reason.SCP_DENIED.advice}" in EVERYDAY.text
    assert "ml-research 111122223339 eu-west-1, us-east-1" in EVERYDAY.text


def test_unknown_resources_are_told_under_their_reason() -> None:
    rotator = "log-archive 111122223341 us-east-1 rotator:1"
    assert rotator in EVERYDAY.text[EVERYDAY.text.index("No answer came in time timeout") :]


def test_two_hundred_refused_accounts_are_told_once() -> None:
    page = Page(render(scenarios.all_refused()))
    gaps = page.text[page.text.index("What could not be examined") :]
    assert gaps.count("sts:AssumeRole") == 1
    assert "200 accounts · 200 scopes" in gaps
    assert all(account(number).id in gaps for number in range(1, 201))


def test_the_rest_of_the_failures_is_pointed_to() -> None:
    page = Page(render(scenarios.many_failures(20, 29), data_prefix="s3://acme-audit/prod/"))
    where = "s3://acme-audit/prod/findings/dt=2026-11-23/run=20261123T020000Z-1a2b3c/"
    assert f"9 more are not listed here; all 29 are in {where}" in page.text


def test_the_rest_of_the_unknowns_is_pointed_to() -> None:
    result = replace(run_result([coverage()], [unknown()]), unknowns_total=8)
    assert "7 more UNKNOWN verdicts are not listed here; all 8 are in findings/dt=" in Page(render(result)).text


def test_two_thousand_failures_stay_below_three_megabytes() -> None:
    assert len(render(scenarios.many_failures()).encode()) < 3_000_000


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (scenarios.nothing_wrong, "Nothing failed: 3,300 task definitions were judged in every account and region"),
        (scenarios.nothing_wrong, "Everything that was expected was examined."),
        (scenarios.empty, "No account that was examined has a task definition that could be judged."),
        (scenarios.all_refused, "Nothing is listed because nothing was examined"),
        (scenarios.no_accounts, "The inventory names no account, so nothing was examined."),
        (scenarios.no_accounts, "Nothing was expected to be examined"),
    ],
)
def test_an_empty_part_says_why_it_is_empty(scenario: object, said: str) -> None:
    assert callable(scenario)
    assert said in Page(render(scenario())).text


def test_no_failures_is_never_said_of_the_rest() -> None:
    result = run_result(
        [coverage(), coverage(CoverageStatus.NOT_EXAMINED, region="us-east-1", reason=Reason.TIMEOUT)],
        extra={account().id: {Status.PASS: 3}},
    )
    page = Page(render(result))
    assert "Nothing failed in what was examined (3 task definitions). The rest is not known to be clean" in page.text
    assert {"class": "top incomplete"} in page.all("header")


def test_a_reason_that_only_its_check_knows_is_shown_in_its_own_words() -> None:
    evidence = (Evidence("app", None, privileged=False, reasons=("docker-socket-mounted",)),)
    page = Page(render(run_result([coverage()], [finding(evidence=evidence)])))
    assert "app docker socket mounted" in page.text
    assert "What to change" not in page.text


def test_what_other_standards_say_is_counted_where_they_differ() -> None:
    assert "AWS Config fails 4 of 9, Powerpipe fails 9 of 9, Prowler fails 0 of 9." in EVERYDAY.text


def test_checks_that_ran_name_their_frameworks_and_counts() -> None:
    page = Page(render(run_result([coverage()], checks=(check_info(frameworks={"cis": ("3.1", "3.4")}),))))
    assert "0 pass · 0 fail · 0 not applicable · 0 unknown" in page.text
    assert "cis: 3.1, 3.4" in page.text


def test_the_run_itself_is_described() -> None:
    for fact in ("Run 20261123T020000Z-1a2b3c", "Started 2026-11-23 02:00:00 UTC", "Took 41 s", "API calls 770"):
        assert fact in EVERYDAY.text
    assert "Throttled 2 times" in EVERYDAY.text
