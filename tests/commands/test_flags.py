"""Flags, environment variables, click types and help follow from the fields of the options."""

from __future__ import annotations

import shlex
import subprocess
import sys
from dataclasses import dataclass
from typing import Literal, get_origin, get_type_hints

import click
import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.commands.config import overrides
from auditor.commands.flags import argument, click_parameters, flag, flag_name, flags_of, read_options, variable_name
from auditor.commands.options import Options, RunOptions
from auditor.commands.table import COMMANDS, Command
from auditor.run.exit_codes import ExitCode
from auditor.settings import Override, default_text


@dataclass(frozen=True, kw_only=True)
class Shared(Options):
    wait: str | None = flag("Time to wait.", metavar="DURATION", setting="limits.read_timeout")


@dataclass(frozen=True, kw_only=True)
class Sample(Shared):
    files: tuple[str, ...] = argument("FILE...")
    with_tag: tuple[str, ...] = flag("Only this tag; repeatable.", short="t", default=())
    source: str | None = flag("Folder to read.", name="--from")
    format: Literal["text", "json"] = flag("Output format.", default="text")
    quiet: bool = flag("Print nothing.", default=False)


def invoke(*arguments: str, **environment: str) -> tuple[Sample | None, str]:
    """Return the options that a command with the sample's flags gets, and what it prints."""
    received: list[Sample] = []

    def callback(**values: object) -> None:
        received.append(read_options(Sample, values, {}, {}))

    command = click.Command("sample", callback=callback, params=click_parameters(Sample))
    result = CliRunner().invoke(command, list(arguments), env=environment)
    return received[0] if received else None, result.output


def test_fields_without_flags_have_their_defaults() -> None:
    assert invoke("a")[0] == Sample(files=("a",))


def test_flags_become_fields() -> None:
    received, _ = invoke("--wait", "5s", "-t", "x,y", "--with-tag", "z", "--from", "f", "--quiet", "a", "b,c")

    assert received == Sample(wait="5s", with_tag=("x", "y", "z"), source="f", quiet=True, files=("a", "b,c"))


def test_environment_variables_become_fields() -> None:
    received, _ = invoke("a", AUDITOR_WITH_TAG="x,y", AUDITOR_FROM="f", AUDITOR_FORMAT="json")

    assert received == Sample(files=("a",), with_tag=("x", "y"), source="f", format="json")


def test_an_empty_text_counts_as_not_given() -> None:
    assert invoke("--wait", "", "--with-tag", "", "a")[0] == Sample(files=("a",))


@pytest.mark.parametrize("arguments", [(), ("--format", "xml", "a")], ids=["no file", "an unknown choice"])
def test_wrong_usage_is_refused(arguments: tuple[str, ...]) -> None:
    received, output = invoke(*arguments)

    assert received is None
    assert output.startswith("Usage:")


def test_help_shows_the_default_of_the_setting_and_of_the_field() -> None:
    _, output = invoke("--help")

    assert "Time to wait [default: 20s]." in output
    assert "Output format [default: text]." in output
    assert "Folder to read.\n" in output


def test_names_of_flags_and_variables_follow_from_fields() -> None:
    assert [name for name, _ in flags_of(Sample)] == ["files", "with_tag", "source", "format", "quiet", "wait"]
    assert flag_name(Sample, "with_tag") == "--with-tag"
    assert variable_name(Sample, "source") == "AUDITOR_FROM"
    with pytest.raises(KeyError):
        flag_name(Sample, "form")


def test_messages_name_the_variable_that_set_a_field() -> None:
    options = RunOptions(run_id="x", sources={"run_id": "AUDITOR_RUN_ID"})

    assert (options.source_of("run_id"), options.source_of("resume")) == ("AUDITOR_RUN_ID", "--resume")


def test_only_flags_that_are_set_override_settings() -> None:
    options = RunOptions(check=("a", "b"), workers="8", run_id="x", sources={"workers": "AUDITOR_WORKERS"})

    assert overrides(options) == {
        "checks.include": Override(["a", "b"], "--check"),
        "limits.workers": Override("8", "AUDITOR_WORKERS"),
    }


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_flags_of_a_command_are_sound(command: Command) -> None:
    hints = get_type_hints(command.options)
    for name, shown in flags_of(command.options):
        if shown.positional:
            continue
        default = getattr(command.options, name)
        assert shown.help.endswith("."), name
        assert (default == ()) == (get_origin(hints[name]) is tuple), name
        assert (default is False) == (hints[name] is bool), name
        if shown.setting:
            default_text(shown.setting)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_help_of_a_command_has_examples_that_the_command_accepts(command: Command) -> None:
    output = CliRunner().invoke(main, [command.name, "--help"]).output

    assert command.examples
    for example in command.examples:
        assert f"  {example}\n" in output
        program, name, *arguments = shlex.split(example.rpartition("| ")[2].partition(" > ")[0])
        assert (program, name) == ("auditor", command.name)
        main.commands[name].make_context(name, arguments)


def test_the_help_lists_all_exit_codes() -> None:
    output = " ".join(CliRunner().invoke(main, ["--help"]).output.split())

    assert all(f"{int(code)} {code.meaning}" in output for code in ExitCode)


@pytest.mark.parametrize("arguments", ["--version", "--help"])
def test_version_and_help_load_neither_boto_nor_the_settings(arguments: str) -> None:
    program = (
        "import sys\nfrom auditor.cli import main\n"
        f"try: main([{arguments!r}])\n"
        "finally: print(sorted({'botocore', 'boto3', 'pydantic', 'yaml'} & set(sys.modules)), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_an_unknown_variable_is_refused_with_a_suggestion() -> None:
    result = CliRunner().invoke(main, ["policy"], env={"AUDITOR_INVENTRY": "x"})

    assert result.exit_code == 2
    assert "AUDITOR_INVENTRY: unknown variable" in result.stderr
    assert "Did you mean AUDITOR_INVENTORY?" in result.stderr
