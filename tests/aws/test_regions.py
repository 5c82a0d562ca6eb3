"""Which regions an account has: where it is asked, and what is made of a refusal."""

from __future__ import annotations

from typing import Any, cast

import pytest
from botocore.exceptions import ReadTimeoutError

from auditor.aws import known_regions, regions
from auditor.aws.calls import CallContext
from auditor.aws.roles import DefaultCredentials, Roles, identify
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Role, Target
from tests.aws.conftest import Connect
from tests.aws.fakes import (
    FakeClients,
    FakeCredentials,
    Script,
    answers_in_turn,
    call_context,
    client_error,
    sent_calls,
)
from tests.fleet import Fault, Fleet

DENIED = client_error("UnauthorizedOperation", "because no identity-based policy allows it", 403)
BY_SCP = client_error("UnauthorizedOperation", "with an explicit deny in a service control policy", 403)
AUTH = client_error("AuthFailure", "not able to validate the provided access credentials", 401)
EXPIRED = client_error("RequestExpired", "Request has expired")
HUNG = ReadTimeoutError(endpoint_url="x")


def answer(**statuses: str) -> dict[str, Any]:
    return {"Regions": [{"RegionName": n.replace("_", "-"), "OptInStatus": s} for n, s in statuses.items()]}


GOOD = answer(us_east_1="opt-in-not-required", af_south_1="opted-in", me_south_1="not-opted-in")


def asking(script: Script, home: str = "us-east-1") -> CallContext:
    by = call_context(script)
    cast("FakeClients", by.clients).home_region = home
    return by


def ask(by: CallContext, *hints: str, keyring: FakeCredentials | None = None) -> frozenset[str]:
    return regions.list_enabled_regions(by, keyring or FakeCredentials(refreshable=False), CallStats(), hints)


def asked(by: CallContext) -> list[str]:
    return list(dict.fromkeys(each.region for each in sent_calls(by)))


def test_enabled_are_those_that_are_on_by_default_or_opted_into() -> None:
    by = asking(answers_in_turn(GOOD))
    assert ask(by) == {"us-east-1", "af-south-1"}
    (call,) = sent_calls(by)
    assert (call.service, call.operation, call.parameters) == ("ec2", "DescribeRegions", {"AllRegions": True})
    assert call.key == "key-1"


def test_a_region_whose_status_is_not_told_was_listed_because_it_is_enabled() -> None:
    assert ask(asking(answers_in_turn({"Regions": [{"RegionName": "eu-west-1"}]}))) == {"eu-west-1"}


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"Regions": None},
        {"Regions": []},
        {"Regions": {}},
        {"Regions": [{}]},
        {"Regions": [{"RegionName": ""}]},
        {"Regions": [{"RegionName": 3}]},
    ],
)
def test_an_answer_without_regions_is_not_an_account_without_regions(bad: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as raised:
        ask(asking(answers_in_turn(bad)))
    assert (raised.value.stage, raised.value.reason) == ("regions", Reason.MALFORMED_RESPONSE)
    assert ask(asking(answers_in_turn(bad, GOOD))) == {"us-east-1", "af-south-1"}


@pytest.mark.parametrize(
    "error", [DENIED, BY_SCP, AUTH, HUNG, client_error("OptInRequired"), client_error("InternalError", "", 500)]
)
def test_where_one_region_refuses_another_one_is_asked(error: Exception) -> None:
    by = asking(lambda call: error if call.region == "eu-south-2" else GOOD, "eu-south-2")
    assert ask(by) == {"us-east-1", "af-south-1"}
    assert asked(by) == ["eu-south-2", "us-east-1"]


def test_a_session_that_is_over_is_over_everywhere() -> None:
    by = asking(answers_in_turn(EXPIRED))
    with pytest.raises(ReadError, match="RequestExpired") as raised:
        ask(by)
    assert raised.value.reason is Reason.EXPIRED_CREDENTIALS
    assert asked(by) == ["us-east-1"]


@pytest.mark.parametrize(
    ("home", "hints", "places"),
    [
        ("us-east-1", (), ["us-east-1", "eu-west-1"]),
        ("eu-west-1", (), ["eu-west-1", "us-east-1"]),
        ("eu-west-1", ("eu-north-1", "eu-west-3"), ["eu-west-1", "eu-north-1", "us-east-1"]),
        ("eu-south-2", ("eu-north-1",), ["eu-south-2", "eu-north-1", "us-east-1"]),
        ("us-gov-east-1", (), ["us-gov-east-1", "us-gov-west-1"]),
        ("cn-north-1", ("eu-west-1",), ["cn-north-1", "cn-northwest-1"]),
    ],
)
def test_home_is_asked_first_and_no_more_than_three_and_none_in_another_partition(
    home: str, hints: tuple[str, ...], places: list[str]
) -> None:
    by = asking(answers_in_turn(DENIED), home)
    with pytest.raises(ReadError):
        ask(by, *hints)
    assert asked(by) == places


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param([DENIED, DENIED], Reason.PERMISSION_DENIED, id="denied everywhere"),
        pytest.param([BY_SCP, DENIED], Reason.SCP_DENIED, id="the first refusal counts"),
        pytest.param([AUTH, AUTH], Reason.EXPIRED_CREDENTIALS, id="a token that no region takes is bad"),
        pytest.param([AUTH, BY_SCP], Reason.SCP_DENIED, id="a token that one region takes is good"),
    ],
)
def test_the_most_telling_refusal_is_the_reason(answers: list[Exception], reason: Reason) -> None:
    with pytest.raises(ReadError, match=r"^regions: .*: ec2:DescribeRegions: ") as raised:
        ask(asking(answers_in_turn(*answers)))
    assert raised.value.reason is reason


def test_a_refused_token_is_renewed_before_another_region_is_asked() -> None:
    by, keyring = asking(answers_in_turn(AUTH, GOOD)), FakeCredentials()
    assert ask(by, keyring=keyring) == {"us-east-1", "af-south-1"}
    assert [(each.region, each.key) for each in sent_calls(by)] == [("us-east-1", "key-1"), ("us-east-1", "key-2")]


def test_known_regions_are_those_of_every_partition_and_no_pseudo_region() -> None:
    known = known_regions.known_regions()
    assert {"us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"} <= known
    assert not [name for name in known if "global" in name]
    assert known >= regions.ALWAYS_ENABLED
    assert len(regions.ALWAYS_ENABLED) == 17


def test_over_the_wire_each_account_answers_for_itself(fleet: Fleet, connect: Connect) -> None:
    by = connect()
    roles = Roles(by, identify(by), "run", {"ec2": regions.ACTIONS})
    on, off = (member.id for member in fleet.organization.members[:2])
    fleet.set_faults(Fault("region-disabled", accounts=(off,), region="eu-west-1"))

    def enabled(account: str) -> frozenset[str]:
        role = Role(f"arn:aws:iam::{account}:role/AuditorReadOnly")
        return regions.list_enabled_regions(
            by, roles.credentials_for(Target(Account(account), (role,)), CallStats(), "ec2"), CallStats()
        )

    assert enabled(on) == {"us-east-1", "eu-west-1"}
    assert enabled(off) == {"us-east-1"}


def test_over_the_wire_a_home_region_that_the_account_has_not_enabled_is_no_bad_token(
    fleet: Fleet, connect: Connect
) -> None:
    fleet.set_faults(Fault("bad-token", services=("ec2",), region="us-east-1"))
    by = connect()
    meter = CallStats()
    assert regions.list_enabled_regions(by, DefaultCredentials(by, "ambient"), meter) == {"us-east-1", "eu-west-1"}
    assert meter.calls == 2
