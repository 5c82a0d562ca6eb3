"""The scripts are valid for bash, and safe even if names in them contain shell syntax."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.domain.repair import BLANK
from auditor.remediation import script
from tests.remediation.plans import HOSTILE_NAMES, plan_with

#: An AWS CLI that writes down its arguments and answers with success.
_AWS = """#!{python} -S
import os, sys
with open(os.environ["CALLS"], "a", encoding="utf-8", errors="surrogateescape") as file:
    file.write(repr(sys.argv[1:]) + "\\n")
if sys.argv[1] == "sts":
    print(os.environ["ACCOUNT"])
elif sys.argv[2].startswith("register"):
    print("arn:aws:ecs:eu-west-1:111122223333:task-definition/new:9")
elif sys.argv[2].startswith("describe"):
    print("INACTIVE")
"""


def run(folder: Path, text: str, account: str) -> tuple[subprocess.CompletedProcess[str], list[list[str]]]:
    """Run a script with the AWS CLI above. Returns its result and the arguments of every call."""
    command = folder / "bin" / "aws"
    command.parent.mkdir()
    command.write_text(_AWS.format(python=sys.executable), encoding="utf-8")
    command.chmod(0o700)
    file = folder / "script.sh"
    file.write_text(text, encoding="utf-8")
    (folder / "new.json").write_text("{}", encoding="utf-8")
    calls = folder / "calls"
    environ = {**os.environ, "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"}
    result = subprocess.run(
        ["bash", str(file)],
        env={**environ, "CALLS": str(calls), "ACCOUNT": account},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []
    return result, [eval(line) for line in lines]  # noqa: S307 - written above, by repr of a list of texts


def is_valid(text: str) -> bool:
    """Return whether bash can parse it."""
    return subprocess.run(["bash", "-n"], input=text, text=True, check=False, capture_output=True).returncode == 0


@pytest.mark.parametrize("pattern", HOSTILE_NAMES)
@pytest.mark.parametrize("direction", ["apply", "rollback"])
def test_a_hostile_name_is_one_word_of_one_command(tmp_path: Path, pattern: str, direction: str) -> None:
    trap = tmp_path / "trap"
    name = pattern.format(trap=trap)
    plan = plan_with(name)
    (tmp_path / "new.arn").write_text("arn:new\n", encoding="utf-8")
    text = (
        script.render_apply(plan.steps, name, name)
        if direction == "apply"
        else script.render_rollback(plan.rollback, name, name)
    )

    assert is_valid(text)
    result, calls = run(tmp_path, text, name)

    assert not trap.exists()
    assert result.returncode == 0, result.stderr
    assert calls[0][0] == "sts"
    services = [word for words in calls for word in words if word.startswith("--service=")]
    assert services == [f"--service=arn:aws:ecs:eu-west-1:1:service/{name}/{last}" for last in (name, "2")]


@pytest.mark.parametrize("daemon", [False, True], ids=["task definition", "daemon"])
@pytest.mark.parametrize("needs_network", [False, True], ids=["same network", "new network"])
def test_the_scripts_are_valid(daemon: bool, needs_network: bool) -> None:  # noqa: FBT001 - parameters of the table
    plan = plan_with("web", daemon=daemon, needs_network=needs_network)

    assert is_valid(script.render_apply(plan.steps, "111122223333", "eu-west-1"))
    assert is_valid(script.render_rollback(plan.rollback, "111122223333", "eu-west-1"))
    assert not is_valid("if [")


def test_a_script_does_not_start_before_its_blanks_are_filled_in(tmp_path: Path) -> None:
    text = script.render_apply(plan_with("web", needs_network=True).steps, "1", "eu-west-1")
    assert BLANK in text

    result, calls = run(tmp_path, text, "1")
    assert (result.returncode, calls) == (1, [])

    (tmp_path / "again").mkdir()
    result, calls = run(tmp_path / "again", text.replace(BLANK, "subnet-1"), "1")
    assert result.returncode == 0, result.stderr
    assert any('"subnet-1"' in word for words in calls for word in words)


def test_a_script_stops_at_the_first_command_that_fails(tmp_path: Path) -> None:
    text = script.render_apply(plan_with("web").steps, "1", "eu-west-1")
    failing = text.replace("aws ecs wait", "false aws ecs wait", 1)
    assert failing != text

    result, calls = run(tmp_path, failing, "1")

    assert result.returncode != 0
    assert not any("deregister-task-definition" in words for words in calls)


def test_the_rollback_script_stops_if_nothing_was_registered(tmp_path: Path) -> None:
    result, calls = run(tmp_path, script.render_rollback(plan_with("web").rollback, "1", "eu-west-1"), "1")

    assert result.returncode == 1
    assert "nothing to undo" in result.stderr
    assert [words[0] for words in calls] == ["sts"]


def test_the_rollback_script_gives_each_service_the_content_that_it_had() -> None:
    text = script.render_rollback(plan_with("web").rollback, "1", "eu-west-1")

    assert '--task-definition="$OLD_1"' in text
    assert "--task-definition=arn:of-another" in text


def test_a_script_never_prints_an_answer_of_ecs() -> None:
    text = script.render_apply(plan_with("web").steps, "1", "eu-west-1")

    for part in text.split("aws ecs ")[1:]:
        command = part.partition("\n\n")[0]
        assert command.startswith("wait ") or "--query=" in command or "> /dev/null" in command


def test_a_script_does_not_start_before_every_decision_is_ticked(tmp_path: Path) -> None:
    decisions = ["Mount a volume.", "Choose `$(touch trap)`.\n- [x] 2. forged", "Third."]
    text = script.render_apply(plan_with("web").steps, "1", "eu-west-1", len(decisions))
    page = script.render_decisions(decisions)
    ticked = page.replace("- [ ]", "- [x]")
    states = {
        "nothing": page,
        "one open": ticked.replace("- [x] 2.", "- [ ] 2."),
        "deleted line": ticked.replace("- [x] 3.", "- [x] 4."),
        "no file": None,
        "all": ticked.replace("[x] 1", "[X] 1"),
    }
    found: dict[str, tuple[int, int]] = {}
    for number, (name, decided) in enumerate(states.items()):
        folder = tmp_path / str(number)
        folder.mkdir()
        if decided is not None:
            (folder / "decisions.md").write_text(decided, encoding="utf-8")
        result, calls = run(folder, text, "1")
        found[name] = (result.returncode, len(calls))
        assert ("Decide and tick in decisions.md first: " in result.stderr) == (name != "all")

    assert is_valid(text)
    assert {name: code for name, (code, _) in found.items()} == {**dict.fromkeys(states, 1), "all": 0}
    assert {name for name, (_, calls) in found.items() if calls} == {"all"}
    assert page.count("\n- [ ]") == len(decisions)
