"""ASFF batches: accepted by AWS's own model, within its documented limits."""
# ruff: noqa: ANN401 - values and shapes of the model, of any kind

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape
from botocore.validate import ParamValidator

from auditor.domain.check import Status
from auditor.domain.reason import Reason
from auditor.exports import asff
from auditor.exports.model import AccountExport
from tests import builders
from tests.exports import accounts

ACCOUNTS = [
    pytest.param(accounts.everyday, id="everyday"),
    pytest.param(accounts.unexamined, id="unexamined"),
    pytest.param(accounts.hostile, id="hostile"),
]


@cache
def input_shape() -> Any:
    service = botocore.session.get_session().get_service_model("securityhub")
    return service.operation_model("BatchImportFindings").input_shape


def batches(account: AccountExport) -> list[dict[str, Any]]:
    return [json.loads(file.body) for file in asff.files(account)]


def findings(account: AccountExport) -> dict[str, dict[str, Any]]:
    return {finding["Title"]: finding for batch in batches(account) for finding in batch["Findings"]}


def by_name(account: AccountExport) -> dict[str, dict[str, Any]]:
    return {
        finding["Resources"][0]["Id"].rpartition("/")[2].partition(":")[0]: finding
        for batch in batches(account)
        for finding in batch["Findings"]
    }


def violations(value: Any, shape: Shape, path: str = "") -> Iterator[str]:
    """Yield what the model's constraints and the limits of its documentation refuse; botocore checks only types."""
    if isinstance(shape, StructureShape):
        for name, member in value.items():
            yield from violations(member, shape.members[name], f"{path}.{name}")
    elif isinstance(shape, ListShape):
        for member in value:
            yield from violations(member, shape.member, f"{path}[]")
        yield from _too_much(len(value), r"Maximum number of ([\d,]+) item", shape, path)
    elif isinstance(shape, MapShape):
        yield from _too_much(len(value), r"up to (\d+) key-value pairs", shape, path)
        yield from _too_much(max(map(len, value)), r"key can contain up to (\d+)", shape, path)
        yield from _too_much(max(map(len, value.values())), r"value can contain up to (\d+)", shape, path)
        for member in value.values():
            yield from violations(member, shape.value, f"{path}{{}}")
    elif isinstance(shape, StringShape):
        yield from _of_text(value, shape, path)


def _of_text(text: str, shape: StringShape, path: str) -> Iterator[str]:
    if (pattern := shape.metadata.get("pattern")) and not re.fullmatch(pattern, text):
        yield f"{path}: {text!r} does not match {pattern}"
    if shape.enum and text not in shape.enum:
        yield f"{path}: {text!r} is not one of {shape.enum}"
    yield from _too_much(len(text), r"Maximum length of ([\d,]+)", shape, path)


def _too_much(size: int, pattern: str, shape: Shape, path: str) -> Iterator[str]:
    limit = re.search(pattern, re.sub(r"<[^>]+>", "", shape.documentation))
    if limit and size > int(limit[1].replace(",", "")):
        yield f"{path}: {size} is more than {limit[1]}"


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_batch_is_a_request_that_aws_accepts(account: Callable[[], AccountExport]) -> None:
    for batch in batches(account()):
        assert ParamValidator().validate(batch, input_shape()).generate_report() == ""
        assert list(violations(batch, input_shape())) == []


@pytest.mark.parametrize("account", ACCOUNTS)
def test_every_finding_is_small_enough(account: Callable[[], AccountExport]) -> None:
    assert max(len(json.dumps(finding)) for batch in batches(account()) for finding in batch["Findings"]) <= 240_000


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"Title": "x" * 257}, ".Findings[].Title: 257 is more than 256"),
        ({"Title": " "}, ".Findings[].Title: ' ' does not match .*\\S.*"),
        ({"RecordState": "OPEN"}, ".Findings[].RecordState: 'OPEN' is not one of ['ACTIVE', 'ARCHIVED']"),
        ({"ProductFields": {"k": "v" * 2049}}, ".Findings[].ProductFields: 2049 is more than 2048"),
    ],
)
def test_a_violation_of_the_model_is_noticed(fault: dict[str, Any], problem: str) -> None:
    (batch, *_) = batches(accounts.everyday())
    batch["Findings"] = [batch["Findings"][0] | fault]

    assert list(violations(batch, input_shape())) == [problem]


