"""`auditor check`: flags, output and exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.commands.check import exit_code
from auditor.domain.check import Severity, Status
from auditor.domain.file_report import FileFinding, FileReport, SourceLocation, UncheckedItem
from tests.builders import CHECK, finding

BAD = json.dumps({"networkMode": "host", "containerDefinitions": [{"name": "a", "privileged": True}]})
OPEN = json.dumps({"networkMode": "host", "containerDefinitions": [{"name": "a", "user": "${USER}"}]})
GOOD = json.dumps({"networkMode": "awsvpc", "containerDefinitions": [{"name": "a", "user": "1000"}]})


def check(*arguments: str, stdin: str | None = None) -> Result:
    return CliRunner().invoke(main, ["check", "--check", CHECK, *arguments], input=stdin)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, str]:
    contents = {"bad": BAD, "open": OPEN, "good": GOOD, "prose": "hello", "cut": "{", "evil": '"\\ud800": [\x00]'}
    for name, content in contents.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    return {name: str(tmp_path / name) for name in contents} | {"missing": str(tmp_path / "no")}


@pytest.mark.parametrize(
    ("names", "flags", "code"),
    [
        pytest.param(["good"], [], 0, id="nothing fails"),
        pytest.param(["good", "bad"], [], 3, id="something fails"),
        pytest.param(["open"], [], 4, id="something is unknown"),
        pytest.param(["open", "bad"], [], 5, id="both"),
        pytest.param(["open", "bad"], ["--fail-on", "high"], 5, id="at the threshold"),
        pytest.param(["open", "bad"], ["--fail-on", "critical"], 0, id="below the threshold"),
        pytest.param(["open", "bad"], ["--fail-on", "none"], 0, id="no threshold"),
        pytest.param(["open", "bad", "prose"], [], 2, id="a file of another kind"),
        pytest.param(["missing"], [], 2, id="a missing file"),
        pytest.param(["good"], ["--check", "nonsense"], 2, id="an unknown check"),
        pytest.param(["good"], ["--fail-on", "hihg"], 2, id="an unknown severity"),
        pytest.param(["good"], ["--format", "xml"], 2, id="an unknown format"),
    ],
)
def test_the_exit_code(files: dict[str, str], names: list[str], flags: list[str], code: int) -> None:
    result = check(*flags, *(files[name] for name in names))

    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output


def test_problems_of_all_files_are_reported_together_with_places(files: dict[str, str]) -> None:
    result = check(*(files[name] for name in ("prose", "cut", "evil", "missing", "bad")))

    assert result.exit_code == 2
    assert f"{files['prose']}: is not a file that auditor can check" in result.stderr
    assert f"{files['cut']}:1: this is not JSON: " in result.stderr
    assert f"{files['evil']}:1: contains the forbidden character" in result.stderr
    assert f"{files['missing']}: No such file" in result.stderr
    assert result.stdout == ""


def test_an_endless_file_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("auditor.commands.check.MAX_BYTES", 1_000)

    result = check("-", stdin="x" * 1_001)

    assert result.exit_code == 2
    assert "is too large: more than 1,000 bytes" in result.stderr


def test_parameters_have_the_values_of_a_file(tmp_path: Path) -> None:
    properties = '{"NetworkMode": {"Ref": "Mode"}, "ContainerDefinitions": [{"Name": "a", "User": "root"}]}'
    resources = f'{{"It": {{"Type": "AWS::ECS::TaskDefinition", "Properties": {properties}}}}}'
    template, values = tmp_path / "template", tmp_path / "values"
    template.write_text(f'{{"Parameters": {{"Mode": {{"Type": "String"}}}}, "Resources": {resources}}}', "utf-8")
    values.write_text("Mode=host\n", "utf-8")

    assert check(str(template)).exit_code == 4
    assert check(str(template), "--parameters", str(values)).exit_code == 3

    values.write_text("Mdoe=host\n", "utf-8")
    result = check(str(template), "--parameters", str(values))
    assert result.exit_code == 2
    assert "--parameters: no file has the parameter Mdoe" in result.stderr


def test_a_hyphen_is_standard_input() -> None:
    result = check("-", stdin=BAD)

    assert result.exit_code == 3
    assert result.stdout.startswith(f"stdin:1: high: {CHECK}: task definition: a is privileged")


@pytest.mark.parametrize("flag", ["json", "sarif"])
def test_machine_formats_are_json(files: dict[str, str], flag: str) -> None:
    assert json.loads(check("--format", flag, files["bad"], files["open"]).stdout)


def test_settings_set_the_parameters_of_checks(tmp_path: Path, files: dict[str, str]) -> None:
    unset = tmp_path / "unset.json"
    unset.write_text('{"networkMode": "host", "containerDefinitions": [{"name": "a"}]}', encoding="utf-8")
    strict = tmp_path / "auditor.yaml"
    strict.write_text(f"checks: {{parameters: {{{CHECK}: {{unset_user: fail}}}}}}\n", encoding="utf-8")

    assert check(str(unset)).exit_code == 0
    assert check("--settings", str(strict), str(unset)).exit_code == 3
    assert files


def test_boto_is_not_loaded(files: dict[str, str]) -> None:
    program = (
        "import sys\nfrom auditor.cli import main\n"
        f"try: main(['check', '--check', {CHECK!r}, {files['good']!r}])\n"
        "finally: print(sorted(name for name in sys.modules if name.startswith('boto')), file=sys.stderr)"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stderr.strip() == "[]"


def test_unexamined_resources_never_count_as_clean() -> None:
    unseen = FileReport((), (), (), (UncheckedItem(SourceLocation("f"), "x", "why"),))
    low = FileFinding(finding(status=Status.UNKNOWN, severity=Severity.LOW), "x", (SourceLocation("f"),))

    assert exit_code(unseen, Severity.CRITICAL) == 4
    assert exit_code(FileReport((), (), (low,), ()), Severity.LOW) == 4
    assert exit_code(FileReport((), (), (low,), ()), Severity.MEDIUM) == 0
