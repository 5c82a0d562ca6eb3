"""The enabled regions of an account: which regions are called, and how errors are classified."""

from __future__ import annotations

from dataclasses import replace
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
    regions_answer,
    sent_calls,
)
from tests.fleet import Fault, Fleet

DENIED = client_error("UnauthorizedOperation", "because no identity-based policy allows it", 403)
BY_SCP = client_error("UnauthorizedOperation", "with an explicit deny in a service control policy", 403)
AUTH = client_error("AuthFailure", "not able to validate the provided access credentials", 401)
EXPIRED = client_error("RequestExpired", "Request has expired")
HUNG = ReadTimeoutError(endpoint_url="x")


GOOD = regions_answer(af_south_1="opted-in", me_south_1="not-opted-in")
ENABLED = regions.ALWAYS_ENABLED | {"af-south-1"}


def asking(script: Script, home: str = "us-east-1") -> CallContext:
    context = call_context(script)
    cast("FakeClients", context.clients).home_region = home
    return context


def ask(context: CallContext, *hints: str, credentials: FakeCredentials | None = None) -> frozenset[str]:
    return regions.list_regions(context, credentials or FakeCredentials(refreshable=False), CallStats(), hints).enabled


def regions_called(context: CallContext) -> list[str]:
    return list(dict.fromkeys(call.region for call in sent_calls(context)))


def test_enabled_regions_are_on_by_default_or_opted_in() -> None:
    context = asking(answers_in_turn(GOOD))
    assert ask(context) == ENABLED
    (call,) = sent_calls(context)
    assert (call.service, call.operation, call.parameters) == ("ec2", "DescribeRegions", {"AllRegions": True})
    assert call.key == "key-1"


def test_a_region_without_a_status_is_enabled() -> None:
    names = [{"RegionName": name} for name in sorted(ENABLED)]
    assert ask(asking(answers_in_turn({"Regions": names}))) == ENABLED


@pytest.mark.parametrize("missing", sorted(regions.ALWAYS_ENABLED))
def test_an_answer_without_a_region_that_every_account_has_is_malformed(missing: str) -> None:
    fewer = {"Regions": [region for region in GOOD["Regions"] if region["RegionName"] != missing]}

    with pytest.raises(ReadError, match=f"{missing} is missing") as raised:
        ask(asking(answers_in_turn(fewer)))
    assert raised.value.reason is Reason.MALFORMED_RESPONSE


def test_regions_of_another_partition_are_not_expected_to_be_those_of_aws() -> None:
    china = {"Regions": [{"RegionName": "cn-north-1"}]}
    assert ask(asking(answers_in_turn(china), "cn-north-1")) == {"cn-north-1"}


@pytest.mark.parametrize("status", ["opting-in", "Opted-In", "enabled", "3"])
def test_a_region_with_an_undocumented_status_is_expected_and_not_known_to_be_enabled(status: str) -> None:
    context = asking(answers_in_turn(regions_answer(af_south_1=status)))
    listed = regions.list_regions(context, FakeCredentials(), CallStats())

    assert listed.unclear == {"af-south-1": status}
    assert listed.enabled == regions.ALWAYS_ENABLED
    assert listed.expected == ENABLED


@pytest.mark.parametrize("region", sorted(regions.ALWAYS_ENABLED))
def test_a_region_that_no_account_can_disable_is_expected_if_aws_calls_it_disabled(region: str) -> None:
    context = asking(answers_in_turn(regions_answer(**{region.replace("-", "_"): "not-opted-in"})))
    listed = regions.list_regions(context, FakeCredentials(), CallStats())

    assert region not in listed.enabled
    assert listed.expected == regions.ALWAYS_ENABLED
    assert region in listed.contradiction(region)
    assert not any(listed.contradiction(other) for other in listed.enabled)
    assert len(sent_calls(context)) == 2


def test_a_second_list_that_contradicts_nothing_is_believed() -> None:
    doubtful = regions_answer(us_east_1="not-opted-in")
    listed = regions.list_regions(asking(answers_in_turn(doubtful, GOOD)), FakeCredentials(), CallStats())

    assert (listed.enabled, listed.contradicted) == (ENABLED, {})


