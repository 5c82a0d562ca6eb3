"""The demo's responses about running workloads have the shapes of the ECS API, and only the requested members."""
# ruff: noqa: ANN401 - botocore creates the members of clients and shapes at run time

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

from auditor.demo import ecs_daemons, ecs_workloads, running
from auditor.demo.http_adapter import ApiCall
from auditor.demo.model import EXTERNAL_ID, ROLE_NAME, DemoAccount
from auditor.demo.organization import ACCOUNTS

BY_NAME = {account.name: account for account in ACCOUNTS}
MODEL = botocore.session.get_session().get_service_model("ecs")


@pytest.fixture(scope="module")
def ecs() -> Iterator[Any]:
    with running():
        session = botocore.session.get_session()
        sts: Any = session.create_client("sts", "eu-west-1")

        def client(account: str, region: str) -> Any:
            role = f"arn:aws:iam::{BY_NAME[account].id}:role/{ROLE_NAME}"
            answer = sts.assume_role(RoleArn=role, RoleSessionName="test", ExternalId=EXTERNAL_ID)["Credentials"]
            return session.create_client(
                "ecs",
                region,
                aws_access_key_id=answer["AccessKeyId"],
                aws_secret_access_key=answer["SecretAccessKey"],
                aws_session_token=answer["SessionToken"],
            )

        yield client


