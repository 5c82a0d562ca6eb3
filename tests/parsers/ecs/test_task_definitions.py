"""The parser of task definitions accepts documented answers and raises MalformedValue for all others."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.checks.ecs.host_network_privileged_or_root import Parameters
from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as rule
from auditor.domain.check import Status
from auditor.domain.ecs.containers import Container
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.parsers.ecs.task_definitions import MalformedValue, parse, require_containers

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
WHOLE: dict[str, Any] = {
    "taskDefinitionArn": ARN,
    "family": "web",
    "revision": 7,
    "status": "ACTIVE",
    "networkMode": "host",
    "containerDefinitions": [{"name": "app", "image": "web:1", "user": "1000", "privileged": False}],
    "registeredAt": datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
    "registeredBy": "arn:aws:iam::111122223333:role/deployer",
}
MISSING = object()

#: The parser as JSON meets it: with arguments of any type.
parse_anything: Callable[..., TaskDefinition] = parse


def with_container(**members: object) -> dict[str, Any]:
    return {**WHOLE, "containerDefinitions": [members]}


def the_container(**members: object) -> Container:
    (container,) = parse(with_container(**members)).containers
    return container


def test_a_complete_answer_is_parsed_completely() -> None:
    task = parse(WHOLE, [{"key": "env", "value": "prod"}, {"key": "bare"}])

    assert task == TaskDefinition(
        arn=ARN,
        family="web",
        revision=7,
        status="ACTIVE",
        network_mode="host",
        containers=(Container("app", "web:1", "1000", privileged=False),),
        tags={"env": "prod", "bare": ""},
        registered_at=datetime(2026, 11, 23, 2, 0, tzinfo=UTC),
        registered_by="arn:aws:iam::111122223333:role/deployer",
    )


def test_a_minimal_answer_has_arn_family_and_revision() -> None:
    task = parse({"taskDefinitionArn": ARN, "family": "web", "revision": 7})

    assert task == TaskDefinition(ARN, "web", 7, status="", network_mode=None, containers=())


@pytest.mark.parametrize("mode", [None, "", "bridge", "awsvpc", "none", "a mode of next year"], ids=repr)
def test_a_network_mode_is_kept_unchanged(mode: str | None) -> None:
    assert parse({**WHOLE, "networkMode": mode}).network_mode == mode


@pytest.mark.parametrize("containers", [None, [], ()], ids=repr)
def test_missing_containers_are_an_empty_tuple(containers: object) -> None:
    assert parse({**WHOLE, "containerDefinitions": containers}).containers == ()


@pytest.mark.parametrize("lost", [{"containerDefinitions": None}, {"containerDefinitions": []}, {}], ids=repr)
@pytest.mark.parametrize("mode", ["host", "awsvpc", None], ids=repr)
def test_a_definition_that_lost_its_containers_is_malformed(lost: dict[str, Any], mode: str | None) -> None:
    rest = {key: value for key, value in WHOLE.items() if key != "containerDefinitions"}

    with pytest.raises(MalformedValue, match="containerDefinitions: contains no container"):
        require_containers(parse({**rest, "networkMode": mode, **lost}))
    assert require_containers(parse(WHOLE)) == parse(WHOLE)


@pytest.mark.parametrize(
    ("user", "expected"),
    [("root", "root"), ("", ""), (" 0", " 0"), (None, None), (0, "0"), (1337, "1337"), (-1, "-1")],
    ids=repr,
)
def test_a_user_is_kept_unchanged_and_a_number_becomes_its_digits(user: object, expected: str | None) -> None:
    assert the_container(user=user).user == expected


@pytest.mark.parametrize("value", [True, "true", "True", "TRUE"], ids=repr)
def test_privileged_is_true_as_boolean_or_string(value: object) -> None:
    assert the_container(privileged=value).privileged is True


@pytest.mark.parametrize("value", [False, None, "false", "FALSE"], ids=repr)
def test_privileged_is_false_as_boolean_string_or_null(value: object) -> None:
    assert the_container(privileged=value).privileged is False


def test_a_container_without_a_name_is_kept() -> None:
    assert the_container(user="root", privileged=True) == Container("", user="root", privileged=True)


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), id="a datetime in UTC"),
        pytest.param(datetime(2026, 11, 23, 2, 0), id="a datetime without a zone is UTC"),  # noqa: DTZ001 - on purpose
        pytest.param(datetime(2026, 11, 23, 5, 30, tzinfo=timezone(timedelta(hours=3.5))), id="another zone"),
        pytest.param(1795399200, id="epoch seconds"),
        pytest.param(1795399200.0, id="epoch seconds with a fraction"),
        pytest.param("2026-11-23T02:00:00Z", id="ISO text in UTC"),
        pytest.param("2026-11-23T03:00:00+01:00", id="ISO text with an offset"),
        pytest.param("2026-11-23T02:00:00", id="ISO text without a zone is UTC"),
    ],
)
def test_a_time_is_parsed_in_every_format_and_local_time_zone(value: object, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        moment = parse({**WHOLE, "registeredAt": value}).registered_at
    time.tzset()

    assert moment == datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("absent", [{}, {"registeredAt": None}], ids=["absent", "null"])
def test_a_missing_time_is_none(absent: dict[str, None]) -> None:
    rest = {name: value for name, value in WHOLE.items() if name != "registeredAt"}

    assert parse({**rest, **absent}).registered_at is None


REFUSED: list[tuple[str, object]] = [
    ("taskDefinitionArn", MISSING),
    ("taskDefinitionArn", None),
    ("taskDefinitionArn", ""),
    ("taskDefinitionArn", 7),
    ("taskDefinitionArn", "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:8"),
    ("taskDefinitionArn", "arn:aws:ecs:eu-west-1:111122223333:task-definition/cobweb:7"),
    ("taskDefinitionArn", "task-definition/web:7"),
    ("taskDefinitionArn", "an answer of:task-definition/web:7"),
    ("family", MISSING),
    ("family", None),
    ("family", ""),
    ("family", ["web"]),
    ("revision", MISSING),
    ("revision", None),
    ("revision", "7"),
    ("revision", 7.0),
    ("revision", True),
    ("revision", 0),
    ("revision", -7),
    ("revision", 2**31),
    ("revision", 10**400),
    ("status", 1),
    ("networkMode", 0),
    ("networkMode", ["host"]),
    ("networkMode", "HOST"),
    ("networkMode", "Host"),
    ("networkMode", " host"),
    ("networkMode", "host\n"),
    ("containerDefinitions", "app"),
    ("containerDefinitions", {"name": "app"}),
    ("containerDefinitions", 1),
    ("containerDefinitions", False),
    ("containerDefinitions[0]", None),
    ("containerDefinitions[0]", "app"),
    ("containerDefinitions[0]", ["app"]),
    ("containerDefinitions[0].name", 1),
    ("containerDefinitions[0].image", {}),
    ("containerDefinitions[0].user", 0.0),
    ("containerDefinitions[0].user", False),
    ("containerDefinitions[0].user", ["1000"]),
    ("containerDefinitions[0].user", 10**400),
    ("containerDefinitions[0].user", b"root"),
    ("containerDefinitions[0].privileged", 0),
    ("containerDefinitions[0].privileged", 1),
    ("containerDefinitions[0].privileged", ""),
    ("containerDefinitions[0].privileged", "no"),
    ("containerDefinitions[0].privileged", " true"),
    ("containerDefinitions[0].privileged", []),
    ("registeredAt", True),
    ("registeredAt", ""),
    ("registeredAt", "yesterday"),
    ("registeredAt", "2026-13-01"),
    ("registeredAt", "10000-01-01T00:00:00Z"),
    ("registeredAt", "0001-01-01T00:00:00+10:00"),
    ("registeredAt", "1795399200"),
    ("registeredAt", "1712011012345"),
    ("registeredAt", 253402300800),
    ("registeredAt", 1795399200000),
    ("registeredAt", 10**400),
    ("registeredAt", float("nan")),
    ("registeredAt", json.loads("1e400")),
    ("registeredAt", json.loads("-1e400")),
    ("registeredAt", datetime.max.replace(tzinfo=timezone(timedelta(hours=-1)))),
    ("registeredAt", date(2026, 11, 23)),
    ("registeredBy", 1),
]


def with_value(path: str, value: object) -> dict[str, Any]:
    """Return the complete answer with `value` at `path`."""
    first, _, member = path.partition("[0]")
    if first == path:
        return {name: member for name, member in {**WHOLE, path: value}.items() if member is not MISSING}
    return {**WHOLE, first: [{**WHOLE[first][0], member[1:]: value} if member else value]}


@pytest.mark.parametrize(
    ("path", "value"), REFUSED, ids=[f"{path} {'missing' if v is MISSING else repr(v)[:40]}" for path, v in REFUSED]
)
def test_an_undocumented_value_is_malformed_and_named_by_its_path(path: str, value: object) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(with_value(path, value))

    assert refusal.value.path == path
    assert str(refusal.value) == f"{path}: {refusal.value.problem}"


@pytest.mark.parametrize("raw", [None, [], "{}", 1], ids=repr)
def test_an_answer_that_is_not_an_object_is_malformed(raw: object) -> None:
    with pytest.raises(MalformedValue, match="taskDefinition: expected an object, got"):
        parse_anything(raw)


@pytest.mark.parametrize(
    ("tags", "path"),
    [
        ({"env": "prod"}, "tags"),
        ("env", "tags"),
        (["env"], "tags[0]"),
        ([{"key": "env"}, {"value": "prod"}], "tags[1].key"),
        ([{"Key": "env", "Value": "prod"}], "tags[0].key"),
        ([{"key": "env", "value": 1}], "tags[0].value"),
    ],
)
def test_tags_that_are_not_keys_and_values_are_malformed(tags: object, path: str) -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse_anything(WHOLE, tags)

    assert refusal.value.path == path


def test_absent_tags_are_an_empty_mapping() -> None:
    assert parse(WHOLE, None).tags == {}


def test_an_error_names_types_and_never_values() -> None:
    with pytest.raises(MalformedValue) as refusal:
        parse(with_container(privileged="hunter2", name="app"))

    assert str(refusal.value) == "containerDefinitions[0].privileged: expected true or false, got a string"


def test_the_value_of_a_variable_is_dropped() -> None:
    container = the_container(name="app", environment=[{"name": "PASSWORD", "value": "hunter2"}])

    assert [variable.name for variable in container.environment] == ["PASSWORD"]
    assert "hunter2" not in repr(container)


ODD_VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.binary(max_size=8)
    | st.datetimes(timezones=st.none() | st.timezones())
    | st.decimals(allow_nan=True)
    | st.sampled_from([10**400, -(10**400), Decimal("1e400"), "host", "root", "0", "true", "false", "1000", "\ud800"])
)
ANY_VALUE = st.recursive(
    ODD_VALUES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
)
CONTAINERS = st.dictionaries(st.sampled_from(["name", "image", "user", "privileged", "Privileged"]), ANY_VALUE)
ANSWERS = st.fixed_dictionaries(
    {
        "taskDefinitionArn": st.just(ARN) | ANY_VALUE,
        "family": st.just("web") | ANY_VALUE,
        "revision": st.just(7) | ANY_VALUE,
    },
    optional={
        "status": ANY_VALUE,
        "networkMode": st.just("host") | ANY_VALUE,
        "containerDefinitions": st.lists(CONTAINERS | ANY_VALUE, max_size=3) | ANY_VALUE,
        "registeredAt": ANY_VALUE,
        "registeredBy": ANY_VALUE,
    },
)


@given(raw=ANSWERS | ANY_VALUE, tags=ANY_VALUE)
def test_the_parser_raises_only_malformed_value(raw: object, tags: object) -> None:
    try:
        task = parse_anything(raw, tags)
    except MalformedValue:
        return

    assert isinstance(task, TaskDefinition)
    assert rule.judge(task, Parameters()).status in Status


def plainly_harmless(container: object) -> bool:
    """Return whether the JSON of a container is neither privileged nor root, without using the parser."""
    if not isinstance(container, dict):
        return False
    privileged, user = container.get("privileged"), container.get("user")
    uid = str(user).partition(":")[0]
    digits = uid[1:] if uid[:1] in {"+", "-"} else uid
    return (
        (privileged is None or privileged is False or (isinstance(privileged, str) and privileged.lower() == "false"))
        and (user is None or isinstance(user, str) or type(user) is int)
        and uid != "root"
        and set(digits) != {"0"}
    )


@given(containers=st.lists(CONTAINERS | ANY_VALUE, max_size=3) | ANY_VALUE)
def test_no_definition_passes_unless_it_explicitly_is_harmless(containers: object) -> None:
    raw = {"taskDefinitionArn": ARN, "family": "web", "revision": 7, "networkMode": "host"}
    try:
        status = rule.judge(require_containers(parse({**raw, "containerDefinitions": containers})), Parameters()).status
    except MalformedValue:
        return

    assert isinstance(containers, list)
    assert containers
    assert (status is Status.PASS) == all(map(plainly_harmless, containers))


@pytest.mark.parametrize("member", ["networkMode", "pidMode", "ipcMode"])
@pytest.mark.parametrize("mode", ["HOST", "Host", " host", "Shared"])
def test_a_misspelt_mode_of_the_host_is_malformed(member: str, mode: str) -> None:
    with pytest.raises(MalformedValue, match=f"{member}: is a misspelt"):
        parse({**WHOLE, member: mode})
