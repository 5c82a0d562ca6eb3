"""The search language: what a text means, and which findings match it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.query import Answer, QueryError, Record, answer, parse

FRAMEWORKS = ("aws-fsbp", "cis-compute-1.1", "cis-aws-4.0")


def record(**fields: Any) -> Record:  # noqa: ANN401 - fields of a Record
    usual: dict[str, Any] = {
        "finding_id": "addc73d3" + "0" * 24,
        "check_id": "ecs-host-network-mode",
        "title": "Tasks do not use the host's network",
        "problem": "Task uses the host's network",
        "severity": "high",
        "status": "FAIL",
        "state": "new",
        "reasons": ("host-network",),
        "controls": ("aws-fsbp/ECS.17", "cis-compute-1.1/3.4"),
        "account_id": "111122223333",
        "account_name": "payments-prod",
        "ou": "/Workloads/Production",
        "owner": "payments",
        "environment": "production",
        "region": "eu-west-1",
        "resource_type": "AWS::ECS::TaskDefinition",
        "resource": ("web:7", "web", "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"),
        "parts": ("nginx",),
        "is_running": True,
        "is_public": None,
    }
    return Record(**(usual | fields))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", "yes", id="an empty query matches everything"),
        pytest.param("severity:high", "yes", id="a qualifier"),
        pytest.param("SEVERITY:High", "yes", id="in any case"),
        pytest.param("severity:low,high", "yes", id="one of two values"),
        pytest.param("severity:low", "no", id="another value"),
        pytest.param("-severity:low", "yes", id="the negation of another value"),
        pytest.param("-severity:low,high", "no", id="the negation of a list that has the value"),
        pytest.param("severity:high owner:payments", "yes", id="two terms that hold"),
        pytest.param("severity:high owner:search", "no", id="one of two terms that does not hold"),
        pytest.param("region:eu-*", "yes", id="a glob"),
        pytest.param("-region:us-*", "yes", id="the negation of a glob"),
        pytest.param("region:eu", "no", id="values are whole words"),
        pytest.param("account:111122223333", "yes", id="an account by ID"),
        pytest.param("account:payments-*", "yes", id="an account by name"),
        pytest.param("ou:/workloads/*", "yes", id="an organizational unit"),
        pytest.param("env:production", "yes", id="a synonym"),
        pytest.param("resource:web", "yes", id="a resource by family"),
        pytest.param("resource:*:task-definition/web:7", "yes", id="a resource by ARN"),
        pytest.param("check:ecs-host-*", "yes", id="a check"),
        pytest.param("reason:host-network", "yes", id="a reason"),
        pytest.param("control:cis-compute-1.1/3.4", "yes", id="a control"),
        pytest.param("cis:3.4", "yes", id="a control by the start of its framework"),
        pytest.param("cis:3.*", "yes", id="a glob of controls"),
        pytest.param("cis:ecs.17", "no", id="a control of another framework"),
        pytest.param("aws-fsbp:ecs.17", "yes", id="a control by the whole name of its framework"),
        pytest.param("id:addc73", "yes", id="the first digits of an ID"),
        pytest.param("id:ddc73", "no", id="other digits of an ID"),
        pytest.param("status:fail", "yes", id="a status"),
        pytest.param("is:new", "yes", id="a state"),
        pytest.param("is:open,new", "yes", id="one of two states"),
        pytest.param("is:running", "yes", id="running"),
        pytest.param("-is:running", "no", id="not running"),
        pytest.param("is:public", "unknown", id="public, if that was not examined"),
        pytest.param("-is:public", "unknown", id="not public, if that was not examined"),
        pytest.param("is:public,running", "yes", id="public or running, if one is known"),
        pytest.param("is:public severity:low", "no", id="an unknown term next to one that does not hold"),
        pytest.param("is:overdue", "no", id="overdue"),
        pytest.param("is:excepted", "no", id="excepted"),
        pytest.param("web", "yes", id="a word"),
        pytest.param("host network", "yes", id="two words anywhere"),
        pytest.param('"the host\'s network"', "yes", id="a phrase"),
        pytest.param('"network host"', "no", id="a phrase in another order"),
        pytest.param("-nginx", "no", id="the negation of a word"),
        pytest.param('resource:"web"', "yes", id="a quoted value"),
        pytest.param("3.4", "yes", id="a control as a word"),
        pytest.param("[web", "no", id="characters of a pattern in a word"),
    ],
)
def test_a_query_matches(text: str, expected: str) -> None:
    assert answer(parse(text, FRAMEWORKS), record()) is Answer(expected)


@pytest.mark.parametrize(
    ("text", "problem", "advice"),
    [
        pytest.param(
            "sevrity:high", "'sevrity' is not a qualifier", "Did you mean severity?", id="a misspelt qualifier"
        ),
        pytest.param("severity:hgh", "'hgh' is not a severity", "Did you mean high?", id="a misspelt severity"),
        pytest.param("is:runing", "is:runing does not exist", "Did you mean running?", id="a misspelt property"),
        pytest.param("owner:", "owner: has no value", "owner:value", id="a qualifier without a value"),
        pytest.param("cis:,", "cis: has no value", "cis:value", id="a framework without a control"),
        pytest.param("web -", "'-' searches for nothing", "Write a word", id="a lone hyphen"),
        pytest.param('"web', "a quote is not closed", "two words", id="an open quote"),
        pytest.param("x" * 2_001, "more than 2,000 characters", "Search for less.", id="an endless query"),
    ],
)
def test_a_mistake_says_what_to_write(text: str, problem: str, advice: str) -> None:
    with pytest.raises(QueryError) as raised:
        parse(text, FRAMEWORKS)

    assert problem in raised.value.problem
    assert advice in raised.value.advice


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab:-", *[]?\u202e\n', max_size=40))
def test_any_text_is_a_query_or_a_mistake(text: str) -> None:
    try:
        query = parse(text, FRAMEWORKS)
    except QueryError:
        return
    assert answer(query, record()) in Answer


@given(st.sampled_from(["is:public", "is:running", "severity:low", "web", "owner:payments"]))
def test_a_finding_matches_a_term_or_its_negation_unless_it_was_not_examined(term: str) -> None:
    both = {answer(parse(term), record()), answer(parse(f"-{term}"), record())}

    assert both in ({Answer.YES, Answer.NO}, {Answer.UNKNOWN})
