"""`auditor checks`, as the command line asks for it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from auditor import checks
from auditor.cli import main

CHECK = "ecs-host-network-privileged-or-root"


def said(*arguments: str, **environment: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["checks", *arguments], env=environment)
    return done.exit_code, done.output


def test_every_check_is_listed_and_none_costs_nothing() -> None:
    code, text = said("--format", "json")

    listed = json.loads(text)["checks"]
    assert (code, [check["id"] for check in listed]) == (0, [check.id for check in checks.load()])
    assert all(check["api_calls"] for check in listed)


def test_a_framework_lists_its_controls_only() -> None:
    code, text = said("--framework", "cis-*")

    assert code == 0
    assert text.startswith("cis-compute-1.1: ")
    assert f"3.1      {CHECK}" in text
    assert "aws-config" not in text


def test_a_framework_that_no_check_belongs_to_is_an_error_with_a_hint() -> None:
    code, text = said("--framework", "cis-compute-1", "--framework", "cis-*")

    assert code == 2
    assert "--framework: 'cis-compute-1' is not a framework of any check" in text
    assert "Did you mean cis-compute-1.1?" in text


def test_a_check_that_there_is_not_is_an_error_with_a_hint() -> None:
    code, text = said(f"{CHECK}s")

    assert code == 2
    assert f"Did you mean {CHECK}?" in text


@pytest.mark.parametrize(("form", "start"), [("text", CHECK), ("md", f"# {CHECK}\n"), ("json", "{\n")])
def test_a_page_comes_in_three_forms(form: str, start: str) -> None:
    code, text = said(CHECK, "--format", form)

    assert code == 0
    assert text.startswith(start)
    assert "Rationale" in text


def test_the_form_may_stand_in_the_environment_and_an_unknown_one_is_refused() -> None:
    assert said(CHECK, AUDITOR_FORMAT="md")[1].startswith("# ")
    assert said(AUDITOR_FORMAT="xml")[0] == 2
