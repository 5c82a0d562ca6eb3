"""The cache codec omits no field, and accepts nothing that it would not have written."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, make_dataclass, replace
from datetime import UTC, datetime
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.aws.collectors import all_collectors, cache_codec
from auditor.aws.collectors.cache_codec import CacheCodec
from auditor.aws.collectors.collector import Collector
from auditor.aws.collectors.ecs.revisions import CODEC, decode_revision
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.fact import fact_kinds

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/family:7"
KINDS = {name: kind for name, kind in fact_kinds().items() if kind.TYPE}
CACHED = {collector.name: collector for collector in all_collectors() if collector.cache_codec is not None}


def sample(hint: Any, name: str, number: int = 7) -> Any:  # noqa: ANN401 - a value of any type
    """Build a value of a type in which no field has its default."""
    scalars: dict[Any, Any] = {bool: True, int: number, str: name if number == 7 else f"{name}-{number}"}
    scalars[datetime] = datetime(2026, 11, 23, 2, 0, number, tzinfo=UTC)
    arguments = get_args(hint)
    if hint in scalars:
        return scalars[hint]
    if NoneType in arguments:
        return sample(next(argument for argument in arguments if argument is not NoneType), name, number)
    if get_origin(hint) is tuple:
        return (sample(arguments[0], name, number), sample(arguments[0], name, number + 1))
    if get_origin(hint) is Mapping:
        return {name: sample(arguments[1], name, number)}
    hints = get_type_hints(hint)
    return hint(**{member.name: sample(hints[member.name], member.name, number) for member in fields(hint)})


def as_stored(value: object) -> Any:  # noqa: ANN401 - JSON
    return json.loads(json.dumps(value))


def paths(value: object, prefix: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every member of every object in a JSON value."""
    members: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        if isinstance(value, dict):
            yield (*prefix, key)
        yield from paths(member, (*prefix, key))


def changed(value: Any, path: tuple[Any, ...], *new: object) -> Any:  # noqa: ANN401 - JSON
    """Return a copy without the member at a path, or with a new value there."""
    copy = as_stored(value)
    parent = copy
    for key in path[:-1]:
        parent = parent[key]
    if new:
        parent[path[-1]] = new[0]
    else:
        del parent[path[-1]]
    return copy


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_field_of_every_kind_of_fact_survives_the_cache(kind: type[Any]) -> None:
    codec: CacheCodec[Any] = CacheCodec(kind, key="arn", excluded={})
    fact = sample(kind, "fact")

    assert codec.decode(fact.arn, as_stored(codec.encode(fact))) == fact


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_a_field_that_is_dropped_from_the_encoding_is_noticed(kind: type[Any]) -> None:
    codec: CacheCodec[Any] = CacheCodec(kind, key="arn", excluded={})
    fact = sample(kind, "fact")
    stored = as_stored(codec.encode(fact))

    assert {path[0] for path in paths(stored)} == {member.name for member in fields(kind)} - {"arn"}
    for path in paths(stored):
        assert codec.decode(fact.arn, changed(stored, path)) != fact


@pytest.mark.parametrize("collector", CACHED.values(), ids=CACHED.keys())
def test_a_cached_fact_differs_from_the_described_one_in_excluded_fields_only(collector: Collector) -> None:
    codec = collector.cache_codec
    assert codec is not None
    described = sample(collector.fact_type, "fact")

    assert codec.decode(described.arn, as_stored(codec.encode(described))) == replace(described, **codec.excluded)


def test_of_a_task_definition_only_these_fields_are_not_cached() -> None:
    """Review this list before you extend it: an excluded field has a fixed value in every cached fact."""
    assert dict(CODEC.excluded) == {
        "status": "ACTIVE",
        "tags": None,
        "tags_from_index": False,
        "tags_unread": None,
        "usage": None,
        "latest_active": None,
        "default_log_mode": None,
    }


WRONG: list[Any] = [
    None,
    True,
    -1.5,
    10**400,
    "text",
    [],
    {},
    ["text"],
    {"name": 1},
    "2026-11-23T02:00:00",
    "2026-99-99",
    [[]],
]


#: Fields for which null is a value.
OPTIONAL = {
    *("network_mode", "registered_at", "registered_by", "pid_mode", "ipc_mode", "os_family", "task_role_arn"),
    *("execution_role_arn", "host_path", "transit_encryption", "user", "log_driver", "log_mode", "memory"),
    *("memory_reservation", "secret_match", "docker", "nfs_server"),
}


def is_right(old: object, new: object) -> bool:
    """Whether a value has the form of the one that it replaces, so that no decoder can tell that it is wrong."""
    if isinstance(old, list):
        return isinstance(new, list) and [type(member) for member in new] in ([], [type(old[0])])
    return type(old) is type(new) and not (isinstance(new, int) and abs(new) >= 2**63)


@pytest.mark.parametrize("wrong", WRONG, ids=lambda value: repr(value)[:20])
def test_a_value_of_another_type_is_no_cached_fact(wrong: object) -> None:
    stored = as_stored(CODEC.encode(sample(TaskDefinition, "family")))

    for path in paths(stored):
        old = stored
        for key in path:
            old = old[key]
        if (wrong is None and path[-1] in OPTIONAL) or (is_right(old, wrong) and path[-1] != "registered_at"):
            continue
        assert CODEC.decode(ARN, changed(stored, path, wrong)) is None, path


