"""Session policies: one for all services if it fits, otherwise one for each group of services."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from auditor.aws.account_reader import AccountReader, required_actions
from auditor.aws.collectors import all_collectors
from auditor.aws.collectors.collector import CollectContext, Collector
from auditor.aws.regions import ACTIONS
from auditor.aws.roles import Identity, Roles
from auditor.aws.session_policies import POLICY_LIMIT, session_policies, session_policy
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.errors import AuditorError
from auditor.domain.scope import Role, Scope, Target
from tests import builders
from tests.aws.fakes import SentCall, answers_in_turn, call_context, client_error, regions_answer, sent_calls

ACCOUNT = builders.account()
IDENTITY = Identity("999999999999", "arn:aws:iam::999999999999:role/Auditor")


def many(service: str, count: int) -> list[str]:
    return [f"{service}:Action{number:04d}" for number in range(count)]


def allowed(policy: str) -> set[str]:
    (statement,) = json.loads(policy)["Statement"]
    return set(statement["Action"])


def test_the_policy_allows_each_action_once_sorted_and_nothing_else() -> None:
    assert json.loads(session_policy(["ecs:B", "ecs:A", "ecs:B"])) == {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["ecs:A", "ecs:B"], "Resource": "*"}],
    }


def test_all_collectors_of_this_version_share_one_policy() -> None:
    policies = session_policies(required_actions(all_collectors()))

    assert len(set(policies.values())) == 1
    (policy, *_) = policies.values()
    assert len(policy) <= POLICY_LIMIT
    assert allowed(policy) == {
        *ACTIONS,
        *(action for collector in all_collectors() for action in collector.all_actions),
    }


def test_services_share_policies_as_far_as_they_fit() -> None:
    actions = {"big": many("big", 100), "ec2": ["ec2:DescribeRegions"], "huge": many("huge", 80), "iam": many("iam", 5)}

    policies = session_policies(actions)

    assert policies["big"] == policies["ec2"] == policies["iam"]
    assert policies["huge"] != policies["big"]
    for service, policy in policies.items():
        assert len(policy) <= POLICY_LIMIT
        assert set(actions[service]) <= allowed(policy)
    assert set().union(*map(allowed, policies.values())) == {action for listed in actions.values() for action in listed}


def test_a_policy_of_exactly_the_limit_is_not_split() -> None:
    actions = {"a": many("a", 60), "b": many("b", 60)}
    spare = POLICY_LIMIT - len(session_policy(actions["a"] + actions["b"]))
    actions["b"].append("b:" + "x" * (spare - len(',"b:"')))

    assert {len(policy) for policy in session_policies(actions).values()} == {POLICY_LIMIT}
    actions["b"][-1] += "x"
    assert len(set(session_policies(actions).values())) == 2


def test_actions_of_one_service_that_do_not_fit_are_an_error_with_advice() -> None:
    with pytest.raises(AuditorError) as raised:
        session_policies({"ecs": many("ecs", 120), "ec2": list(ACTIONS)})
    assert re.fullmatch(
        r"The enabled checks need 120 actions for ecs; as a session policy that is 2\d{3} characters, "
        r"and STS takes 2048\.",
        raised.value.message,
    )
    assert "checks.include" in raised.value.advice
    with pytest.raises(AuditorError, match="STS takes 2048"):
        Roles(call_context(answers_in_turn({})), IDENTITY, "run", {"ecs": many("ecs", 200)})


class _Aws:
    """STS and two services. Session keys are numbered in the order of the AssumeRole calls."""

    def __init__(self, *, denied: str = "") -> None:
        self.policies: list[str] = []
        self.denied = denied

    def __call__(self, call: SentCall) -> Any:  # noqa: ANN401 - an answer of any operation
        if call.operation != "AssumeRole":
            return regions_answer() if call.service == "ec2" else {}
        policy = call.parameters["Policy"]
        if self.denied and self.denied in policy:
            return client_error("AccessDenied", "not authorized to perform: sts:AssumeRole", 403)
        self.policies.append(policy)
        return {
            "Credentials": {
                "AccessKeyId": f"ASIA{len(self.policies)}",
                "SecretAccessKey": "s",
                "SessionToken": "t",
                "Expiration": builders.NOW.replace(year=2030),
            },
            "AssumedRoleUser": {"Arn": f"arn:aws:sts::{ACCOUNT.id}:assumed-role/Auditor/auditor"},
        }


def _collector(service: str, actions: list[str], sibling: str = "") -> Collector:
    def collect(context: CollectContext) -> Any:  # noqa: ANN401 - yields nothing
        context.client.call(service, "ListThings", dict)
        if sibling:
            result = context.collect_sibling(sibling)
            if result.error is not None:
                raise result.error
        yield from ()

    return Collector(
        name=f"{service}-things",
        service=service,
        fact_type=object,
        actions=tuple(actions),
        collect=collect,
        list_only=collect,
        batch=0,
        cost="",
        depends_on=(sibling,) if sibling else (),
    )


def _read(aws: _Aws, count: int) -> tuple[AccountReader, Any]:
    collectors = [
        _collector("iam", many("iam", count)),
        _collector("ecr", many("ecr", count), sibling="iam-things"),
        _collector("ecs", ["ecs:ListThings"]),
    ]
    context = call_context(aws)
    reader = AccountReader(context, Roles(context, IDENTITY, "run", required_actions(collectors)), collectors)
    reader.regions(Target(ACCOUNT, (Role(f"arn:aws:iam::{ACCOUNT.id}:role/Auditor"),)), CallStats())
    return reader, context


def test_one_session_serves_all_services_while_one_policy_fits() -> None:
    aws = _Aws()
    reader, context = _read(aws, count=10)
    for collector in ("iam-things", "ecr-things", "ecs-things"):
        assert list(reader.collect(Scope(ACCOUNT, "eu-west-1"), collector, CallStats())) == []

    assert len(aws.policies) == 1
    assert {call.key for call in sent_calls(context) if call.service != "sts"} == {"ASIA1"}


def test_each_service_is_called_with_a_session_that_allows_it() -> None:
    aws = _Aws()
    reader, context = _read(aws, count=100)
    for collector in ("ecr-things", "iam-things", "ecs-things"):
        for region in ("eu-west-1", "us-east-1"):
            list(reader.collect(Scope(ACCOUNT, region), collector, CallStats()))

    keys = {call.service: call.key for call in sent_calls(context) if call.service != "sts"}
    assert keys["ecr"] == keys["ec2"] == keys["ecs"] != keys["iam"]
    assert len(aws.policies) == 2
    assert "iam:Action0001" in allowed(aws.policies[1])


def test_a_session_that_is_refused_later_is_a_read_error_of_its_service_only() -> None:
    reader, _ = _read(_Aws(denied="iam:Action0001"), count=100)

    with pytest.raises(ReadError) as raised:
        list(reader.collect(Scope(ACCOUNT, "eu-west-1"), "iam-things", CallStats()))
    assert raised.value.stage == "assume-role"
    assert list(reader.collect(Scope(ACCOUNT, "eu-west-1"), "ecs-things", CallStats())) == []
