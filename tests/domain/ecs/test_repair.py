"""Repairs of task definitions: what the report suggests and what remediation applies come from one engine."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from auditor import checks
from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.repair import Suggestion, suggest

ARN = "arn:aws:ecs:eu-west-1:111122223333:task-definition/web:7"
RESOURCE = Resource(ARN, "AWS::ECS::TaskDefinition", "web:7", "web", 7)
DOCUMENT: dict[str, Any] = {
    "family": "web",
    "pidMode": "host",
    "containerDefinitions": [{"name": "app", "image": "app:1"}, {"name": "log", "image": "log:1"}],
    "volumes": [{"name": "app", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}],
}
CONTAINER = Evidence("app", "container", ("r",))
VOLUME = Evidence("app", "volume", ("r",))


def suggested(repair: DefinitionRepair, *evidence: Evidence) -> Suggestion:
    return suggest(evidence, {"r": repair}, RESOURCE)


def applied(repair: DefinitionRepair, evidence: Evidence) -> dict[str, Any]:
    document = copy.deepcopy(DOCUMENT)
    repair.apply(document, evidence, RESOURCE)
    return document


def test_a_volume_repair_is_suggested_and_applied() -> None:
    repair = DefinitionRepair(volume={"efsVolumeConfiguration": {"transitEncryption": "ENABLED"}})

    assert suggested(repair, VOLUME).document == {
        "volumes": [{"name": "app", "efsVolumeConfiguration": {"transitEncryption": "ENABLED"}}]
    }
    assert applied(repair, VOLUME)["volumes"][0]["efsVolumeConfiguration"] == {
        "fileSystemId": "fs-1",
        "transitEncryption": "ENABLED",
    }


def test_the_efs_check_has_a_fix_to_paste() -> None:
    (check,) = (check for check in checks.load() if check.id == "ecs-efs-transit-encryption")
    reason = "not-encrypted-in-transit"
    evidence = Evidence("data", "volume", (reason,))

    assert suggest([evidence], check.repairs, RESOURCE).document["volumes"][0]["name"] == "data"


def test_placeholders_are_filled_in_wherever_a_fix_is_shown() -> None:
    (check,) = (check for check in checks.load() if check.id == "ecs-logging-missing")
    reason = next(iter(check.repairs))

    document = suggest([Evidence("app", "container", (reason,))], check.repairs, RESOURCE).document

    options = document["containerDefinitions"][0]["logConfiguration"]["options"]
    assert options["awslogs-group"] == "/ecs/web"
    assert options["awslogs-region"] == "eu-west-1"
    assert options["awslogs-stream-prefix"] == "app"


@pytest.mark.parametrize("evidence", [CONTAINER, VOLUME], ids=["container", "volume"])
def test_a_container_and_a_volume_of_one_name_are_told_apart(evidence: Evidence) -> None:
    repair = DefinitionRepair(container={"user": "1000"}, volume={"name": "renamed"})

    document = applied(repair, evidence)

    assert ("user" in document["containerDefinitions"][0]) is (evidence.kind == "container")
    assert (document["volumes"][0]["name"] == "renamed") is (evidence.kind == "volume")


def test_a_removed_member_is_named_and_removed() -> None:
    repair = DefinitionRepair(definition={"pidMode": None})

    suggestion = suggested(repair, CONTAINER)

    assert (suggestion.document, suggestion.removals) == ({}, {"pidMode": []})
    assert "pidMode" not in applied(repair, CONTAINER)


def test_parts_are_merged_and_sentences_are_not_repeated() -> None:
    repair = DefinitionRepair(container={"user": "1000"}, manual="Choose a user.")

    suggestion = suggested(repair, CONTAINER, CONTAINER, Evidence("log", "container", ("r",)))

    assert suggestion.document == {
        "containerDefinitions": [{"name": "app", "user": "1000"}, {"name": "log", "user": "1000"}]
    }
    assert suggestion.manual == ["Choose a user."]


def test_parts_that_the_definition_does_not_have_change_nothing() -> None:
    repair = DefinitionRepair(container={"user": "1000"}, removes="mount")

    assert applied(repair, Evidence("gone", "container", ("r",))) == DOCUMENT


def test_an_empty_suggestion_is_false() -> None:
    assert not Suggestion()
    assert Suggestion(manual=["Decide."])
