"""What is read of botocore's descriptions: members of shapes, and names of page tokens."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.aws import models
from auditor.aws.collectors import all_collectors
from auditor.aws.collectors.collector import Collector
from auditor.aws.models import PageTokens, check_required_members, members, page_tokens, unknown_members
from auditor.domain.errors import AuditorError
from auditor.run.aws_context import AwsContext
from auditor.run.readers import make_reader


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.name)
def test_botocore_knows_every_member_that_a_collector_reads(collector: Collector) -> None:
    assert collector.required_members
    assert unknown_members(collector) == ()


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.name)
def test_a_member_that_botocore_does_not_know_is_reported(collector: Collector) -> None:
    shape = next(iter(collector.required_members))
    changed = replace(collector, required_members={shape: ("noSuchMember",)})

    assert unknown_members(changed) == (f"ecs:{shape}.noSuchMember",)


def test_members_are_looked_up_in_the_service_of_the_collector() -> None:
    (collector, *_) = all_collectors()
    of_ecr = replace(collector, service="ecr", required_members={"Repository": ("repositoryArn",)})

    check_required_members([of_ecr])
    with pytest.raises(AuditorError, match=r"does not know ecs:Repository\.repositoryArn, which"):
        check_required_members([replace(of_ecr, service="ecs")])


def test_a_run_does_not_start_with_a_botocore_that_is_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    def old(_service: str, shape: str) -> frozenset[str]:
        return frozenset({"name"}) if shape == "ContainerDefinition" else frozenset({"family"})

    monkeypatch.setattr(models, "members", old)

    with pytest.raises(AuditorError, match=r"does not know .*ecs:ContainerDefinition\.user, ") as raised:
        make_reader(AwsContext(), "run", all_collectors())
    assert "newer botocore" in raised.value.advice


@pytest.mark.parametrize(
    ("service", "shape", "expected"),
    [
        pytest.param("ecs", "Tag", {"key", "value"}, id="a shape of ECS"),
        pytest.param("ec2", "Tag", {"Key", "Value"}, id="the shape of the same name of EC2"),
        pytest.param("ecs", "NoSuchShape", set(), id="a shape that does not exist"),
    ],
)
def test_members_of_a_shape(service: str, shape: str, expected: set[str]) -> None:
    assert members(service, shape) == expected


@pytest.mark.parametrize(
    ("service", "operation", "expected"),
    [
        ("ecs", "ListClusters", PageTokens("nextToken", "nextToken")),
        ("organizations", "ListAccounts", PageTokens("NextToken", "NextToken")),
        ("iam", "ListRoles", PageTokens("Marker", "Marker")),
        ("lambda", "ListFunctions", PageTokens("Marker", "NextMarker")),
        ("s3", "ListObjectVersions", None),
        ("ecs", "NoSuchOperation", None),
        ("sts", "GetCallerIdentity", None),
        ("no-such-service", "ListThings", None),
    ],
)
def test_botocore_names_the_page_tokens(service: str, operation: str, expected: PageTokens | None) -> None:
    assert page_tokens(service, operation) == expected
