"""A complete night over real HTTP against a fleet of 50 accounts and 5 regions whose expected findings are known."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit, command


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Fleet, Night, dict[str, Any]]]:
    with running(Shape(accounts=50, regions=5), enforce=True) as fleet:
        night = audit(fleet, tmp_path_factory.mktemp("night"))
        yield fleet, night, fleet.report()


def test_a_complete_night_ends_with_0_and_reports_completeness(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    _, done, _ = night

    assert done.code == 0, done.stderr
    assert done.stdout.startswith("Complete: all 50 accounts of the inventory were fully examined.")
    assert len(done.stdout.splitlines()) <= 25


@pytest.mark.parametrize("verdict", ["FAIL", "PASS"])
def test_the_findings_equal_the_truth(night: tuple[Fleet, Night, dict[str, Any]], verdict: str) -> None:
    fleet, done, _ = night
    truth = {expected.arn for expected in fleet.truth() if expected.verdict == verdict}

    assert len(truth) > 10
    assert done.arns(verdict) == truth


def test_the_reasons_and_containers_equal_the_truth(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    fleet, done, _ = night
    truth = {
        expected.arn: (set(expected.reasons), set(expected.failing))
        for expected in fleet.truth()
        if expected.verdict == "FAIL"
    }
    reported = {
        row["resource"]["arn"]: (set(row["reasons"]), {evidence["part"] for evidence in row["evidence"]})
        for row in done.findings("FAIL")
    }

    assert reported == truth


def test_every_expected_scope_has_exactly_one_coverage_record(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    fleet, done, _ = night
    expected = {
        (member.id, region, "ecs-task-definitions")
        for member in fleet.organization.members
        for region in fleet.organization.regions
    }
    rows = Counter((row["account_id"], row["region"], row["collector"]) for row in done.coverage())

    assert rows == Counter(expected)
    assert {row["status"] for row in done.coverage()} == {"EXAMINED"}


def test_no_call_is_repeated_and_each_family_is_described_once(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    fleet, _, seen = night

    assert seen["duplicates"] == {}
    assert seen["operations"] == {
        "AssumeRole": 50,
        "DescribeRegions": 50,
        "DescribeTaskDefinition": sum(1 for _ in fleet.truth()),
        "GetCallerIdentity": 1,
        "ListAccounts": 4,  # 51 accounts in pages of 20, and one page that is empty
        "ListTaskDefinitionFamilies": 250,
    }


def test_no_call_is_throttled(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    _, done, seen = night

    assert seen["throttled"] == 0
    assert sum(row["throttled"] for row in done.coverage()) == 0


def test_the_coverage_records_count_the_calls(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    _, done, seen = night
    in_scopes = sum(row["calls"] for row in done.coverage())

    assert in_scopes == seen["operations"]["DescribeTaskDefinition"] + seen["operations"]["ListTaskDefinitionFamilies"]


def test_the_manifest_lists_every_object_of_the_run(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    _, done, _ = night
    manifest = done.manifest()

    assert len(manifest["objects"]) == 3 * 50 + 4
    for listed in manifest["objects"]:
        body = (done.output / listed["key"]).read_bytes()
        assert (listed["sha256"], listed["bytes"]) == (hashlib.sha256(body).hexdigest(), len(body)), listed["key"]
    rows = sum(listed["rows"] for listed in manifest["objects"] if listed["key"].startswith("findings/"))
    assert rows == len(done.findings())
    assert manifest["complete"] is True
    assert manifest["coverage"]["percent"] == 100


def test_latest_json_names_the_run(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    _, done, _ = night

    assert done.latest["run_id"] == done.manifest()["run_id"]
    assert done.latest["complete"] is True
    assert (done.output / done.latest["report"]).is_file()


def test_no_value_of_an_environment_variable_is_written(night: tuple[Fleet, Night, dict[str, Any]]) -> None:
    _, done, _ = night
    texts = [done.stdout, done.stderr, *map(str, done.findings()), *map(str, done.coverage())]
    texts += [
        path.read_text(encoding="utf-8") for path in Path(done.output).rglob("*") if path.suffix in {".json", ".html"}
    ]

    assert len(texts) > 100
    assert not [text[:200] for text in texts if "CANARY" in text]


def test_without_an_inventory_the_account_of_the_default_credentials_is_audited(tmp_path: Path) -> None:
    with running(Shape(accounts=2, regions=2)) as fleet:
        done = command(["run", "--output", str(tmp_path / "out")], tmp_path / "out", fleet.env())

        assert done.code == 0, done.stderr
        assert {row["account_id"] for row in done.coverage()} == {"999999999999"}
        assert "AssumeRole" not in fleet.report()["operations"]
