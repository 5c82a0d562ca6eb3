"""Damaged answers of AWS: no crash, only documented errors, and no unfounded PASS."""
# ruff: noqa: ANN401 - answers are any JSON

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, cast

import pytest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from auditor.aws import regions
from auditor.aws.account_reader import AccountReader, NullFactCache
from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.clients import Clients
from auditor.aws.collectors import collectors_for
from auditor.aws.collectors.collector import CollectOptions
from auditor.aws.errors import ApiCallError
from auditor.aws.paging import paginate_strings
from auditor.aws.rate_limit import RateLimiter
from auditor.aws.roles import Identity, Roles
from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as check
from auditor.domain.cache import AccountCache, ScopeCache
from auditor.domain.check import Status
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, CoverageStatus
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.reason import Reason
from auditor.domain.scope import Account, Role, Scope, Target
from auditor.engine.ports import Assignment, ConfiguredCheck
from auditor.engine.scan_scope import ScopeResult, scan_scope
from tests.aws.conftest import Connect
from tests.aws.fakes import (
    UNLIMITED,
    FakeClients,
    FakeClock,
    FakeCredentials,
    FakeServer,
    HttpAnswer,
    SentCall,
    http_server,
    real_now,
    regions_answer,
)

HOME, REGION, COLLECTOR = "999999999999", "eu-west-1", "ecs-task-definitions"
FAMILIES = ("api", "batch", "web")
IDENTITY = Identity(HOME, f"arn:aws:iam::{HOME}:user/u")


def arn(family: str) -> str:
    return f"arn:aws:ecs:{REGION}:{HOME}:task-definition/{family}:7"


def definition(family: str) -> dict[str, Any]:
    """Return a definition that passes."""
    return {
        "taskDefinitionArn": arn(family),
        "family": family,
        "revision": 7,
        "status": "ACTIVE",
        "networkMode": "host",
        "containerDefinitions": [
            {"name": "app", "image": "app:1", "user": "1000", "privileged": False, "environment": []},
            {"name": "log", "image": "log:1", "user": "nobody"},
        ],
        "registeredAt": 1_600_000_000.5,
    }


def cached_definition(family: str) -> dict[str, Any]:
    """Return the same definition as the fact cache stores it."""
    containers = [
        {"name": "app", "image": "app:1", "user": "1000"},
        {"name": "log", "image": "log:1", "user": "nobody"},
    ]
    return {"family": family, "revision": 7, "network_mode": "host", "containers": containers}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["host", "HOST", "root", "0", "true", "ACTIVE", *FAMILIES, arn("api"), "after-0"])
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)
OBJECTS = st.dictionaries(st.text(max_size=9), JSON, max_size=4)


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in inside:
        yield from _places(member, (*path, key))


@st.composite
def damaged(draw: st.DrawFn, whole: dict[str, Any]) -> dict[str, Any]:
    """Draw `whole` with up to three values replaced or removed, or another object."""
    value: Any = copy.deepcopy(whole)
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from(sorted(_places(value), key=repr)))
        if not path:
            continue
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        if draw(st.booleans()):
            holder[path[-1]] = draw(JSON)
        else:
            del holder[path[-1]]
    return value if draw(st.integers(0, 9)) else draw(OBJECTS)


DESCRIPTIONS = st.fixed_dictionaries({family: damaged({"taskDefinition": definition(family)}) for family in FAMILIES})
LISTS = damaged({"families": list(FAMILIES)})
ARNS = damaged({"taskDefinitionArns": [arn(family) for family in FAMILIES]})
NOTES = st.dictionaries(st.sampled_from([arn(family) for family in FAMILIES]), JSON) | st.fixed_dictionaries(
    {arn(family): damaged(cached_definition(family)) for family in FAMILIES}
)


class _Remembering(NullFactCache):
    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known

    def read(self, account_id: str) -> AccountCache:
        return {(REGION, COLLECTOR): ScopeCache(cached=self.known)}


#: Made once: looking up AWS's partitions takes most of the time.
CLIENTS = FakeClients(lambda _: {})


