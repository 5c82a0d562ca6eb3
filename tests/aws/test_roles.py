"""Role sessions: the requests to STS, how often they are made, and how answers are read."""

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
INTERMEDIATE = Role("arn:aws:iam::888888888888:role/Intermediate", "intermediate-id")


def arn(account: str, name: str = "AuditorReadOnly") -> str:
    return f"arn:aws:iam::{account}:role/{name}"


def target(number: int = 1, *chain: Role, external_id: str | None = None) -> Target:
    account = builders.account(number)
    return Target(account, (*chain, Role(arn(account.id), external_id)))


class Sts:
    """STS that assumes every role. Credentials are numbered and last as long as requested."""

    def __init__(self, clock: FakeClock, *, account: str = "", seconds: float | None = None) -> None:
        self.clock, self.account, self.seconds = clock, account, seconds
        self.count = 0

    def __call__(self, sent: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        self.count += 1
        account = self.account or sent.parameters["RoleArn"].split(":")[4]
        seconds = sent.parameters["DurationSeconds"] if self.seconds is None else self.seconds
        return session_answer(f"ASIA{self.count}", account, self.clock.now() + timedelta(seconds=seconds))


def session_answer(key: str, account: str, expires: datetime | str) -> dict[str, Any]:
    return {
        "Credentials": {"AccessKeyId": key, "SecretAccessKey": "s", "SessionToken": "t", "Expiration": expires},
        "AssumedRoleUser": {"Arn": f"arn:aws:sts::{account}:assumed-role/AuditorReadOnly/auditor"},
    }


def make_roles(
    script: Callable[[SentCall], Any] | None = None, clock: FakeClock | None = None, identity: Identity = IDENTITY
) -> tuple[Roles, CallContext, FakeClock]:
    clock = clock or FakeClock()
    context = call_context(script or Sts(clock), clock)
    return Roles(context, identity, RUN, ACTIONS), context, clock


@pytest.mark.parametrize("run_id", ["", RUN, "x" * 200, "nächtlich: é/\\ 夜", "a b\nc", "٣٤"])
def test_a_session_name_is_valid_and_contains_the_run_id(run_id: str) -> None:
    name = session_name(run_id)
    assert re.fullmatch(r"[\w+=,.@-]{2,64}", name, re.ASCII)
    assert name.startswith("auditor-")
    assert run_id != RUN or name == f"auditor-{RUN}"


def test_a_session_lasts_one_hour_and_has_policy_name_and_external_id() -> None:
    roles, context, _ = make_roles()
    assert roles.credentials_for(target(external_id="acme"), CallStats(), "ecs").credentials().access_key == "ASIA1"
    (call,) = sent_calls(context)
    assert (call.service, call.region, call.operation, call.key) == ("sts", "us-east-1", "AssumeRole", "AKIAAMBIENT")
    assert call.parameters == {
        "RoleArn": arn("000000000001"),
        "RoleSessionName": f"auditor-{RUN}",
        "DurationSeconds": 3600,
        "ExternalId": "acme",
        "Policy": session_policy(["ecs:DescribeTaskDefinition", "ec2:DescribeRegions"]),
    }


def test_no_external_id_is_sent_if_there_is_none() -> None:
    roles, context, _ = make_roles()
    roles.credentials_for(target(), CallStats(), "ecs").credentials()
    assert "ExternalId" not in sent_calls(context)[0].parameters


def test_a_role_is_assumed_once_on_first_use() -> None:
    roles, context, _ = make_roles()
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    assert sent_calls(context) == []
    assert {credentials.credentials().access_key for _ in range(10)} == {"ASIA1"}
    assert len(sent_calls(context)) == 1


def test_calls_to_assume_the_role_are_counted_for_the_account() -> None:
    answer = session_answer("ASIA1", "000000000001", builders.NOW + timedelta(hours=1))
    roles, _, _ = make_roles(answers_in_turn(client_error("Throttling"), answer))
    stats = CallStats()
    roles.credentials_for(target(), stats, "ecs").credentials()
    assert stats == CallStats(calls=2, throttled=1, retried=1)


def test_a_chain_is_assumed_in_order_and_only_its_last_session_has_a_policy() -> None:
    roles, context, _ = make_roles()
    middle = Role(arn("777777777777", "Middle"))
    keys = roles.credentials_for(target(1, INTERMEDIATE, middle), CallStats(), "ecs").credentials()
    assert [(call.parameters["RoleArn"].split(":")[4], call.key) for call in sent_calls(context)] == [
        ("888888888888", "AKIAAMBIENT"),
        ("777777777777", "ASIA1"),
        ("000000000001", "ASIA2"),
    ]
    assert keys.access_key == "ASIA3"
    assert [call.parameters.get("ExternalId") for call in sent_calls(context)] == ["intermediate-id", None, None]
    assert ["Policy" in call.parameters for call in sent_calls(context)] == [False, False, True]
    assert {call.parameters["DurationSeconds"] for call in sent_calls(context)} == {3600}


def test_a_shared_intermediate_role_is_assumed_once_by_all_threads() -> None:
    clock = FakeClock()
    sts, barrier = Sts(clock), threading.Barrier(16)
    busy = threading.Event()

    def slow(call: SentCall) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        if ":role/Intermediate" in call.parameters["RoleArn"]:
            busy.wait(0.05)  # long enough that all the others arrive meanwhile
        return sts(call)

    roles, context, _ = make_roles(slow, clock)

    def assume(number: int) -> str:
        barrier.wait()
        return str(roles.credentials_for(target(number, INTERMEDIATE), CallStats(), "ecs").credentials().access_key)

    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(assume, range(1, 17)))
    assert len(set(keys)) == 16
    assert [call.parameters["RoleArn"] for call in sent_calls(context)].count(INTERMEDIATE.arn) == 1
    assert len(sent_calls(context)) == 17