def test_a_batch_is_of_one_account_and_region_and_has_at_most_100_findings() -> None:
    many = tuple(builders.finding(f"f{number}", region="eu-west-1") for number in range(201))
    elsewhere = builders.finding("web", region="us-east-1")
    files = list(asff.files(accounts.export((*many, elsewhere))))

    assert [(file.name, file.rows) for file in files] == [
        ("000000000001/eu-west-1/0001.json", 100),
        ("000000000001/eu-west-1/0002.json", 100),
        ("000000000001/eu-west-1/0003.json", 1),
        ("000000000001/us-east-1/0001.json", 1),
    ]
    for file in files:
        region = file.name.split("/")[1]
        assert {finding["ProductArn"] for finding in json.loads(file.body)["Findings"]} == {
            f"arn:aws:securityhub:{region}:000000000001:product/000000000001/default"
        }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("new", ("FAILED", "HIGH", "NEW", "ACTIVE"), id="a failure fails"),
        pytest.param("accepted", ("FAILED", "HIGH", "SUPPRESSED", "ACTIVE"), id="an accepted failure is suppressed"),
        pytest.param("fixed", ("PASSED", "INFORMATIONAL", "NEW", "ARCHIVED"), id="a resolved failure is archived"),
        pytest.param("fine", ("PASSED", "INFORMATIONAL", "NEW", "ACTIVE"), id="a pass passes"),
        pytest.param("windows", ("NOT_AVAILABLE", "INFORMATIONAL", "NEW", "ACTIVE"), id="what does not apply"),
        pytest.param("lost", ("WARNING", "HIGH", "NEW", "ACTIVE"), id="UNKNOWN is a warning"),
        pytest.param("hidden", ("WARNING", "HIGH", "NEW", "ACTIVE"), id="a stale failure stays open"),
        pytest.param("stale", ("WARNING", "HIGH", "NEW", "ACTIVE"), id="a stale failure without a row stays open"),
        pytest.param("gone", ("NOT_AVAILABLE", "INFORMATIONAL", "NEW", "ARCHIVED"), id="a deleted resource"),
    ],
)
def test_the_state_of_a_finding(name: str, expected: tuple[str, str, str, str]) -> None:
    finding = by_name(accounts.everyday())[name]

    assert (
        finding["Compliance"]["Status"],
        finding["Severity"]["Label"],
        finding["Workflow"]["Status"],
        finding["RecordState"],
    ) == expected


def test_every_gap_is_a_finding_of_the_account() -> None:
    gaps = [
        finding for finding in findings(accounts.everyday()).values() if finding["GeneratorId"].endswith("coverage")
    ]

    assert [(gap["Resources"][0]["Id"], gap["Region"], gap["Compliance"]["Status"]) for gap in gaps] == [
        ("AWS::::Account:000000000001", "eu-central-1", "WARNING"),
        ("AWS::::Account:000000000001", "us-east-1", "WARNING"),
    ]


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", "us-east-1"), ("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1")]
)
def test_an_account_without_known_regions_is_reported_in_the_home_region(partition: str, region: str) -> None:
    account = accounts.unexamined()
    owner = account.account
    (batch,) = batches(
        accounts.export(
            (),
            (builders.unknown_regions(owner, "x", Reason.ROLE_DENIED, "no"),),
            account=owner,
            partition=partition,
        )
    )

    assert batch["Findings"][0]["ProductArn"] == (
        f"arn:{partition}:securityhub:{region}:000000000002:product/000000000002/default"
    )


def test_the_type_of_a_resource_is_the_one_of_the_format() -> None:
    finding = by_name(accounts.everyday())["new"]
    details = input_shape().members["Findings"].member.members["Resources"].member.members["Details"].members

    assert finding["Resources"][0]["Type"] == "AwsEcsTaskDefinition"
    assert finding["Resources"][0]["Type"] in details


def test_every_status_has_its_own_compliance() -> None:
    assert len({asff._COMPLIANCE[status] for status in Status}) == len(Status)