def night(script: Callable[[SentCall], Any], known: Mapping[str, Any]) -> ScopeResult:
    """Scan one region of one account, from the calls to the findings."""
    CLIENTS.script = script
    CLIENTS.sent.clear()
    context = CallContext(cast("Clients", CLIENTS), RateLimiter(UNLIMITED), FakeClock())
    collectors, options = collectors_for([TaskDefinition]), CollectOptions("latest")
    reader = AccountReader(context, Roles(context, IDENTITY, "run", {}), collectors, _Remembering(known), options)
    reader.regions(Target(Account(HOME)), CallStats())
    work = Assignment(COLLECTOR, (ConfiguredCheck(check, check.parameters),))
    return scan_scope(Scope(Account(HOME), REGION), work, reader, FakeClock())


def scripted(listed: Any, arns: Any, described: Mapping[str, Any]) -> Callable[[SentCall], Any]:
    answers = {
        "DescribeRegions": regions_answer(),
        "ListTaskDefinitionFamilies": listed,
        "ListTaskDefinitions": arns,
    }

    def script(call: SentCall) -> Any:
        if call.operation == "DescribeTaskDefinition":
            return described.get(call.parameters["taskDefinition"], {})
        return answers[call.operation]

    return script


def harmless(raw: Any) -> bool:
    """Return whether the JSON of a definition passes, without using the parser."""
    if not isinstance(raw, dict) or raw.get("networkMode", raw.get("network_mode")) != "host":
        return False
    containers = raw.get("containerDefinitions", raw.get("containers"))
    return isinstance(containers, list) and bool(containers) and all(map(_tame, containers))


def _tame(container: Any) -> bool:
    if not isinstance(container, dict):
        return False
    privileged, uid = container.get("privileged"), str(container.get("user")).partition(":")[0]
    no_power = privileged is None or privileged is False or str(privileged).lower() == "false"
    return no_power and uid != "root" and set(uid.lstrip("+-")) != {"0"}


WHOLE = {family: {"taskDefinition": definition(family)} for family in FAMILIES}


@settings(max_examples=400, deadline=None)
@given(listed=LISTS, arns=ARNS, described=DESCRIPTIONS, known=NOTES | st.just({}))
@example(listed={"families": list(FAMILIES)}, arns={}, described=WHOLE, known={})
@example(listed={"families": []}, arns={}, described=WHOLE, known={})
def test_no_answer_of_ecs_causes_a_crash_or_an_unfounded_pass(
    listed: Any, arns: Any, described: dict[str, Any], known: dict[str, Any]
) -> None:
    done = night(scripted(listed, arns, described), known)
    row = done.coverage

    assert row.reason is not Reason.INTERNAL_ERROR, row.detail
    for finding in done.findings:
        family = finding.resource.family or ""
        sources = [described.get(family, {}).get("taskDefinition"), known.get(finding.resource.arn)]
        assert finding.status is not Status.PASS or any(map(harmless, sources))
        assert finding.status is not Status.UNKNOWN or row.status is CoverageStatus.PARTIAL
    if row.status is CoverageStatus.EXAMINED:
        names = listed.get("families") if not known else None
        assert names is None or len(set(names)) == row.resources
        assert len(done.findings) + sum(done.not_applicable.values()) == row.resources
    else:
        assert row.reason
        assert row.detail


def test_undamaged_definitions_pass() -> None:
    done = night(scripted({"families": list(FAMILIES)}, {}, WHOLE), {})

    assert [finding.status for finding in done.findings] == [Status.PASS] * 3


def test_undamaged_cached_definitions_pass_without_a_description() -> None:
    cached = {arn(family): cached_definition(family) for family in FAMILIES}
    done = night(scripted({}, {"taskDefinitionArns": list(cached)}, {}), cached)

    assert [finding.status for finding in done.findings] == [Status.PASS] * 3
    assert "DescribeTaskDefinition" not in CLIENTS.operations()