def test_an_account_that_many_threads_read_is_assumed_once() -> None:
    roles, context, _ = make_roles()
    credentials, barrier = roles.credentials_for(target(), CallStats(), "ecs"), threading.Barrier(16)

    def assume(_: int) -> str:
        barrier.wait()
        return str(credentials.credentials().access_key)

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(assume, range(16))) == {"ASIA1"}
    assert len(sent_calls(context)) == 1


def test_intermediate_roles_with_different_external_ids_are_assumed_separately() -> None:
    roles, context, _ = make_roles()
    roles.credentials_for(target(1, INTERMEDIATE), CallStats(), "ecs").credentials()
    roles.credentials_for(target(2, Role(INTERMEDIATE.arn, "other")), CallStats(), "ecs").credentials()
    assert [call.parameters["RoleArn"] for call in sent_calls(context)].count(INTERMEDIATE.arn) == 2


def test_a_session_is_replaced_before_it_expires() -> None:
    roles, context, clock = make_roles()
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    credentials.credentials()
    clock.elapsed = 3600 - 301
    assert credentials.credentials().access_key == "ASIA1"
    clock.elapsed = 3600 - 299
    assert credentials.credentials().access_key == "ASIA2"
    assert len(sent_calls(context)) == 2


def test_the_session_of_an_intermediate_role_is_replaced_too() -> None:
    roles, context, clock = make_roles()
    credentials = roles.credentials_for(target(1, INTERMEDIATE), CallStats(), "ecs")
    credentials.credentials()
    clock.elapsed = 3500
    credentials.credentials()
    assert [call.parameters["RoleArn"] for call in sent_calls(context)] == [INTERMEDIATE.arn, arn("000000000001")] * 2


def test_a_session_never_lasts_longer_than_requested() -> None:
    clock = FakeClock()
    roles, _, _ = make_roles(Sts(clock, seconds=12 * 3600), clock)
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    credentials.credentials()
    clock.elapsed = 3600
    assert credentials.credentials().access_key == "ASIA2"


@pytest.mark.parametrize("step", [timedelta(hours=7), timedelta(hours=-7), timedelta(minutes=57)], ids=str)
def test_a_change_of_the_time_of_day_does_not_affect_sessions(step: timedelta) -> None:
    roles, context, clock = make_roles()
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    credentials.credentials()
    clock.started_at += step
    clock.elapsed = 3600 - 301
    assert credentials.credentials().access_key == "ASIA1"
    clock.elapsed = 3600 - 299
    assert credentials.credentials().access_key == "ASIA2"
    assert len(sent_calls(context)) == 2


@pytest.mark.parametrize("wrong", [timedelta(hours=7), timedelta(hours=-7), timedelta(minutes=57)], ids=str)
def test_with_a_wrong_time_of_day_a_session_lasts_as_long_as_requested(wrong: timedelta) -> None:
    aws = FakeClock()
    roles, context, clock = make_roles(Sts(aws), FakeClock(aws.started_at + wrong))
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    for clock.elapsed in (0, 1, 3298, 3301):
        aws.elapsed = clock.elapsed
        credentials.credentials()
    assert len(sent_calls(context)) == 2


