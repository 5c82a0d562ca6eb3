"""Rows of findings and coverage records, and their bytes."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.archive import encode
from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Evidence, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.lifecycle import Lifecycle, LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.risk_exception import RiskException
from auditor.domain.scope import Account
from tests import builders

RUN = "20261123T020000Z-1a2b3c"


def decoded(encoded: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(encoded).splitlines()]


def test_the_row_of_a_finding_has_every_key_of_the_contract_in_order() -> None:
    owner = Account("000000000001", "payments", "/corp", {"owner": "x", "env": "prod"}, "payments", "production")
    finding = builders.finding(
        account=owner,
        resource=Resource(
            arn="arn:aws:ecs:eu-west-1:000000000001:task-definition/web:7",
            type="AWS::ECS::TaskDefinition",
            name="web:7",
            family="web",
            revision=7,
            tags={"b": "2", "a": "1"},
            registered_at=datetime(2026, 1, 2, 4, 5, 6, 789_000, tzinfo=timezone(timedelta(hours=1))),
            registered_by="arn:aws:iam::000000000001:user/x",
        ),
        evidence=(
            Evidence(
                "app",
                "container",
                ("root-user",),
                {"user": "0:0", "ports": ("80", "443"), "image": "app:1"},
                revision=7,
            ),
        ),
        usage=EcsUsage(
            services=("arn:aws:ecs:eu-west-1:000000000001:service/default/web",),
            running_tasks=3,
            clusters=("default",),
            launch_types=("EC2",),
            public_ip=True,
        ),
        introduced_in=Introduction(5, datetime(2026, 1, 2, 3, 5, 6, tzinfo=UTC), "arn:aws:iam::000000000001:user/x"),
        problem="Container runs as root",
        standards={"prowler": Status.PASS, "aws-config": Status.FAIL},
        frameworks=("aws-fsbp/ECS.1", "cis-compute-1.1/3.1"),
        owner="checkout",
        lifecycle=Lifecycle(LifecycleState.OPEN, builders.NOW - timedelta(days=40), builders.NOW),
        due=date(2026, 11, 13),
        overdue=True,
        exception=RiskException("EX-1", "accepted-risk", "Legacy host", "checkout", "SEC-7", date(2026, 12, 31)),
    )

    (row,) = decoded(encode.encode([encode.finding_row(finding, RUN)])[1])

    assert list(row.items()) == [
        ("schema_version", "1.0"),
        ("run_id", RUN),
        ("observed_at", "2026-11-23T02:00:00Z"),
        ("finding_id", finding.finding_id),
        ("check_id", "ecs-host-network-privileged-or-root"),
        ("title", finding.title),
        ("problem", "Container runs as root"),
        ("severity", "high"),
        ("status", "FAIL"),
        ("reasons", ["privileged"]),
        ("frameworks", ["aws-fsbp/ECS.1", "cis-compute-1.1/3.1"]),
        ("account_id", "000000000001"),
        ("account_name", "payments"),
        ("ou", "/corp"),
        ("owner", "checkout"),
        ("environment", "production"),
        ("account_tags", {"env": "prod", "owner": "x"}),
        ("region", "eu-west-1"),
        (
            "resource",
            {
                "arn": "arn:aws:ecs:eu-west-1:000000000001:task-definition/web:7",
                "type": "AWS::ECS::TaskDefinition",
                "family": "web",
                "revision": 7,
                "name": "web:7",
                "tags": {"a": "1", "b": "2"},
                "registered_at": "2026-01-02T03:05:06Z",
                "registered_by": "arn:aws:iam::000000000001:user/x",
            },
        ),
        (
            "evidence",
            [
                {
                    "part": "app",
                    "kind": "container",
                    "reasons": ["root-user"],
                    "revision": 7,
                    "details": {"image": "app:1", "ports": '["80","443"]', "user": "0:0"},
                }
            ],
        ),
        (
            "usage",
            {
                "services": ["arn:aws:ecs:eu-west-1:000000000001:service/default/web"],
                "daemons": [],
                "running_tasks": 3,
                "clusters": ["default"],
                "launch_types": ["EC2"],
                "public_ip": True,
                "exec_enabled": False,
                "complete": True,
                "desired_tasks": None,
            },
        ),
        ("is_running", True),
        ("is_public", True),
        (
            "introduced_in",
            {
                "revision": 5,
                "registered_at": "2026-01-02T03:05:06Z",
                "registered_by": "arn:aws:iam::000000000001:user/x",
            },
        ),
        ("standards", {"aws-config": "FAIL", "prowler": "PASS"}),
        ("first_seen", "2026-10-14T02:00:00Z"),
        (
            "lifecycle",
            {"state": "open", "first_seen": "2026-10-14T02:00:00Z", "last_seen": "2026-11-23T02:00:00Z"},
        ),
        ("due", "2026-11-13"),
        ("overdue", True),
        (
            "exception",
            {
                "id": "EX-1",
                "reason": "accepted-risk",
                "justification": "Legacy host",
                "owner": "checkout",
                "ticket": "SEC-7",
                "expires": "2026-12-31",
            },
        ),
        ("remediation", finding.remediation),
    ]


def test_unknown_properties_of_a_resource_are_null() -> None:
    finding = builders.finding(resource=Resource("arn:x", "AWS::ECS::TaskDefinition", "x"))

    row = encode.finding_row(finding, RUN)

    assert (row.resource.family, row.resource.revision) == (None, None)
    assert (row.resource.registered_at, row.resource.registered_by) == (None, None)


def test_the_row_of_a_coverage_record_has_every_key_of_the_contract_in_order() -> None:
    coverage = builders.coverage(
        CoverageStatus.PARTIAL,
        reason=Reason.THROTTLED,
        detail="DescribeTaskDefinition was refused",
        calls=7,
        throttled=3,
        retried=2,
        duration_s=1.23456,
        resources=5,
    )

    (row,) = decoded(encode.encode([encode.coverage_row(coverage, RUN)])[1])

    assert list(row.items()) == [
        ("schema_version", "1.0"),
        ("run_id", RUN),
        ("observed_at", "2026-11-23T02:00:00Z"),
        ("account_id", "000000000001"),
        ("account_name", "account-1"),
        ("ou", ""),
        ("owner", ""),
        ("environment", ""),
        ("account_tags", {}),
        ("region", "eu-west-1"),
        ("collector", "ecs-task-definitions"),
        ("status", "PARTIAL"),
        ("reason", "throttled"),
        ("detail", "DescribeTaskDefinition was refused"),
        ("calls", 7),
        ("throttled", 3),
        ("retried", 2),
        ("duration_s", 1.235),
        ("resources", 5),
    ]


def test_the_reason_of_an_examined_scope_is_null() -> None:
    assert encode.coverage_row(builders.coverage(), RUN).reason is None


def test_equal_rows_give_equal_bytes_in_any_order() -> None:
    findings = [
        encode.finding_row(builders.finding(family, region=region), RUN)
        for family in ("web", "api")
        for region in ("us-east-1", "eu-west-1")
    ]

    count, encoded = encode.encode(findings)

    assert (count, encoded) == encode.encode(reversed(findings))
    assert encoded[4:8] == bytes(4), "the gzip header must not contain a time"
    assert [(row["region"], row["resource"]["family"]) for row in decoded(encoded)] == [
        ("eu-west-1", "api"),
        ("eu-west-1", "web"),
        ("us-east-1", "api"),
        ("us-east-1", "web"),
    ]


def test_the_order_of_tags_does_not_change_the_bytes() -> None:
    one, two = (Account("000000000001", tags=tags) for tags in ({"a": "1", "b": "2"}, {"b": "2", "a": "1"}))

    assert encode.encode([encode.finding_row(builders.finding(account=one), RUN)]) == encode.encode(
        [encode.finding_row(builders.finding(account=two), RUN)]
    )


def test_no_rows_give_an_empty_file() -> None:
    assert gzip.decompress(encode.encode([])[1]) == b""


def test_a_line_is_printable_ascii_and_keeps_every_character() -> None:
    hostile = "\x1b]0;x\x07\x7f\u202e</script>\n\u2028\U0001f600\\ud800" + "x" * 65_536
    row = encode.finding_row(builders.finding(account=builders.account(name=hostile)), RUN)

    line = encode.line(row)

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line)["account_name"] == hostile


def test_a_lone_surrogate_is_replaced() -> None:
    row = encode.finding_row(
        builders.finding(account=builders.account(name="a\ud800b \U0001f600", tags={"\udfff": "x"})), RUN
    )

    decoded_row = json.loads(encode.line(row))

    assert decoded_row["account_name"] == "a\ufffdb \U0001f600"
    assert decoded_row["account_tags"] == {"\ufffd": "x"}


@settings(max_examples=60, deadline=None)
@given(st.text() | st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf"])))
def test_any_text_without_lone_surrogates_survives_encoding(text: str) -> None:
    (row,) = decoded(encode.encode([encode.coverage_row(builders.coverage(detail=text), RUN)])[1])

    assert row["detail"] == text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    row["detail"].encode("utf-8")
