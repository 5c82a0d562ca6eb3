"""Encryption in transit of EFS volumes."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.efs_transit_encryption import efs_transit_encryption as check
from auditor.domain.check import Evidence, Status, Verdict
from auditor.domain.ecs.task_definitions import DockerVolume, Volume
from tests.builders import task_definition
from tests.checks.ecs.helpers import (
    FAIL,
    NOT_APPLICABLE,
    PASS,
    cell_value,
    failing_parts,
    judge,
    parse_task,
    table,
)

REASON = ("not-encrypted-in-transit",)


def judge_volumes(*volumes: Volume) -> Verdict:
    return judge(check, task_definition(volumes=volumes))


@pytest.mark.parametrize(
    ("setting", "status"),
    [
        pytest.param("ENABLED", PASS, id="enabled passes"),
        pytest.param("DISABLED", FAIL, id="disabled fails"),
        pytest.param(None, FAIL, id="unset is disabled"),
        pytest.param("", FAIL, id="empty is disabled"),
        pytest.param("enabled", FAIL, id="case matters"),
    ],
)
def test_one_efs_volume(setting: str | None, status: Status) -> None:
    evidence = (Evidence("data", "volume", REASON, {"transitEncryption": setting}),)

    verdict = judge_volumes(Volume("data", efs=True, transit_encryption=setting))

    assert verdict == (Verdict(PASS) if status is PASS else Verdict(FAIL, REASON, evidence))


@pytest.mark.parametrize(
    "volumes",
    [
        pytest.param((), id="no volume"),
        pytest.param((Volume("scratch"), Volume("etc", "/etc")), id="host volumes"),
        pytest.param((Volume("odd", transit_encryption="DISABLED"),), id="another kind of volume"),
    ],
)
def test_a_definition_without_efs_volumes_is_not_applicable(volumes: tuple[Volume, ...]) -> None:
    assert judge_volumes(*volumes) == Verdict(NOT_APPLICABLE)


def test_the_evidence_names_only_failing_volumes() -> None:
    verdict = judge_volumes(
        Volume("a", efs=True),
        Volume("b", efs=True, transit_encryption="ENABLED"),
        Volume("c", "/data"),
        Volume("d", efs=True, transit_encryption="DISABLED"),
    )

    assert failing_parts(verdict) == ["a", "d"]


@pytest.mark.parametrize(
    ("volume", "status"),
    [
        pytest.param(
            {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED"}}, PASS, id="enabled"
        ),
        pytest.param({"efsVolumeConfiguration": {"fileSystemId": "fs-1"}}, FAIL, id="unset"),
        pytest.param({"efsVolumeConfiguration": {}}, FAIL, id="an empty configuration"),
        pytest.param({"efsVolumeConfiguration": None}, NOT_APPLICABLE, id="a null configuration"),
        pytest.param({"dockerVolumeConfiguration": {"scope": "task"}}, NOT_APPLICABLE, id="a Docker volume"),
    ],
)
def test_parsed_definitions(volume: dict[str, Any], status: Status) -> None:
    assert judge(check, parse_task({"name": "app"}, volumes=[{"name": "v", **volume}])).status is status


def test_the_table_of_the_manual_page_is_true() -> None:
    for setting, status in table(check.manual, "transitEncryption"):
        volumes = [Volume("v", efs=True, transit_encryption=cell_value(setting))]
        assert judge_volumes(*(volumes if setting != "no EFS volume" else ())).status == status, setting


def judge_options(**options: str) -> Verdict:
    """Judge a definition with a Docker volume of the driver `local`."""
    volume = {"name": "data", "dockerVolumeConfiguration": {"driver": "local", "driverOpts": options}}
    return judge(check, parse_task({"name": "app"}, volumes=[volume]))


@pytest.mark.parametrize("kind", ["nfs", "nfs4"])
@pytest.mark.parametrize(
    ("flags", "device"),
    [
        ("addr=fs-0123456789abcdef0.efs.us-east-1.amazonaws.com,nfsvers=4.1,rw", ":/"),
        ("nfsvers=4.1,addr=us-east-1a.fs-01234567.efs.us-east-1.amazonaws.com", ":/data"),
        ("addr=FS-01234567.EFS.cn-north-1.amazonaws.com.cn", ":/"),
        ("nfsvers=4.1", "fs-01234567.efs.eu-west-1.amazonaws.com:/"),
    ],
)
def test_efs_mounted_by_the_nfs_client_of_docker_fails(kind: str, flags: str, device: str) -> None:
    verdict = judge_options(type=kind, o=flags, device=device)

    assert (verdict.status, verdict.reasons, failing_parts(verdict)) == (FAIL, ("efs-by-nfs",), ["data"])


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"type": "nfs4", "o": "addr=10.0.0.1", "device": ":/"}, id="an NFS server of any kind"),
        pytest.param({"type": "nfs", "o": "addr=nas.example.com", "device": ":/efs."}, id="another NFS server"),
        pytest.param({"type": "tmpfs", "device": "fs-01234567.efs.eu-west-1.amazonaws.com:/"}, id="no network"),
    ],
)
def test_other_docker_volumes_are_not_applicable(options: dict[str, str]) -> None:
    assert judge_options(**options) == Verdict(NOT_APPLICABLE)


def test_one_volume_by_nfs_fails_next_to_a_good_efs_volume() -> None:
    nfs = DockerVolume("local", nfs_server="fs-01234567.efs.eu-west-1.amazonaws.com")
    verdict = judge_volumes(Volume("good", efs=True, transit_encryption="ENABLED"), Volume("bad", docker=nfs))

    assert failing_parts(verdict) == ["bad"]
