"""Amazon ECS in CloudFormation templates, Terraform plans and task definition files."""

from __future__ import annotations

from auditor.iac.ecs import to_facts
from auditor.iac.ecs.redaction import redact_environment
from auditor.iac.ecs.task_definition_files import FREE_MAPS, task_definitions
from auditor.iac.ecs.terraform import from_terraform
from auditor.iac.ecs.unknown_values import MEMBERS
from auditor.iac.service import IacService, JsonObject, ResourceType


def _from_cloudformation(properties: JsonObject) -> JsonObject:
    """Return properties with the members of the API: the settings of a cluster have another name there."""
    return {"settings" if key == "clusterSettings" else key: value for key, value in properties.items()}


SERVICE = IacService(
    name="ECS",
    prefix="AWS::ECS::",
    types={
        "AWS::ECS::TaskDefinition": ResourceType(
            to_facts.TaskDefinition, to_facts.task_definition, parts={"containerDefinitions": {"name": "a"}}
        ),
        "AWS::ECS::Service": ResourceType(to_facts.Service, to_facts.service),
        "AWS::ECS::TaskSet": ResourceType(to_facts.TaskSet, to_facts.task_set),
        "AWS::ECS::Cluster": ResourceType(to_facts.Cluster, to_facts.cluster),
        "AWS::ECS::CapacityProvider": ResourceType(to_facts.CapacityProvider, to_facts.capacity_provider),
    },
    terraform_types={
        "aws_ecs_task_definition": "AWS::ECS::TaskDefinition",
        "aws_ecs_service": "AWS::ECS::Service",
        "aws_ecs_task_set": "AWS::ECS::TaskSet",
        "aws_ecs_cluster": "AWS::ECS::Cluster",
        "aws_ecs_capacity_provider": "AWS::ECS::CapacityProvider",
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
    from_cloudformation=_from_cloudformation,
    from_terraform=from_terraform,
    redact=redact_environment,
    members=MEMBERS,
    free_maps=FREE_MAPS,
    documents=task_definitions,
    document_format="a task definition with containerDefinitions",
)
