"""A run with YAML checks: their findings equal the truth, in one process and in several."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.definitions import template_of
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit
from tests.nightly.verdicts import expected_verdicts

pytestmark = pytest.mark.slow

#: The benchmark's rule as a YAML check.
HOST = """
id: own-host-root
title: Containers on the host's network are neither privileged nor root
severity: high
resource: task-definition
applies_when: network_mode == 'host'
fail_when: length(containers[?privileged || runs_as_root]) > `0`
evidence: containers[?privileged || runs_as_root]
reason: powerful
reason_text: has root privileges
remediation: Take them away.
"""
#: No container of the fleet has a memory reservation, and null cannot be compared with a number.
SILENT = """
id: own-small-reservation
title: Reservations are small
severity: low
resource: task-definition
fail_when: containers[0].memory_reservation > `512`
remediation: Reserve less.
"""


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=16, regions=2, families=6, host_share=0.6)) as fleet:
        yield fleet


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks/host.yaml").write_text(HOST, encoding="utf-8")
    return tmp_path / "checks"


def reported(night: Night, check: str, status: str) -> dict[str, frozenset[str]]:
    """Return the containers in evidence by ARN, of the findings of a check with a status."""
    rows = [row for row in night.findings(status) if row["check_id"] == check]
    return {row["resource"]["arn"]: frozenset(evidence["part"] for evidence in row["evidence"]) for row in rows}


def test_the_findings_of_several_processes_equal_the_truth(fleet: Fleet, folder: Path, tmp_path: Path) -> None:
    night = audit(fleet, tmp_path, "--checks-folder", str(folder), "--check", "own-*", "--processes", "2")

    truth = expected_verdicts(fleet)
    failing = {arn: containers for arn, (verdict, _, containers) in truth.items() if verdict == "FAIL"}
    passing = {arn for arn, (verdict, _, _) in truth.items() if verdict == "PASS"}
    assert night.code == 0, night.stderr
    assert failing
    assert passing
    assert reported(night, "own-host-root", "FAIL") == failing
    assert set(reported(night, "own-host-root", "PASS")) == passing
    assert reported(night, "own-host-root", "UNKNOWN") == {}
    rows = [row for row in night.findings("FAIL") if row["check_id"] == "own-host-root"]
    assert {(row["severity"], *row["reasons"], row["remediation"]) for row in rows} == {
        ("high", "powerful", "Take them away.")
    }
    assert list(night.manifest()["provenance"]["check_origins"]) == ["own-host-root"]
    assert "own-host-root" in night.report()


def test_an_expression_without_a_result_is_unknown_and_never_pass(fleet: Fleet, folder: Path, tmp_path: Path) -> None:
    (folder / "silent.yaml").write_text(SILENT, encoding="utf-8")

    flags = ("--check", "own-small-reservation", "--processes", "1")
    night = audit(fleet, tmp_path, *flags, AUDITOR_CHECKS_FOLDER=str(folder))

    all_arns = {expected.arn for expected in fleet.truth()}
    assert night.code == 0, night.stderr
    assert set(reported(night, "own-small-reservation", "UNKNOWN")) == all_arns
    rows = [row for row in night.findings() if row["check_id"] == "own-small-reservation"]
    assert {reason for row in rows for reason in row["reasons"]} == {"not-comparable"}
    assert "could not be evaluated (1 check)." in " ".join(night.stdout.split())


def test_the_example_checks_find_families_without_an_owner_tag(fleet: Fleet, tmp_path: Path) -> None:
    examples = Path(__file__).parents[2] / "config/checks"

    night = audit(fleet, tmp_path, "--checks-folder", str(examples), "--check", "ecs-owner-tag,ecs-image-*")

    families = [family for region in fleet.organization.regions for family in _families(fleet, region)]
    owned = {arn for arn, tags in families if b'"owner"' in tags}
    assert night.code == 0, night.stderr
    assert owned
    assert set(reported(night, "ecs-owner-tag", "PASS")) == owned
    assert set(reported(night, "ecs-owner-tag", "FAIL")) == {arn for arn, _ in families} - owned
    assert set(reported(night, "ecs-image-tag-latest", "PASS")) == {arn for arn, _ in families}
    assert night.findings("UNKNOWN") == []


def _families(fleet: Fleet, region: str) -> Iterator[tuple[str, bytes]]:
    """Yield the ARN of the latest ACTIVE revision of every family, with its tags as the fleet serves them."""
    organization = fleet.organization
    for member in organization.members:
        for family in organization.families(member.id, region):
            if family.active is not None:
                yield family.arn(family.active), template_of(organization, family, family.active)[2]


def test_an_invalid_check_file_ends_the_run_before_any_call(fleet: Fleet, folder: Path, tmp_path: Path) -> None:
    (folder / "silent.yaml").write_text(SILENT.replace("memory_r", "memmory_r"), encoding="utf-8")
    fleet.reset()

    night = audit(fleet, tmp_path, "--checks-folder", str(folder), in_process=True)

    assert night.code == 2
    assert f"{folder}/silent.yaml:6: fail_when: memmory_reservation is not a member of Container" in night.stderr
    assert "Did you mean memory_reservation?" in night.stderr
    assert fleet.report()["calls"] == 0
    assert not (tmp_path / "out").exists()
