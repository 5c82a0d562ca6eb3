"""The report as a document: what it holds, in which order, and what it keeps out."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace

import pytest

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.reason import Reason
from auditor.reports.page.failures import by_check
from tests.builders import CHECK, account, check_info, coverage, finding, run_result, unknown
from tests.reports import scenarios
from tests.reports.page_parser import Page
from tests.reports.rendered import PATHS, html, page

EVERYDAY = page(scenarios.everyday())
RULES = page(scenarios.rule_book())


def policy(report: Page) -> dict[str, str]:
    content = next(it["content"] for it in report.all("meta") if it.get("http-equiv") == "Content-Security-Policy")
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
    assert ids == ["accounts", "frameworks", "failures", "gaps", "excluded", "checks"]


def test_every_account_has_its_row_with_name_and_id_together() -> None:
    for summary in scenarios.everyday().accounts:
        assert f"{summary.account.name} {summary.account.id}" in EVERYDAY.text


def test_an_excluded_account_is_a_row_with_its_reason() -> None:
    dashes = " ".join("\N{EN DASH}" * 3)
    assert f"sandbox-anna 111122223342 sandbox excluded sandbox, ticket SEC-12 {dashes}" in EVERYDAY.text


def test_a_count_in_an_account_that_was_not_examined_is_a_question_mark() -> None:
    assert "identity 111122223340 security 0 of 1 The role could not be assumed ? ? ?" in EVERYDAY.text


def test_a_count_in_an_account_that_was_examined_in_part_is_a_lower_bound() -> None:
    assert "1 of 3 Denied by a service control policy ≥ 1 ≥ 0 ≥ 14" in EVERYDAY.text


def test_a_failure_says_where_what_who_and_how_to_fix_it() -> None:
    assert (
        "node-agents:41 eu-west-1 · task definition cadvisor is privileged and runs as root user root "
        "node-exporter runs as root user 0:0 envoy sets no user, so the image decides "
        "In use: service node-agents, 3 running tasks, cluster prod, EC2 public IP address ECS Exec "
        "Since revision 38, registered 2025-07-11 02:00 UTC by arn:aws:iam::111122223333:user/anna "
        "Registered 2025-10-19 02:00 UTC by arn:aws:sts::111122223333:assumed-role/deployer/ci "
        "AWS Config FAIL Powerpipe FAIL Prowler PASS "
        "What to change Name a user that the image is ready for. {"
    ) in EVERYDAY.text
    assert '"containerDefinitions": [ { "name": "cadvisor", "privileged": false, "user": "1000:1000" }' in EVERYDAY.text


def test_the_worst_failures_come_first() -> None:
    low = finding("low", severity=Severity.LOW, check_id="minor")
    critical = finding("critical", severity=Severity.CRITICAL, check_id="major")
    text = page(run_result([coverage()], [low, finding("high"), critical])).text
    assert text.index("critical:1") < text.index("high:1") < text.index("low:1")


def test_every_listed_failure_has_an_anchor_that_lasts() -> None:
    anchors = {attributes.get("id") for _, attributes in EVERYDAY.elements}
    assert {f"f-{each.finding_id}" for each in scenarios.everyday().failures} <= anchors


def test_no_anchor_stands_twice() -> None:
    ids = [attributes["id"] for _, attributes in EVERYDAY.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_gap_says_why_and_what_to_do() -> None:
    assert "Denied by a service control policy scp-denied 1 account · 2 scopes" in EVERYDAY.text
    assert f"What to do {Reason.SCP_DENIED.advice}" in EVERYDAY.text
    assert "ml-research 111122223339 eu-west-1, us-east-1" in EVERYDAY.text


def test_unknown_resources_are_told_under_their_reason() -> None:
    rotator = "log-archive 111122223341 us-east-1 rotator:1"
    assert rotator in EVERYDAY.text[EVERYDAY.text.index("The request timed out timeout") :]


def test_two_hundred_refused_accounts_are_told_once() -> None:
    report = page(scenarios.all_refused())
    gaps = report.text[report.text.index("What could not be examined") :]
    assert gaps.count("sts:AssumeRole") == 1
    assert "200 accounts · 200 scopes" in gaps
    assert all(account(number).id in gaps for number in range(1, 201))


def test_the_rest_of_the_failures_is_pointed_to() -> None:
    report = page(scenarios.many_failures(20, 29))
    where = "s3://acme-audit/prod/findings/dt=2026-11-23/run=20261123T020000Z-1a2b3c/"
    assert f"9 more are not listed here, none of them worse than the 20 that are; all 29 are in {where}" in report.text


def test_the_rest_of_the_unknowns_is_pointed_to() -> None:
    result = replace(run_result([coverage()], [unknown()]), unknowns_total=8)
    assert (
        "7 more UNKNOWN verdicts are not listed here; all 8 are in s3://acme-audit/prod/findings/dt="
        in page(result).text
    )


def test_two_thousand_failures_stay_below_three_megabytes() -> None:
    assert len(html(scenarios.many_failures()).encode()) < 3_000_000


@pytest.mark.parametrize(
    ("scenario", "said"),
    [
        (scenarios.nothing_wrong, "Nothing failed: 420 verdicts are PASS, in every account and region expected."),
        (scenarios.nothing_wrong, "Everything that was expected was examined."),
        (scenarios.empty, "Nothing that was examined could be judged by the checks that ran."),
        (scenarios.all_refused, "Nothing is listed because nothing was examined"),
        (scenarios.no_accounts, "The inventory names no account, so nothing was examined."),
        (scenarios.no_accounts, "Nothing was expected to be examined"),
    ],
)
def test_an_empty_part_says_why_it_is_empty(scenario: object, said: str) -> None:
    assert callable(scenario)
    assert said in page(scenario()).text


def test_no_failures_is_never_said_of_the_rest() -> None:
    result = run_result(
        [coverage(), coverage(CoverageStatus.NOT_EXAMINED, region="us-east-1", reason=Reason.TIMEOUT)],
        extra={account().id: {Status.PASS: 3}},
    )
    report = page(result)
    assert "Nothing failed in what was examined (3 verdicts PASS). The rest is not known to be clean" in report.text
    assert {"class": "top incomplete"} in report.all("header")


def test_a_reason_that_only_its_check_knows_is_shown_in_its_own_words() -> None:
    evidence = (Evidence("app", "container", ("docker-socket-mounted",)),)
    report = page(run_result([coverage()], [finding(evidence=evidence)]))
    assert "app docker socket mounted" in report.text
    assert "What to change" not in report.text


def test_what_other_standards_say_is_counted_where_they_differ() -> None:
    assert "AWS Config fails 4 of 9, Powerpipe fails 9 of 9, Prowler fails 0 of 9." in EVERYDAY.text


def test_checks_that_ran_name_their_frameworks_and_counts() -> None:
    report = page(run_result([coverage()], checks=(check_info(frameworks={"cis": ("3.1", "3.4")}),)))
    assert "▲ High 0 0 0 0 0" in report.text[report.text.index("Checks that ran") :]
    assert f"{CHECK} · cis 3.1, 3.4" in report.text


def test_revisions_of_a_family_are_told_apart_the_one_that_runs_first() -> None:
    assert (
        "falco:9 eu-central-1 · task definition Revision 9 cadvisor is privileged and runs as root user root "
        "Revisions 7, 3 datadog-agent is privileged "
        "In use: 2 running tasks, cluster tools, EC2; possibly more, because part of the region could not be read"
    ) in EVERYDAY.text
    assert "What to change In the place of revision 9: Name a user" in EVERYDAY.text


def test_what_runs_nowhere_is_said_to_and_comes_last_in_its_account() -> None:
    text = EVERYDAY.text[EVERYDAY.text.index("payments-prod 111122223333 prod/payments 3 failures") :]
    assert text.index("node-agents:41") < text.index("datadog:7 us-east-1") < text.index("datadog:7 eu-west-1")
    idle = text[text.index("datadog:7 eu-west-1") :]
    assert idle.index("Not in use") < idle.index("Registered")
    assert "1 runs nowhere and can wait" in EVERYDAY.text


def test_use_that_nobody_looked_at_is_unknown_and_never_nowhere() -> None:
    report = page(run_result([coverage()], [finding(), finding("part", usage=EcsUsage(complete=False))]))
    assert report.text.count("Usage was not examined") == 1
    assert "Usage unknown: part of the region could not be read" in report.text
    assert "nowhere" not in report.text


def test_a_cluster_is_no_task_definition_and_runs_in_nothing() -> None:
    cluster = Resource("arn:aws:ecs:eu-west-1:1:cluster/prod", "AWS::ECS::Cluster", "prod")
    seen = Evidence(reasons=("insights-off",), details={"containerInsights": "disabled"})
    report = page(run_result([coverage()], [finding(resource=cluster, evidence=(seen,), standards={})]))
    assert "prod eu-west-1 · cluster insights off containerInsights disabled Details" in report.text
    assert "whether it runs" not in report.text


def test_a_definition_is_mended_by_what_its_check_says() -> None:
    repairs = {
        "host-pid": DefinitionRepair(definition={"pidMode": None}),
        "host": DefinitionRepair(definition={"networkMode": "awsvpc"}),
    }
    seen = Evidence(reasons=("host-pid", "host"))
    result = run_result([coverage()], [finding(evidence=(seen,))], checks=(check_info(repairs=repairs),))
    assert 'What to change Remove pidMode. { "networkMode": "awsvpc" }' in page(result).text


def part(name: str, report: Page) -> str:
    """The text of one part of the page, from its heading to the next."""
    headings = ["Accounts", "Frameworks", "Failures", "What could not be examined", "Left out", "Checks that ran"]
    following = [*headings[headings.index(name) + 1 :], "About"]
    start = report.text.index(f" {name} ", report.text.index("Filter"))
    ends = [report.text.find(f" {each} ", start + 2) for each in following]
    return report.text[start : min((end for end in ends if end > 0), default=None)]


def test_a_framework_is_its_score_its_controls_and_beside_them_what_nobody_saw() -> None:
    text = part("Frameworks", RULES)
    assert "CIS AWS Compute Services Benchmark 1.1.0 9" in text
    assert "of 30 controls without a failure · 1 not examined · " in text
    assert "AWS Foundational Security Best Practices" in text
    assert text.index(" 3.2 Rule 2 ") < text.index(" 3.10 Rule 10 ") < text.index(" 3.30 Capacity providers ")


def test_a_control_that_nobody_could_examine_looks_unexamined_and_not_clean() -> None:
    assert "3.30 Capacity providers hold Not examined ? ? \N{EN DASH} ? 100 %" in part("Frameworks", RULES)
    assert "Clean" not in part("Frameworks", page(scenarios.all_refused()))


def test_a_control_without_a_failure_that_was_not_looked_at_everywhere_is_not_clean() -> None:
    assert "3.27 Rule 27 holds for what it is over In part ≥ 0 ≥ 480 100 % ≥ 0 2.8 %" in part("Frameworks", RULES)
    assert "3.28 Rule 28 holds for what it is over Clean 0 480 100 % 0 0" in part("Frameworks", RULES)


def test_the_contents_lead_to_every_check_that_failed_and_name_the_one_that_nobody_could_examine() -> None:
    contents = part("Failures", RULES)
    links = [it["href"] for it in RULES.all("a") if it.get("href", "").startswith("#c-")]
    anchors = [attributes["id"] for _, attributes in RULES.elements if attributes.get("id", "").startswith("c-")]
    assert sorted(links) == sorted(f"#{anchor}" for anchor in anchors)
    assert len(anchors) == len(by_check(scenarios.rule_book()))
    assert contents.index("▲ High Capacity providers hold ? ? 100 %") < contents.index("Not met:")
    assert "found no failure, but could not look everywhere" in contents
    assert "looked at everything expected and found no failure" in contents


def test_long_groups_are_folded_and_the_first_lies_open() -> None:
    checks = [attributes for attributes in RULES.all("details") if attributes.get("class") == "check"]
    assert "open" in checks[0]
    assert [place for place, attributes in enumerate(checks) if "open" in attributes] == [0, 1]
    assert len(checks) == 12


def test_a_verdict_that_a_check_could_not_reach_is_told_in_its_words() -> None:
    text = part("What could not be examined", RULES)
    assert "A resource has a setting that is not known setting-unclear 12 accounts" in text
    assert "What to do auditor checks ecs-rule-03 says what it needs to know." in text
    assert "bug" not in text


def test_a_thousand_accounts_and_thirty_checks_stay_below_five_megabytes() -> None:
    result = scenarios.rule_book(1000, 2)
    kept = replace(result, failures=result.failures[:2000], unknowns=result.unknowns[:500])
    report = html(kept)
    assert len(report.encode()) < 5_000_000
    assert "2,000 more are not listed here" in Page(report).text


def test_the_run_itself_is_described() -> None:
    for fact in ("Run 20261123T020000Z-1a2b3c", "Started 2026-11-23 02:00:00 UTC", "Took 41 s", "API calls 770"):
        assert fact in EVERYDAY.text
    assert "Throttled 2 times" in EVERYDAY.text


def test_page_shows_the_paths_of_the_rows_as_given() -> None:
    midnight = scenarios.everyday().started_at.replace(day=24, hour=0, minute=2)
    report = page(replace(scenarios.everyday(), run_id="20261123T235500Z-1a2b3c", started_at=midnight))
    assert f"Every row {PATHS.findings}" in report.text
    assert "dt=2026-11-24" not in report.text
