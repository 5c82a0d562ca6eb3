"""The content and the structure of the HTML report."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.reason import Reason
from auditor.domain.result import RunResult
from auditor.reports.page.failures import failures_by_check
from auditor.reports.totals import RunTotals
from tests.builders import CHECK, account, check_info, coverage, finding, run_result, unknown
from tests.reports import scenarios
from tests.reports.page_parser import Page
from tests.reports.rendered import PATHS, html, page

EVERYDAY = page(scenarios.everyday())
RULES = page(scenarios.rule_book())


def policy(report: Page) -> dict[str, str]:
    content = next(
        meta["content"] for meta in report.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    )
    return dict(directive.strip().split(" ", 1) for directive in content.split(";"))


def digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def test_policy_allows_the_style_and_the_script_of_the_page_only() -> None:
    assert policy(EVERYDAY) == {
        "default-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "img-src": "data:",
        "style-src": digest("".join(EVERYDAY.inline["style"])),
        "script-src": digest("".join(EVERYDAY.inline["script"])),
    }
    assert EVERYDAY.tags["style"] == EVERYDAY.tags["script"] == 1


def test_page_fetches_nothing_and_has_no_inline_handlers() -> None:
    for tag, attributes in EVERYDAY.elements:
        assert not [
            name for name in attributes if name.startswith("on") or name in {"src", "style", "srcset", "action"}
        ]
        link = attributes.get("href", "#")
        assert link.startswith("#") or (tag == "link" and link == "data:,")
    assert not re.search(r"@import|https?:", "".join(EVERYDAY.inline["style"]))


def test_policy_comes_before_style_and_script() -> None:
    tags = [tag for tag, _ in EVERYDAY.elements]
    assert tags.index("meta") < tags.index("style") < tags.index("script")


def test_body_and_title_start_with_incomplete() -> None:
    assert EVERYDAY.text.startswith("INCOMPLETE: 6 of 10 accounts were fully examined;")
    assert "".join(EVERYDAY.inline["title"]).startswith("INCOMPLETE: 6 of 10")


def test_time_of_the_run_comes_before_the_counts() -> None:
    assert 0 < EVERYDAY.text.index("Run of 2026-11-23 02:00 UTC") < EVERYDAY.text.index("coverage")


def test_sections_are_in_order() -> None:
    ids = [attributes["id"] for tag, attributes in EVERYDAY.elements if tag == "section" and "id" in attributes]
    assert ids == ["accounts", "frameworks", "failures", "gaps", "excluded", "checks"]


def test_every_account_has_a_row_with_name_and_id() -> None:
    for summary in scenarios.everyday().accounts:
        assert f"{summary.account.name} {summary.account.id}" in EVERYDAY.text


def test_an_excluded_account_has_a_row_with_the_reason() -> None:
    dashes = " ".join("\N{EN DASH}" * 3)
    assert f"sandbox-anna 111122223342 sandbox excluded sandbox, ticket SEC-12 {dashes}" in EVERYDAY.text


def test_counts_of_an_account_that_was_not_examined_are_question_marks() -> None:
    assert "identity 111122223340 security 0 of 1 The role could not be assumed ? ? ?" in EVERYDAY.text


def test_counts_of_a_partly_examined_account_are_minimums() -> None:
    assert "1 of 3 Denied by a service control policy ≥ 1 ≥ 0 ≥ 14" in EVERYDAY.text


def test_a_failure_shows_location_evidence_usage_introduction_and_fix() -> None:
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


def test_every_listed_failure_has_an_anchor_with_its_finding_id() -> None:
    anchors = {attributes.get("id") for _, attributes in EVERYDAY.elements}
    assert {f"f-{failure.finding_id}" for failure in scenarios.everyday().failures} <= anchors


def test_anchors_are_unique() -> None:
    ids = [attributes["id"] for _, attributes in EVERYDAY.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_gap_shows_reason_and_advice() -> None:
    assert "Denied by a service control policy scp-denied 1 account · 2 scopes" in EVERYDAY.text
    assert f"What to do {Reason.SCP_DENIED.advice}" in EVERYDAY.text
    assert "ml-research 111122223339 eu-west-1, us-east-1" in EVERYDAY.text


def test_unknown_resources_are_listed_under_their_reason() -> None:
    rotator = "log-archive 111122223341 us-east-1 rotator:1"
    assert rotator in EVERYDAY.text[EVERYDAY.text.index("The request timed out timeout") :]


def test_the_same_message_from_two_hundred_accounts_is_shown_once() -> None:
    report = page(scenarios.all_refused())
    gaps = report.text[report.text.index("What to do") :]
    assert gaps.count("sts:AssumeRole") == 1
    assert "200 accounts · 200 scopes" in report.text
    assert "Message from account-1 (000000000001) every region; the other 199 accounts got the same one" in gaps
    assert all(account(number).id in gaps for number in range(1, 201))


def test_page_says_where_unlisted_failures_are() -> None:
    report = page(scenarios.many_failures(20, 29))
    assert "9 more failures are not listed here, of the same or lower severity than the 20 that are" in report.text
    assert f"all 29 are in {PATHS.findings}" in report.text


def test_page_says_where_unlisted_unknown_findings_are() -> None:
    result = replace(run_result([coverage()], [unknown()]), unknowns_total=8)
    assert (
        "7 more UNKNOWN findings are not listed here; all 8 are in s3://acme-audit/prod/findings/dt="
        in page(result).text
    )


def test_two_thousand_failures_stay_below_three_megabytes() -> None:
    assert len(html(scenarios.many_failures()).encode()) < 3_000_000


@pytest.mark.parametrize(
    ("scenario", "text"),
    [
        (scenarios.nothing_wrong, "Nothing failed: 420 findings are PASS, in every expected account and region."),
        (scenarios.nothing_wrong, "Everything that was expected was examined."),
        (scenarios.empty, "The enabled checks do not apply to anything that was examined."),
        (scenarios.all_refused, "No failures are listed because nothing was examined"),
        (scenarios.no_accounts, "The inventory has no accounts, so nothing was examined."),
        (scenarios.no_accounts, "Nothing was expected to be examined"),
    ],
)
def test_an_empty_section_says_why_it_is_empty(scenario: Callable[[], RunResult], text: str) -> None:
    assert text in page(scenario()).text


def test_no_failures_refers_to_what_was_examined_only() -> None:
    result = run_result(
        [coverage(), coverage(CoverageStatus.NOT_EXAMINED, region="us-east-1", reason=Reason.TIMEOUT)],
        extra={account().id: {Status.PASS: 3}},
    )
    report = page(result)
    assert "Nothing failed in what was examined (3 findings PASS). The rest is not known to be clean" in report.text
    assert {"class": "top incomplete"} in report.all("header")


def test_a_reason_without_text_is_shown_by_its_name() -> None:
    evidence = (Evidence("app", "container", ("docker-socket-mounted",)),)
    report = page(run_result([coverage()], [finding(evidence=evidence)]))
    assert "app docker socket mounted" in report.text
    assert "What to change" not in report.text


def test_ratings_of_other_rule_sets_are_counted_by_status() -> None:
    assert "AWS Config: 4 fail, 5 pass. Powerpipe: 9 fail. Prowler: 9 pass." in EVERYDAY.text


def test_checks_are_listed_with_frameworks_and_counts() -> None:
    report = page(run_result([coverage()], checks=(check_info(frameworks={"cis": ("3.1", "3.4")}),)))
    assert "▲ High 0 0 0 0 0" in report.sections["Checks"]
    assert f"{CHECK} · cis 3.1, 3.4" in report.text


def test_revisions_of_a_family_are_listed_the_running_one_first() -> None:
    assert (
        "falco:9 eu-central-1 · task definition Revision 9 cadvisor is privileged and runs as root user root "
        "Revisions 7, 3 datadog-agent is privileged "
        "In use: 2 running tasks, cluster tools, EC2; possibly more, because part of the region could not be read"
    ) in EVERYDAY.text
    assert "What to change In revision 9: Name a user" in EVERYDAY.text


def test_an_unused_resource_is_marked_and_comes_last_in_its_account() -> None:
    text = EVERYDAY.text[EVERYDAY.text.index("payments-prod 111122223333 prod/payments 3 failures") :]
    assert text.index("node-agents:41") < text.index("datadog:7 us-east-1") < text.index("datadog:7 eu-west-1")
    idle = text[text.index("datadog:7 eu-west-1") :]
    assert idle.index("Not in use") < idle.index("Registered")
    assert "1 not running" in EVERYDAY.text


def test_usage_that_was_not_examined_is_unknown() -> None:
    report = page(run_result([coverage()], [finding(), finding("part", usage=EcsUsage(complete=False))]))
    assert report.text.count("Usage was not examined") == 1
    assert "Usage unknown: part of the region could not be read" in report.text
    assert "Not in use" not in report.text


def test_a_capacity_provider_has_no_usage() -> None:
    provider = Resource("arn:aws:ecs:eu-west-1:1:capacity-provider/prod", "AWS::ECS::CapacityProvider", "prod")
    seen = Evidence(reasons=("insights-off",), details={"containerInsights": "disabled"})
    report = page(run_result([coverage()], [finding(resource=provider, evidence=(seen,), standards={})]))
    assert "prod eu-west-1 · capacity provider insights off containerInsights disabled Details" in report.text
    assert "Usage" not in report.text


def test_changes_of_a_definition_come_from_the_repairs_of_the_check() -> None:
    repairs = {
        "host-pid": DefinitionRepair(definition={"pidMode": None}),
        "host": DefinitionRepair(definition={"networkMode": "awsvpc"}),
    }
    seen = Evidence(reasons=("host-pid", "host"))
    result = run_result([coverage()], [finding(evidence=(seen,))], checks=(check_info(repairs=repairs),))
    assert 'What to change Remove pidMode. { "networkMode": "awsvpc" }' in page(result).text


def section(name: str, report: Page) -> str:
    """The text of one section of the page, from its heading to the next heading."""
    return report.sections[name]


def test_a_framework_shows_score_controls_and_unexamined_share() -> None:
    text = section("Frameworks", RULES)
    assert "CIS AWS Compute Services Benchmark 1.1.0 12 of 30 controls failing · 98.8%" in text
    assert "% pass · 1 control not examined · " in text
    assert "AWS Foundational Security Best Practices" in text
    assert text.index(" 3.2 Rule 2 ") < text.index(" 3.10 Rule 10 ") < text.index(" 3.30 Capacity providers ")


def test_a_control_that_was_not_examined_is_not_clean() -> None:
    assert "3.30 Capacity providers hold Not examined ? ? \N{EN DASH} ? 100%" in section("Frameworks", RULES)
    assert "Clean" not in section("Frameworks", page(scenarios.all_refused()))


def test_a_control_that_was_partly_examined_is_not_clean() -> None:
    assert "3.27 Rule 27 holds for what it is over Partly examined ≥ 0 ≥ 480 100% ≥ 0 2.8%" in section(
        "Frameworks", RULES
    )
    assert "3.28 Rule 28 holds for what it is over Clean 0 480 100% 0 0" in section("Frameworks", RULES)


def test_contents_link_to_every_failing_check_and_name_the_one_that_was_not_examined() -> None:
    contents = section("Failures", RULES)
    links = [link["href"] for link in RULES.all("a") if link.get("href", "").startswith("#c-")]
    anchors = [attributes["id"] for _, attributes in RULES.elements if attributes.get("id", "").startswith("c-")]
    assert sorted(links) == sorted(f"#{anchor}" for anchor in anchors)
    assert len(anchors) == len(failures_by_check(RunTotals(scenarios.rule_book())))
    assert contents.index("▲ High Capacity providers hold ? ? 100%") < contents.index("How to fix")
    assert "without failures could not examine everything" in contents
    assert "examined everything expected and found no failures" in contents


def test_long_groups_are_folded_except_the_first() -> None:
    checks = [attributes for attributes in RULES.all("details") if attributes.get("class") == "check"]
    assert "open" in checks[0]
    assert [number for number, attributes in enumerate(checks) if "open" in attributes] == [0, 1]
    assert len(checks) == 12


def test_a_reason_of_a_check_is_explained_by_the_check() -> None:
    text = section("Not examined", RULES)
    assert "A resource has a setting that is not known setting-unclear 12 accounts" in text
    assert "What to do auditor checks ecs-rule-03 explains what the check needs to know." in text
    assert "bug" not in text


def test_a_thousand_accounts_and_thirty_checks_stay_below_five_megabytes() -> None:
    result = scenarios.rule_book(1000, 2)
    kept = replace(result, failures=result.failures[:2000], unknowns=result.unknowns[:500])
    report = html(kept)
    assert len(report.encode()) < 5_000_000
    assert "2,000 more failures are not listed here" in Page(report).text


def test_run_details_are_shown() -> None:
    for detail in ("Run 20261123T020000Z-1a2b3c", "Started 2026-11-23 02:00:00 UTC", "Duration 41 s", "API calls 770"):
        assert detail in EVERYDAY.text
    assert "Throttled 2 times" in EVERYDAY.text


def test_page_shows_the_paths_of_the_rows_as_given() -> None:
    midnight = scenarios.everyday().started_at.replace(day=24, hour=0, minute=2)
    report = page(replace(scenarios.everyday(), run_id="20261123T235500Z-1a2b3c", started_at=midnight))
    assert f"All findings {PATHS.findings}" in report.text
    assert "dt=2026-11-24" not in report.text


def test_an_account_shows_how_many_of_its_failures_are_listed() -> None:
    report = page(run_result([coverage()], [finding()], {account().id: {Status.FAIL: 31}}))
    assert "1 of 32 failures listed" in report.text


def test_filter_knows_how_many_findings_are_not_in_the_page() -> None:
    matches = page(scenarios.many_failures(20, 29)).all("output")
    assert [attributes["data-omitted"] for attributes in matches] == ["9"]


def test_the_same_message_for_every_collector_of_an_account_is_shown_once() -> None:
    not_examined, denied = CoverageStatus.NOT_EXAMINED, {"reason": Reason.ROLE_DENIED, "detail": "AccessDenied"}
    gaps = [coverage(not_examined, collector=f"collector-{number}", **denied) for number in range(7)]
    text = section("Not examined", page(run_result(gaps)))
    assert "Not examined: 7 collectors in 7 scopes AccessDenied account-1" in text
    assert text.count("AccessDenied") == 1


def test_a_message_of_collectors_that_differ_in_regions_does_not_claim_every_combination() -> None:
    not_examined, denied = CoverageStatus.NOT_EXAMINED, {"reason": Reason.SCP_DENIED, "detail": "AccessDenied"}
    gaps = [
        coverage(not_examined, collector="services", region="eu-west-1", **denied),
        coverage(not_examined, collector="services", region="us-east-1", **denied),
        coverage(not_examined, collector="tasks", region="eu-west-1", **denied),
    ]
    text = section("Not examined", page(run_result(gaps)))
    assert "Not examined: services, tasks in 3 scopes, not every collector in every region" in text


def test_regions_that_all_accounts_share_are_listed_once() -> None:
    not_examined, denied = CoverageStatus.NOT_EXAMINED, {"reason": Reason.SCP_DENIED, "detail": "ecs:ListA denied"}
    regions = [f"us-west-{number}" for number in range(5)]
    gaps = [coverage(not_examined, account=account(n), region=region, **denied) for n in (1, 2) for region in regions]
    gaps.append(replace(gaps[0], collector="tasks", detail="ecs:ListB denied"))
    text = section("Not examined", page(run_result(gaps)))
    assert text.count("us-west-4") == 1
    assert "5 regions: us-west-0, us-west-1, us-west-2, us-west-3, us-west-4 in each account" in text
    assert "Affected actions: ecs:ListA, ecs:ListB" in text
