"""What AWS calls missing gets a second look, and is a gap if AWS contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.domain.coverage import Gap
from auditor.domain.reason import Reason
from tests.aws.collectors.ecs.region import PREFIX, Reading, Region, definition_arn, read, service, task
from tests.aws.fakes import SentCall, answers_in_turn, client_error

CLUSTERS, SERVICES, TASKS, DEFINITIONS = "ecs-clusters", "ecs-services", "ecs-tasks", "ecs-task-definitions"
DAEMONS = "ecs-daemon-task-definitions"
WEB = definition_arn("web", 1)
CLUSTER = f"{PREFIX}:cluster/default"
DENIED = client_error("AccessDeniedException", "because no identity-based policy allows it")
NO_CLUSTER = client_error("ClusterNotFoundException", "Cluster not found.")
NO_DAEMON = client_error("DaemonNotFoundException", "Daemon not found.")

#: Collector, list operation, key of its answer, describe operation, key of its answer, and ARN of one resource.
KINDS = [
    pytest.param(
        SERVICES, "ListServices", "DescribeServices", "services", f"{PREFIX}:service/default/web", id="service"
    ),
    pytest.param(TASKS, "ListTasks", "DescribeTasks", "tasks", f"{PREFIX}:task/default/t1", id="task"),
    pytest.param(CLUSTERS, "ListClusters", "DescribeClusters", "clusters", CLUSTER, id="cluster"),
]


def missing(key: str, *arns: str) -> dict[str, Any]:
    return {key: [], "failures": [{"arn": arn, "reason": "MISSING"} for arn in arns]}


def a_region(**broken: Any) -> Region:  # noqa: ANN401 - any JSON, or a script of answers
    return Region({"default": [service("web", WEB)]}, {"default": [task("t1", WEB)]}, broken=broken)


def gaps(reading: Reading, collector: str) -> list[Gap]:
    return [item for item in reading.items[collector] if isinstance(item, Gap)]


@pytest.mark.parametrize(("collector", "listing", "describe", "key", "arn"), KINDS)
def test_a_missing_resource_that_is_still_listed_is_a_gap(
    collector: str, listing: str, describe: str, key: str, arn: str
) -> None:
    reading = read(a_region(**{describe: missing(key, arn)}), [collector])

    (gap,) = reading.items[collector]
    assert (gap.reason, gap.resource.arn) == (Reason.CONTRADICTORY_RESPONSE, arn)
    assert "still listed" in gap.detail
    assert reading.operations().count(listing) == 2
    assert reading.operations().count(describe) == 2


@pytest.mark.parametrize(("collector", "listing", "describe", "key", "arn"), KINDS)
def test_a_missing_resource_that_is_not_listed_any_more_is_no_gap(
    collector: str, listing: str, describe: str, key: str, arn: str
) -> None:
    lists = answers_in_turn({f"{key.removesuffix('s')}Arns": [arn]}, {f"{key.removesuffix('s')}Arns": []})
    reading = read(a_region(**{describe: missing(key, arn), listing: lists}), [collector])

    assert reading.items[collector] == []
    assert reading.failures == {}
    assert reading.operations().count(describe) == 1


@pytest.mark.parametrize(("collector", "listing", "describe", "key", "arn"), KINDS)
def test_a_missing_resource_is_a_gap_if_the_second_list_is_denied(
    collector: str, listing: str, describe: str, key: str, arn: str
) -> None:
    lists = answers_in_turn({f"{key.removesuffix('s')}Arns": [arn]}, DENIED)
    reading = read(a_region(**{describe: missing(key, arn), listing: lists}), [collector])

    (gap,) = reading.items[collector]
    assert (gap.reason, gap.resource.arn) == (Reason.PERMISSION_DENIED, arn)


def test_a_resource_that_the_second_description_finds_is_read() -> None:
    web = service("web", WEB)
    answers = answers_in_turn(missing("services", web["serviceArn"]), {"services": [web], "failures": []})
    reading = read(a_region(DescribeServices=answers), [SERVICES])

    assert [item.arn for item in reading.items[SERVICES]] == [web["serviceArn"]]


def test_one_of_several_tasks_may_have_ended_without_a_second_look() -> None:
    first, second = task("t1", WEB), task("t2", WEB)
    answer = {"tasks": [second], "failures": [{"arn": first["taskArn"], "reason": "MISSING"}]}
    reading = read(Region(tasks={"default": [first, second]}, broken={"DescribeTasks": answer}), [TASKS])

    assert [item.arn for item in reading.items[TASKS]] == [second["taskArn"]]
    assert reading.operations().count("ListTasks") == 1


@pytest.mark.parametrize(("collector", "listing"), [(SERVICES, "ListServices"), (TASKS, "ListTasks")])
def test_a_cluster_that_is_not_found_and_still_listed_is_a_gap(collector: str, listing: str) -> None:
    reading = read(a_region(**{listing: NO_CLUSTER}), [collector])

    (gap,) = reading.items[collector]
    assert (gap.reason, gap.resource) == (Reason.CONTRADICTORY_RESPONSE, None)
    assert f"{listing} of the cluster default" in gap.detail
    assert reading.operations().count("ListClusters") == 2
    assert reading.operations().count(listing) == 2


def test_a_cluster_that_is_not_found_and_was_described_as_active_is_a_gap() -> None:
    lists = answers_in_turn({"clusterArns": [CLUSTER]}, {"clusterArns": []})
    reading = read(a_region(ListServices=NO_CLUSTER, ListClusters=lists), [CLUSTERS, SERVICES])

    assert [gap.reason for gap in gaps(reading, SERVICES)] == [Reason.CONTRADICTORY_RESPONSE]


def test_a_cluster_that_is_not_found_and_not_listed_any_more_is_empty() -> None:
    lists = answers_in_turn({"clusterArns": [CLUSTER]}, {"clusterArns": []})
    reading = read(a_region(ListServices=NO_CLUSTER, ListTasks=NO_CLUSTER, ListClusters=lists), [SERVICES, TASKS])

    assert reading.items == {SERVICES: [], TASKS: []}
    assert reading.failures == {}
    assert reading.operations().count("ListClusters") == 2


def test_clusters_that_cannot_be_listed_again_are_a_gap() -> None:
    lists = answers_in_turn({"clusterArns": [CLUSTER]}, DENIED)
    reading = read(a_region(ListServices=NO_CLUSTER, ListClusters=lists), [SERVICES])

    assert [gap.reason for gap in gaps(reading, SERVICES)] == [Reason.PERMISSION_DENIED]


def test_a_cluster_that_is_found_on_the_second_look_is_read() -> None:
    web = service("web", WEB)
    lists = answers_in_turn(NO_CLUSTER, {"serviceArns": [web["serviceArn"]]})
    reading = read(a_region(ListServices=lists), [SERVICES])

    assert [item.arn for item in reading.items[SERVICES]] == [web["serviceArn"]]


def test_revisions_that_only_a_contradicted_service_uses_are_reported_as_unknown() -> None:
    region = a_region(DescribeServices=missing("services", f"{PREFIX}:service/default/web"))
    reading = read(region, [DEFINITIONS])

    (gap,) = gaps(reading, DEFINITIONS)
    assert (gap.reason, gap.resource) == (Reason.CONTRADICTORY_RESPONSE, None)


DEFINITION = f"{PREFIX}:daemon-task-definition/agent:1"
DAEMON, REVISION = f"{PREFIX}:daemon/default/agent", f"{PREFIX}:daemon-revision/default/agent/1"


class Daemons:
    """A region with one managed daemon. `broken` maps operations to answers or scripts."""

    def __init__(self, **broken: Any) -> None:  # noqa: ANN401 - any JSON, or a script of answers
        self.broken = broken

    def __call__(self, call: Any) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        if call.operation in self.broken:
            answer = self.broken[call.operation]
            return answer(call) if callable(answer) else answer
        return {
            "DescribeRegions": Region()._DescribeRegions(None),
            "ListDaemonTaskDefinitions": {"daemonTaskDefinitions": [{"arn": DEFINITION}]},
            "ListDaemons": {"daemonSummariesList": [{"daemonArn": DAEMON}]},
            "DescribeDaemon": {"daemon": {"currentRevisions": [{"arn": REVISION, "totalRunningCount": 2}]}},
            "DescribeDaemonRevisions": {
                "daemonRevisions": [
                    {
                        "daemonRevisionArn": REVISION,
                        "daemonArn": DAEMON,
                        "clusterArn": CLUSTER,
                        "daemonTaskDefinitionArn": DEFINITION,
                    }
                ]
            },
            "DescribeDaemonTaskDefinition": {
                "daemonTaskDefinition": {
                    "daemonTaskDefinitionArn": DEFINITION,
                    "family": "agent",
                    "revision": 1,
                    "containerDefinitions": [{"name": "app"}],
                }
            },
        }[call.operation]


def test_a_daemon_without_contradiction_is_read_with_one_call_per_object() -> None:
    reading = read(Daemons(), [DAEMONS])

    (definition,) = reading.items[DAEMONS]
    assert (definition.usage.running_tasks, definition.usage.complete) == (2, True)
    assert len(reading.operations()) == len(set(reading.operations()))


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param({"DescribeDaemon": NO_DAEMON}, id="a daemon"),
        pytest.param({"DescribeDaemonRevisions": missing("daemonRevisions", REVISION)}, id="its current revision"),
    ],
)
def test_a_missing_daemon_that_is_still_listed_is_a_gap(broken: dict[str, Any]) -> None:
    reading = read(Daemons(**broken), [DAEMONS])

    assert [gap.reason for gap in gaps(reading, DAEMONS)] == [Reason.CONTRADICTORY_RESPONSE]


def test_a_daemon_that_is_not_listed_any_more_is_no_gap() -> None:
    lists = answers_in_turn({"daemonSummariesList": [{"daemonArn": DAEMON}]}, {"daemonSummariesList": []})

    assert gaps(read(Daemons(DescribeDaemon=NO_DAEMON, ListDaemons=lists), [DAEMONS]), DAEMONS) == []


def test_a_daemon_revision_that_is_not_current_any_more_is_no_gap() -> None:
    current = {"daemon": {"currentRevisions": [{"arn": REVISION, "totalRunningCount": 2}]}}
    answers = answers_in_turn(current, {"daemon": {"currentRevisions": []}})
    daemons = Daemons(DescribeDaemon=answers, DescribeDaemonRevisions=missing("daemonRevisions", REVISION))

    assert gaps(read(daemons, [DAEMONS]), DAEMONS) == []


REFUSED = client_error("InvalidParameterException", "Long arn format must be used for tagging operations")


def refusing_tags_of(region: Region, operation: str, key: str, arn: str) -> Region:
    """Refuse the tags of one resource, as ECS does if its ARN has the old format."""

    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        names = call.parameters.get(key, ())
        if arn in names and "TAGS" in call.parameters.get("include", ()):
            return REFUSED
        return getattr(region, f"_{operation}")(call.parameters)

    region.broken[operation] = script
    return region


def test_a_service_whose_tags_are_refused_costs_its_neighbours_nothing() -> None:
    services = [{**service(f"s{n}", WEB), "tags": [{"key": "team", "value": "a"}]} for n in range(10)]
    region = refusing_tags_of(
        Region({"default": services}), "DescribeServices", "services", str(services[4]["serviceArn"])
    )
    items = read(region, [SERVICES]).items[SERVICES]

    assert {item.name: item.tags for item in items} == {f"s{n}": None if n == 4 else {"team": "a"} for n in range(10)}


def test_a_cluster_whose_tags_are_refused_is_read_with_its_settings() -> None:
    reading = read(refusing_tags_of(a_region(), "DescribeClusters", "clusters", CLUSTER), [CLUSTERS])

    assert [item.tags for item in reading.items[CLUSTERS]] == [None]
    assert reading.calls[-1][1]["include"] == ["SETTINGS", "CONFIGURATIONS"]


def test_a_refused_service_is_the_only_gap_of_its_batch() -> None:
    region = Region({"default": [service(f"s{n}", WEB) for n in range(3)]})
    bad = f"{PREFIX}:service/default/s1"

    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        return REFUSED if bad in call.parameters["services"] else region._DescribeServices(call.parameters)

    region.broken["DescribeServices"] = script
    reading = read(region, [SERVICES])

    assert [(gap.reason, gap.resource and gap.resource.arn) for gap in gaps(reading, SERVICES)] == [
        (Reason.SERVICE_ERROR, bad)
    ]
    assert len(reading.items[SERVICES]) == 3


def test_a_task_definition_whose_tags_are_refused_is_read_without_them() -> None:
    region = Region(families={"web": 2})

    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        return REFUSED if "include" in call.parameters else region._DescribeTaskDefinition(call.parameters)

    region.broken["DescribeTaskDefinition"] = script

    assert [item.tags for item in read(region, [DEFINITIONS]).items[DEFINITIONS]] == [None]


@pytest.mark.parametrize("prefix", ["arn:aws:ecs:us-east-1:000000000001", "arn:aws:ecs:eu-west-1:999999999999"])
def test_a_capacity_provider_of_another_account_or_region_is_malformed(prefix: str) -> None:
    provider = {"name": "ec2", "capacityProviderArn": f"{prefix}:capacity-provider/ec2"}
    region = Region(broken={"DescribeCapacityProviders": {"capacityProviders": [provider], "failures": []}})
    reading = read(region, ["ecs-capacity-providers"])

    assert reading.items["ecs-capacity-providers"] == []
    assert reading.failures["ecs-capacity-providers"].reason is Reason.MALFORMED_RESPONSE


def test_capacity_providers_whose_tags_are_refused_are_read_without_them() -> None:
    provider = {"name": "ec2", "capacityProviderArn": f"{PREFIX}:capacity-provider/ec2"}

    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        return REFUSED if "include" in call.parameters else {"capacityProviders": [provider], "failures": []}

    reading = read(Region(broken={"DescribeCapacityProviders": script}), ["ecs-capacity-providers"])

    assert [item.tags for item in reading.items["ecs-capacity-providers"]] == [None]
