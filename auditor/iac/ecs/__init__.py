"""Amazon ECS in CloudFormation templates, Terraform plans and task definition files."""

import re
from dataclasses import replace
from typing import Any

from auditor.iac.ecs import to_facts, triggers
from auditor.iac.ecs.platforms import with_platforms
from auditor.iac.ecs.redaction import redact_environment
from auditor.iac.ecs.task_definition_files import FREE_MAPS, FREE_TEXTS, task_definitions
from auditor.iac.ecs.terraform import from_terraform
from auditor.iac.ecs.unknown_values import MEMBERS
from auditor.iac.service import IacService, JsonObject, ResourceType
from auditor.iac.unresolved import Conditional

#: ECS is also the name of the virtual machines of these clouds.
_OTHER_PROVIDERS = re.compile(
    r"(?!(?:alicloud|bytepluscc|cloudru|ctyun|flexibleengine|g42cloud|hcs|huaweicloud|opentelekomcloud|sbercloud|"
    r"telefonicaopencloud|volcengine(?:cc)?)_)[a-z0-9-]+_ecs_\w+"
)
#: The settings of a cluster in templates.
_RENAMED = {"clusterSettings": "settings"}


def _from_cloudformation(properties: JsonObject) -> JsonObject:
    """Return properties with the members of the API: some have other names or another spelling in templates."""
    return {_RENAMED.get(key, key): _respelled(value) for key, value in properties.items()}


def _respelled(value: Any) -> Any:
    """Return the network configuration of a task set in the spelling of a service."""
    if isinstance(value, Conditional):
        return replace(value, if_true=_respelled(value.if_true), if_false=_respelled(value.if_false))
    if isinstance(value, dict):
        return {"awsvpcConfiguration" if key == "awsVpcConfiguration" else key: value for key, value in value.items()}
    return value


SERVICE = IacService(
    name="ECS",
    prefix="AWS::ECS::",
    types={
        "AWS::ECS::TaskDefinition": ResourceType(
            to_facts.TaskDefinition,
            to_facts.task_definition,
            parts={"containerDefinitions": {"name": "a"}},
            required=("containerDefinitions",),
        ),
        "AWS::ECS::Service": ResourceType(to_facts.Service, to_facts.service),
        "AWS::ECS::TaskSet": ResourceType(to_facts.TaskSet, to_facts.task_set),
        "AWS::ECS::Cluster": ResourceType(to_facts.Cluster, to_facts.cluster),
        "AWS::ECS::CapacityProvider": ResourceType(to_facts.CapacityProvider, to_facts.capacity_provider),
        "AWS::Events::Rule": ResourceType(triggers.EventRule, triggers.event_rule),
        "AWS::Scheduler::Schedule": ResourceType(triggers.TaskSchedule, triggers.task_schedule),
        "AWS::Pipes::Pipe": ResourceType(triggers.Pipe, triggers.pipe),
    },
    terraform_types={
        "aws_ecs_task_definition": "AWS::ECS::TaskDefinition",
        "aws_ecs_service": "AWS::ECS::Service",
        "aws_ecs_task_set": "AWS::ECS::TaskSet",
        "aws_ecs_cluster": "AWS::ECS::Cluster",
        "aws_ecs_capacity_provider": "AWS::ECS::CapacityProvider",
        "aws_cloudwatch_event_target": "AWS::Events::Rule",
        "aws_scheduler_schedule": "AWS::Scheduler::Schedule",
        "aws_pipes_pipe": "AWS::Pipes::Pipe",
    },
    without_settings=frozenset(
        (
            "AWS::ECS::ClusterCapacityProviderAssociations",
            "AWS::ECS::PrimaryTaskSet",
            "aws_ecs_cluster_capacity_providers",
            "aws_ecs_tag",
            "aws_ecs_account_setting_default",
            "awscc_ecs_cluster_capacity_provider_associations",
            "awscc_ecs_primary_task_set",
        )
    ),
    other_providers=_OTHER_PROVIDERS,
    terraform_defaults=frozenset(("network_mode", "platform_version", "managed_termination_protection")),
    from_cloudformation=_from_cloudformation,
    from_terraform=from_terraform,
    link=lambda resources: with_platforms(triggers.without_other_targets(resources)),
    redact=redact_environment,
    members=MEMBERS,
    free_maps=FREE_MAPS,
    free_texts=FREE_TEXTS,
    documents=task_definitions,
    document_format="a task definition with containerDefinitions",
)