def test_the_first_list_is_kept_if_a_second_one_is_refused() -> None:
    doubtful = regions_answer(us_east_1="not-opted-in")
    listed = regions.list_regions(asking(answers_in_turn(doubtful, DENIED)), FakeCredentials(), CallStats())

    assert listed.contradicted == {"us-east-1": "not-opted-in"}


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
        {"Regions": [3]},
        {"Regions": [*GOOD["Regions"], {"RegionName": "../../etc"}]},
    ],
)
def test_an_answer_without_regions_is_not_an_account_without_regions(bad: dict[str, Any]) -> None:
    with pytest.raises(ReadError) as raised:
        ask(asking(answers_in_turn(bad)))
    assert (raised.value.stage, raised.value.reason) == ("regions", Reason.MALFORMED_RESPONSE)
    assert ask(asking(answers_in_turn(bad, GOOD))) == ENABLED


@pytest.mark.parametrize(
    "error", [DENIED, BY_SCP, AUTH, HUNG, client_error("OptInRequired"), client_error("InternalError", "", 500)]
)
def test_another_region_is_called_if_one_denies(error: Exception) -> None:
    context = asking(lambda call: error if call.region == "eu-south-2" else GOOD, "eu-south-2")
    assert ask(context) == ENABLED
    assert regions_called(context) == ["eu-south-2", "us-east-1"]


def test_an_expired_session_is_not_tried_in_another_region() -> None:
    context = asking(answers_in_turn(EXPIRED))
    with pytest.raises(ReadError, match="RequestExpired") as raised:
        ask(context)
    assert raised.value.reason is Reason.EXPIRED_CREDENTIALS
    assert regions_called(context) == ["us-east-1"]


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
def test_at_most_three_regions_of_one_partition_are_called_home_first(
    home: str, hints: tuple[str, ...], places: list[str]
) -> None:
    context = asking(answers_in_turn(DENIED), home)
    with pytest.raises(ReadError):
        ask(context, *hints)
    assert regions_called(context) == places


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        pytest.param([DENIED, DENIED], Reason.PERMISSION_DENIED, id="denied everywhere"),
        pytest.param([BY_SCP, DENIED], Reason.SCP_DENIED, id="the first refusal counts"),
        pytest.param([AUTH, AUTH], Reason.EXPIRED_CREDENTIALS, id="a token that no region takes is bad"),
        pytest.param([AUTH, BY_SCP], Reason.SCP_DENIED, id="a token that one region takes is good"),
    ],
)
def test_the_most_specific_error_is_the_reason(answers: list[Exception], reason: Reason) -> None:
    with pytest.raises(ReadError, match=r"^regions: .*: ec2:DescribeRegions: ") as raised:
        ask(asking(answers_in_turn(*answers)))
    assert raised.value.reason is reason


def test_a_rejected_token_is_refreshed_before_another_region_is_called() -> None:
    context, credentials = asking(answers_in_turn(AUTH, GOOD)), FakeCredentials()
    assert ask(context, credentials=credentials) == ENABLED
    assert [(call.region, call.key) for call in sent_calls(context)] == [("us-east-1", "key-1"), ("us-east-1", "key-2")]


def test_known_regions_are_those_of_every_partition_and_no_pseudo_region() -> None:
    known = known_regions.known_regions()
    assert {"us-east-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1"} <= known
    assert not [name for name in known if "global" in name]
    assert known >= regions.ALWAYS_ENABLED
    assert len(regions.ALWAYS_ENABLED) == 17


def test_over_the_wire_each_account_has_its_own_regions(fleet: Fleet, connect: Connect) -> None:
    context = connect()
    roles = Roles(context, identify(context), "run", {"ec2": regions.ACTIONS})
    enabled_account, off = (member.id for member in fleet.organization.members[:2])
    on = Fault("rewritten", operation="DescribeRegions", find="(af-south-1<.*?)not-opted-in", replacement=r"\1opted-in")
    fleet.set_faults(replace(on, accounts=(enabled_account,)))

    def enabled(account: str) -> frozenset[str]:
        role = Role(f"arn:aws:iam::{account}:role/AuditorReadOnly")
        credentials = roles.credentials_for(Target(Account(account), (role,)), CallStats(), "ec2")
        return regions.list_regions(context, credentials, CallStats()).enabled

    assert enabled(enabled_account) == ENABLED
    assert enabled(off) == regions.ALWAYS_ENABLED


def test_over_the_wire_a_disabled_home_region_is_not_reported_as_a_bad_token(fleet: Fleet, connect: Connect) -> None:
    fleet.set_faults(Fault("bad-token", services=("ec2",), region="us-east-1"))
    context = connect()
    stats = CallStats()
    listed = regions.list_regions(context, DefaultCredentials(context, "ambient"), stats)
    assert listed.enabled == regions.ALWAYS_ENABLED
    assert stats.calls == 2
