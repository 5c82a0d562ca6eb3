"""Parsing rows back into findings and coverage records."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from auditor.archive import decode, encode
from auditor.domain.aws_resource import Introduction
from auditor.domain.check import Evidence, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.lifecycle import Lifecycle, LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.risk_exception import RiskException
from tests.builders import NOW, account, coverage, finding, unknown

RUN = "20261123T020000Z-1a2b3c"
FULL = finding(
    evidence=(
        Evidence("app", "container", ("root-user",), {"ports": ("80", "443"), "user": "0", "none": (), "b": True}, 7),
    ),
    usage=EcsUsage(services=("arn:s",), running_tasks=3, clusters=("prod",), launch_types=("EC2",), public_ip=True),
    introduced_in=Introduction(5, datetime(2026, 1, 2, 3, 5, 6, tzinfo=UTC), "arn:user"),
    standards={"prowler": Status.PASS},
    frameworks=("aws-fsbp/ECS.1", "cis-compute-1.1/3.1"),
    owner="payments",
    environment="production",
    lifecycle=Lifecycle(LifecycleState.REOPENED, NOW - timedelta(days=40), NOW),
    due=date(2026, 11, 20),
    overdue=True,
    exception=RiskException("EX-1", "accepted-risk", "Legacy host", "payments", "SEC-7", date(2026, 12, 31)),
)


def finding_lines(**changes: Any) -> bytes:  # noqa: ANN401 - fields of a row
    row = json.loads(encode.line(encode.finding_row(FULL, RUN)))
    return gzip.compress(json.dumps(row | changes).encode())


@pytest.mark.parametrize("original", [FULL, finding(usage=None), unknown()], ids=["full", "without usage", "unknown"])
def test_a_finding_survives_encoding_and_decoding(original: Any) -> None:  # noqa: ANN401 - a Finding
    _, body = encode.encode([encode.finding_row(original, RUN)])

    assert decode.findings(body, original.account) == (original,)


def test_a_coverage_record_survives_encoding_and_decoding() -> None:
    record = coverage(CoverageStatus.PARTIAL, reason=Reason.THROTTLED, detail="refused", calls=7, duration_s=1.5)
    _, body = encode.encode([encode.coverage_row(record, RUN)])

    assert decode.coverage(body, record.account) == (record,)


@pytest.mark.parametrize(
    ("detail", "decoded"),
    [
        pytest.param(None, None, id="an absent value has no detail"),
        pytest.param(80, "80", id="a number is read back as text"),
        pytest.param("[80", "[80", id="a text that only starts like a list"),
        pytest.param("[80]", "[80]", id="a text that is a list of numbers"),
    ],
)
def test_details_are_maps_of_text(detail: Any, decoded: Any) -> None:  # noqa: ANN401 - a Detail
    original = finding(evidence=(Evidence("app", "container", (), {"value": detail}),))
    _, body = encode.encode([encode.finding_row(original, RUN)])
    (read,) = decode.findings(body, original.account)

    assert read.evidence[0].details.get("value") == decoded


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"not gzip", id="not gzip"),
        pytest.param(finding_lines()[:40], id="half a file"),
        pytest.param(gzip.compress(b"{"), id="half a row"),
        pytest.param(gzip.compress(b"[" * 200_000), id="deep nesting"),
        pytest.param(finding_lines(schema_version="2.0"), id="another version"),
        pytest.param(finding_lines(status="CLEAN"), id="an unknown status"),
        pytest.param(finding_lines(observed_at="yesterday"), id="a time that is not ISO 8601"),
        pytest.param(finding_lines(usage={"services": []}), id="half a usage"),
        pytest.param(
            finding_lines(account={"id": "000000000009", "name": "", "ou": "", "tags": {}}), id="other account"
        ),
    ],
)
def test_anything_but_rows_of_the_account_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - each has a message of its own
        decode.findings(body, account())
