from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from tests.fleet import Fault, Fleet, Large, running
from tests.fleet.conftest import SHAPE, Connect, code
from tests.fleet.running import ROOT

NAMES = [f"app-{number:05d}{suffix}" for number in range(6) for suffix in ("", "-sidecar")]


@pytest.fixture(scope="module")
def extended() -> Iterator[Fleet]:
    shape = replace(SHAPE, large=(Large(0, "eu-west-1", len(NAMES)),))
    with running(shape, services=("tests.fleet.parameter_store",), allowed=("ssm:*", "sts:*"), enforce=True) as started:
        yield started


@pytest.fixture(autouse=True)
def healthy(extended: Fleet) -> None:
    extended.set_faults()
    extended.reset()


def test_boto3_pages_through_a_service_that_the_test_brought_along(extended: Fleet, connect: Connect) -> None:
    ssm = connect(extended, "ssm", account=extended.organization.members[0].id)
    pages = list(ssm.get_paginator("describe_parameters").paginate())
    assert [parameter["Name"] for page in pages for parameter in page["Parameters"]] == NAMES
    assert len(pages) == 2
    assert extended.report()["operations"] == {"DescribeParameters": 2}


def test_its_calls_are_authorized_and_its_regions_are_those_of_the_organization(
    extended: Fleet, connect: Connect
) -> None:
    account = extended.organization.members[1].id
    for service, region, expected in (
        ("ecs", "us-east-1", "AccessDeniedException"),
        ("ssm", "af-south-1", "UnrecognizedClientException"),
    ):
        client = connect(extended, service, account=account, region=region)
        with pytest.raises(ClientError) as error:
            client.list_clusters() if service == "ecs" else client.describe_parameters()
        assert code(error) == expected


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("scp-denied", "AccessDeniedException"),
        ("region-disabled", "UnrecognizedClientException"),
        ("http-500", "ServerException"),
        ("throttle", "ThrottlingException"),
        ("missing", "ResourceNotFoundException"),
    ],
)
def test_faults_strike_it_like_the_other_services(extended: Fleet, connect: Connect, kind: str, expected: str) -> None:
    ssm = connect(extended, "ssm", account=extended.organization.members[1].id)
    extended.set_faults(Fault(kind, operation="DescribeParameters"))
    with pytest.raises(ClientError) as error:
        ssm.describe_parameters()
    assert code(error) == expected


def test_an_unknown_operation_is_refused(extended: Fleet, connect: Connect) -> None:
    ssm = connect(extended, "ssm", account=extended.organization.members[1].id)
    with pytest.raises(ClientError) as error:
        ssm.list_documents()
    assert code(error) == "UnknownOperationException"


def test_its_rate_limit_is_enforced(extended: Fleet, connect: Connect) -> None:
    ssm = connect(extended, "ssm", account=extended.organization.members[2].id)
    codes = set()
    for _ in range(20):
        try:
            ssm.describe_parameters()
        except ClientError as error:
            codes.add(error.response["Error"]["Code"])
    assert codes == {"ThrottlingException"}
    assert extended.report()["throttled"] >= 10


def test_the_command_line_loads_a_service_from_a_file() -> None:
    file = Path(__file__).with_name("parameter_store.py")
    command = [sys.executable, "-m", "tests.fleet", "--accounts", "1", "--service", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = json.loads(process.stdout.readline())["url"]
        process.terminate()
        assert process.wait(timeout=10) == 0
    assert url.startswith("http://127.0.0.1:")
