"""Requirements for every check. All checks are loaded here, so a new one is covered as soon as its file exists."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from auditor import checks
from auditor.domain.check import Check, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.usage import EcsUsage
from auditor.domain.repair import Repair
from tests.checks.odd_facts import odd_facts

ROOT = Path(__file__).parents[2]
HOME = ROOT / "auditor" / "checks"
CHECKS = checks.built_in()

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

#: Modules of the standard library that access the world outside the process, or make results differ between runs.
IMPURE = {
    *("asyncio", "concurrent", "glob", "http", "io", "logging", "multiprocessing", "os", "pathlib", "random"),
    *("secrets", "select", "shutil", "signal", "socket", "subprocess", "sys", "tempfile", "threading", "time"),
    *("urllib", "uuid"),
}
_ID = r"[a-z][a-z0-9]*(-[a-z0-9]+)+"
_REASON = r"[a-z0-9]+(-[a-z0-9]+)*"
_FRAMEWORK = r"[a-z0-9]+([-.][a-z0-9]+)*"
_CONTROL = r"[A-Za-z0-9]+([-.][A-Za-z0-9]+)*"

every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def module_file(check: Check[Any]) -> Path:
    return Path(sys.modules[check.judge.__module__].__file__ or "")


def sections(manual: str) -> dict[str, str]:
    """Return texts by heading."""
    parts = re.split(r"^## (\S.*)\n", f"\n{manual}\n", flags=re.MULTILINE)[1:]
    return {title: text.strip() for title, text in zip(parts[::2], parts[1::2], strict=True)}


def is_settable(hint: object) -> bool:
    """Return whether the settings file can hold a value of this type."""
    if get_origin(hint) is Literal:
        return all(isinstance(choice, str) for choice in get_args(hint))
    return hint in {str, bool, int, tuple[str, ...]}


def imported(source: str) -> set[str]:
    """Return the absolute names of all imported modules, and the dots of relative imports with their module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(("." * node.level) + (node.module or ""))
    return names


def impurities(source: str) -> set[str]:
    """Return the imports that a check must not have: other packages, and modules that access the world outside."""
    tops = {name: name.partition(".")[0] for name in imported(source)}
    return {
        name
        for name, top in tops.items()
        if top in IMPURE
        or not (top in sys.stdlib_module_names or name.startswith(("auditor.domain.", "auditor.checks.")))
    }


def metadata_defects(check: Check[Any]) -> Iterator[str]:
    """Yield what is wrong with the metadata of a check."""
    for name in ("title", "problem"):
        text = getattr(check, name)
        if not text or text.endswith("."):
            yield f"the {name} {text!r} is empty or ends with a period"
    if check.title == check.problem:
        yield "the problem repeats the title, which states the requirement"
    if not isinstance(check.severity, Severity):
        yield f"the severity is {check.severity!r}"
    if not check.remediation.endswith("."):
        yield "the remediation is not a sentence"
    for framework, controls in check.frameworks.items():
        if not re.fullmatch(_FRAMEWORK, framework) or not controls:
            yield f"the framework {framework!r} is malformed or has no controls"
        yield from (f"the control {name!r} is malformed" for name in controls if not re.fullmatch(_CONTROL, name))


def reason_defects(check: Check[Any]) -> Iterator[str]:
    """Yield what is wrong with the reasons of a check, their texts and their repairs."""
    if not check.reason_texts:
        yield "there are no reasons"
    for reason, text in check.reason_texts.items():
        if not re.fullmatch(_REASON, reason) or not text or text.endswith("."):
            yield f"the reason {reason!r} or its text {text!r} is malformed"
        if reason not in check.repairs and not check.manual_steps:
            yield f"the reason {reason!r} has no repair, and the check has no manual steps"
    for reason, repair in check.repairs.items():
        if reason not in check.reason_texts or repair == Repair():
            yield f"the repair of {reason!r} is empty or belongs to no reason"


def test_checks_are_sorted_by_id_and_no_two_share_one() -> None:
    ids = [check.id for check in CHECKS]

    assert "ecs-host-network-privileged-or-root" in ids
    assert ids == sorted(set(ids))


def test_every_file_contains_one_check() -> None:
    files = {file for file in HOME.rglob("*.py") if not file.name.startswith("_")}

    assert files == {module_file(check) for check in CHECKS}, "is there an __init__.py in every folder?"
    assert len(files) == len(CHECKS)


def test_every_file_imports_only_pure_modules() -> None:
    files = sorted(HOME.glob("*/*.py"))
    imports = {file.name: impurities(file.read_text(encoding="utf-8")) for file in files}

    assert {name: impure for name, impure in imports.items() if impure} == {}


