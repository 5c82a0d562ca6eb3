"""EFS volumes, encrypted on the way or not."""

from __future__ import annotations

import re
from typing import Any

import pytest

from auditor.checks.ecs.efs_transit_encryption import efs_transit_encryption as rule
from auditor.domain.check import Evidence, NoParameters, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import Volume
from auditor.parsers.ecs.task_definitions import parse
from tests.builders import task_definition

PASS, FAIL, NOT_APPLICABLE = Status.PASS, Status.FAIL, Status.NOT_APPLICABLE
REASON = ("not-encrypted-in-transit",)


def judged(*volumes: Volume) -> Verdict:
    verdict: Verdict = rule.judge(task_definition(volumes=volumes), NoParameters())
    return verdict


@pytest.mark.parametrize(
    ("word", "status"),
    [
        pytest.param("ENABLED", PASS, id="enabled passes"),
        pytest.param("DISABLED", FAIL, id="disabled fails"),
        pytest.param(None, FAIL, id="unset is disabled"),
        pytest.param("", FAIL, id="empty is disabled"),
        pytest.param("enabled", FAIL, id="the API knows capitals only"),
    ],
)
def test_one_efs_volume(word: str | None, status: Status) -> None:
    verdict = judged(Volume("data", efs=True, transit_encryption=word))

    evidence = (Evidence("data", "volume", reasons=REASON, details={"transitEncryption": word}),)
    assert verdict == (Verdict(PASS) if status is PASS else Verdict(FAIL, REASON, evidence))


@pytest.mark.parametrize(
    "volumes",
    [
        pytest.param((), id="no volume"),
        pytest.param((Volume("scratch"), Volume("etc", "/etc")), id="volumes of the host"),
        pytest.param((Volume("odd", transit_encryption="DISABLED"),), id="another kind of volume"),
    ],
)
def test_without_an_efs_volume_there_is_nothing_to_judge(volumes: tuple[Volume, ...]) -> None:
    assert judged(*volumes) == Verdict(NOT_APPLICABLE)


def test_each_volume_that_fails_is_named_and_no_other() -> None:
    verdict = judged(
        Volume("a", efs=True),
        Volume("b", efs=True, transit_encryption="ENABLED"),
        Volume("c", "/data"),
        Volume("d", efs=True, transit_encryption="DISABLED"),
    )

    assert [each.part for each in verdict.evidence] == ["a", "d"]


@pytest.mark.parametrize(
    ("volume", "status"),
    [
        pytest.param(
            {"efsVolumeConfiguration": {"fileSystemId": "fs-1", "transitEncryption": "ENABLED"}}, PASS, id="on"
        ),
        pytest.param({"efsVolumeConfiguration": {"fileSystemId": "fs-1"}}, FAIL, id="unset"),
        pytest.param({"efsVolumeConfiguration": {}}, FAIL, id="an empty configuration is one"),
        pytest.param({"efsVolumeConfiguration": None}, NOT_APPLICABLE, id="null is none"),
        pytest.param({"dockerVolumeConfiguration": {"scope": "task"}}, NOT_APPLICABLE, id="a Docker volume"),
    ],
)
def test_through_the_parser(volume: dict[str, Any], status: Status) -> None:
    raw = {
        "taskDefinitionArn": "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7",
        "family": "web",
        "revision": 7,
        "containerDefinitions": [{"name": "app"}],
        "volumes": [{"name": "v", **volume}],
    }

    assert rule.judge(parse(raw), NoParameters()).status is status


def table() -> dict[str, str]:
    text = rule.manual.partition("\nDescription\n")[2].partition("\nRationale\n")[0]
    rows = [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line.startswith("    ")][2:]
    return dict(rows)


def test_the_table_of_the_manual_page_is_true() -> None:
    words = {"ENABLED": "ENABLED", "DISABLED": "DISABLED", "-": None}
    verdicts = {cell: judged(Volume("v", efs=True, transit_encryption=word)) for cell, word in words.items()}

    assert table() == {**{cell: each.status for cell, each in verdicts.items()}, "no EFS volume": judged().status}


def test_the_check_is_medium_and_mapped() -> None:
    assert rule.severity is Severity.MEDIUM
    assert rule.frameworks == {
        "aws-fsbp": ("ECS.18",),
        "aws-config": ("ecs-task-definition-efs-encryption-enabled",),
    }
