"""Commands for findings that no corrected document fixes, as the checks name them."""

from __future__ import annotations

import shlex

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.finding import Finding
from auditor.remediation.manual_steps import manual_steps
from tests.builders import check_by_id, finding


def steps_for(failing: Finding) -> str:
    return manual_steps(failing, check_by_id(failing.check_id), "no document.")


def test_the_command_for_missing_tags_names_each_tag() -> None:
    evidence = (Evidence(reasons=("required-tags-missing",), details={"missing": ("owner", "stage")}),)

    words = shlex.split(steps_for(finding(check_id="ecs-task-definition-untagged", evidence=evidence)))

    (tags,) = (word for word in words if word.startswith("--tags="))
    assert '"key": "owner"' in tags
    assert '"key": "stage"' in tags


def test_the_commands_for_a_service_name_its_cluster() -> None:
    arn = "arn:aws:ecs:eu-west-1:1:service/prod/shop"
    resource = Resource(arn, "AWS::ECS::Service", "prod/shop")

    words = shlex.split(steps_for(finding(check_id="ecs-service-public-ip", resource=resource)))

    assert "--cluster=arn:aws:ecs:eu-west-1:1:cluster/prod" in words
    assert f"--service={arn}" in words
    assert any('"assignPublicIp": "DISABLED"' in word for word in words)


def test_the_commands_for_a_task_set_name_its_service() -> None:
    arn = "arn:aws:ecs:eu-west-1:1:task-set/prod/shop/ecs-svc/123"
    resource = Resource(arn, "AWS::ECS::TaskSet", "shop/ecs-svc/123")

    text = steps_for(finding(check_id="ecs-task-set-public-ip", resource=resource))

    assert text.count("--service=arn:aws:ecs:eu-west-1:1:service/prod/shop ") == 3
    assert "aws ecs delete-task-set --cluster=arn:aws:ecs:eu-west-1:1:cluster/prod" in text


def test_services_on_an_old_revision_are_deployed_again_from_the_family() -> None:
    service = "arn:aws:ecs:eu-west-1:1:service/shop"
    failing = finding(
        check_id="ecs-running-non-latest-revision",
        resource=Resource("arn:x:1", "AWS::ECS::TaskDefinition", "web:1", "web", 1),
        usage=EcsUsage(services=(service,), clusters=("prod",)),
    )

    text = steps_for(failing)

    assert f"update-service --cluster=arn:aws:ecs:eu-west-1:1:cluster/prod --service={service}" in text
    assert text.endswith("--task-definition=web --region=eu-west-1")
