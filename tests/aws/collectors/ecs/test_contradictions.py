"""What AWS calls missing gets a second look, and is a gap if AWS contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.domain.coverage import Gap
from auditor.domain.reason import Reason
from tests.aws.collectors.ecs.region import PREFIX, Reading, Region, definition_arn, read, service, task
from tests.aws.fakes import answers_in_turn, client_error

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
