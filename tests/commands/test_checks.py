"""`auditor checks`: the list, manual pages and formats."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from auditor import checks
from auditor.cli import main

CHECK = "ecs-host-network-privileged-or-root"


def invoke(*arguments: str, **environment: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["checks", *arguments], env=environment)
    return result.exit_code, result.output


def test_every_check_is_listed_with_its_cost() -> None:
    code, text = invoke("--format", "json")

    listed = json.loads(text)["checks"]
    assert (code, [check["id"] for check in listed]) == (0, [check.id for check in checks.load()])
    assert all(check["api_calls"] for check in listed)


def test_a_framework_lists_only_its_controls() -> None:
    code, text = invoke("--framework", "cis-*")

    assert code == 0
    assert text.startswith("cis-compute-1.1: ")
    assert f"3.1      {CHECK}" in text
    assert "aws-config" not in text


def test_an_unknown_framework_is_an_error_with_a_suggestion() -> None:
    code, text = invoke("--framework", "cis-compute-1", "--framework", "cis-*")

    assert code == 2
    assert "--framework: 'cis-compute-1' is not a framework of any check" in text
    assert "Did you mean cis-compute-1.1?" in text


def test_an_unknown_check_is_an_error_with_a_suggestion() -> None:
    code, text = invoke(f"{CHECK}s")

    assert code == 2
    assert f"Did you mean {CHECK}?" in text


@pytest.mark.parametrize(("output_format", "start"), [("text", CHECK), ("md", f"# {CHECK}\n"), ("json", "{\n")])
def test_a_manual_page_has_three_formats(output_format: str, start: str) -> None:
    code, text = invoke(CHECK, "--format", output_format)

    assert code == 0
    assert text.startswith(start)
    assert "Rationale" in text


def test_the_format_can_be_an_environment_variable_and_must_be_known() -> None:
    assert invoke(CHECK, AUDITOR_FORMAT="md")[1].startswith("# ")
    assert invoke(AUDITOR_FORMAT="xml")[0] == 2