@pytest.mark.parametrize("member", ["unknown", "arn", "status", "tags", "usage"])
def test_a_member_that_is_not_encoded_is_no_cached_fact(member: str) -> None:
    stored = as_stored(CODEC.encode(sample(TaskDefinition, "family")))

    assert CODEC.decode(ARN, {**stored, member: "x"}) is None
    for path in paths(stored):
        if path[-1] == "name":
            assert CODEC.decode(ARN, changed(stored, (*path[:-1], "unknown"), 1)) is None


@pytest.mark.parametrize("cached", [None, True, 3, "x", [], {}, [{}], {"family": "family"}], ids=repr)
def test_anything_else_is_no_cached_fact(cached: object) -> None:
    assert CODEC.decode(ARN, cached) is None
    assert decode_revision(ARN, cached) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)


@given(data=st.data(), new=JSON)
def test_no_json_makes_the_decoder_fail(data: st.DataObject, new: object) -> None:
    stored = as_stored(CODEC.encode(sample(TaskDefinition, "family")))
    path = data.draw(st.sampled_from(sorted(paths(stored), key=repr)))

    fact = decode_revision(ARN, changed(stored, path, new))

    assert fact is None or CODEC.decode(ARN, as_stored(CODEC.encode(fact))) == fact


@pytest.mark.parametrize(
    "arn",
    [
        ARN.replace("family:7", "family:8"),
        ARN.replace("family:7", "other:7"),
        ARN.replace("task-definition", "daemon-task-definition"),
        ARN.removesuffix(":7"),
        "",
    ],
)
def test_a_fact_of_another_revision_is_not_believed(arn: str) -> None:
    stored = as_stored(CODEC.encode(sample(TaskDefinition, "family")))

    assert decode_revision(ARN, stored) is not None
    assert decode_revision(arn, stored) is None


def test_a_definition_without_containers_is_not_believed() -> None:
    stored = as_stored(CODEC.encode(sample(TaskDefinition, "family")))

    assert decode_revision(ARN, {**stored, "containers": []}) is None


@dataclass(frozen=True)
class Inner:
    size: int = 0


@dataclass(frozen=True)
class Outer:
    arn: str
    label: str = ""
    inner: Inner = Inner()
    inners: tuple[Inner, ...] = ()


def version(kind: type[Any], excluded: Mapping[str, Any] | None = None) -> str:
    codec: CacheCodec[Any] = CacheCodec(kind, key="arn", excluded=excluded or {})
    return codec.version


def made(*members: Any) -> type[Any]:  # noqa: ANN401 - what make_dataclass takes
    return make_dataclass("Outer", [("arn", str), *members], frozen=True)


def test_the_version_depends_on_names_types_and_defaults_of_every_nested_class() -> None:
    renamed_inner = make_dataclass("Inner", [("length", int, field(default=0))], frozen=True)
    other_default = make_dataclass("Inner", [("size", int, field(default=1))], frozen=True)
    shapes = [
        made(("label", str, "")),
        made(("label", str, "x")),
        made(("label", str | None, "")),
        made(("name", str, "")),
        made(("label", str, ""), ("size", int, 0)),
        made(("label", tuple[str, ...], ())),
        made(("inner", Inner)),
        made(("inner", renamed_inner)),
        made(("inner", other_default)),
        made(("inner", tuple[other_default, ...])),  # type: ignore[valid-type]  # a class that is made here
    ]

    assert len({version(shape) for shape in shapes}) == len(shapes)
    assert version(made(("label", str, ""))) == version(made(("label", str, "")))


def test_the_version_is_the_same_in_another_process() -> None:
    source = "from auditor.aws.collectors.ecs.revisions import CODEC; print(CODEC.version)"
    other = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)

    assert other.stdout.strip() == CODEC.version


def test_the_version_depends_on_the_exclusions() -> None:
    assert len({version(Outer), version(Outer, {"label": ""}), version(Outer, {"label": "x"})}) == 3


def test_the_version_depends_on_the_source_of_the_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    before = version(Outer)
    monkeypatch.setattr(cache_codec, "source_digest", lambda: "another")

    assert version(Outer) != before


def test_a_field_without_a_codec_is_an_error_when_the_codec_is_made() -> None:
    with pytest.raises(TypeError, match=r"Outer\.ratio cannot be cached: there is no codec for <class 'float'>"):
        version(made(("ratio", float, 0.0)))
    with pytest.raises(TypeError, match=r"Outer\.names cannot be cached"):
        version(made(("names", list[str])))
    with pytest.raises(TypeError, match=r"Outer\.label cannot be decoded"):
        version(made(("label", str, field(default="", init=False))))
    assert version(made(("ratio", float, 0.0)), {"ratio": 1.0})


@pytest.mark.parametrize(("key", "excluded"), [("arn", {"no_such_field": 1}), ("no_such_field", {})])
def test_a_field_that_does_not_exist_is_an_error(key: str, excluded: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="Outer has no field no_such_field"):
        CacheCodec(Outer, key=key, excluded=excluded)
