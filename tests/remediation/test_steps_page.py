"""The page next to the scripts, and the manual steps of findings without a plan."""

from __future__ import annotations

import shlex
from dataclasses import replace

import pytest

from auditor.domain.aws_resource import Resource
from auditor.domain.check import Evidence
from auditor.domain.repair import ManualStep
from auditor.remediation.manual_steps import manual_steps
from auditor.remediation.steps_page import render_page
from tests.builders import account, check_by_id, finding
from tests.remediation.plans import HOSTILE_NAMES, plan_with


@pytest.mark.parametrize("pattern", HOSTILE_NAMES)
def test_a_hostile_name_is_printable_text_on_one_line(pattern: str) -> None:
    name = pattern.format(trap="x")
    failing = finding(
        account=account(name=name),
        resource=Resource(f"arn:{name}", "AWS::ECS::TaskDefinition", name, name, 1),
        evidence=(Evidence(name, reasons=("r",)),),
        reasons=("r",),
    )

    page = render_page((failing,), plan_with(name), ["new.json"])
    check = replace(check_by_id(), manual_steps=lambda _: [ManualStep("ecs", "TagResource", {"resourceArn": name})])
    steps = manual_steps(failing, check, "no document.")

    for text in (page, steps.partition("\n\n")[0]):
        assert text.replace("\n", "").isprintable()
        assert text.isascii()
        assert "`" not in text
    command = shlex.split(steps.partition("\n\n")[2].partition(":\n")[2])
    assert command[-4:] == ["ecs", "tag-resource", f"--resource-arn={name}", "--region=eu-west-1"]


def test_the_page_names_the_subject_of_each_step() -> None:
    page = render_page((finding(),), plan_with("web", needs_network=True), ["new.json"])

    steps = [line for line in page.splitlines() if line[:1].isdigit()]
    assert steps[1].startswith(
        "2. UpdateService (arn:cluster/web, arn:aws:ecs:eu-west-1:1:service/web/web, the new revision, "
        "with a new networkConfiguration): "
    )
    rollback = next(line for line in steps[6:] if "UpdateService" in line)
    assert "service/web/web, the old content)" in rollback
    assert "* web: decide." in page
    assert "* ECS may refuse the old revision" in page
