"""OCSF events: valid under both schemas, and no state that says more than is known."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from auditor.exports import ocsf, security_lake
from auditor.exports.model import AccountExport
from tests.builders import NOW
from tests.exports import accounts

schemas = pytest.importorskip("ocsf_json_schema", reason="needs the extra `test`")

ACCOUNTS = [
    pytest.param(accounts.everyday, id="everyday"),
    pytest.param(accounts.unexamined, id="unexamined"),
    pytest.param(accounts.hostile, id="hostile"),
]


@cache
def validator(version: str) -> Draft202012Validator:
    """Return the schema of the class; it refuses members that it does not have."""
    classes = schemas.OcsfJsonSchemaEmbedded(schemas.get_ocsf_schema(version=version))
    schema = classes.get_class_schema(class_name="compliance_finding", profiles=["cloud"])
    # The schema refuses all members of `unmapped`, although it exists to hold any.
    schema["properties"]["unmapped"] = {"type": "object", "additionalProperties": {"type": "string"}}
    assert schema["additionalProperties"] is False
    return Draft202012Validator(schema)


def events(account: AccountExport) -> list[dict[str, Any]]:
    (file,) = ocsf.files(account)
    return [json.loads(line) for line in gzip.decompress(file.body).splitlines()]


def by_name(account: AccountExport) -> dict[str, dict[str, Any]]:
    return {event["resources"][0]["name"].partition(":")[0]: event for event in events(account)}


def states(event: dict[str, Any]) -> tuple[int, int | None, int]:
    """Return activity, status and status of the compliance."""
    return event["activity_id"], event.get("status_id"), event["compliance"]["status_id"]


@pytest.mark.parametrize("account", ACCOUNTS)
@pytest.mark.parametrize("version", ["1.3.0", "1.6.0"])
def test_every_event_is_valid(account: Callable[[], AccountExport], version: str) -> None:
    for event in events(account()):
        assert [error.message for error in validator(version).iter_errors(event)] == []


@pytest.mark.parametrize(
    "fault",
    [{"evidences": []}, {"type_uid": "200301"}, {"severity_id": 7}, {"status_id": 5}, {"time": "now"}],
)
def test_the_schema_refuses_an_invalid_event(fault: dict[str, Any]) -> None:
    event = events(accounts.everyday())[0]

    assert not validator("1.3.0").is_valid(event | fault)


def test_the_type_is_that_of_the_class_and_the_activity() -> None:
    assert {event["type_uid"] - event["activity_id"] for event in events(accounts.everyday())} == {200_300}


def test_the_lake_gets_the_version_that_it_accepts() -> None:
    assert security_lake.VERSION == "1.3.0"


def test_times_are_milliseconds() -> None:
    assert {event["time"] for event in events(accounts.everyday())} == {int(NOW.timestamp()) * 1000}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("new", (1, 1, 3), id="a new failure is created"),
        pytest.param("open", (2, 1, 3), id="an open failure is updated"),
        pytest.param("back", (2, 1, 3), id="a reopened failure is updated"),
        pytest.param("accepted", (2, 3, 3), id="an accepted failure is suppressed and still fails"),
        pytest.param("fixed", (3, 4, 1), id="a resolved failure is closed"),
        pytest.param("fine", (1, None, 1), id="what passes has no status of a workflow"),
        pytest.param("windows", (1, None, 99), id="what does not apply neither passes nor fails"),
        pytest.param("lost", (1, 1, 2), id="UNKNOWN is a warning"),
        pytest.param("hidden", (2, 99, 2), id="a stale failure stays open as a warning"),
        pytest.param("stale", (2, 99, 2), id="a stale failure without a row stays open as a warning"),
        pytest.param("gone", (3, 4, 99), id="a failure of a deleted resource is closed"),
        pytest.param("ecs-services", (1, 1, 2), id="a gap is a warning"),
    ],
)
def test_the_state_of_an_event(name: str, expected: tuple[int, int | None, int]) -> None:
    assert states(by_name(accounts.everyday())[name]) == expected


def test_a_finding_with_a_row_has_one_event_even_if_it_changed() -> None:
    uids = [event["finding_info"]["uid"] for event in events(accounts.everyday())]

    assert len(uids) == len(set(uids)) == 9 + 2 + 2


def test_every_gap_is_an_event_and_an_exclusion_is_none() -> None:
    gaps = [event for event in events(accounts.everyday()) if event["finding_info"]["types"] == ["coverage"]]

    assert [(gap["cloud"]["region"], gap["status_code"], gap["resources"][0]["type"]) for gap in gaps] == [
        ("eu-central-1", "NOT_EXAMINED", "AwsAccountRegion"),
        ("us-east-1", "PARTIAL", "AwsAccountRegion"),
    ]


def test_the_severity_is_that_of_the_check_unless_nothing_needs_action() -> None:
    severities = {name: event["severity"] for name, event in by_name(accounts.everyday()).items()}

    assert {severities[name] for name in ("new", "open", "accepted", "lost", "hidden", "stale")} == {"High"}
    assert {severities[name] for name in ("fixed", "fine", "windows", "gone")} == {"Informational"}


def test_events_are_ascii_and_well_formed() -> None:
    (file,) = ocsf.files(accounts.hostile())
    text = gzip.decompress(file.body).decode("ascii")

    assert all(line == json.dumps(json.loads(line), separators=(",", ":")) for line in text.splitlines())
    json.dumps([json.loads(line) for line in text.splitlines()], ensure_ascii=False).encode("utf-8")
