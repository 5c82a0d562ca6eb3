"""What every check owes its readers. The only test that loads all checks: a new one is held to this by existing."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from auditor import checks
from auditor.domain.check import Check, Severity, Status, Verdict
from auditor.domain.repair import Repair
from tests.checks.odd_facts import odd_facts

ROOT = Path(__file__).parents[2]
HOME = ROOT / "auditor" / "checks"
ALL = checks.load()

SECTIONS = (
    "Profile level",
    "Description",
    "Rationale",
    "Benefits",
    "Drawbacks",
    "Default value",
    "Permissions needed",
    "Audit, console",
    "Audit, CLI",
    "Remediation, console",
    "Remediation, CLI",
    "Roll back",
    "References",
    "Related controls",
)

#: Parts of the standard library that reach out of the process, or make two runs differ.
IMPURE = {
    *(
        "asyncio",
        "concurrent",
        "glob",
        "http",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "random",
        "secrets",
    ),
    *("select", "shutil", "signal", "socket", "subprocess", "sys", "tempfile", "threading", "time", "urllib", "uuid"),
}

every_check = pytest.mark.parametrize("check", ALL, ids=lambda check: check.id)
every_file = pytest.mark.parametrize(
    "file", sorted(HOME.glob("*/*.py")), ids=lambda file: f"{file.parent.name}/{file.name}"
)


def module_file(check: Check[Any]) -> Path:
    return Path(sys.modules[check.judge.__module__].__file__ or "")


def sections(manual: str) -> dict[str, str]:
    """Heading to text: a heading is a line underlined with as many hyphens as it is long."""
    parts = re.split(r"^(\S.*)\n(-+)\n", f"\n{manual}\n", flags=re.MULTILINE)[1:]
    triples = zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    return {title: text.strip() for title, line, text in triples if len(line) == len(title)}


def settable(hint: object) -> bool:
    """Whether the settings file can say a value of this type."""
    if get_origin(hint) is Literal:
        return all(isinstance(each, str) for each in get_args(hint))
    return hint in {str, bool, int, tuple[str, ...]}


def imported(source: str) -> set[str]:
    """The absolute names of all modules that a source imports; a relative import stands as its dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(("." * node.level) + (node.module or ""))
    return names


def impurities(source: str) -> set[str]:
    """What a check may not import: other packages, rooms other than the domain, and the world outside."""
    tops = {name: name.partition(".")[0] for name in imported(source)}
    return {
        name
        for name, top in tops.items()
        if top in IMPURE
        or not (top in sys.stdlib_module_names or name.startswith(("auditor.domain.", "auditor.checks.")))
    }


def test_there_are_checks_sorted_by_id_and_no_two_share_one() -> None:
    names = [check.id for check in ALL]

    assert "ecs-host-network-privileged-or-root" in names
    assert names == sorted(set(names))


def test_every_file_is_one_check_that_is_found() -> None:
    files = {file for file in HOME.rglob("*.py") if not file.name.startswith("_")}

    assert files == {module_file(check) for check in ALL}, "is there an __init__.py in every folder?"
    assert len(files) == len(ALL)


@every_check
def test_the_id_says_the_service_and_the_file(check: Check[Any]) -> None:
    file = module_file(check)
    service, stem = file.parent.name, file.stem

    assert re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)+", check.id)
    assert check.id == f"{service}-{stem.replace('_', '-')}"
    assert file.parent.parent == HOME


@every_check
def test_the_test_stands_where_one_looks_for_it(check: Check[Any]) -> None:
    file = module_file(check)

    assert (ROOT / "tests" / "checks" / file.parent.name / f"test_{file.name}").is_file()


@every_check
@pytest.mark.parametrize("title", SECTIONS)
def test_the_manual_page_has_the_section(check: Check[Any], title: str) -> None:
    assert sections(check.manual).get(title), f"{check.id} has nothing under {title!r}"


@every_check
def test_the_manual_page_begins_with_a_sentence_and_fits_the_screen(check: Check[Any]) -> None:
    first, second, *rest = check.manual.splitlines()

    assert first.endswith(".")
    assert second == ""
    assert max(map(len, rest)) <= 120


@every_check
def test_the_metadata_is_complete(check: Check[Any]) -> None:
    assert check.title
    assert check.problem
    assert check.problem != check.title
    assert not check.title.endswith(".")
    assert not check.problem.endswith(".")
    assert isinstance(check.severity, Severity)
    assert check.remediation.endswith(".")
    for name, controls in check.frameworks.items():
        assert re.fullmatch(r"[a-z0-9]+([-.][a-z0-9]+)*", name)
        assert controls
        assert all(re.fullmatch(r"[A-Za-z0-9]+([-.][A-Za-z0-9]+)*", each) for each in controls)


@every_check
def test_every_reason_has_its_words(check: Check[Any]) -> None:
    assert check.reason_texts
    for reason, words in check.reason_texts.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", reason)
        assert words
        assert not words.endswith(".")


@every_check
def test_every_reason_has_a_repair_unless_the_check_has_manual_steps(check: Check[Any]) -> None:
    assert set(check.repairs) <= set(check.reason_texts)
    assert check.manual_steps or set(check.repairs) == set(check.reason_texts)
    assert all(each != Repair() for each in check.repairs.values())


@every_check
def test_every_parameter_has_a_default_and_a_type_that_settings_can_say(check: Check[Any]) -> None:
    kind = type(check.parameters)

    assert is_dataclass(kind)
    assert kind() == check.parameters
    hints = get_type_hints(kind)
    assert [each.name for each in fields(kind) if not settable(hints[each.name])] == []


@every_file
def test_a_check_reads_nothing_but_the_fact_it_is_given(file: Path) -> None:
    assert impurities(file.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import boto3", {"boto3"}),
        ("def f():\n    from os import environ", {"os"}),
        ("from auditor.settings import Settings", {"auditor.settings"}),
        ("from ..aws import clients", {"..aws"}),
        ("import urllib.request as r", {"urllib.request"}),
        ("import re\nfrom auditor.domain.check import check\nfrom auditor.checks.ecs._x import y", set()),
    ],
)
def test_an_import_that_reaches_out_would_be_noticed(source: str, found: set[str]) -> None:
    assert impurities(source) == found


def test_a_section_that_is_missing_or_empty_would_be_noticed() -> None:
    assert sections("A.\n\nOne\n---\ntext\n\nTwo\n---\n\nThree\n---\ntext") == {"One": "text", "Two": ""}


@every_check
def test_odd_facts_are_judged_without_a_crash_and_twice_alike(check: Check[Any]) -> None:
    for fact in odd_facts(check.fact_type):
        verdict = check.judge(fact, check.parameters)
        assert isinstance(verdict, Verdict)
        assert verdict.status in Status
        assert set(verdict.reasons) <= set(check.reason_texts)
        assert verdict == check.judge(fact, check.parameters)
        assert list(verdict.reasons) == sorted({reason for each in verdict.evidence for reason in each.reasons})
        assert all(each.reasons for each in verdict.evidence)


def test_loading_all_checks_loads_no_library() -> None:
    code = (
        "import sys; from auditor import checks; assert checks.load(); "
        "print(*sorted({'boto3', 'botocore', 'pydantic', 'jinja2', 'rich', 'yaml', 'click'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, "", "")


def test_importing_the_package_loads_no_check() -> None:
    code = "import sys, auditor.checks; print(*[name for name in sys.modules if name.startswith('auditor.checks.')])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)

    assert (run.returncode, run.stdout.strip(), run.stderr) == (0, "", "")