def test_a_session_that_cannot_be_replaced_is_used_until_its_last_minute() -> None:
    clock = FakeClock()
    sts = Sts(clock)
    roles, context, _ = make_roles(lambda call: DENIED if clock.elapsed else sts(call), clock)
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    credentials.credentials()
    for clock.elapsed in (3310, 3320, 3500, 3539):
        assert credentials.credentials().access_key == "ASIA1"
    assert len(sent_calls(context)) == 1 + 2  # a refusal stands for a minute
    clock.elapsed = 3541
    with pytest.raises(ReadError, match="role-denied"):
        credentials.credentials()


def test_credentials_that_aws_rejects_early_are_replaced_once_for_all_threads() -> None:
    roles, context, _ = make_roles()
    credentials = roles.credentials_for(target(), CallStats(), "ecs")
    stale = credentials.credentials()
    assert credentials.refresh(stale)
    assert credentials.refresh(stale)
    assert credentials.credentials().access_key == "ASIA2"
    assert credentials.refresh(stale)
    assert credentials.credentials().access_key == "ASIA2"
    assert len(sent_calls(context)) == 2


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        pytest.param(DENIED, Reason.ROLE_DENIED, id="STS denies"),
        pytest.param(client_error("AccessDenied", "by a service control policy"), Reason.ROLE_DENIED, id="SCP"),
        pytest.param(client_error("RegionDisabledException", "not activated"), Reason.REGION_DISABLED, id="STS is off"),
        pytest.param(
            client_error("ExpiredToken", "expired", 403),
            Reason.EXPIRED_CREDENTIALS,
            id="expired credentials",
        ),
        pytest.param(
            client_error("InvalidClientTokenId", "bad", 403),
            Reason.EXPIRED_CREDENTIALS,
            id="invalid credentials",
        ),
        pytest.param(client_error("Throttling", "Rate exceeded"), Reason.THROTTLED, id="throttled for ever"),
        pytest.param(
            client_error("PackedPolicyTooLarge", "too large"), Reason.SERVICE_ERROR, id="the policy does not fit"
        ),
        pytest.param(ReadTimeoutError(endpoint_url="x"), Reason.TIMEOUT, id="no answer"),
        pytest.param({}, Reason.MALFORMED_RESPONSE, id="no credentials in it"),
        pytest.param(
            session_answer("ASIA", "000000000001", datetime(2030, 1, 1)),  # noqa: DTZ001 - that is the point
            Reason.MALFORMED_RESPONSE,
            id="an end without a time zone",
        ),
        pytest.param(
            session_answer("ASIA", "000000000001", "soon"), Reason.MALFORMED_RESPONSE, id="an end that is no time"
        ),
        pytest.param(
            {**session_answer("ASIA", "1", builders.NOW), "AssumedRoleUser": {"Arn": "no"}},
            Reason.MALFORMED_RESPONSE,
            id="no user",
        ),
    ],
)
def test_a_role_that_cannot_be_assumed_is_a_read_error_with_its_arn(error: Any, reason: Reason) -> None:  # noqa: ANN401 - any JSON, or a script of answers
    roles, _, _ = make_roles(answers_in_turn(error))
    with pytest.raises(ReadError) as raised:
        roles.credentials_for(target(), CallStats(), "ecs").credentials()
    assert (raised.value.stage, raised.value.reason) == ("assume-role", reason)
    assert raised.value.detail.startswith(f"{arn('000000000001')}: ")


def test_a_role_of_another_account_is_refused() -> None:
    clock = FakeClock()
    roles, _, _ = make_roles(Sts(clock, account="000000000666"), clock)
    with pytest.raises(ReadError, match="leads into account 000000000666, not into this one") as raised:
        roles.credentials_for(target(), CallStats(), "ecs").credentials()
    assert raised.value.reason is Reason.ROLE_DENIED


def test_an_intermediate_role_of_another_account_is_refused_too() -> None:
    clock = FakeClock()
    roles, context, _ = make_roles(Sts(clock, account="000000000001"), clock)
    with pytest.raises(ReadError, match=re.escape(f"{INTERMEDIATE.arn} leads into account 000000000001")):
        roles.credentials_for(target(1, INTERMEDIATE), CallStats(), "ecs").credentials()
    assert len(sent_calls(context)) == 1


