"""Which items cover which findings."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from auditor.domain.check import Evidence, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.domain.result import AccountResult
from auditor.exceptions import ExceptionItem, Register, Tally
from auditor.exceptions.model import ReopenOn
from tests import builders
from tests.exceptions.builders import TODAY, item, part

ACCOUNT = builders.account(
    111122223333, name="payments-prod", ou="/Prod/Payments", tags={"env": "prod", "team": "payments"}
)
USED = EcsUsage(services=("arn:x",), public_ip=False)
UNUSED = EcsUsage()


def finding(**fields: Any) -> Finding:
    return builders.finding("node-agent", 7, account=ACCOUNT, **fields)


def apply(
    items: list[ExceptionItem], *findings: Finding, coverage: tuple[Coverage, ...] = ()
) -> tuple[tuple[Finding, ...], Tally]:
    records = coverage or (builders.coverage(account=ACCOUNT),)
    register = Register(items, {builders.CHECK: [builders.COLLECTOR], "ecs-other": ["ecs-others"]}, TODAY)
    result, tally = register.apply(AccountResult(ACCOUNT, findings, records))
    return result.findings, tally


def covering(items: list[ExceptionItem], found: Finding) -> str:
    """Return the ID of the exception that a finding gets, an empty text for none."""
    (judged,), _ = apply(items, found)
    assert judged.status is found.status
    assert judged.evidence == found.evidence
    return judged.exception.id if judged.exception else ""


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="the check alone"),
        pytest.param({"check": "ecs-host-*"}, id="a glob for the check"),
        pytest.param({"check": "*"}, id="every check"),
        pytest.param({"account": "111122223333"}, id="the account by ID"),
        pytest.param({"account": "payments-prod"}, id="the account by name"),
        pytest.param({"account": "payments-*"}, id="the account by a glob for its name"),
        pytest.param({"account": "11112222*"}, id="the account by a glob for its ID"),
        pytest.param({"ou": "/Prod/Payments"}, id="its unit"),
        pytest.param({"ou": "/Prod"}, id="a unit that contains its unit"),
        pytest.param({"ou": "/*/Payments"}, id="a glob for its unit"),
        pytest.param({"tag": {"env": "prod"}}, id="a tag of the account"),
        pytest.param({"tag": {"env": "pro?", "team": "*"}}, id="two tags of the account"),
        pytest.param({"region": "eu-west-1"}, id="the region"),
        pytest.param({"region": "eu-*"}, id="a glob for the region"),
        pytest.param({"resource": "node-agent"}, id="the family"),
        pytest.param({"resource": "node-agent:7"}, id="the revision by name"),
        pytest.param({"resource": "node-*"}, id="a glob for the family"),
        pytest.param({"resource": "*:task-definition/node-agent"}, id="a glob for the ARN without its revision"),
        pytest.param(
            {"resource": "arn:aws:ecs:eu-west-1:111122223333:task-definition/node-agent"}, id="the ARN of the family"
        ),
        pytest.param(
            {"resource": "arn:aws:ecs:eu-west-1:111122223333:task-definition/node-agent:7"},
            id="the ARN of the revision",
        ),
        pytest.param({"container": "app"}, id="the only failing container"),
        pytest.param({"expires": TODAY}, id="an item on its last day"),
        pytest.param(
            {"account": "payments-prod", "ou": "/Prod", "tag": {"env": "prod"}, "region": "eu-*", "resource": "node-*"},
            id="everything at once",
        ),
    ],
)
def test_an_item_covers_a_finding_to_which_all_of_it_applies(fields: dict[str, Any]) -> None:
    assert covering([item(**fields)], finding()) == "one"


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"check": "ecs-other"}, id="another check"),
        pytest.param({"account": "111122223334"}, id="another account"),
        pytest.param({"account": "payments"}, id="the beginning of the account's name"),
        pytest.param({"ou": "/Prod/Pay"}, id="the beginning of the unit's name"),
        pytest.param({"ou": "/Prod/Payments/Team"}, id="a unit below its unit"),
        pytest.param({"tag": {"env": "dev"}}, id="another value of a tag"),
        pytest.param({"tag": {"cost": "*"}}, id="a tag that the account does not have"),
        pytest.param({"tag": {"env": "prod", "team": "web"}}, id="only one of two tags"),
        pytest.param({"region": "eu-west-2"}, id="another region"),
        pytest.param({"resource": "agent"}, id="the end of the family"),
        pytest.param({"resource": "node-agent:6"}, id="another revision"),
        pytest.param({"resource": "NODE-AGENT"}, id="the family in capitals"),
        pytest.param({"container": "sidecar"}, id="another container"),
        pytest.param({"expires": date(2026, 11, 22)}, id="an item that expired yesterday"),
        pytest.param({"account": "payments-prod", "region": "us-*"}, id="only one of two conditions"),
    ],
)
def test_an_item_covers_nothing_else(fields: dict[str, Any]) -> None:
    assert covering([item(**fields)], finding()) == ""


@pytest.mark.parametrize("status", [Status.PASS, Status.UNKNOWN, Status.NOT_APPLICABLE])
def test_only_failures_are_covered(status: Status) -> None:
    assert covering([item()], finding(status=status)) == ""


def test_the_row_of_a_finding_gets_what_the_item_states() -> None:
    (judged,), _ = apply([item(ticket="SEC-1")], finding())

    assert judged.exception == item(ticket="SEC-1").risk_exception()


TWO = (part("app"), part("proxy", "root-user"))


@pytest.mark.parametrize(
    ("items", "evidence", "expected"),
    [
        pytest.param([item(container="app")], TWO, "", id="one of two failing containers"),
        pytest.param([item(container="*")], TWO, "one", id="both by a glob"),
        pytest.param(
            [item(container="app"), item(id="two", container="proxy", expires=date(2026, 12, 1))],
            TWO,
            "two",
            id="each by its own item, of which the first to expire counts",
        ),
        pytest.param(
            [item(container="app"), item(id="two", container="proxy", expires=date(2026, 11, 1))],
            TWO,
            "",
            id="one of them by an item that has expired",
        ),
        pytest.param([item(container="app"), item(id="two")], TWO, "two", id="both by an item for the resource"),
        pytest.param([item(container="app")], (part("app"), part("data", kind="volume")), "", id="a volume fails, too"),
        pytest.param([item(container="data")], (part("data", kind="volume"),), "", id="a volume of that name"),
        pytest.param([item(container="*")], (), "", id="the resource as a whole"),
        pytest.param([item(container="*")], (Evidence("", "", ("privileged",)),), "", id="evidence of the resource"),
        pytest.param(
            [item(container="app")], (part("app"), part("app", revision=5)), "one", id="the container in two revisions"
        ),
        pytest.param(
            [item(container="app")], (part("app"), Evidence("ok", "container")), "one", id="another one passes"
        ),
    ],
)
def test_an_item_for_a_container_covers_only_that_container(
    items: list[ExceptionItem], evidence: tuple[Evidence, ...], expected: str
) -> None:
    reasons = tuple(sorted({reason for found in evidence for reason in found.reasons})) or ("privileged",)

    assert covering(items, finding(evidence=evidence, reasons=reasons)) == expected


def test_a_reason_that_no_evidence_names_is_not_covered_by_an_item_for_a_container() -> None:
    found = finding(evidence=(part("app"),), reasons=("privileged", "no-active-revision"))

    assert covering([item(container="*")], found) == ""
    assert covering([item()], found) == "one"


def test_of_two_items_the_one_that_lasts_longer_is_named() -> None:
    items = [item(expires=date(2026, 12, 1)), item(id="longer", expires=date(2026, 12, 31))]

    assert covering(items, finding()) == "longer"


@pytest.mark.parametrize(
    ("reopen_on", "fields", "holds"),
    [
        pytest.param(ReopenOn.PUBLIC, {"usage": USED}, True, id="public: it is not"),
        pytest.param(ReopenOn.PUBLIC, {"usage": replace(USED, public_ip=True)}, False, id="public: it is"),
        pytest.param(ReopenOn.PUBLIC, {"usage": None}, False, id="public: that is not known"),
        pytest.param(ReopenOn.RUNNING, {"usage": UNUSED}, True, id="running: it is not in use"),
        pytest.param(ReopenOn.RUNNING, {"usage": USED}, False, id="running: it is in use"),
        pytest.param(
            ReopenOn.RUNNING, {"usage": replace(UNUSED, complete=False)}, False, id="running: part is unknown"
        ),
        pytest.param(ReopenOn.RUNNING, {"usage": None}, False, id="running: that is not known"),
        pytest.param(ReopenOn.REASONS, {}, True, id="reasons: those that were accepted"),
        pytest.param(
            ReopenOn.REASONS,
            {"evidence": TWO, "reasons": ("privileged", "root-user")},
            False,
            id="reasons: one more",
        ),
    ],
)
def test_an_item_ends_early_on_what_it_names(reopen_on: ReopenOn, fields: dict[str, Any], holds: bool) -> None:  # noqa: FBT001 - a table
    one = item(reopen_on=frozenset({reopen_on}), reasons=frozenset({"privileged"}))
    (judged,), tally = apply([one], finding(**fields))

    assert (judged.exception is not None) is holds
    assert tally.reopened == ({} if holds else {"one": 1})
    assert tally.findings == {"one": 1}


def test_the_reasons_of_other_containers_do_not_end_an_item_for_one() -> None:
    one = item(container="app", reopen_on=frozenset({ReopenOn.REASONS}), reasons=frozenset({"privileged"}))
    found = finding(evidence=TWO, reasons=("privileged", "root-user"))

    assert covering([one, item(id="two", container="proxy", expires=date(2026, 12, 1))], found) == "two"


def test_findings_are_counted_for_every_item_that_matches_them_also_in_part_or_after_expiry() -> None:
    items = [
        item(),
        item(id="part", container="app"),
        item(id="late", expires=date(2026, 1, 1)),
        item(id="no", region="us-east-1"),
    ]
    _, tally = apply(items, finding(), finding(region="eu-west-2"))

    assert tally.findings == {"one": 2, "part": 2, "late": 2}


EXCLUDED = builders.coverage(CoverageStatus.EXCLUDED, account=ACCOUNT, region="us-east-1")
NO_REGIONS = builders.coverage(CoverageStatus.NOT_EXAMINED, account=ACCOUNT, region="*")


@pytest.mark.parametrize(
    ("fields", "coverage", "unchecked"),
    [
        pytest.param({}, (), False, id="everything was examined"),
        pytest.param({}, (EXCLUDED,), True, id="a region was left out"),
        pytest.param({"region": "us-*"}, (EXCLUDED,), True, id="its region was left out"),
        pytest.param({"region": "eu-*"}, (EXCLUDED,), False, id="another region was left out"),
        pytest.param({"region": "eu-west-1"}, (NO_REGIONS,), True, id="the regions are not known"),
        pytest.param({"check": "ecs-other"}, (NO_REGIONS,), False, id="a collector that its check does not need"),
        pytest.param({"account": "other"}, (NO_REGIONS,), False, id="another account"),
    ],
)
def test_an_item_is_unchecked_if_something_that_it_could_match_was_not_examined(
    fields: dict[str, Any],
    coverage: tuple[Coverage, ...],
    unchecked: bool,  # noqa: FBT001 - a table
) -> None:
    _, tally = apply([item(**fields)], coverage=(builders.coverage(account=ACCOUNT), *coverage))

    assert tally.unchecked == ({"one"} if unchecked else set())


def test_an_item_is_unchecked_if_a_resource_that_it_names_could_not_be_judged() -> None:
    _, tally = apply([item(resource="node-agent"), item(id="other", resource="web")], finding(status=Status.UNKNOWN))

    assert tally.unchecked == {"one"}


def test_an_item_has_met_an_account_and_the_region_that_it_names() -> None:
    items = [
        item(),
        item(id="region", region="eu-west-1"),
        item(id="away", region="eu-west-2"),
        item(id="other", account="x"),
    ]
    _, tally = apply(items)

    assert tally.met == {"one", "region"}


def test_without_items_a_result_stays_the_same_object() -> None:
    result = AccountResult(ACCOUNT, (finding(),), ())

    assert Register([], {}, TODAY).apply(result)[0] is result
