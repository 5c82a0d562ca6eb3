"""ARNs of any service: what is taken for one, and what is refused."""

from __future__ import annotations

import pytest

from auditor.parsers import arns
from auditor.parsers.arns import Arn
from auditor.parsers.json_values import MalformedValue

SERVICE = arns.read("arn:aws:ecs:eu-west-1:111122223333:service/prod/web", "serviceArn", "ecs", "service/")


def test_an_arn_is_split_into_scope_and_name() -> None:
    assert (
        Arn("arn:aws:ecs:eu-west-1:111122223333:service/prod/web", "arn:aws:ecs:eu-west-1:111122223333", "prod/web")
        == SERVICE
    )
    assert SERVICE.last == "web"


@pytest.mark.parametrize(
    ("text", "service", "kind", "name"),
    [
        ("arn:aws:ecr:eu-west-1:111122223333:repository/team/app", "ecr", "repository/", "team/app"),
        ("arn:aws:lambda:eu-west-1:111122223333:function:resize", "lambda", "function:", "resize"),
        ("arn:aws-cn:sqs:cn-north-1:111122223333:queue", "sqs", "", "queue"),
    ],
)
def test_arns_of_other_services_are_read(text: str, service: str, kind: str, name: str) -> None:
    assert arns.read(text, "arn", service, kind).name == name


@pytest.mark.parametrize(
    ("text", "service", "kind"),
    [("arn:aws:s3:::bucket", "s3", ""), ("arn:aws:iam::111122223333:role/path/name", "iam", "role/")],
)
def test_arns_of_global_services_have_no_region(text: str, service: str, kind: str) -> None:
    assert arns.read(text, "arn", service, kind, is_regional=False).text == text
    with pytest.raises(MalformedValue, match="is not the ARN of a"):
        arns.read(text, "arn", service, kind)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        3,
        "service/prod/web",
        "arn:aws:ecs:eu-west-1:111122223333:service/",
        "arn:aws:ecs:eu-west-1:111122223333:service:web",
        "arn:aws:ecs:eu-west-1:111122223333:task/web",
        "arn:aws:ecr:eu-west-1:111122223333:service/web",
        "arn:aws:ecs::111122223333:service/web",
        "arn:aws:ecs:eu-west-1::service/web",
        "arn::ecs:eu-west-1:111122223333:service/web",
        "urn:aws:ecs:eu-west-1:111122223333:service/web",
    ],
    ids=repr,
)
def test_any_other_value_is_malformed(value: object) -> None:
    with pytest.raises(MalformedValue, match=r"^serviceArn: "):
        arns.read(value, "serviceArn", "ecs", "service/")


@pytest.mark.parametrize("scope", ["eu-west-2:111122223333", "eu-west-1:444455556666"])
def test_an_arn_of_another_account_or_region_is_malformed(scope: str) -> None:
    with pytest.raises(MalformedValue, match="belongs to another account or region"):
        arns.read(f"arn:aws:ecs:{scope}:cluster/prod", "clusterArn", "ecs", "cluster/", same_scope_as=SERVICE)
