"""What to change to fix a finding, from the repairs of its check."""

from __future__ import annotations

import json
from typing import Any

import pytest

from auditor.domain.check import Evidence
from auditor.domain.ecs.repair import DefinitionRepair
from auditor.domain.repair import Repair
from auditor.reports.page.repairs import Change, change
from tests.builders import REPAIRS, finding

REPAIR = {
    **REPAIRS,
    "host-pid": DefinitionRepair(definition={"pidMode": None}),
    "host-network": DefinitionRepair(definition={"networkMode": "awsvpc"}, manual="Give the services subnets."),
    "adds": DefinitionRepair(container={"linuxParameters": {"capabilities": {"add": None}}}),
    "init": DefinitionRepair(container={"linuxParameters": {"initProcessEnabled": True}}),
    "image": Repair(manual="Copy the image into a trusted registry."),
}
A_USER = "Name a user that the image is ready for."


def container(name: str, *reasons: str, revision: int | None = None) -> Evidence:
    return Evidence(
        name, "container", reasons, {"user": None, "privileged": "privileged" in reasons}, revision=revision
    )


@pytest.mark.parametrize(
    ("evidence", "paste", "sentences"),
    [
        pytest.param(
            (container("a", "privileged"),),
            {"containerDefinitions": [{"name": "a", "privileged": False}]},
            (),
            id="a value is set in the container",
        ),
        pytest.param(
            (container("a", "privileged", "root-user"), container("b", "root-user")),
            {
                "containerDefinitions": [
                    {"name": "a", "privileged": False, "user": "1000:1000"},
                    {"name": "b", "user": "1000:1000"},
                ]
            },
            (A_USER,),
            id="repairs of one container are merged and sentences are not repeated",
        ),
        pytest.param(
            (container("a", "adds", "init"), container("a", "privileged")),
            {
                "containerDefinitions": [
                    {"name": "a", "linuxParameters": {"initProcessEnabled": True}, "privileged": False}
                ]
            },
            ("Remove `linuxParameters.capabilities.add` from `a`.",),
            id="objects are merged and removals are sentences",
        ),
        pytest.param(
            (Evidence(reasons=("host-pid", "host-network")),),
            {"networkMode": "awsvpc"},
            ("Remove `pidMode`.", "Give the services subnets."),
            id="the definition itself",
        ),
        pytest.param(
            (container("a", "image"),), None, ("Copy the image into a trusted registry.",), id="a manual step"
        ),
        pytest.param(
            (Evidence("data", reasons=("root-user",)),),
            None,
            (A_USER,),
            id="container repairs do not apply to a volume",
        ),
        pytest.param((container("a", "unknown-reason"),), None, (), id="a reason without a repair"),
        pytest.param((), None, (), id="no evidence"),
    ],
)
def test_change_from_repairs(
    evidence: tuple[Evidence, ...], paste: dict[str, Any] | None, sentences: tuple[str, ...]
) -> None:
    suggested = change(finding(evidence=evidence), REPAIR)
    assert (json.loads(suggested.paste) if suggested.paste else None) == paste
    assert suggested.sentences == sentences
    assert bool(suggested) is bool(paste or sentences)


def test_change_is_for_the_first_of_several_revisions() -> None:
    suggested = change(
        finding(evidence=(container("a", "privileged", revision=9), container("b", "root-user", revision=7))), REPAIR
    )
    assert suggested.revision == 9
    assert json.loads(suggested.paste) == {"containerDefinitions": [{"name": "a", "privileged": False}]}


def test_a_document_that_is_too_long_is_omitted_instead_of_truncated() -> None:
    long_repair = {"privileged": DefinitionRepair(definition={"x": "y" * 30_000})}
    suggested = change(finding(evidence=(container("a", "privileged"),)), long_repair)
    assert suggested.paste == ""
    assert suggested.sentences == (
        "The JSON to paste is too long for this page; the manual page of the check says what to change.",
    )


def test_at_most_five_containers_are_named() -> None:
    suggested = change(finding(evidence=tuple(container(f"c{number}", "adds") for number in range(9))), REPAIR)
    assert suggested == Change(
        "", ("Remove `linuxParameters.capabilities.add` from `c0`, `c1`, `c2`, `c3`, `c4` and 4 more.",)
    )
