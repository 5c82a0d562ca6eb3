"""Checks of other packages: real distributions on the path of a separate process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]

GOOD = '''
"""No family is called test."""

from auditor.domain.check import Severity, Status, Verdict, check
from auditor.domain.ecs.task_definitions import TaskDefinition


@check(id="{id}", title="No family is a test", problem="Family is a test", severity=Severity.LOW,
       fact_type={over}, frameworks={{}}, remediation="Rename it.", reason_texts={{"a-test": "is a test"}})
def judge(task, _params):
    return Verdict(Status.PASS)
'''

Run = Callable[..., subprocess.CompletedProcess[str]]


def module(id_: str = "acme-no-tests", over: str = "TaskDefinition") -> str:
    return GOOD.format(id=id_, over=over)


def install(folder: Path, name: str, entry_points: str, **files: str) -> None:
    """Install a distribution into a folder as an installer does: its modules and its metadata."""
    for path, text in files.items():
        target = folder / f"{path}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    info = folder / f"{name.replace('-', '_')}-1.2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[auditor.checks]\n{entry_points}\n", encoding="utf-8")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def run_auditor(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        command = [sys.executable, *(arguments if arguments[0] == "-c" else ("-m", "auditor", *arguments))]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=ROOT)

    return run_auditor


def test_checks_of_a_module_and_a_package_are_listed_with_their_distribution(tmp_path: Path, run: Run) -> None:
    install(tmp_path, "acme-checks", "rules = acme_rules", acme_rules=module())
    more = {
        "more/__init__": "",
        "more/ecs/__init__": "",
        "more/ecs/a": module("more-a"),
        "more/ecs/_b": "raise OSError",
    }
    install(tmp_path, "more-checks", "rules = more", **more)

    listed = run("checks")

    assert listed.stderr == ""
    rows = [line.split() for line in listed.stdout.partition("\n\n")[0].splitlines()]
    title = ["No", "family", "is", "a", "test", "-"]
    assert ["acme-no-tests", "low", "TaskDefinition", "acme-checks", "1.2.0", *title] in rows
    assert ["more-a", "low", "TaskDefinition", "more-checks", "1.2.0", *title] in rows
    assert [row[0] for row in rows[1:]] == sorted(row[0] for row in rows[1:])
    assert "origin      acme-checks 1.2.0" in run("checks", "acme-no-tests").stdout
    assert "No family is called test." in run("checks", "acme-no-tests").stdout


def test_a_check_of_another_package_can_be_sent_to_a_spawned_process(tmp_path: Path, run: Run) -> None:
    install(tmp_path, "acme-checks", "rules = acme_rules", acme_rules=module())
    code = dedent("""
        import multiprocessing, operator
        from concurrent.futures import ProcessPoolExecutor
        from auditor import checks
        if __name__ == "__main__":
            (check,) = (check for check in checks.load() if check.id.startswith("acme-"))
            with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor:
                origin = executor.submit(operator.attrgetter("origin"), check).result()
                assert executor.submit(operator.itemgetter(0), [check]).result() == check
            print(origin.source, origin.version)
    """)

    done = run("-c", code)

    assert (done.stdout, done.stderr) == ("acme-checks 1.2.0\n", "")


@pytest.mark.parametrize(
    ("entry_points", "source", "message"),
    [
        pytest.param(
            "r = acme_rules", "import no_such_thing", "ModuleNotFoundError: No module named", id="an import fails"
        ),
        pytest.param("r = acme_rules", "def f(:", "cannot be imported: SyntaxError", id="a syntax error"),
        pytest.param("r = acme_rules", "raise SystemExit(0)", "cannot be imported: SystemExit", id="the module exits"),
        pytest.param(
            "r = acme_rules", "class E(Exception): pass\nraise E('x\\n\\n')", "E: x", id="an exception of its own"
        ),
        pytest.param("r = no_such_module", "", "ModuleNotFoundError", id="an unknown module"),
        pytest.param("r = acme_rules:nothing", "", "AttributeError", id="an unknown name"),
        pytest.param("r = acme_rules:x", "x = 1", "names an object that is not a module", id="a number"),
        pytest.param("r = acme_rules", "", "defines no check", id="no check"),
        pytest.param("r = acme_rules", module("No Id"), "'No Id' is not an id", id="a malformed id"),
        pytest.param(
            "r = acme_rules",
            module("ecs-host-network-privileged-or-root"),
            "is taken by a check of auditor itself",
            id="an id of a built-in check",
        ),
        pytest.param(
            "a = acme_rules\nb = other_rules",
            module("other-rule"),
            "'other-rule' is taken by acme-checks",
            id="an id of another package",
        ),
        pytest.param(
            "r = acme_rules",
            f"{module()}\nrenamed, judge = judge, None",
            "does not replace its function",
            id="the function lost its name",
        ),
    ],
)
def test_an_error_in_another_package_is_reported_with_its_name_and_exit_code_2(
    tmp_path: Path, run: Run, entry_points: str, source: str, message: str
) -> None:
    install(tmp_path, "acme-checks", entry_points, acme_rules=source, other_rules=module("other-rule"))

    done = run("checks")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("acme-checks 1.2.0: ")
    assert message in done.stderr
    assert "->" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_errors_are_reported_together_with_those_of_the_settings(tmp_path: Path, run: Run) -> None:
    install(tmp_path, "acme-checks", "rules = acme_rules", acme_rules="import no_such_thing")
    install(tmp_path, "more-checks", "rules = more_rules", more_rules="")
    (tmp_path / "auditor.yaml").write_text("fail_on: hihg\nchecks: {folders: [nowhere]}\n", encoding="utf-8")

    errors = run("validate", "--settings", str(tmp_path / "auditor.yaml")).stderr

    for part in ("acme-checks 1.2.0", "more-checks 1.2.0", "auditor.yaml:1: fail_on", "auditor.yaml:2: checks.folders"):
        assert part in errors


def test_a_check_that_a_package_imports_from_elsewhere_counts_once(tmp_path: Path, run: Run) -> None:
    install(tmp_path, "acme-checks", "rules = acme_rules", acme_rules=module())
    ours = "from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as x"
    source = f"{ours}\nfrom acme_rules import judge as y\n{module('more-rule')}"
    install(tmp_path, "more-checks", "rules = more_rules", more_rules=source)

    done = run("checks")

    assert done.stderr == ""
    names = [line.split()[0] for line in done.stdout.splitlines() if line]
    assert names.count("acme-no-tests") == names.count("ecs-host-network-privileged-or-root") == 1
    assert "acme-checks 1.2.0" in next(line for line in done.stdout.splitlines() if line.startswith("acme-no-tests"))


def test_a_check_of_a_kind_of_fact_without_a_collector_is_reported_as_a_problem(tmp_path: Path, run: Run) -> None:
    install(tmp_path, "acme-checks", "rules = acme_rules", acme_rules=module(over="bytes"))

    done = run("validate", "--inventory", "config/inventory.yaml")

    assert done.returncode == 2
    assert "acme-checks: resource: acme-no-tests: no collector reads bytes" in done.stderr
    assert run("validate", "--inventory", "config/inventory.yaml", "--exclude-check", "acme-*").returncode == 0


def test_the_version_is_printed_without_importing_other_packages(tmp_path: Path, run: Run) -> None:
    install(tmp_path, "acme-checks", "rules = acme_rules", acme_rules="raise OSError")

    assert run("--version").returncode == 0
    code = "import sys, auditor.cli; print('importlib.metadata' in sys.modules, 'jmespath' in sys.modules)"
    assert run("-c", code).stdout == "False False\n"