def test_a_cluster_has_settings_configuration_and_tags_only_on_request(ecs: Any) -> None:
    client = ecs("payments-prod", "eu-west-1")
    (arn,) = client.list_clusters()["clusterArns"]
    (bare,) = client.describe_clusters(clusters=[arn])["clusters"]
    (full,) = client.describe_clusters(clusters=[arn], include=["SETTINGS", "CONFIGURATIONS", "TAGS"])["clusters"]
    assert not {"settings", "configuration", "tags"} & set(bare)
    assert full["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert full["configuration"]["executeCommandConfiguration"]["logging"] == "OVERRIDE"
    assert full["tags"] == [{"key": "team", "value": "payments"}]


def test_a_service_has_tags_only_on_request(ecs: Any) -> None:
    client = ecs("payments-prod", "eu-west-1")
    (bare,) = client.describe_services(cluster="payments", services=[_service("checkout-api")])["services"]
    tagged = client.describe_services(cluster="payments", services=[_service("checkout-api")], include=["TAGS"])
    assert "tags" not in bare
    assert tagged["services"][0]["tags"] == [{"key": "team", "value": "checkout"}]


def _service(name: str) -> str:
    return f"arn:aws:ecs:eu-west-1:{BY_NAME['payments-prod'].id}:service/payments/{name}"


def test_an_unknown_service_is_missing(ecs: Any) -> None:
    client = ecs("payments-prod", "eu-west-1")
    answer = client.describe_services(cluster="payments", services=[_service("ledger-worker"), _service("gone")])
    assert [service["serviceName"] for service in answer["services"]] == ["ledger-worker"]
    assert answer["failures"] == [{"arn": _service("gone"), "reason": "MISSING"}]


def test_an_unknown_cluster_is_an_error(ecs: Any) -> None:
    with pytest.raises(ClientError) as caught:
        ecs("payments-prod", "eu-west-1").list_services(cluster="gone")
    assert caught.value.response["Error"]["Code"] == "ClusterNotFoundException"


def test_a_draining_deployment_still_has_a_task(ecs: Any) -> None:
    client = ecs("storefront-prod", "eu-central-1")
    arn = next(arn for arn in client.list_services(cluster="storefront")["serviceArns"] if arn.endswith("/edge-proxy"))
    (service,) = client.describe_services(cluster="storefront", services=[arn])["services"]
    deployments = {deployment["taskDefinition"].rpartition(":")[2]: deployment for deployment in service["deployments"]}
    assert {
        number: (deployment["status"], deployment["runningCount"]) for number, deployment in deployments.items()
    } == {
        "2": ("PRIMARY", 2),
        "1": ("ACTIVE", 1),
    }
    tasks = client.describe_tasks(cluster="storefront", tasks=client.list_tasks(cluster="storefront")["taskArns"])
    proxy_tasks = [task for task in tasks["tasks"] if task["group"] == "service:edge-proxy"]
    assert len(proxy_tasks) == service["runningCount"] == 3


def test_capacity_providers_are_listed_without_names_and_include_fargate(ecs: Any) -> None:
    providers = ecs("observability", "eu-west-1").describe_capacity_providers(include=["TAGS"])["capacityProviders"]
    assert {provider["name"]: provider["type"] for provider in providers} == {
        "FARGATE": "FARGATE",
        "FARGATE_SPOT": "FARGATE_SPOT",
        "telemetry-ec2": "EC2_AUTOSCALING",
        "telemetry-managed": "MANAGED_INSTANCES",
    }


def test_a_deregistered_revision_can_be_described_but_is_not_listed(ecs: Any) -> None:
    client = ecs("payments-prod", "us-east-1")
    definition = client.describe_task_definition(taskDefinition="datadog-agent:1")["taskDefinition"]
    listed = client.list_task_definitions(familyPrefix="datadog-agent")["taskDefinitionArns"]
    assert definition["status"] == "INACTIVE"
    assert [arn.rpartition(":")[2] for arn in listed] == ["2", "3"]


def test_a_daemon_leads_to_its_running_definition(ecs: Any) -> None:
    client = ecs("observability", "us-east-1")
    (summary,) = client.list_daemons()["daemonSummariesList"]
    daemon = client.describe_daemon(daemonArn=summary["daemonArn"])["daemon"]
    revisions = [current["arn"] for current in daemon["currentRevisions"]]
    (revision,) = client.describe_daemon_revisions(daemonRevisionArns=revisions)["daemonRevisions"]
    (listed,) = client.list_daemon_task_definitions(revision="LAST_REGISTERED")["daemonTaskDefinitions"]
    answer = client.describe_daemon_task_definition(daemonTaskDefinition=listed["arn"])["daemonTaskDefinition"]
    assert revision["daemonTaskDefinitionArn"] == listed["arn"] == answer["daemonTaskDefinitionArn"]
    assert (answer["revision"], answer["pidMode"]) == (2, "none")
    first = client.describe_daemon_task_definition(daemonTaskDefinition="host-metrics:1")["daemonTaskDefinition"]
    assert first["containerDefinitions"][0]["user"] == "0"


@pytest.mark.parametrize(
    ("operation", "parameters", "code"),
    [
        ("describe_daemon", {"daemonArn": "arn:aws:ecs:us-east-1:1:daemon/default/x"}, "DaemonNotFoundException"),
        ("describe_daemon_task_definition", {"daemonTaskDefinition": "gone"}, "ClientException"),
        ("describe_daemon_task_definition", {"daemonTaskDefinition": "host-metrics:3"}, "ClientException"),
    ],
)
def test_an_unknown_daemon_is_an_error(ecs: Any, operation: str, parameters: dict[str, str], code: str) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(ecs("observability", "us-east-1"), operation)(**parameters)
    assert caught.value.response["Error"]["Code"] == code


def test_an_account_without_daemons_lists_none(ecs: Any) -> None:
    client = ecs("iot-fleet", "eu-west-1")
    assert client.list_daemons()["daemonSummariesList"] == []
    assert client.list_daemon_task_definitions()["daemonTaskDefinitions"] == []


def _answers(account: DemoAccount, region: str) -> Iterator[tuple[str, Any]]:
    """Yield every response about a region of an account by operation, with all optional members."""

    def ask(operation: str, parameters: dict[str, str] | None = None, **lists: list[str]) -> Any:
        include = {"include": ("TAGS", "SETTINGS", "CONFIGURATIONS")}
        named = {name: tuple(values) for name, values in lists.items()}
        call = ApiCall("key", region, "ecs", operation, parameters or {}, include | named)
        answer = ecs_workloads.answer(call, account) or ecs_daemons.answer(call, account)
        assert answer is not None
        assert answer[0] == 200
        return json.loads(answer[2])

    clusters = ask("ListClusters")
    yield "ListClusters", clusters
    yield "DescribeClusters", ask("DescribeClusters", clusters=clusters["clusterArns"])
    yield "DescribeCapacityProviders", ask("DescribeCapacityProviders")
    for cluster in clusters["clusterArns"]:
        services = ask("ListServices", {"cluster": cluster})["serviceArns"]
        tasks = ask("ListTasks", {"cluster": cluster})["taskArns"]
        yield "DescribeServices", ask("DescribeServices", {"cluster": cluster}, services=services)
        yield "DescribeTasks", ask("DescribeTasks", {"cluster": cluster}, tasks=tasks)
    definitions = ask("ListDaemonTaskDefinitions")
    yield "ListDaemonTaskDefinitions", definitions
    for definition in definitions["daemonTaskDefinitions"]:
        parameters = {"daemonTaskDefinition": definition["arn"]}
        yield "DescribeDaemonTaskDefinition", ask("DescribeDaemonTaskDefinition", parameters)
    summaries = ask("ListDaemons")
    yield "ListDaemons", summaries
    for summary in summaries["daemonSummariesList"]:
        daemon = ask("DescribeDaemon", {"daemonArn": summary["daemonArn"]})
        yield "DescribeDaemon", daemon
        arns = [revision["arn"] for revision in daemon["daemon"]["currentRevisions"]]
        yield "DescribeDaemonRevisions", ask("DescribeDaemonRevisions", daemonRevisionArns=arns)


def _deviations(value: Any, shape: Any, path: str) -> Iterator[str]:
    """Yield the paths of members that the API's shape does not have; botocore would drop them without an error."""
    if shape.type_name == "structure":
        for name, member in value.items():
            if name in shape.members:
                yield from _deviations(member, shape.members[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
    elif shape.type_name == "list":
        for number, member in enumerate(value):
            yield from _deviations(member, shape.member, f"{path}[{number}]")
    elif getattr(shape, "enum", None) and value not in shape.enum:
        yield f"{path}: {value}"
    elif not isinstance(value, _TYPES.get(shape.type_name, object)):
        yield f"{path}: {value!r} is not of type {shape.type_name}"


_TYPES: dict[str, Any] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "timestamp": int | float,
    "map": dict,
}


@pytest.mark.parametrize(
    "account", [account for account in ACCOUNTS if account.workloads.clusters], ids=lambda account: account.name
)
def test_every_response_has_the_members_and_values_of_the_api(account: DemoAccount) -> None:
    operations = set()
    for region in ("eu-central-1", "eu-west-1", "us-east-1"):
        for operation, answer in _answers(account, region):
            operations.add(operation)
            assert list(_deviations(answer, MODEL.operation_model(operation).output_shape, operation)) == []
    assert {"DescribeClusters", "DescribeServices", "DescribeTasks", "DescribeCapacityProviders"} <= operations
