"""Families are listed and described with one call each, and unreadable ones are gaps."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, cast

import pytest

from auditor.aws.calls import RegionClient
from auditor.aws.collectors import all_collectors, collectors_for
from auditor.aws.collectors.collector import CollectContext, CollectOptions, Collector, CollectorResult, ScopeState
from auditor.aws.collectors.ecs.revisions import CODEC, cached_revision
from auditor.aws.errors import ApiCallError
from auditor.domain.cache import ScopeCache
from auditor.domain.coverage import Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.reason import Reason
from auditor.domain.scope import Scope
from tests import builders
from tests.aws.fakes import SentCall, answers_in_turn, call_context, client_error, region_client, sent_calls
from tests.aws.fakes import pages as paged

LIST, DESCRIBE = "ListTaskDefinitionFamilies", "DescribeTaskDefinition"
SCOPE = builders.scope()

LATEST_ONLY = CollectOptions("latest")
GONE = client_error("ClientException", "Unable to describe task definition.")
DENIED = client_error("AccessDeniedException", "because no identity-based policy allows it")


def described(
    family: str, revision: int = 3, *, region: str = SCOPE.region, account: str = SCOPE.account.id
) -> dict[str, Any]:
    arn = f"arn:aws:ecs:{region}:{account}:task-definition/{family}:{revision}"
    task = {"taskDefinitionArn": arn, "family": family, "revision": revision, "status": "ACTIVE"}
    return {
        "taskDefinition": {**task, "containerDefinitions": [{"name": "app"}]},
        "tags": [{"key": "env", "value": "prod"}],
    }


class Ecs:
    """Families on pages. `broken` maps families to other answers, `later` answers every list after the first."""

    def __init__(self, *rows: list[Any], broken: dict[str, Any] | None = None, later: Any = None) -> None:  # noqa: ANN401 - any JSON, or a script of answers
        self.pages = paged(rows, "families")
        self.broken = broken or {}
        self.later = later

    def __call__(self, call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        if call.operation == DESCRIBE:
            family = call.parameters["taskDefinition"]
            return self.broken.get(family) or described(family)
        if "familyPrefix" in call.parameters and self.later is not None:
            return self.later
        token = call.parameters.get("nextToken")
        page_number = 0 if token is None else int(token.removeprefix("after-")) + 1
        return self.pages[page_number]


def the_collector() -> Collector:
    (collector,) = collectors_for([TaskDefinition], running=False)
    return collector


def collect_context(
    client: RegionClient, scope: Scope = SCOPE, cache: ScopeCache | None = None, options: CollectOptions = LATEST_ONLY
) -> CollectContext:
    return CollectContext(scope, client, cache or ScopeCache(), options, ScopeState(), lambda _: CollectorResult(()))


def reading_of(client: RegionClient, scope: Scope = SCOPE) -> Iterator[object]:
    return the_collector().collect(collect_context(client, scope))


def collect(script: Any) -> tuple[list[Any], RegionClient]:  # noqa: ANN401 - any JSON, or a script of answers
    client = region_client(call_context(script))
    return list(reading_of(client)), client


def names(items: list[Any]) -> list[str]:
    return [item.family for item in items]


def operations(client: RegionClient) -> list[str]:
    return [call.operation for call in sent_calls(client.call_context)]


def test_every_family_of_every_page_is_described_once_by_its_name() -> None:
    items, client = collect(Ecs(["a", "b"], [], ["c"]))
    assert names(items) == ["a", "b", "c"]
    parameters = [call.parameters for call in sent_calls(client.call_context) if call.operation == DESCRIBE]
    assert parameters == [{"taskDefinition": name, "include": ["TAGS"]} for name in "abc"]
    assert operations(client) == [LIST, DESCRIBE, DESCRIBE, LIST, LIST, DESCRIBE]


def test_only_active_families_are_listed_a_hundred_per_page() -> None:
    _, client = collect(Ecs(["a"], ["b"]))
    first, second = (call.parameters for call in sent_calls(client.call_context) if call.operation == LIST)
    assert first == {"status": "ACTIVE", "maxResults": 100}
    assert second == {"status": "ACTIVE", "maxResults": 100, "nextToken": "after-0"}


def test_the_fact_contains_what_ecs_returned() -> None:
    (item,), _ = collect(Ecs(["web"]))
    assert (item.arn, item.revision, item.tags) == (
        described("web")["taskDefinition"]["taskDefinitionArn"],
        3,
        {"env": "prod"},
    )


def test_a_region_without_families_costs_one_call() -> None:
    items, client = collect(Ecs([]))
    assert items == []
    assert operations(client) == [LIST]


def test_a_family_on_two_pages_is_described_once() -> None:
    items, client = collect(Ecs(["a", "b"], ["b", "c", "c"]))
    assert names(items) == ["a", "b", "c"]
    assert operations(client).count(DESCRIBE) == 3


def test_facts_are_yielded_as_they_are_read() -> None:
    client = region_client(call_context(Ecs(["a", "b"], ["c"])))
    items = reading_of(client)
    next(items)
    assert operations(client) == [LIST, DESCRIBE]
    del items


@pytest.mark.parametrize(
    "garbled",
    [
        {},
        {"message": "<html>"},
        {"families": None},
        {"families": "web"},
        {"families": [3]},
        {"families": [""]},
        {"families": [None]},
        {"families": [], "nextToken": 3},
    ],
)
def test_a_garbled_page_is_not_a_region_without_families(garbled: dict[str, Any]) -> None:
    with pytest.raises(ApiCallError) as raised:
        collect(answers_in_turn(garbled))
    assert raised.value.info.reason is Reason.MALFORMED_RESPONSE
    items, client = collect(answers_in_turn(garbled, {"families": ["a"]}, described("a")))
    assert names(items) == ["a"]
    assert client.stats.retried == 1


def test_a_repeated_page_token_is_an_error() -> None:
    again = {"families": ["a"], "nextToken": "again"}
    client = region_client(call_context(lambda call: again if call.operation == LIST else described("a")))
    read: list[object] = []
    with pytest.raises(ApiCallError, match="same nextToken twice") as raised:
        read.extend(reading_of(client))
    assert raised.value.info.reason is Reason.MALFORMED_RESPONSE
    assert operations(client) == [LIST, DESCRIBE, LIST]


def test_a_list_that_fails_on_its_second_page_yields_the_first() -> None:
    script = Ecs(["a"], ["b"])
    script.pages[1] = cast("Any", DENIED)
    items = reading_of(region_client(call_context(script)))
    assert cast("TaskDefinition", next(items)).family == "a"
    with pytest.raises(ApiCallError):
        next(items)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(DENIED, Reason.PERMISSION_DENIED, id="it is denied"),
        pytest.param(client_error("ThrottlingException"), Reason.THROTTLED, id="it is throttled for ever"),
        pytest.param(client_error("ServerException", "sorry", 500), Reason.SERVICE_ERROR, id="it always fails"),
        pytest.param(GONE, Reason.SERVICE_ERROR, id="it is listed and cannot be described"),
        pytest.param({"message": "<html>"}, Reason.MALFORMED_RESPONSE, id="a proxy answers"),
        pytest.param({"taskDefinition": None}, Reason.MALFORMED_RESPONSE, id="the answer is empty"),
        pytest.param({"taskDefinition": {"family": "b"}}, Reason.MALFORMED_RESPONSE, id="half of it is missing"),
        pytest.param({"taskDefinition": [1]}, Reason.MALFORMED_RESPONSE, id="it is a list"),
        pytest.param({**described("b"), "tags": [3]}, Reason.MALFORMED_RESPONSE, id="its tags are numbers"),
        pytest.param(described("a"), Reason.MALFORMED_RESPONSE, id="another family is answered"),
        pytest.param(described("b", region="us-east-1"), Reason.MALFORMED_RESPONSE, id="another region answers"),
        pytest.param(described("b", account="999999999999"), Reason.MALFORMED_RESPONSE, id="another account answers"),
    ],
)
def test_an_unreadable_family_is_one_gap_and_the_others_are_read(broken: Any, reason: Reason) -> None:  # noqa: ANN401 - any JSON, or a script of answers
    (first, gap, last), _ = collect(Ecs(["a", "b", "c"], broken={"b": broken}))
    assert names([first, last]) == ["a", "c"]
    assert isinstance(gap, Gap)
    assert (gap.scope, gap.stage, gap.reason) == (SCOPE, "describe", reason)
    assert gap.resource is not None
    assert gap.resource.arn == "arn:aws:ecs:eu-west-1:000000000001:task-definition/b"
    assert (gap.resource.family, gap.resource.revision) == ("b", None)


def test_a_gap_has_the_same_finding_id_as_the_readable_family() -> None:
    (gap,), _ = collect(Ecs(["web"], broken={"web": DENIED}))
    (fact,), _ = collect(Ecs(["web"]))
    assert gap.resource.unversioned_arn == fact.resource.unversioned_arn


def test_a_gap_contains_no_values_of_a_malformed_definition() -> None:
    answer = described("web")
    answer["taskDefinition"]["containerDefinitions"] = ["hunter2"]
    (gap,), _ = collect(Ecs(["web"], broken={"web": answer}))
    assert gap.reason is Reason.MALFORMED_RESPONSE
    assert "containerDefinitions[0]" in gap.detail
    assert "hunter2" not in gap.detail


def test_a_gap_in_another_partition_has_the_arn_of_that_partition() -> None:
    script, scope = Ecs(["web"], broken={"web": DENIED}), builders.scope("cn-north-1")
    (gap,) = reading_of(region_client(call_context(script), region="cn-north-1"), scope)
    assert isinstance(gap, Gap)
    assert gap.resource is not None
    assert gap.resource.arn.startswith("arn:aws-cn:ecs:cn-north-1:")


def test_a_family_that_is_deregistered_between_list_and_describe_is_no_gap() -> None:
    items, client = collect(Ecs(["a", "b"], broken={"a": GONE}, later={"families": ["a-sidecar"]}))
    assert names(items) == ["b"]
    parameters = [call.parameters for call in sent_calls(client.call_context) if "familyPrefix" in call.parameters]
    assert parameters == [{"familyPrefix": "a", "status": "ACTIVE"}]


def test_a_family_whose_deregistration_cannot_be_confirmed_is_a_gap() -> None:
    (gap, _), _ = collect(Ecs(["a", "b"], broken={"a": GONE}, later=DENIED))
    assert isinstance(gap, Gap)
    assert gap.reason is Reason.SERVICE_ERROR


def test_a_family_is_only_listed_again_if_ecs_does_not_find_it() -> None:
    _, client = collect(Ecs(["a"], broken={"a": DENIED}))
    assert operations(client) == [LIST, DESCRIBE]


def test_list_only_describes_nothing() -> None:
    client = region_client(call_context(Ecs(["a", "b"], ["b", "c"])))
    assert len(list(the_collector().list_only(collect_context(client)))) == 3
    assert operations(client) == [LIST, LIST]


def test_the_actions_of_a_collector_are_those_that_it_calls() -> None:
    _, client = collect(Ecs(["a", "b"], broken={"a": GONE}))
    later = region_client(call_context(answers_in_turn({"taskDefinitionArns": []})))
    list(
        the_collector().collect(
            collect_context(later, cache=ScopeCache(cached={"arn": {}}), options=CollectOptions("latest"))
        )
    )

    called = {*operations(client), *operations(later)}
    assert {f"ecs:{operation}" for operation in called} == set(the_collector().actions)


def test_collectors_are_found_by_the_kind_of_their_facts() -> None:
    assert the_collector() in all_collectors()
    assert {collector.name for collector in collectors_for([TaskDefinition])} == {
        "ecs-services",
        "ecs-tasks",
        "ecs-task-definitions",
    }
    with pytest.raises(LookupError, match="no collector reads str"):
        collectors_for([TaskDefinition, str])


@pytest.mark.parametrize("lost", [[], None], ids=repr)
def test_a_description_without_containers_is_a_gap(lost: object) -> None:
    answer = described("a")
    answer["taskDefinition"]["containerDefinitions"] = lost
    (item,), _ = collect(Ecs(["a"], broken={"a": answer}))

    assert isinstance(item, Gap)
    assert item.reason is Reason.MALFORMED_RESPONSE


ARN = "arn:aws:ecs:eu-west-1:000000000001:task-definition/web:2"


def listed_by_arn(*descriptions: Any) -> tuple[list[Any], RegionClient]:  # noqa: ANN401 - any JSON, or a script of answers
    """Collect a region whose cache makes listing ARNs the cheaper way, and that lists `web:2`."""
    client = region_client(call_context(answers_in_turn({"taskDefinitionArns": [ARN]}, *descriptions)))
    cache = ScopeCache(cached={ARN.replace(":2", ":1"): {}})
    options = CollectOptions("latest")
    return list(the_collector().collect(collect_context(client, cache=cache, options=options))), client


def test_a_listed_revision_is_described_by_its_arn() -> None:
    (item,), client = listed_by_arn(described("web", 2))

    assert item.arn == ARN
    assert sent_calls(client.call_context)[-1].parameters["taskDefinition"] == ARN


def test_a_stale_description_of_a_listed_revision_is_a_gap() -> None:
    (gap,), _ = listed_by_arn(described("web", 1))

    assert isinstance(gap, Gap)
    assert (gap.reason, gap.resource and gap.resource.arn) == (Reason.MALFORMED_RESPONSE, ARN)


def test_a_revision_that_was_deregistered_since_it_was_listed_is_replaced_by_the_latest_active_one() -> None:
    deregistered = described("web", 2)
    deregistered["taskDefinition"]["status"] = "INACTIVE"
    (item,), _ = listed_by_arn(deregistered, described("web", 1))

    assert item.revision == 1


def confirm(cached: Any, answer: Any, options: CollectOptions = LATEST_ONLY) -> bool | None:  # noqa: ANN401 - any JSON
    client = region_client(call_context(answers_in_turn(answer)))
    compare = the_collector().confirm_cached
    assert compare is not None
    return compare(collect_context(client, options=options), ARN, cached)


def encoded(answer: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON
    (definition,), _ = listed_by_arn(answer)
    return json.loads(json.dumps(CODEC.encode(definition)))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"status": "INACTIVE", "deregisteredAt": 1_790_000_000}, id="the status"),
        pytest.param({"status": "DELETE_IN_PROGRESS"}, id="the status to the one before deletion"),
        pytest.param({"compatibilities": ["EC2", "EXTERNAL"]}, id="a member that is not read"),
    ],
)
def test_a_revision_is_confirmed_if_all_that_changed_is(change: dict[str, Any]) -> None:
    later = described("web", 2)
    later["taskDefinition"] |= change

    assert confirm(encoded(described("web", 2)), later) is True


def test_a_revision_is_confirmed_if_its_tags_changed() -> None:
    later = {**described("web", 2), "tags": [{"key": "team", "value": "new"}]}

    assert confirm(encoded(described("web", 2)), later) is True


@pytest.mark.parametrize(("status", "expected"), [("INACTIVE", True), ("DELETE_IN_PROGRESS", True), ("ACTIVE", False)])
def test_a_deregistered_revision_is_confirmed_if_it_still_is(status: str, expected: bool) -> None:  # noqa: FBT001 - a value of the table
    later = described("web", 2)
    later["taskDefinition"]["status"] = status

    assert confirm(encoded(described("web", 2)) | {"status": "INACTIVE"}, later) is expected


@pytest.mark.parametrize(
    ("active", "cached", "expected"),
    [
        pytest.param(True, {}, "ACTIVE", id="it was and is ACTIVE"),
        pytest.param(False, {}, None, id="it was deregistered since the last run"),
        pytest.param(False, {"status": "INACTIVE"}, "INACTIVE", id="it was deregistered before the last run"),
        pytest.param(False, {"status": "DELETE_IN_PROGRESS"}, "DELETE_IN_PROGRESS", id="it is being deleted"),
        pytest.param(True, {"status": "INACTIVE"}, None, id="it was deregistered and is listed as ACTIVE"),
        pytest.param(False, {"status": "ACTIVE"}, None, id="its status is not one that the cache holds"),
        pytest.param(False, {"status": ["INACTIVE"]}, None, id="its status is not a text"),
    ],
)
def test_a_revision_is_read_from_the_cache_only_if_its_status_is_known(
    active: bool,  # noqa: FBT001 - a value of the table
    cached: dict[str, object],
    expected: str | None,
) -> None:
    facts = {ARN: encoded(described("web", 2)) | cached}
    context = collect_context(region_client(call_context(answers_in_turn())), cache=ScopeCache(cached=facts))
    revision = cached_revision(context, ARN, active=active)

    assert (revision and revision.status) == expected
    assert revision is None or revision.tags is None


def test_a_revision_with_other_containers_is_not_confirmed() -> None:
    forged = encoded(described("web", 2)) | {"containers": [{"name": "app", "user": "1000"}]}

    assert confirm(forged, described("web", 2)) is False


@pytest.mark.parametrize(
    ("cached", "answer"),
    [
        pytest.param({"family": 7}, described("web", 2), id="the cached value is malformed"),
        pytest.param(encoded(described("web", 2)), GONE, id="the revision was deleted"),
        pytest.param(encoded(described("web", 2)), described("web", 1), id="another revision is described"),
    ],
)
def test_it_cannot_be_told_whether_a_revision_is_the_same_if(cached: object, answer: object) -> None:
    assert confirm(cached, answer) is None


def test_older_revisions_in_the_cache_are_not_used_for_verdicts() -> None:
    client = region_client(call_context(answers_in_turn({"taskDefinitionArns": [ARN]}, described("web", 2))))
    cache = ScopeCache(cached={ARN.replace(":2", ":1"): {}}, older={ARN: encoded(described("web", 2))})

    list(the_collector().collect(collect_context(client, cache=cache, options=LATEST_ONLY)))

    assert operations(client)[-1] == DESCRIBE