def test_a_denied_intermediate_role_is_assumed_at_most_once_a_minute() -> None:
    roles, context, clock = make_roles(answers_in_turn(DENIED))

    def refusals(count: int) -> None:
        for number in range(count):
            with pytest.raises(ReadError, match=re.escape(INTERMEDIATE.arn)) as raised:
                roles.credentials_for(target(number, INTERMEDIATE), CallStats(), "ecs").credentials()
            assert raised.value.reason is Reason.ROLE_DENIED

    refusals(100)
    assert len(sent_calls(context)) == 1
    clock.elapsed += 61
    refusals(100)
    assert len(sent_calls(context)) == 2


def test_a_denied_account_does_not_affect_the_next() -> None:
    clock = FakeClock()
    sts = Sts(clock)
    roles, _, _ = make_roles(lambda call: DENIED if "000000000001" in call.parameters["RoleArn"] else sts(call), clock)
    with pytest.raises(ReadError):
        roles.credentials_for(target(1), CallStats(), "ecs").credentials()
    assert roles.credentials_for(target(2), CallStats(), "ecs").credentials().access_key == "ASIA1"


def test_without_a_role_the_default_credentials_read_their_own_account() -> None:
    roles, context, _ = make_roles()
    credentials = roles.credentials_for(Target(Account(HOME)), CallStats(), "ecs")
    assert (credentials.credentials().access_key, credentials.account_id) == ("AKIAAMBIENT", HOME)
    assert sent_calls(context) == []


def test_without_a_role_the_default_credentials_read_no_other_account() -> None:
    roles, _, _ = make_roles()
    with pytest.raises(ReadError, match=f"belong to account {HOME}, not to this one") as raised:
        roles.credentials_for(Target(builders.account(1)), CallStats(), "ecs")
    assert (raised.value.stage, raised.value.reason) == ("assume-role", Reason.ROLE_DENIED)


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_partition_of_a_role_is_that_of_the_identity(partition: str) -> None:
    roles, context, _ = make_roles(identity=Identity(HOME, f"arn:{partition}:iam::{HOME}:role/Auditor"))
    intermediate = Role("arn:{partition}:iam::888888888888:role/Intermediate")
    account = builders.account(1)
    roles.credentials_for(
        Target(account, (intermediate, Role(f"arn:{{partition}}:iam::{account.id}:role/R"))), CallStats(), "ecs"
    ).credentials()
    assert [call.parameters["RoleArn"] for call in sent_calls(context)] == [
        f"arn:{partition}:iam::888888888888:role/Intermediate",
        f"arn:{partition}:iam::000000000001:role/R",
    ]


def test_the_identity_is_read_from_sts() -> None:
    context = call_context(answers_in_turn({"Account": HOME, "Arn": f"arn:aws-cn:iam::{HOME}:role/Auditor"}))
    identity = identify(context)
    assert (identity.account_id, identity.partition) == (HOME, "aws-cn")


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"Arn": "no"},
        {"Arn": 3},
        {"Account": HOME},
        {"Account": "none", "Arn": f"arn:aws:iam::{HOME}:role/Auditor"},
        {"Arn": "arn:aws:iam::../../x:role/Auditor"},
    ],
)
def test_an_identity_without_an_arn_or_an_account_is_malformed(answer: dict[str, Any]) -> None:
    with pytest.raises(ApiCallError) as raised:
        identify(call_context(answers_in_turn(answer)))
    assert raised.value.info.reason is Reason.MALFORMED_RESPONSE


class Keyless(FakeClients):
    """Clients without default credentials."""

    error: Exception = IdentityError("No AWS credentials were found.")

    def default_credentials(self) -> Any:  # noqa: ANN401 - any JSON, or a script of answers
        raise self.error


def keyless(error: Exception) -> CallContext:
    context = call_context(answers_in_turn({"Arn": IDENTITY.arn}))
    clients: Any = Keyless(answers_in_turn({"Arn": IDENTITY.arn}))
    clients.error = error
    return CallContext(clients, context.rate_limiter, context.clock)


def test_without_credentials_no_call_is_made() -> None:
    context = keyless(IdentityError("No AWS credentials were found."))
    with pytest.raises(IdentityError):
        identify(context)
    assert sent_calls(context) == []


