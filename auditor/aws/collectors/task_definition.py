"""The answer of DescribeTaskDefinition, read into a fact. Pure: no call is made here, and no client is known.

Only what the checks read is kept. Environment variables are not even looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from auditor.aws.collectors import shapes
from auditor.aws.collectors.shapes import Malformed
from auditor.domain.facts import Container, TaskDefinition

__all__ = ["Malformed", "parse"]


def parse(raw: Mapping[str, Any], tags: Sequence[Mapping[str, Any]] | None = ()) -> TaskDefinition:
    """One revision, from the `taskDefinition` and the `tags` of the answer.

    Raises Malformed, and nothing else, where either is not what ECS documents: a definition that cannot be understood
    must become a gap, never a verdict. Source: the API reference's TaskDefinition and ContainerDefinition.
    """
    answer = shapes.as_object(raw, "taskDefinition")
    family = shapes.text(answer.get("family"), "family")
    revision = shapes.counting_number(answer.get("revision"), "revision")
    return TaskDefinition(
        arn=_arn(answer.get("taskDefinitionArn"), family, revision),
        family=family,
        revision=revision,
        status=shapes.optional_text(answer.get("status"), "status") or "",
        network_mode=_network_mode(answer.get("networkMode")),
        containers=_containers(answer),
        tags=shapes.tag_map(tags),
        registered_at=shapes.moment(answer.get("registeredAt"), "registeredAt"),
        registered_by=shapes.optional_text(answer.get("registeredBy"), "registeredBy"),
    )


def _containers(answer: Mapping[str, Any]) -> tuple[Container, ...]:
    listed = shapes.objects(answer.get("containerDefinitions"), "containerDefinitions")
    if not listed and answer.get("networkMode") == "host":
        # ECS registers no definition without a container: one that got lost on the way must not read as a clean one.
        raise Malformed("containerDefinitions", "holds no container, and every task definition has one")
    return tuple(_container(each, path) for each, path in listed)


def _container(raw: Mapping[str, Any], path: str) -> Container:
    return Container(
        name=shapes.optional_text(raw.get("name"), f"{path}.name") or "",
        image=shapes.optional_text(raw.get("image"), f"{path}.image") or "",
        user=shapes.text_or_number(raw.get("user"), f"{path}.user"),
        privileged=shapes.flag(raw.get("privileged"), f"{path}.privileged"),
    )


def _arn(value: object, family: str, revision: int) -> str:
    """The ARN, which must be this family's and revision's: a mixed-up answer would blame the wrong resource."""
    arn = shapes.text(value, "taskDefinitionArn")
    if arn.startswith("arn:") and arn.endswith(f":task-definition/{family}:{revision}"):
        return arn
    raise Malformed("taskDefinitionArn", "does not name the family and the revision that stand beside it")


def _network_mode(value: object) -> str | None:
    """The mode as ECS wrote it. A mode that is unknown today is kept; one that merely resembles `host` is garbage."""
    mode = shapes.optional_text(value, "networkMode")
    if mode is not None and mode != "host" and mode.strip().lower() == "host":
        raise Malformed("networkMode", "is a misspelt 'host', which ECS never writes")
    return mode
