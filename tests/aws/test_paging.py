"""The paging loop for every service: token names, repeated tokens, and malformed pages."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any

import pytest

from auditor.aws.errors import ApiCallError
from auditor.aws.models import PageTokens
from auditor.aws.paging import MAX_PAGES_WITHOUT_NEWS, paginate, paginate_strings, unique
from auditor.domain.reason import Reason
from tests.aws.fakes import answers_in_turn, call_context, pages, region_client, sent_calls


def _names(answer: Mapping[str, Any]) -> list[str]:
    return [role["Name"] for role in answer["Roles"]]


def test_token_names_are_those_of_the_service() -> None:
    client = region_client(
        call_context(answers_in_turn({"Roles": [{"Name": "a"}], "Marker": "m1"}, {"Roles": [{"Name": "b"}]}))
    )

    assert list(paginate(client, "iam", "ListRoles", _names, MaxItems=1)) == [["a"], ["b"]]
    assert [call.parameters for call in sent_calls(client.call_context)] == [
        {"MaxItems": 1},
        {"MaxItems": 1, "Marker": "m1"},
    ]


def test_token_names_can_be_given_for_operations_without_a_paginator() -> None:
    client = region_client(call_context(answers_in_turn({"names": ["a"], "after": "x"}, {"names": ["b"]})))
    tokens = PageTokens("startAt", "after")

    assert list(paginate_strings(client, "ecs", "NoSuchOperation", "names", tokens)) == [["a"], ["b"]]
    assert sent_calls(client.call_context)[1].parameters == {"startAt": "x"}


def test_an_operation_without_known_token_names_is_an_error_and_not_a_single_page() -> None:
    client = region_client(call_context(answers_in_turn({"names": ["a"]})))

    with pytest.raises(LookupError, match="no paginator for ecs:NoSuchOperation"):
        list(paginate_strings(client, "ecs", "NoSuchOperation", "names"))
    assert sent_calls(client.call_context) == []


def test_an_empty_page_does_not_end_the_list() -> None:
    client = region_client(call_context(answers_in_turn(*pages([[], ["a"]], "families"))))

    assert list(paginate_strings(client, "ecs", "ListTaskDefinitionFamilies", "families")) == [[], ["a"]]


def test_a_repeated_token_is_a_malformed_response() -> None:
    client = region_client(call_context(answers_in_turn({"Roles": [], "Marker": "again"})))

    with pytest.raises(ApiCallError, match="ListRoles returned the same Marker twice") as raised:
        list(paginate(client, "iam", "ListRoles", _names))
    assert raised.value.info.reason is Reason.MALFORMED_RESPONSE
    assert len(sent_calls(client.call_context)) == 2


@pytest.mark.parametrize("page", [[], ["a", "b"]], ids=["empty pages", "the same page again and again"])
def test_an_endless_list_without_anything_new_is_a_malformed_response(page: list[str]) -> None:
    tokens = (f"t{number}" for number in count())
    client = region_client(call_context(lambda _: {"families": page, "nextToken": next(tokens)}))

    with pytest.raises(ApiCallError, match="1000 pages in a row without anything new") as raised:
        list(paginate_strings(client, "ecs", "ListTaskDefinitionFamilies", "families"))
    assert raised.value.info.reason is Reason.MALFORMED_RESPONSE
    assert len(sent_calls(client.call_context)) == MAX_PAGES_WITHOUT_NEWS + bool(page)


def test_a_new_item_now_and_then_keeps_a_long_list_going() -> None:
    empty: list[list[str]] = [[]] * (MAX_PAGES_WITHOUT_NEWS - 1)
    answers = answers_in_turn(*pages([*empty, ["a"], *empty, ["b"]], "families"))
    client = region_client(call_context(answers))

    assert list(unique(paginate_strings(client, "ecs", "ListTaskDefinitionFamilies", "families"))) == ["a", "b"]


def test_a_token_that_is_not_a_string_is_a_malformed_response() -> None:
    client = region_client(call_context(answers_in_turn({"Roles": [], "Marker": 3})))

    with pytest.raises(ApiCallError, match="`Marker` is not a string"):
        list(paginate(client, "iam", "ListRoles", _names))


def test_parameters_may_have_any_name() -> None:
    client = region_client(call_context(answers_in_turn({"families": ["a"]})))
    names = paginate_strings(client, "ecs", "ListClusters", "families", service="web", key="x", tokens="y")

    assert list(names) == [["a"]]
    assert sent_calls(client.call_context)[0].parameters == {"service": "web", "key": "x", "tokens": "y"}


def test_a_name_that_is_on_two_pages_is_yielded_once() -> None:
    assert list(unique(iter([["a", "b", "b"], ["b", "c"]]))) == ["a", "b", "c"]
