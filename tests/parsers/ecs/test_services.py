"""The parsers of services and task sets accept documented answers and raise MalformedValue for all others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given

from auditor.domain.ecs.workloads import Deployment, Placement, Service, TaskSet
from auditor.parsers.ecs.services import MalformedValue, parse, parse_task_set
from tests.parsers.ecs.answers import (
    ANY_VALUE,
    ARN_PREFIX,
    MISSING,
    OTHER_ACCOUNT,
    OTHER_REGION,
    case_id,
    damaged,
    unmodelled_members,
    with_value,
)

CREATED = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WEB = f"{ARN_PREFIX}:service/prod/web"
PROD = f"{ARN_PREFIX}:cluster/prod"
SEVEN, SIX = f"{ARN_PREFIX}:task-definition/web:7", f"{ARN_PREFIX}:task-definition/web:6"
PLACED: dict[str, Any] = {
    "launchType": "FARGATE",
    "platformVersion": "1.4.0",
    "platformFamily": "Linux",
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "ENABLED"}},
}
PLACEMENT = Placement("FARGATE", (), "1.4.0", "Linux", public_ip=True)
SET: dict[str, Any] = {
    "id": "ecs-svc/1",
    "taskSetArn": f"{ARN_PREFIX}:task-set/prod/web/ecs-svc/1",
    "serviceArn": WEB,
    "clusterArn": PROD,
    "status": "PRIMARY",
    "taskDefinition": SEVEN,
    "runningCount": 2,
    "createdAt": CREATED,
    "tags": [{"key": "owner", "value": "web"}],
    **PLACED,
}
WHOLE: dict[str, Any] = {
    "serviceArn": WEB,
    "serviceName": "web",
    "clusterArn": PROD,
    "status": "ACTIVE",
    "desiredCount": 3,
    "runningCount": 2,
    "pendingCount": 1,
    "taskDefinition": SEVEN,
    "enableExecuteCommand": True,
    "createdAt": CREATED,
    "createdBy": "arn:aws:iam::111122223333:role/deployer",
    "resourceManagementType": "CUSTOMER",
    "deployments": [
        {"id": "ecs-svc/9", "status": "PRIMARY", "taskDefinition": SEVEN, "runningCount": 1, **PLACED},
        {
            "status": "ACTIVE",
            "taskDefinition": SIX,
            "runningCount": 1,
            "capacityProviderStrategy": [
                {"capacityProvider": "FARGATE_SPOT", "weight": 1, "base": 0},
                {"capacityProvider": "FARGATE", "weight": 0, "base": 1},
            ],
        },
    ],
    "taskSets": [SET],
    "tags": [{"key": "owner", "value": "platform"}, {"key": "bare"}],
    **PLACED,
}
TASK_SET = TaskSet(
    arn=f"{ARN_PREFIX}:task-set/prod/web/ecs-svc/1",
    id="ecs-svc/1",
    service_arn=WEB,
    cluster_arn=PROD,
    status="PRIMARY",
    task_definition=SEVEN,
    running=2,
    placement=PLACEMENT,
    tags={"owner": "web"},
    created_at=CREATED,
)
IP = "networkConfiguration.awsvpcConfiguration.assignPublicIp"

#: The parsers as JSON meets them: with an argument of any type.
parse_anything: Callable[..., Service] = parse
loosely_a_set: Callable[..., TaskSet] = parse_task_set


def test_a_complete_answer_is_parsed_completely() -> None:
    assert parse(WHOLE) == Service(
        arn=WEB,
        name="web",
        cluster_arn=PROD,
        status="ACTIVE",
        task_definition=SEVEN,
        desired=3,
        running=2,
        placement=PLACEMENT,
        exec_enabled=True,
        deployments=(
            Deployment(SEVEN, "PRIMARY", 1, PLACEMENT),
            Deployment(SIX, "ACTIVE", 1, Placement(capacity_providers=("FARGATE_SPOT", "FARGATE"))),
        ),
        task_sets=(TASK_SET,),
        tags={"owner": "platform", "bare": ""},
        created_at=CREATED,
        created_by="arn:aws:iam::111122223333:role/deployer",
    )


def test_botocore_models_every_member_of_the_examples() -> None:
    assert unmodelled_members("Service", WHOLE) == []
    assert unmodelled_members("TaskSet", SET) == []


def test_a_task_set_is_parsed_the_same_within_its_service_and_alone() -> None:
    assert parse_task_set(SET) == TASK_SET


def test_a_minimal_service_has_arn_name_and_cluster() -> None:
    least = parse({"serviceArn": WEB, "serviceName": "web", "clusterArn": PROD})

    assert least == Service(WEB, "web", PROD, status="", task_definition=None)


def test_a_minimal_task_set_has_arn_id_service_and_cluster() -> None:
    names = ("id", "taskSetArn", "serviceArn", "clusterArn")

    assert parse_task_set({name: SET[name] for name in names}) == TaskSet(
        SET["taskSetArn"], "ecs-svc/1", WEB, PROD, status="", task_definition=None, tags=None
    )


def test_a_task_set_within_its_service_may_omit_service_and_cluster() -> None:
    bare = {name: member for name, member in SET.items() if name not in {"serviceArn", "clusterArn"}}

    assert parse({**WHOLE, "taskSets": [bare]}).task_sets == (TASK_SET,)


@pytest.mark.parametrize("kind", ["ECS", "CUSTOMER", "a kind of next year", None], ids=repr)
def test_a_service_managed_by_ecs_is_parsed_like_others(kind: str | None) -> None:
    assert parse({**WHOLE, "resourceManagementType": kind}) == parse(WHOLE)


def test_an_arn_of_the_old_format_does_not_contain_the_cluster() -> None:
    old = f"{ARN_PREFIX}:service/web"

    assert parse({**WHOLE, "serviceArn": old, "taskSets": []}).arn == old


@pytest.mark.parametrize("absent", [MISSING, None, ""], ids=["missing", "null", "empty"])
def test_a_service_of_an_external_controller_and_its_deployments_have_no_definition(absent: object) -> None:
    raw = with_value(with_value(WHOLE, "taskDefinition", absent), "deployments[0].taskDefinition", absent)

    service = parse(raw)
    assert service.task_definition is None
    assert [deployment.task_definition for deployment in service.deployments] == [SIX]
    assert service.definitions == {SIX, SEVEN}


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        pytest.param(IP, "ENABLED", True, id="ENABLED is a public address"),
        pytest.param(IP, "DISABLED", False, id="DISABLED is none"),
        pytest.param(IP, MISSING, False, id="absent is DISABLED"),
        pytest.param(IP, None, False, id="null is absent"),
        pytest.param("networkConfiguration.awsvpcConfiguration", {}, False, id="an empty network is one"),
        pytest.param("networkConfiguration.awsvpcConfiguration", None, None, id="no network of their own"),
        pytest.param("networkConfiguration", {}, None, id="nothing said of a network"),
        pytest.param("networkConfiguration", MISSING, None, id="no word of a network"),
    ],
)
@pytest.mark.parametrize("within", ["", "deployments[0].", "taskSets[0]."], ids=["service", "deployment", "task set"])
def test_public_ip_is_parsed_from_the_network_configuration(
    within: str,
    path: str,
    value: object,
    expected: bool | None,  # noqa: FBT001 - a column of the table
) -> None:
    service = parse(with_value(WHOLE, f"{within}{path}", value))
    placements = {
        "": service.placement,
        "deployments[0].": service.deployments[0].placement,
        "taskSets[0].": service.task_sets[0].placement,
    }

    assert placements[within].public_ip is expected


@pytest.mark.parametrize("member", ["launchType", "platformVersion", "platformFamily"])
@pytest.mark.parametrize("value", [MISSING, None, ""], ids=["missing", "null", "empty"])
def test_missing_placement_settings_are_none(member: str, value: object) -> None:
    placement = parse(with_value(WHOLE, member, value)).placement
    field = {"launchType": "launch_type", "platformVersion": "platform_version", "platformFamily": "platform_family"}

    assert getattr(placement, field[member]) is None


@pytest.mark.parametrize("count", [None, MISSING, 0], ids=["null", "missing", "zero"])
def test_a_missing_count_is_zero(count: object) -> None:
    raw = with_value(with_value(WHOLE, "runningCount", count), "desiredCount", count)

    assert (parse(raw).running, parse(raw).desired) == (0, 0)


@pytest.mark.parametrize("tags", [None, [], MISSING], ids=["null", "empty", "missing"])
def test_missing_tags_of_a_service_are_an_empty_mapping(tags: object) -> None:
    assert parse(with_value(WHOLE, "tags", tags)).tags == {}


@pytest.mark.parametrize(
    ("tags", "expected"), [(MISSING, None), (None, None), ([], {})], ids=["missing", "null", "none"]
)
def test_missing_tags_of_a_task_set_are_unread(tags: object, expected: dict[str, str] | None) -> None:
    assert parse(with_value(WHOLE, "taskSets[0].tags", tags)).task_sets[0].tags == expected


OF_PLACEMENT: list[tuple[str, object]] = [
    ("launchType", 1),
    ("platformVersion", 1.4),
    ("platformFamily", ["Linux"]),
    ("networkConfiguration", "awsvpc"),
    ("networkConfiguration.awsvpcConfiguration", True),
    (IP, ""),
    (IP, True),
    (IP, "enabled"),
    (IP, "A WORD OF NEXT YEAR"),
    ("capacityProviderStrategy", "FARGATE"),
    ("capacityProviderStrategy", {"capacityProvider": "FARGATE"}),
]
OF_SETS: list[tuple[str, object]] = [
    ("id", MISSING),
    ("id", ""),
    ("id", 1),
    ("taskSetArn", MISSING),
    ("taskSetArn", 1),
    ("taskSetArn", "ecs-svc/1"),
    ("taskSetArn", f"{ARN_PREFIX}:task-set/prod/web/ecs-svc/2"),
    ("taskSetArn", f"{ARN_PREFIX}:task-set/prod/api/ecs-svc/1"),
    ("taskSetArn", f"{ARN_PREFIX}:task-set/staging/web/ecs-svc/1"),
    ("taskSetArn", f"{WEB}/ecs-svc/1"),
    ("status", 1),
    ("taskDefinition", "web:7"),
    ("taskDefinition", f"{OTHER_REGION}:task-definition/web:7"),
    ("runningCount", -1),
    ("runningCount", "two"),
    ("createdAt", "yesterday"),
    ("tags", "owner"),
    *OF_PLACEMENT,
]
REFUSED: list[tuple[str, object]] = [
    ("serviceArn", MISSING),
    ("serviceArn", None),
    ("serviceArn", 7),
    ("serviceArn", "web"),
    ("serviceArn", f"{ARN_PREFIX}:service/prod/api"),
    ("serviceArn", f"{ARN_PREFIX}:service/prod/cobweb"),
    ("serviceArn", f"{ARN_PREFIX}:service/staging/web"),
    ("serviceArn", f"{ARN_PREFIX}:service/a/prod/web"),
    ("serviceArn", f"{ARN_PREFIX}:cluster/web"),
    ("serviceName", MISSING),
    ("serviceName", ""),
    ("serviceName", ["web"]),
    ("clusterArn", MISSING),
    ("clusterArn", "prod"),
    ("clusterArn", f"{OTHER_REGION}:cluster/prod"),
    ("clusterArn", f"{OTHER_ACCOUNT}:cluster/prod"),
    ("status", False),
    ("taskDefinition", 7),
    ("taskDefinition", "web"),
    ("taskDefinition", f"{ARN_PREFIX}:task-definition/web"),
    ("taskDefinition", f"{OTHER_ACCOUNT}:task-definition/web:7"),
    ("desiredCount", -1),
    ("desiredCount", 1.5),
    ("runningCount", True),
    ("runningCount", 2**31),
    ("enableExecuteCommand", "maybe"),
    ("createdAt", "yesterday"),
    ("createdBy", 1),
    ("tags", {"owner": "platform"}),
    ("tags[0].key", ""),
    ("deployments", "x"),
    ("deployments[0]", None),
    ("deployments[0].status", 1),
    ("deployments[0].taskDefinition", "web:7"),
    ("deployments[0].taskDefinition", f"{OTHER_REGION}:task-definition/web:7"),
    ("deployments[0].runningCount", -1),
    ("deployments[1].capacityProviderStrategy[0]", "FARGATE"),
    ("deployments[1].capacityProviderStrategy[0].capacityProvider", ""),
    ("taskSets", {}),
    ("taskSets[0]", "ecs-svc/1"),
    ("taskSets[0].serviceArn", None),
    *OF_PLACEMENT,
    *((f"deployments[0].{path}", value) for path, value in OF_PLACEMENT),
    *((f"taskSets[0].{path}", value) for path, value in OF_SETS),
]
REFUSED_OF_SETS = [*OF_SETS, ("serviceArn", MISSING), ("clusterArn", MISSING)]


@pytest.mark.parametrize(("path", "value"), REFUSED, ids=map(case_id, REFUSED))
def test_an_undocumented_value_is_malformed_and_named_by_its_path(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(with_value(WHOLE, path, value))

    assert refusal.value.path == path


@pytest.mark.parametrize(("path", "value"), REFUSED_OF_SETS, ids=map(case_id, REFUSED_OF_SETS))
def test_a_task_set_alone_is_malformed_at_the_same_paths(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse_task_set(with_value(SET, path, value))

    assert refusal.value.path == path


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        pytest.param(
            {"serviceArn": f"{ARN_PREFIX}:service/web"},
            "taskSets[0].serviceArn",
            id="another form of its service's ARN is another ARN",
        ),
        pytest.param(
            {
                "serviceArn": f"{ARN_PREFIX}:service/prod/api",
                "taskSetArn": f"{ARN_PREFIX}:task-set/prod/api/ecs-svc/1",
            },
            "taskSets[0].serviceArn",
            id="the set of another service",
        ),
        pytest.param(
            {
                "clusterArn": f"{ARN_PREFIX}:cluster/staging",
                "taskSetArn": f"{ARN_PREFIX}:task-set/staging/web/ecs-svc/1",
            },
            "taskSets[0].clusterArn",
            id="the set of another cluster",
        ),
    ],
)
def test_a_task_set_in_the_wrong_service_is_malformed(changed: dict[str, str], path: str) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse({**WHOLE, "taskSets": [{**SET, **changed}]})

    assert refusal.value.path == path


@pytest.mark.parametrize("raw", [None, [], "{}", 1], ids=repr)
def test_an_answer_that_is_not_an_object_is_malformed(raw: object) -> None:
    with pytest.raises(MalformedValue, match="service: expected an object, got"):
        parse_anything(raw)
    with pytest.raises(MalformedValue, match="taskSet: expected an object, got"):
        loosely_a_set(raw)


@given(raw=damaged(WHOLE) | ANY_VALUE)
def test_the_parser_raises_only_malformed_value(raw: object) -> None:
    try:
        service = parse_anything(raw)
    except MalformedValue:
        return

    assert isinstance(service, Service)
    assert service.arn.endswith(f"/{service.name}")


@given(raw=damaged(SET) | ANY_VALUE)
def test_the_task_set_parser_raises_only_malformed_value(raw: object) -> None:
    try:
        task_set = loosely_a_set(raw)
    except MalformedValue:
        return

    assert isinstance(task_set, TaskSet)
    assert task_set.arn.endswith(f"/{task_set.id}")


@given(word=ANY_VALUE)
def test_no_other_value_reads_as_a_private_address(word: object) -> None:
    try:
        public = parse(with_value(WHOLE, IP, word)).placement.public_ip
    except MalformedValue:
        return

    assert (word, public) in [(None, False), ("DISABLED", False), ("ENABLED", True)]