def test_a_credential_endpoint_that_stays_busy_is_an_api_call_error_after_retries() -> None:
    context = keyless(CredentialRetrievalError(provider="container-role", error_msg="503"))
    stats = CallStats()
    with pytest.raises(ApiCallError, match="container-role") as raised:
        RegionClient(context, DefaultCredentials(context, HOME), "us-east-1", stats).call(
            "sts", "GetCallerIdentity", dict
        )
    assert raised.value.info.reason is Reason.EXPIRED_CREDENTIALS
    assert stats == CallStats(calls=0, retried=7)


def test_default_credentials_are_refreshed_only_if_the_environment_has_others() -> None:
    context = call_context(answers_in_turn({}))
    default = DefaultCredentials(context, HOME)
    assert not default.refresh(default.credentials())
    stale = default.credentials()
    clients: Any = context.clients
    clients.default = stale._replace(access_key="AKIANEW")
    assert default.refresh(stale)


@pytest.fixture
def connected(fleet: Fleet, connect: Connect) -> tuple[Roles, CallContext]:
    context = connect()
    return Roles(context, identify(context), RUN, {"ecs": ["ec2:DescribeRegions"]}), context


def who(context: CallContext, credentials: Any) -> Identity:  # noqa: ANN401 - any JSON, or a script of answers
    return RegionClient(context, credentials, "eu-west-1").call(
        "sts", "GetCallerIdentity", lambda a: Identity(a["Account"], a["Arn"])
    )


def test_over_the_wire_the_session_of_a_role_contains_the_run_id(
    fleet: Fleet, connected: tuple[Roles, CallContext]
) -> None:
    roles, context = connected
    assert identify(context).account_id == MANAGEMENT
    member = fleet.organization.members[0].id
    credentials = roles.credentials_for(
        Target(Account(member), (Role("arn:{partition}:iam::" + f"{member}:role/R"),)), CallStats(), "ecs"
    )
    assert who(context, credentials) == Identity(member, f"arn:aws:sts::{member}:assumed-role/R/auditor-{RUN}")


def test_over_the_wire_a_session_can_call_only_what_its_policy_allows(
    fleet: Fleet, connected: tuple[Roles, CallContext]
) -> None:
    roles, context = connected
    member = fleet.organization.members[0].id
    line = RegionClient(
        context, roles.credentials_for(Target(Account(member), (Role(arn(member)),)), CallStats(), "ecs"), "us-east-1"
    )
    assert line.call("ec2", "DescribeRegions", lambda answer: len(answer["Regions"])) > 0
    with pytest.raises(ApiCallError, match="because no session policy allows the ecs:ListClusters action") as raised:
        line.call("ecs", "ListClusters", dict)
    assert raised.value.info.reason is Reason.PERMISSION_DENIED


def test_over_the_wire_a_chain_requests_no_longer_session_than_chaining_allows(
    fleet: Fleet, connected: tuple[Roles, CallContext]
) -> None:
    roles, context = connected
    intermediate, member = (account.id for account in fleet.organization.members[:2])
    credentials = roles.credentials_for(
        Target(Account(member), (Role(arn(intermediate, "Hub")), Role(arn(member)))), CallStats(), "ecs"
    )
    assert who(context, credentials).account_id == member
    assert fleet.report()["operations"]["AssumeRole"] == 2


def test_over_the_wire_a_denied_role_is_not_retried(fleet: Fleet, connected: tuple[Roles, CallContext]) -> None:
    roles, _ = connected
    member = fleet.organization.members[0].id
    fleet.set_faults(Fault("role-refused", accounts=(member,)))
    stats = CallStats()
    with pytest.raises(ReadError, match="AccessDenied") as raised:
        roles.credentials_for(Target(Account(member), (Role(arn(member)),)), stats, "ecs").credentials()
    assert (raised.value.reason, stats) == (Reason.ROLE_DENIED, CallStats(calls=1))


def test_over_the_wire_sessions_that_expire_early_are_replaced(
    fleet: Fleet, connected: tuple[Roles, CallContext]
) -> None:
    roles, context = connected
    member = fleet.organization.members[0].id
    fleet.set_faults(Fault("expired-token", services=("ec2",), times=4))
    line = RegionClient(
        context, roles.credentials_for(Target(Account(member), (Role(arn(member)),)), CallStats(), "ecs"), "us-east-1"
    )
    counts = [line.call("ec2", "DescribeRegions", lambda answer: len(answer["Regions"])) for _ in range(12)]
    assert len(set(counts)) == 1
    assert fleet.report()["operations"]["AssumeRole"] == 3
    assert line.stats.retried == 2
