"""The tags of cached facts: how far the index is read, and what is asked for singly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ConnectTimeoutError, EndpointConnectionError, ReadTimeoutError

from auditor.aws.collectors.collector import CollectContext, CollectOptions, CollectorResult, ScopeState
from auditor.aws.collectors.tag_source import TagSource
from auditor.aws.collectors.tags import TagReader
from auditor.domain.cache import ScopeCache
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.reason import Reason
from tests import builders
from tests.aws.fakes import SentCall, call_context, client_error, region_client, sent_calls

INDEX, SINGLY = "GetResources", "ListTagsForResource"
SCOPE = builders.scope()
SOURCE = TagSource("ecs:task-definition", "ecs", SINGLY, "resourceArn", "ecs:ListTagsForResource")
OPTIONS = CollectOptions("latest", lambda fact: bool(fact.tags and "owner" in fact.tags))


def cached(number: int) -> TaskDefinition:
    arn = f"arn:aws:ecs:{SCOPE.region}:{SCOPE.account.id}:task-definition/web:{number}"
    return TaskDefinition(arn, "web", number, "ACTIVE", None, (), tags=None)


def entry(number: int, **tags: str) -> dict[str, Any]:
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    return {"ResourceARN": cached(number).arn, "Tags": pairs}


class Region:
    """Answers with pages of the index, the last one for ever or without a token, and with no tags singly."""

    def __init__(self, *pages: Any, endless: bool = False) -> None:  # noqa: ANN401 - any JSON, or a script of answers
        self.pages = pages
        self.endless = endless
        self.calls: list[str] = []

    def __call__(self, call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        self.calls.append(call.operation)
        if call.operation == SINGLY:
            return {"tags": []}
        number = self.calls.count(INDEX)
        page = self.pages[min(number, len(self.pages)) - 1]
        if not isinstance(page, list):
            return page
        more = self.endless or number < len(self.pages)
        return {"ResourceTagMappingList": page, "PaginationToken": f"after-{number}" if more else ""}


def read(region: Region, count: int, options: CollectOptions = OPTIONS) -> list[TaskDefinition]:
    client = region_client(call_context(region))
    context = CollectContext(SCOPE, client, ScopeCache(), options, ScopeState(), lambda _: CollectorResult(()))
    facts = [cached(number) for number in range(count)]
    reader = TagReader(context, SOURCE, {fact.arn for fact in facts})
    return [reader.with_tags(fact) for fact in facts]


def test_the_index_answers_for_a_hundred_resources_at_once() -> None:
    region = Region([entry(number, owner="a") for number in range(100)])
    facts = read(region, 100)

    assert region.calls == [INDEX]
    assert {(fact.tags and fact.tags["owner"], fact.tags_from_index) for fact in facts} == {("a", True)}


def test_nothing_is_read_if_no_check_reads_tags() -> None:
    region = Region()

    assert read(region, 3, CollectOptions("latest")) == [cached(number) for number in range(3)]
    assert region.calls == []


def test_a_single_resource_is_not_worth_a_page_of_the_index() -> None:
    region = Region()
    (fact,) = read(region, 1)

    assert (fact.tags, fact.tags_from_index) == ({}, False)
    assert region.calls == [SINGLY]


def test_a_resource_that_the_index_shows_with_different_tags_is_asked_for() -> None:
    region = Region([entry(0, owner="a"), entry(0, owner="b"), entry(1, owner="a")])
    facts = read(region, 2)

    assert [fact.tags_from_index for fact in facts] == [False, True]
    assert region.calls == [INDEX, SINGLY]


def test_pages_end_early_once_every_resource_was_shown() -> None:
    region = Region([entry(0, owner="a"), entry(1, owner="a")], [entry(7, owner="a")])
    read(region, 2)

    assert region.calls == [INDEX]


@pytest.mark.parametrize(
    ("count", "pages"),
    [pytest.param(3, 4, id="no more pages than resources"), pytest.param(200, 11, id="ten pages of old revisions")],
)
def test_an_index_full_of_other_resources_is_not_read_to_its_end(count: int, pages: int) -> None:
    region = Region([entry(number, owner="a") for number in range(1_000, 1_100)], endless=True)
    read(region, count)

    assert region.calls.count(INDEX) == pages
    assert region.calls.count(SINGLY) == count


def test_pages_are_read_on_while_they_settle_a_resource_each() -> None:
    rows = [[entry(number, owner="a"), entry(1_000 + number, owner="a")] for number in range(30)]
    region = Region(*rows)
    read(region, 30)

    assert region.calls == [INDEX] * 30


@pytest.mark.parametrize("error", [ReadTimeoutError, ConnectTimeoutError, EndpointConnectionError])
def test_an_index_that_cannot_be_reached_is_tried_once_for_all_accounts(error: type[BotoCoreError]) -> None:
    unreachable = error(endpoint_url="https://tagging.example")
    context = call_context(lambda call: {"tags": []} if call.operation == SINGLY else unreachable)
    for _ in range(2):
        client = region_client(context)
        scope = CollectContext(SCOPE, client, ScopeCache(), OPTIONS, ScopeState(), lambda _: CollectorResult(()))
        facts = [cached(0), cached(1)]
        reader = TagReader(scope, SOURCE, {fact.arn for fact in facts})
        assert [reader.with_tags(fact).tags for fact in facts] == [{}, {}]
        assert client.lost_time.seconds == 0
    operations = [call.operation for call in sent_calls(context)]

    assert operations.count(SINGLY) == 4
    assert operations.count(INDEX) == 8


def test_an_old_arn_that_cannot_have_tags_is_no_gap_and_a_denial_is_one() -> None:
    codes = {cached(0).arn: "InvalidParameterException", cached(1).arn: "AccessDeniedException"}

    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or an error
        if call.operation == INDEX:
            return {"ResourceTagMappingList": [], "PaginationToken": ""}
        return client_error(codes[str(call.parameters["resourceArn"])], "refused")

    context = CollectContext(
        SCOPE, region_client(call_context(script)), ScopeCache(), OPTIONS, ScopeState(), lambda _: CollectorResult(())
    )
    reader = TagReader(context, SOURCE, set(codes))
    facts = [reader.with_tags(cached(number)) for number in range(2)]
    gap = reader.gap()

    assert [(fact.tags, fact.tags_unread) for fact in facts] == [
        (None, "InvalidParameterException: refused"),
        (None, "AccessDeniedException: refused"),
    ]
    assert gap is not None
    assert (gap.reason, gap.resource) == (Reason.PERMISSION_DENIED, None)
    assert gap.detail.startswith(f"The tags of 1 cached resources could not be read, {cached(1).arn} among them")


def test_tags_of_another_form_are_not_believed() -> None:
    good = [entry(0, owner="a"), entry(1, owner="a")]
    garbled = {"ResourceTagMappingList": [replace_tags(good[0], "owner")], "PaginationToken": ""}
    region = Region(garbled, good)

    assert [fact.tags_from_index for fact in read(region, 2)] == [True, True]
    assert region.calls == [INDEX, INDEX]


def replace_tags(row: dict[str, Any], tags: object) -> dict[str, Any]:
    return row | {"Tags": tags}


def test_the_fact_that_passes_without_tags_is_left_alone() -> None:
    region = Region([])
    options = replace(OPTIONS, tags_suffice=lambda _fact: True)

    assert read(region, 2, options) == [cached(0), cached(1)]
    assert region.calls == [INDEX]
