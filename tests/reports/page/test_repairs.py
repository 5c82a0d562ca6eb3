"""What the reports say to change, from the checks' own repairs."""

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


def of(name: str, *reasons: str, revision: int | None = None) -> Evidence:
    return Evidence(
        name, "container", reasons, {"user": None, "privileged": "privileged" in reasons}, revision=revision
    )


@pytest.mark.parametrize(
    ("evidence", "paste", "sentences"),
    [
        pytest.param(
            (of("a", "privileged"),),
            {"containerDefinitions": [{"name": "a", "privileged": False}]},
            (),
            id="a value is laid over the container",
        ),
        pytest.param(
            (of("a", "privileged", "root-user"), of("b", "root-user")),
            {
                "containerDefinitions": [
                    {"name": "a", "privileged": False, "user": "1000:1000"},
                    {"name": "b", "user": "1000:1000"},
                ]
            },
            (A_USER,),
            id="repairs of one container are merged, and a sentence is said once",
        ),
        pytest.param(
            (of("a", "adds", "init"), of("a", "privileged")),
            {
                "containerDefinitions": [
                    {"name": "a", "linuxParameters": {"initProcessEnabled": True}, "privileged": False}
                ]
            },
            ("Remove `linuxParameters.capabilities.add` from `a`.",),
            id="objects are merged, and what goes is a sentence: null cannot be pasted",
        ),
        pytest.param(
            (Evidence(reasons=("host-pid", "host-network")),),
            {"networkMode": "awsvpc"},
            ("Remove `pidMode`.", "Give the services subnets."),
            id="the definition itself is changed",
        ),
        pytest.param(
            (of("a", "image"),), None, ("Copy the image into a trusted registry.",), id="a person may have to decide"
        ),
        pytest.param((Evidence("data", reasons=("root-user",)),), None, (A_USER,), id="a volume is no container"),
        pytest.param((of("a", "nobody-knows"),), None, (), id="no repair, nothing to say"),
        pytest.param((), None, (), id="no evidence, nothing to say"),
    ],
)
def test_what_to_change(
    evidence: tuple[Evidence, ...], paste: dict[str, Any] | None, sentences: tuple[str, ...]
) -> None:
    found = change(finding(evidence=evidence), REPAIR)
    assert (json.loads(found.paste) if found.paste else None) == paste
    assert found.sentences == sentences
    assert bool(found) is bool(paste or sentences)


def test_of_several_revisions_the_first_is_mended_and_named() -> None:
    found = change(finding(evidence=(of("a", "privileged", revision=9), of("b", "root-user", revision=7))), REPAIR)
    assert found.revision == 9
    assert json.loads(found.paste) == {"containerDefinitions": [{"name": "a", "privileged": False}]}


def test_what_is_too_long_to_show_is_not_cut_but_left_out() -> None:
    endless = {"privileged": DefinitionRepair(definition={"x": "y" * 30_000})}
    found = change(finding(evidence=(of("a", "privileged"),)), endless)
    assert found.paste == ""
    assert found.sentences == (
        "The JSON to paste is too long for this page; the manual page of the check says what to change.",
    )


def test_many_containers_are_not_all_named() -> None:
    found = change(finding(evidence=tuple(of(f"c{number}", "adds") for number in range(9))), REPAIR)
    assert found == Change(
        "", ("Remove `linuxParameters.capabilities.add` from `c0`, `c1`, `c2`, `c3`, `c4` and 4 more.",)
    )