ASSUMED = f"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><AssumedRoleUser>
<AssumedRoleId>AROA:x</AssumedRoleId><Arn>arn:aws:sts::{HOME}:assumed-role/Auditor/x</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
<Expiration>2026-11-23T03:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>""".encode()
_REGIONS = "".join(
    f"<item><regionName>{region['RegionName']}</regionName><optInStatus>{region['OptInStatus']}</optInStatus></item>"
    for region in regions_answer(af_south_1="opted-in")["Regions"]
)
ENABLED = f"""<DescribeRegionsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><regionInfo>{_REGIONS}
</regionInfo></DescribeRegionsResponse>""".encode()
REFUSED = b"""<Response><Errors><Error><Code>RequestExpired</Code><Message>Request has expired.</Message></Error>
</Errors><RequestID>1</RequestID></Response>"""
LISTED = b'{"families":["api","batch"],"nextToken":"next"}'
DENIED = b'{"__type":"com.amazon.coral.service#AccessDeniedException","Message":"not authorized"}'

SPLINTERS = st.binary(max_size=6) | st.sampled_from(
    [b"<", b">", b"/>", b"&#0;", b"&lol;", b"<![CDATA[", b"\xff", b"null", b"{}", b"[]", b'"', b"9" * 400, b"1e999"]
)


@st.composite
def answers(draw: st.DrawFn, *bodies: bytes) -> HttpAnswer:
    """Draw one of these bodies with pieces removed, repeated or replaced, and any status."""
    body = draw(st.sampled_from(bodies))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = draw(st.integers(start, min(len(body), start + 60)))
        piece = draw(st.sampled_from([b"", body[start:end] * 2]) | SPLINTERS)
        body = body[:start] + piece + body[end:]
    return HttpAnswer(draw(st.sampled_from([200, 200, 200, 400, 403, 500, 503])), body)


class Wire:
    """A server with one answer, and real clients that call it."""

    def __init__(self, server: FakeServer, connect: Connect) -> None:
        self._server = server
        self._connect = connect

    def saying(self, answer: HttpAnswer) -> CallContext:
        self._server.script = lambda _: answer
        return self._connect(FakeClock(started_at=real_now()))


@pytest.fixture
def wire(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    with http_server(lambda _: HttpAnswer()) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        yield Wire(server, connect)


#: One server serves all examples, with the answer of the current one.
FUZZING = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZING
@given(answer=answers(ASSUMED, REFUSED))
def test_any_answer_of_sts_is_a_session_of_the_right_account_or_a_read_error(wire: Wire, answer: HttpAnswer) -> None:
    context = wire.saying(answer)
    credentials = Roles(context, IDENTITY, "run", {}).credentials_for(
        Target(Account(HOME), (Role(f"arn:aws:iam::{HOME}:role/Auditor", None),)), CallStats(), "ecs"
    )
    with suppress(ReadError):
        keys = credentials.credentials()
        assert isinstance(keys, ReadOnlyCredentials)
        assert answer.status == 200
        assert HOME.encode() in answer.body
        assert all(isinstance(part, str) and part for part in (keys.access_key, keys.secret_key, keys.token))
        context.clock.sleep(3_600)
        assert credentials.credentials() == keys  # the second call returns the same


@FUZZING
@given(answer=answers(ENABLED, REFUSED))
def test_any_answer_of_ec2_is_a_list_of_regions_or_a_read_error(wire: Wire, answer: HttpAnswer) -> None:
    context = wire.saying(answer)
    with suppress(ReadError):
        listed = regions.list_regions(context, FakeCredentials(), CallStats())
        assert answer.status == 200
        assert listed.expected
        assert all(re.fullmatch("[a-z0-9-]+", name) for name in listed.expected)


@FUZZING
@given(answer=answers(LISTED, DENIED))
def test_any_answer_of_ecs_is_pages_of_names_or_an_api_call_error(wire: Wire, answer: HttpAnswer) -> None:
    client = RegionClient(wire.saying(answer), FakeCredentials(), REGION)
    with suppress(ApiCallError):
        listed = list(paginate_strings(client, "ecs", "ListTaskDefinitionFamilies", "families"))
        assert answer.status == 200
        assert all(isinstance(name, str) and name for page in listed for name in page)
