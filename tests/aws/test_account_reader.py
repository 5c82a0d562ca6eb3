"""Accounts as the engine reads them, and how ambiguous errors are classified."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from auditor.aws.account_reader import AccountReader, required_actions
from auditor.aws.calls import CallContext
from auditor.aws.collectors import collectors_for
from auditor.aws.collectors.collector import CollectOptions
from auditor.aws.regions import ALWAYS_ENABLED
from auditor.aws.roles import Identity, Roles, identify
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, RegionRule, Role, Scope, Target
from tests.aws.conftest import Connect
from tests.aws.fakes import SentCall, call_context, client_error, regions_answer
from tests.fleet import Fault, Fleet

HOME = "999999999999"
ACCOUNT = Account(HOME)
BAD_TOKEN = client_error("UnrecognizedClientException", "The security token included in the request is invalid.")
COLLECTOR = "ecs-task-definitions"
ENABLED, UNCLEAR = regions_answer(), regions_answer(af_south_1="opting-in")


def reader(script: Any) -> AccountReader:  # noqa: ANN401 - any JSON, or a script of answers
    context = call_context(script)
    return AccountReader(
        context,
        Roles(context, Identity(HOME, f"arn:aws:iam::{HOME}:user/u"), "run", {}),
        collectors_for([TaskDefinition], running=False),
        None,
        CollectOptions("latest"),
    )


def answers(regions: Any, families: Any) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
    def script(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        return regions if call.operation == "DescribeRegions" else families

    return script


def collected(account_reader: AccountReader, region: str) -> list[object]:
    return list(account_reader.collect(Scope(ACCOUNT, region), COLLECTOR, CallStats()))


@pytest.mark.parametrize(
    ("regions", "region", "reason"),
    [
        pytest.param(ENABLED, "eu-west-1", Reason.EXPIRED_CREDENTIALS, id="an enabled region, so the token is bad"),
        pytest.param(ENABLED, "me-south-1", Reason.REGION_DISABLED, id="a region that is not enabled"),
        pytest.param(UNCLEAR, "af-south-1", Reason.REGION_DISABLED, id="a region with an undocumented status"),
        pytest.param(
            client_error("UnauthorizedOperation"),
            "me-south-1",
            Reason.REGION_DISABLED,
            id="regions unknown, and the region can be disabled",
        ),
        pytest.param(
            client_error("UnauthorizedOperation"),
            "eu-west-1",
            Reason.EXPIRED_CREDENTIALS,
            id="regions unknown, and the region cannot be disabled",
        ),
    ],
)
def test_a_bad_token_and_a_disabled_region_are_told_apart(regions: Any, region: str, reason: Reason) -> None:  # noqa: ANN401 - any JSON, or a script of answers
    account_reader = reader(answers(regions, BAD_TOKEN))
    target = Target(ACCOUNT, regions=RegionRule((region,)))
    if isinstance(regions, dict):
        assert account_reader.regions(target, CallStats()) >= ALWAYS_ENABLED
    else:
        with pytest.raises(ReadError, match="ec2:DescribeRegions"):
            account_reader.regions(target, CallStats())
    with pytest.raises(ReadError, match="security token included in the request is invalid") as raised:
        collected(account_reader, region)
    assert (raised.value.stage, raised.value.reason) == ("list", reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (client_error("AccessDeniedException", "with an explicit deny in a service control policy"), Reason.SCP_DENIED),
        (client_error("AccessDeniedException", "no identity-based policy"), Reason.PERMISSION_DENIED),
        (client_error("ThrottlingException", "Rate exceeded"), Reason.THROTTLED),
        (client_error("ExpiredTokenException", "expired"), Reason.EXPIRED_CREDENTIALS),
    ],
)
def test_a_region_that_cannot_be_listed_has_its_reason(error: Exception, reason: Reason) -> None:
    account_reader = reader(answers(ENABLED, error))
    account_reader.regions(Target(ACCOUNT), CallStats())
    with pytest.raises(ReadError) as raised:
        collected(account_reader, "us-east-1")
    assert (raised.value.stage, raised.value.reason) == ("list", reason)


def test_an_unambiguous_error_is_kept_if_the_enabled_regions_are_unknown() -> None:
    denied = client_error("AccessDeniedException", "no identity-based policy")
    account_reader = reader(answers(client_error("UnauthorizedOperation"), denied))
    with pytest.raises(ReadError):
        account_reader.regions(Target(ACCOUNT, regions=RegionRule(("me-south-1",))), CallStats())
    with pytest.raises(ReadError) as raised:
        collected(account_reader, "me-south-1")
    assert raised.value.reason is Reason.PERMISSION_DENIED


def test_a_released_account_leaves_no_state() -> None:
    account_reader = reader(answers(ENABLED, {"families": []}))
    account_reader.regions(Target(ACCOUNT), CallStats())
    assert collected(account_reader, "us-east-1") == []
    account_reader.release_account(ACCOUNT)
    account_reader.release_account(ACCOUNT)
    assert account_reader._open == {}
    assert account_reader._call_context.rate_limiter._buckets == {}


@pytest.fixture
def members(fleet: Fleet, connect: Connect) -> tuple[AccountReader, CallContext]:
    context = connect()
    works = collectors_for([TaskDefinition], running=False)
    return AccountReader(
        context,
        Roles(context, identify(context), "run", required_actions(works)),
        works,
        None,
        CollectOptions("latest"),
    ), context


def member(fleet: Fleet, index: int) -> Target:
    account = fleet.organization.members[index].id
    return Target(Account(account), (Role(f"arn:aws:iam::{account}:role/AuditorReadOnly"),))


def test_over_the_wire_an_account_is_read_completely_with_the_fewest_calls(
    fleet: Fleet, members: tuple[AccountReader, CallContext]
) -> None:
    account_reader, _ = members
    target = member(fleet, 0)
    stats, arns = CallStats(), list[str]()
    assert account_reader.regions(target, stats) == ALWAYS_ENABLED
    for region in fleet.organization.regions:
        for item in account_reader.collect(Scope(target.account, region), COLLECTOR, stats):
            assert isinstance(item, TaskDefinition)
            arns.append(item.arn)
    truth = [expected.arn for expected in fleet.truth() if f":{target.account.id}:" in expected.arn]
    assert sorted(arns) == sorted(truth)
    assert len(arns) > 3
    report = fleet.report()
    assert report["operations"]["DescribeTaskDefinition"] == len(truth)
    assert report["duplicates"] == {}
    assert stats.calls == report["calls"] - 1  # without sts:GetCallerIdentity


def test_over_the_wire_an_unreadable_definition_hides_no_other(
    fleet: Fleet, members: tuple[AccountReader, CallContext]
) -> None:
    account_reader, _ = members
    target = member(fleet, 0)
    account_reader.regions(target, CallStats())
    region = fleet.organization.regions[0]
    whole = families(account_reader.collect(Scope(target.account, region), COLLECTOR, CallStats()))
    fleet.set_faults(Fault("access-denied", operation="DescribeTaskDefinition", resource=whole[0]))
    first, *others = account_reader.collect(Scope(target.account, region), COLLECTOR, CallStats())
    assert isinstance(first, Gap)
    assert first.resource is not None
    assert (first.reason, first.resource.name) == (Reason.PERMISSION_DENIED, whole[0])
    assert families(others) == whole[1:]


def families(items: Iterable[object]) -> list[str]:
    return [item.family for item in items if isinstance(item, TaskDefinition)]
