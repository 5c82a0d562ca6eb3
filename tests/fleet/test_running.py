"""The process of the stand-in, its report and its options."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from botocore.exceptions import ClientError

from tests.fleet import Drain, Fault, Fleet, Large, Shape, running
from tests.fleet.conftest import SHAPE, Connect
from tests.fleet.load import load, requests_for
from tests.fleet.running import ROOT


def test_the_command_line_prints_its_url_and_ends_on_sigterm() -> None:
    command = [
        sys.executable,
        "-m",
        "tests.fleet",
        "--accounts",
        "2",
        "--regions",
        "1",
        "--latency",
        "0.01",
        "--enforce",
    ]
    command += ["--fault", '{"kind": "reset", "rate": 0.5}']
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        with urllib.request.urlopen(first["url"] + "/_fleet/shape") as answer:  # noqa: S310 - our own loopback
            shape = json.load(answer)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert (shape["accounts"], shape["regions"]) == (2, 1)


def test_the_configuration_can_be_a_file(tmp_path: Path) -> None:
    file = tmp_path / "fleet.json"
    file.write_text(json.dumps({"shape": {"accounts": 7}, "faults": [{"kind": "nonsense"}]}))
    command = [sys.executable, "-m", "tests.fleet", "--config", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1
    assert "There is no fault 'nonsense'" in done.stderr


def test_all_options_reach_the_process(connect: Connect) -> None:
    shape = Shape(accounts=2, regions=("eu-west-1",), large=(Large(1, "eu-west-1", 30),))
    drains = (Drain(rate=19.5, bucket="cluster-read"),)
    with running(shape, [Fault("http-500", operation="ListServices")], enforce=True, drains=drains) as fleet:
        ecs = connect(fleet, "ecs", account=fleet.organization.members[1].id)
        assert len(ecs.list_task_definition_families()["families"]) == 30
        ecs.list_clusters()
        with pytest.raises(ClientError, match="Rate exceeded"):
            ecs.list_clusters()
        with pytest.raises(ClientError, match="ServerException"):
            ecs.list_services()


def test_calls_are_counted_by_operation_and_scope_and_outcome(fleet: Fleet, connect: Connect) -> None:
    first, second = (member.id for member in fleet.organization.members[:2])
    fleet.reset()
    for account in (first, first, second):
        connect(fleet, "ecs", account=account).list_clusters()
    with pytest.raises(ClientError):
        connect(fleet, "ecs", account=first).describe_task_definition(taskDefinition="gone")
    report = fleet.report(scopes=True)
    assert report["calls"] == 4
    assert report["operations"] == {"DescribeTaskDefinition": 1, "ListClusters": 3}
    assert report["outcomes"] == {"DescribeTaskDefinition": {"ClientException": 1}, "ListClusters": {"ok": 3}}
    assert sorted(report["scopes"]) == sorted(
        [
            [first, "eu-west-1", "DescribeTaskDefinition", 1],
            [first, "eu-west-1", "ListClusters", 2],
            [second, "eu-west-1", "ListClusters", 1],
        ]
    )


def test_a_call_is_a_duplicate_only_if_the_first_was_answered(fleet: Fleet, connect: Connect) -> None:
    ecs = connect(fleet, "ecs", account=fleet.organization.members[0].id)
    fleet.reset()
    fleet.set_faults(Fault("http-500", times=1))
    with pytest.raises(ClientError):
        ecs.list_clusters()
    ecs.list_clusters()
    fleet.set_faults()
    assert fleet.report()["duplicates"] == {}
    ecs.list_clusters()
    report = fleet.report()
    assert report["duplicates"] == {"ListClusters": 1}
    assert report["duplicate_examples"][0].startswith("ListClusters ")


def test_connections_are_counted(connect: Connect) -> None:
    with running(SHAPE) as fleet:
        for region in ("eu-west-1", "us-east-1"):
            for _ in range(3):
                connect(fleet, "ecs", account=fleet.organization.members[0].id, region=region).list_clusters()
        report = fleet.report()
    assert report["connections"] == 3
    assert report["connections_peak"] == 3


def test_an_invalid_rule_is_rejected_and_the_others_stay(fleet: Fleet) -> None:
    for document in ([{"kind": "flood"}], [{"kind": "reset", "wher": "x"}], 7):
        data = json.dumps(document).encode()
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(fleet.url + "/_fleet/faults", data)  # noqa: S310 - our own loopback
        assert error.value.code == 400
        assert json.load(error.value)["error"]
        error.value.close()


def test_the_next_night_has_new_revisions_on_both_sides(connect: Connect) -> None:
    with running(SHAPE) as fleet:
        before = {truth.family: truth.arn for truth in fleet.truth() if truth.region == "eu-west-1"}
        fleet.next_night(changed=0.5)
        after = [truth for truth in fleet.truth() if truth.region == "eu-west-1"]
        assert {truth.arn for truth in after} - set(before.values())
        for truth in after:
            ecs = connect(fleet, "ecs", account=truth.account)
            described = ecs.describe_task_definition(taskDefinition=truth.family)["taskDefinition"]
            assert described["taskDefinitionArn"] == truth.arn


def test_the_inventory_contains_exactly_the_members(fleet: Fleet) -> None:
    inventory = yaml.safe_load(fleet.inventory_text())
    assert [account["id"] for account in inventory["accounts"]] == [member.id for member in fleet.organization.members]
    one = fleet.organization.members[1].id
    assert [row["id"] for row in yaml.safe_load(fleet.inventory_text(accounts=[one]))["accounts"]] == [one]


def test_the_environment_leads_only_to_the_fleet(fleet: Fleet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "production")
    environment = fleet.env(AUDITOR_OUTPUT="out")
    code = "import boto3; c = boto3.client('sts'); print(c.get_caller_identity()['Account'], c.meta.endpoint_url)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.split() == ["999999999999", fleet.url]
    assert "AWS_PROFILE" not in environment
    assert environment["AUDITOR_OUTPUT"] == "out"
    assert environment["PATH"] == os.environ["PATH"]


def test_the_load_generator_gets_only_valid_responses() -> None:
    with running(SHAPE) as fleet:
        requests = requests_for(fleet.organization, fleet.url.removeprefix("http://"))
        seconds, received = asyncio.run(load(fleet.url, requests, 500, 8))
        report = fleet.report()
    assert seconds > 0
    assert received > 500 * 100
    assert report["calls"] == 500
    assert {outcome for outcomes in report["outcomes"].values() for outcome in outcomes} == {"ok"}
    assert report["connections_peak"] <= 9