@every_check
def test_the_id_names_the_service_and_the_file_and_the_test_has_the_same_place(check: Check[Any]) -> None:
    file = module_file(check)
    service = file.parent.name

    assert re.fullmatch(_ID, check.id)
    assert check.id == f"{service}-{file.stem.replace('_', '-')}"
    assert file.parent.parent == HOME
    test = f"tests/checks/{service}/test_{file.name}"
    assert (ROOT / test).is_file(), f"write the tests of {check.id} in {test}"


@every_check
def test_the_manual_page_has_every_section_and_fits_the_screen(check: Check[Any]) -> None:
    texts = sections(check.manual)
    missing = [title for title in SECTIONS if not texts.get(title)]
    first, second, *rest = check.manual.splitlines()

    assert not missing, f"add these sections to the docstring of the module: {', '.join(missing)}"
    assert first.endswith(".")
    assert second == ""
    assert [line for line in rest if len(line) > 120] == []


@every_check
def test_the_metadata_is_complete(check: Check[Any]) -> None:
    assert [*metadata_defects(check), *reason_defects(check)] == []


@every_check
def test_every_parameter_has_a_default_and_a_type_that_settings_can_hold(check: Check[Any]) -> None:
    kind = type(check.parameters)

    assert is_dataclass(kind)
    assert kind() == check.parameters
    hints = get_type_hints(kind)
    assert [field.name for field in fields(kind) if not is_settable(hints[field.name])] == []


@every_check
def test_odd_facts_are_judged_without_a_crash_and_twice_with_the_same_result(check: Check[Any]) -> None:
    for fact in odd_facts(check.fact_type):
        verdict = check.judge(fact, check.parameters)
        assert isinstance(verdict, Verdict)
        assert verdict.status in Status
        assert set(verdict.reasons) <= set(check.reason_texts)
        assert verdict == check.judge(fact, check.parameters)
        assert list(verdict.reasons) == sorted({reason for part in verdict.evidence for reason in part.reasons})
        assert all(part.reasons for part in verdict.evidence)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import boto3", {"boto3"}),
        ("def f():\n    from os import environ", {"os"}),
        ("from auditor.settings import Settings", {"auditor.settings"}),
        ("from ..aws import clients", {"..aws"}),
        ("import urllib.request as r", {"urllib.request"}),
        ("import re\nfrom auditor.domain.check import check\nfrom auditor.checks.ecs._x import y", set()),
    ],
)
def test_impure_imports_are_detected(source: str, expected: set[str]) -> None:
    assert impurities(source) == expected


def test_missing_and_empty_sections_are_detected() -> None:
    assert sections("A.\n\n## One\ntext\n\n## Two\n\n##Three\n") == {"One": "text", "Two": "##Three"}


def test_defects_of_the_metadata_are_detected() -> None:
    check: Check[object] = Check("x-y", "T.", Severity.LOW, object, lambda *_: Verdict(Status.PASS), {"F": ()}, "no")

    assert len([*metadata_defects(check)]) == 4
    assert [*reason_defects(check)] == ["there are no reasons"]


@pytest.mark.parametrize(
    ("code", "output"),
    [
        pytest.param(
            "from auditor import checks; assert checks.load(); "
            "names = {'boto3', 'botocore', 'pydantic', 'jinja2', 'rich', 'yaml', 'click'} & set(sys.modules)",
            "",
            id="loading all checks imports no library",
        ),
        pytest.param(
            "import auditor.checks; names = [name for name in sys.modules if name.startswith('auditor.checks.')]",
            "",
            id="importing the package imports no check",
        ),
    ],
)
def test_imports_are_lazy(code: str, output: str) -> None:
    command = [sys.executable, "-c", f"import sys; {code}; print(*sorted(names))"]
    process = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)

    assert (process.returncode, process.stdout.strip(), process.stderr) == (0, output, "")


@pytest.mark.parametrize("fact", odd_facts(TaskDefinition), ids=lambda _: "odd")
def test_only_checks_that_read_the_state_depend_on_status_usage_and_latest_revision(fact: TaskDefinition) -> None:
    used = EcsUsage(services=("arn:aws:ecs:eu-west-1:111122223333:service/prod/web",), running_tasks=3)
    for check in CHECKS:
        if not (check.reads_state or check.reads_tags) and issubclass(TaskDefinition, check.fact_type):
            statuses = {
                check.judge(replace(fact, status=status, usage=usage, latest_active=latest), check.parameters).status
                for status in ("ACTIVE", "INACTIVE")
                for usage in (None, used)
                for latest in (None, 0, 99)
            }
            assert len(statuses) == 1, check.id
