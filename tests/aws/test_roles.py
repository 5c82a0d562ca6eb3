"""Getting into accounts: what STS is asked for, how often, and what is made of its answers."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import CredentialRetrievalError, ReadTimeoutError

from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.errors import ApiCallError
from auditor.aws.roles import DefaultCredentials, Identity, Roles, identify, session_name
from auditor.aws.session_policies import session_policy
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.errors import IdentityError
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Role, Target
from tests import builders
from tests.aws.conftest import Connect
from tests.aws.fakes import FakeClients, FakeClock, SentCall, answers_in_turn, call_context, client_error, sent_calls
from tests.fleet import Fault, Fleet
from tests.fleet.organization import MANAGEMENT

HOME = "999999999999"
IDENTITY = Identity(HOME, f"arn:aws:iam::{HOME}:role/Auditor")
ACTIONS = {"ecs": ["ecs:DescribeTaskDefinition"], "ec2": ["ec2:DescribeRegions"]}
RUN = "20261123T020000Z-1a2b3c"
DENIED = client_error("AccessDenied", "User: x is not authorized to perform: sts:AssumeRole", 403)
HUB = Role("arn:aws:iam::888888888888:role/Hub", "hub-id")


def arn(account: str, name: str = "AuditorReadOnly") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def target(number: int = 1, *chain: Role, external_id: str | None = None) -> Target:
    account = builders.account(number)
    return Target(account, (*chain, Role(arn(account.id), external_id)))


class Sts:
    """Assumes whatever it is told to; the keys are numbered and last as long as it was asked for."""

    def __init__(self, clock: FakeClock, *, account: str = "", lasts: float | None = None) -> None:
        self.clock, self.account, self.lasts = clock, account, lasts
        self.count = 0

    def __call__(self, sent: SentCall) -> Any:  # noqa: ANN401
        self.count += 1
        account = self.account or sent.parameters["RoleArn"].split(":")[4]
        lasts = sent.parameters["DurationSeconds"] if self.lasts is None else self.lasts
        return granted(f"ASIA{self.count}", account, self.clock.now() + timedelta(seconds=lasts))


def granted(key: str, account: str, expires: datetime | str) -> dict[str, Any]:
    return {
        "Credentials": {"AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": expires},
        "AssumedRoleUser": {"Arn": f"arn:aws:sts::{account}:assumed-role/AuditorReadOnly/auditor"},
    }


def made(
    script: Callable[[SentCall], Any] | None = None, clock: FakeClock | None = None, identity: Identity = IDENTITY
) -> tuple[Roles, CallContext, FakeClock]:
    clock = clock or FakeClock()
    by = call_context(script or Sts(clock), clock)
    return Roles(by, identity, RUN, ACTIONS), by, clock


@pytest.mark.parametrize("run_id", ["", RUN, "x" * 200, "nächtlich: é/\\ 夜", "a b\nc", "٣٤"])
def test_a_session_name_is_one_that_sts_takes_and_carries_the_run_id(run_id: str) -> None:
    name = session_name(run_id)
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)
    assert name.startswith("auditor-")
    assert run_id != RUN or name == f"auditor-{RUN}"


def test_sts_is_asked_for_one_hour_narrowed_named_and_with_the_external_id() -> None:
    roles, by, _ = made()
    assert roles.credentials_for(target(external_id="acme"), CallStats(), "ecs").credentials().access_key == "ASIA1"
    (call,) = sent_calls(by)
    assert (call.service, call.region, call.operation, call.key) == ("sts", "us-east-1", "AssumeRole", "AKIAAMBIENT")
    assert call.parameters == {
        "RoleArn": arn("000000000001"),
        "RoleSessionName": f"auditor-{RUN}",
        "DurationSeconds": 3600,
        "ExternalId": "acme",
        "Policy": session_policy(["ecs:DescribeTaskDefinition", "ec2:DescribeRegions"]),
    }


def test_no_external_id_is_sent_where_there_is_none() -> None:
    roles, by, _ = made()
    roles.credentials_for(target(), CallStats(), "ecs").credentials()
    assert "ExternalId" not in sent_calls(by)[0].parameters


def test_nothing_is_assumed_before_it_is_needed_and_once_then() -> None:
    roles, by, _ = made()
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    assert sent_calls(by) == []
    assert {keyring.credentials().access_key for _ in range(10)} == {"ASIA1"}
    assert len(sent_calls(by)) == 1


def test_what_getting_in_costs_is_counted_for_the_account() -> None:
    answer = granted("ASIA1", "000000000001", builders.NOW + timedelta(hours=1))
    roles, _, _ = made(answers_in_turn(client_error("Throttling"), answer))
    meter = CallStats()
    roles.credentials_for(target(), meter, "ecs").credentials()
    assert meter == CallStats(calls=2, throttled=1, retried=1)


def test_a_chain_is_walked_in_order_and_only_its_last_session_is_narrowed() -> None:
    roles, by, _ = made()
    middle = Role(arn("777777777777", "Middle"))
    keys = roles.credentials_for(target(1, HUB, middle), CallStats(), "ecs").credentials()
    assert [(each.parameters["RoleArn"].split(":")[4], each.key) for each in sent_calls(by)] == [
        ("888888888888", "AKIAAMBIENT"),
        ("777777777777", "ASIA1"),
        ("000000000001", "ASIA2"),
    ]
    assert keys.access_key == "ASIA3"
    assert [each.parameters.get("ExternalId") for each in sent_calls(by)] == ["hub-id", None, None]
    assert ["Policy" in each.parameters for each in sent_calls(by)] == [False, False, True]
    assert {each.parameters["DurationSeconds"] for each in sent_calls(by)} == {3600}


def test_a_hub_that_many_accounts_share_is_assumed_once_by_however_many_threads() -> None:
    clock = FakeClock()
    sts, together = Sts(clock), threading.Barrier(16)
    busy = threading.Event()

    def slow(call: SentCall) -> Any:  # noqa: ANN401
        if ":role/Hub" in call.parameters["RoleArn"]:
            busy.wait(0.05)  # long enough that all the others arrive meanwhile
        return sts(call)

    roles, by, _ = made(slow, clock)

    def get_in(number: int) -> str:
        together.wait()
        return str(roles.credentials_for(target(number, HUB), CallStats(), "ecs").credentials().access_key)

    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(get_in, range(1, 17)))
    assert len(set(keys)) == 16
    assert [each.parameters["RoleArn"] for each in sent_calls(by)].count(HUB.arn) == 1
    assert len(sent_calls(by)) == 17


def test_one_account_that_many_threads_read_is_got_into_once() -> None:
    roles, by, _ = made()
    keyring, together = roles.credentials_for(target(), CallStats(), "ecs"), threading.Barrier(16)

    def get_in(_: int) -> str:
        together.wait()
        return str(keyring.credentials().access_key)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(get_in, range(16))) == {"ASIA1"}
    assert len(sent_calls(by)) == 1


def test_hubs_with_another_external_id_are_another_hub() -> None:
    roles, by, _ = made()
    roles.credentials_for(target(1, HUB), CallStats(), "ecs").credentials()
    roles.credentials_for(target(2, Role(HUB.arn, "other")), CallStats(), "ecs").credentials()
    assert [each.parameters["RoleArn"] for each in sent_calls(by)].count(HUB.arn) == 2


def test_a_session_is_replaced_before_it_expires() -> None:
    roles, by, clock = made()
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    keyring.credentials()
    clock.elapsed = 3600 - 301
    assert keyring.credentials().access_key == "ASIA1"
    clock.elapsed = 3600 - 299
    assert keyring.credentials().access_key == "ASIA2"
    assert len(sent_calls(by)) == 2


def test_a_hub_s_session_is_replaced_too() -> None:
    roles, by, clock = made()
    keyring = roles.credentials_for(target(1, HUB), CallStats(), "ecs")
    keyring.credentials()
    clock.elapsed = 3500
    keyring.credentials()
    assert [each.parameters["RoleArn"] for each in sent_calls(by)] == [HUB.arn, arn("000000000001")] * 2


def test_a_session_that_claims_to_last_longer_than_asked_for_is_not_believed() -> None:
    clock = FakeClock()
    roles, _, _ = made(Sts(clock, lasts=12 * 3600), clock)
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    keyring.credentials()
    clock.elapsed = 3600
    assert keyring.credentials().access_key == "ASIA2"


@pytest.mark.parametrize("step", [timedelta(hours=7), timedelta(hours=-7), timedelta(minutes=57)], ids=str)
def test_a_clock_that_is_set_in_mid_run_neither_ends_a_session_nor_prolongs_it(step: timedelta) -> None:
    roles, by, clock = made()
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    keyring.credentials()
    clock.started_at += step
    clock.elapsed = 3600 - 301
    assert keyring.credentials().access_key == "ASIA1"
    clock.elapsed = 3600 - 299
    assert keyring.credentials().access_key == "ASIA2"
    assert len(sent_calls(by)) == 2


@pytest.mark.parametrize("wrong", [timedelta(hours=7), timedelta(hours=-7), timedelta(minutes=57)], ids=str)
def test_where_the_clock_is_wrong_a_session_lasts_as_long_as_it_was_asked_for(wrong: timedelta) -> None:
    aws = FakeClock()
    roles, by, clock = made(Sts(aws), FakeClock(aws.started_at + wrong))
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    for clock.elapsed in (0, 1, 3298, 3301):
        aws.elapsed = clock.elapsed
        keyring.credentials()
    assert len(sent_calls(by)) == 2


def test_a_session_that_cannot_be_replaced_serves_until_its_last_minute() -> None:
    clock = FakeClock()
    sts = Sts(clock)
    roles, by, _ = made(lambda call: DENIED if clock.elapsed else sts(call), clock)
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    keyring.credentials()
    for clock.elapsed in (3310, 3320, 3500, 3539):
        assert keyring.credentials().access_key == "ASIA1"
    assert len(sent_calls(by)) == 1 + 2  # a refusal stands for a minute
    clock.elapsed = 3541
    with pytest.raises(ReadError, match="role-denied"):
        keyring.credentials()


def test_keys_that_aws_refuses_early_are_replaced_once_for_all_who_hold_them() -> None:
    roles, by, _ = made()
    keyring = roles.credentials_for(target(), CallStats(), "ecs")
    stale = keyring.credentials()
    assert keyring.refresh(stale)
    assert keyring.refresh(stale)
    assert keyring.credentials().access_key == "ASIA2"
    assert keyring.refresh(stale)
    assert keyring.credentials().access_key == "ASIA2"
    assert len(sent_calls(by)) == 2


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(DENIED, Reason.ROLE_DENIED, id="STS says no"),
        pytest.param(client_error("AccessDenied", "by a service control policy"), Reason.ROLE_DENIED, id="SCP"),
        pytest.param(client_error("RegionDisabledException", "not activated"), Reason.REGION_DISABLED, id="STS is off"),
        pytest.param(
            client_error("ExpiredToken", "expired", 403), Reason.EXPIRED_CREDENTIALS, id="ambient keys are old"
        ),
        pytest.param(
            client_error("InvalidClientTokenId", "bad", 403), Reason.EXPIRED_CREDENTIALS, id="bad ambient keys"
        ),
        pytest.param(client_error("Throttling", "Rate exceeded"), Reason.THROTTLED, id="throttled for ever"),
        pytest.param(
            client_error("PackedPolicyTooLarge", "too large"), Reason.SERVICE_ERROR, id="the policy does not fit"
        ),
        pytest.param(ReadTimeoutError(endpoint_url="x"), Reason.TIMEOUT, id="no answer"),
        pytest.param({}, Reason.MALFORMED_RESPONSE, id="no credentials in it"),
        pytest.param(
            granted("ASIA", "000000000001", datetime(2030, 1, 1)),  # noqa: DTZ001 - that is the point
            Reason.MALFORMED_RESPONSE,
            id="an end without a time zone",
        ),
        pytest.param(granted("ASIA", "000000000001", "soon"), Reason.MALFORMED_RESPONSE, id="an end that is no time"),
        pytest.param(
            {**granted("ASIA", "1", builders.NOW), "AssumedRoleUser": {"Arn": "no"}},
            Reason.MALFORMED_RESPONSE,
            id="nobody in it",
        ),
    ],
)
def test_a_role_that_cannot_be_assumed_has_its_reason_and_names_the_role(error: Any, reason: Reason) -> None:  # noqa: ANN401
    roles, _, _ = made(answers_in_turn(error))
    with pytest.raises(ReadError) as raised:
        roles.credentials_for(target(), CallStats(), "ecs").credentials()
    assert (raised.value.stage, raised.value.reason) == ("assume-role", reason)
    assert raised.value.detail.startswith(f"{arn('000000000001')}: ")


def test_a_role_that_leads_into_another_account_is_refused() -> None:
    clock = FakeClock()
    roles, _, _ = made(Sts(clock, account="000000000666"), clock)
    with pytest.raises(ReadError, match="leads into account 000000000666, not into this one") as raised:
        roles.credentials_for(target(), CallStats(), "ecs").credentials()
    assert raised.value.reason is Reason.ROLE_DENIED


def test_a_hub_that_leads_into_another_account_is_refused_too() -> None:
    clock = FakeClock()
    roles, by, _ = made(Sts(clock, account="000000000001"), clock)
    with pytest.raises(ReadError, match=re.escape(f"{HUB.arn} leads into account 000000000001")):
        roles.credentials_for(target(1, HUB), CallStats(), "ecs").credentials()
    assert len(sent_calls(by)) == 1


def test_a_hub_that_is_refused_is_asked_for_once_a_minute_however_many_accounts_wait_for_it() -> None:
    roles, by, clock = made(answers_in_turn(DENIED))

    def refusals(count: int) -> None:
        for number in range(count):
            with pytest.raises(ReadError, match=re.escape(HUB.arn)) as raised:
                roles.credentials_for(target(number, HUB), CallStats(), "ecs").credentials()
            assert raised.value.reason is Reason.ROLE_DENIED

    refusals(100)
    assert len(sent_calls(by)) == 1
    clock.elapsed += 61
    refusals(100)
    assert len(sent_calls(by)) == 2


def test_one_account_that_is_refused_does_not_hide_the_next() -> None:
    clock = FakeClock()
    sts = Sts(clock)
    roles, _, _ = made(lambda call: DENIED if "000000000001" in call.parameters["RoleArn"] else sts(call), clock)
    with pytest.raises(ReadError):
        roles.credentials_for(target(1), CallStats(), "ecs").credentials()
    assert roles.credentials_for(target(2), CallStats(), "ecs").credentials().access_key == "ASIA1"


def test_without_a_role_the_ambient_credentials_read_their_own_account() -> None:
    roles, by, _ = made()
    keyring = roles.credentials_for(Target(Account(HOME)), CallStats(), "ecs")
    assert (keyring.credentials().access_key, keyring.account_id) == ("AKIAAMBIENT", HOME)
    assert sent_calls(by) == []


def test_without_a_role_the_ambient_credentials_do_not_stand_for_another_account() -> None:
    roles, _, _ = made()
    with pytest.raises(ReadError, match=f"belong to account {HOME}, not to this one") as raised:
        roles.credentials_for(Target(builders.account(1)), CallStats(), "ecs")
    assert (raised.value.stage, raised.value.reason) == ("assume-role", Reason.ROLE_DENIED)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_partition_of_a_role_is_that_of_the_caller(partition: str) -> None:
    roles, by, _ = made(identity=Identity(HOME, f"arn:{partition}:iam::{HOME}:role/Auditor"))
    hub = Role("arn:{partition}:iam::888888888888:role/Hub")
    account = builders.account(1)
    roles.credentials_for(
        Target(account, (hub, Role(f"arn:{{partition}}:iam::{account.id}:role/R"))), CallStats(), "ecs"
    ).credentials()
    assert [each.parameters["RoleArn"] for each in sent_calls(by)] == [
        f"arn:{partition}:iam::888888888888:role/Hub",
        f"arn:{partition}:iam::000000000001:role/R",
    ]


def test_we_are_who_sts_says_we_are() -> None:
    by = call_context(answers_in_turn({"Account": HOME, "Arn": f"arn:aws-cn:iam::{HOME}:role/Auditor"}))
    identity = identify(by)
    assert (identity.account_id, identity.partition) == (HOME, "aws-cn")


@pytest.mark.parametrize("answer", [{}, {"Arn": "no"}, {"Arn": 3}, {"Account": HOME}])
def test_an_identity_without_an_arn_is_none(answer: dict[str, Any]) -> None:
    with pytest.raises(ApiCallError) as raised:
        identify(call_context(answers_in_turn(answer)))
    assert raised.value.info.reason is Reason.MALFORMED_RESPONSE


class Keyless(FakeClients):
    """The environment has no keys, for a reason."""

    error: Exception = IdentityError("No AWS credentials were found.")

    def default_credentials(self) -> Any:  # noqa: ANN401
        raise self.error


def keyless(error: Exception) -> CallContext:
    by = call_context(answers_in_turn({"Arn": IDENTITY.arn}))
    clients: Any = Keyless(answers_in_turn({"Arn": IDENTITY.arn}))
    clients.error = error
    return CallContext(clients, by.rate_limiter, by.clock)


def test_without_credentials_nobody_is_asked() -> None:
    by = keyless(IdentityError("No AWS credentials were found."))
    with pytest.raises(IdentityError):
        identify(by)
    assert sent_calls(by) == []


def test_a_credential_endpoint_that_stays_busy_is_a_failed_call_after_some_patience() -> None:
    by = keyless(CredentialRetrievalError(provider="container-role", error_msg="503"))
    meter = CallStats()
    with pytest.raises(ApiCallError, match="container-role") as raised:
        RegionClient(by, DefaultCredentials(by, HOME), "us-east-1", meter).call("sts", "GetCallerIdentity", dict)
    assert raised.value.info.reason is Reason.EXPIRED_CREDENTIALS
    assert meter == CallStats(calls=0, retried=7)


def test_default_credentials_count_as_renewed_only_when_the_environment_has_others() -> None:
    by = call_context(answers_in_turn({}))
    ambient = DefaultCredentials(by, HOME)
    assert not ambient.refresh(ambient.credentials())
    stale = ambient.credentials()
    clients: Any = by.clients
    clients.default = stale._replace(access_key="AKIANEW")
    assert ambient.refresh(stale)


@pytest.fixture
def entrance(fleet: Fleet, connect: Connect) -> tuple[Roles, CallContext]:
    by = connect()
    return Roles(by, identify(by), RUN, {"ecs": ["ec2:DescribeRegions"]}), by


def who(by: CallContext, keyring: Any) -> Identity:  # noqa: ANN401
    return RegionClient(by, keyring, "eu-west-1").call(
        "sts", "GetCallerIdentity", lambda a: Identity(a["Account"], a["Arn"])
    )


def test_over_the_wire_a_role_is_assumed_and_its_session_carries_the_run(
    fleet: Fleet, entrance: tuple[Roles, CallContext]
) -> None:
    roles, by = entrance
    assert identify(by).account_id == MANAGEMENT
    member = fleet.organization.members[0].id
    keyring = roles.credentials_for(
        Target(Account(member), (Role("arn:{partition}:iam::" + f"{member}:role/R"),)), CallStats(), "ecs"
    )
    assert who(by, keyring) == Identity(member, f"arn:aws:sts::{member}:assumed-role/R/auditor-{RUN}")


def test_over_the_wire_a_session_can_do_what_it_is_narrowed_to_and_no_more(
    fleet: Fleet, entrance: tuple[Roles, CallContext]
) -> None:
    roles, by = entrance
    member = fleet.organization.members[0].id
    line = RegionClient(
        by, roles.credentials_for(Target(Account(member), (Role(arn(member)),)), CallStats(), "ecs"), "us-east-1"
    )
    assert line.call("ec2", "DescribeRegions", lambda answer: len(answer["Regions"])) > 0
    with pytest.raises(ApiCallError, match="because no session policy allows the ecs:ListClusters action") as raised:
        line.call("ecs", "ListClusters", dict)
    assert raised.value.info.reason is Reason.PERMISSION_DENIED


def test_over_the_wire_a_chain_asks_for_no_more_than_chaining_allows(
    fleet: Fleet, entrance: tuple[Roles, CallContext]
) -> None:
    roles, by = entrance
    hub, member = (each.id for each in fleet.organization.members[:2])
    keyring = roles.credentials_for(
        Target(Account(member), (Role(arn(hub, "Hub")), Role(arn(member)))), CallStats(), "ecs"
    )
    assert who(by, keyring).account_id == member
    assert fleet.report()["operations"]["AssumeRole"] == 2


def test_over_the_wire_a_refused_role_is_refused_at_once(fleet: Fleet, entrance: tuple[Roles, CallContext]) -> None:
    roles, _ = entrance
    member = fleet.organization.members[0].id
    fleet.set_faults(Fault("role-refused", accounts=(member,)))
    meter = CallStats()
    with pytest.raises(ReadError, match="AccessDenied") as raised:
        roles.credentials_for(Target(Account(member), (Role(arn(member)),)), meter, "ecs").credentials()
    assert (raised.value.reason, meter) == (Reason.ROLE_DENIED, CallStats(calls=1))


def test_over_the_wire_sessions_that_expire_early_are_renewed_in_the_middle(
    fleet: Fleet, entrance: tuple[Roles, CallContext]
) -> None:
    roles, by = entrance
    member = fleet.organization.members[0].id
    fleet.set_faults(Fault("expired-token", services=("ec2",), times=4))
    line = RegionClient(
        by, roles.credentials_for(Target(Account(member), (Role(arn(member)),)), CallStats(), "ecs"), "us-east-1"
    )
    counts = [line.call("ec2", "DescribeRegions", lambda answer: len(answer["Regions"])) for _ in range(12)]
    assert len(set(counts)) == 1
    assert fleet.report()["operations"]["AssumeRole"] == 3
    assert line.stats.retried == 2
