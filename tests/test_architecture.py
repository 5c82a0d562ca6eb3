"""Which package may import which, where each library may be imported, and other rules of the source code.

Imports count wherever they stand: at the top, in a function, for the type checker only, relative, or by a literal name
given to `import_module`.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "auditor"

#: What each package may import besides itself. A package that is missing here may import nothing.
ALLOWED = {
    "domain": set(),
    "yaml_files": {"domain"},
    "secret_detection": {"domain"},
    "checks": {"domain"},
    "parsers": {"domain", "secret_detection"},
    "query": {"domain"},
    "store": {"domain"},
    "inventory": {"domain", "yaml_files"},
    "settings": {"domain", "yaml_files"},
    "yaml_checks": {"domain", "store", "yaml_files"},
    "engine": {"domain"},
    "history": {"domain"},
    "aws": {"domain", "parsers", "store"},
    "exceptions": {"domain", "yaml_files"},
    "archive": {"contracts", "domain", "store"},
    "contracts": {"domain"},
    "exports": {"contracts", "domain"},
    "iac": {"domain", "engine", "parsers", "yaml_files"},
    "remediation": {"domain", "parsers"},
    "reports": {"contracts", "domain", "query", "yaml_checks"},
    "demo": {"domain", "yaml_files"},
    "schemas": {"contracts", "domain", "exceptions", "inventory", "settings", "yaml_checks"},
    "run": {
        "archive",
        "aws",
        "contracts",
        "domain",
        "engine",
        "exceptions",
        "exports",
        "history",
        "inventory",
        "reports",
        "settings",
        "store",
    },
    "commands": {
        *(
            "archive",
            "aws",
            "checks",
            "contracts",
            "demo",
            "domain",
            "engine",
            "exceptions",
            "exports",
            "iac",
            "inventory",
            "parsers",
            "query",
            "remediation",
            "reports",
        ),
        *("run", "settings", "store", "yaml_checks", "yaml_files"),
    },
    "cli": {"commands", "run"},
    "__main__": {"cli"},
}

#: What comes from outside (and the standard library's ways to run things at once), and where it may be imported.
HOMES = {
    "boto3": {"auditor.aws"},
    "botocore": {"auditor.aws"},
    "tenacity": {"auditor.aws"},
    "threading": {"auditor.engine"},
    "threading.Lock": {"auditor.engine", "auditor.aws"},  # starts nothing: it guards what the engine's threads share
    "concurrent": {"auditor.engine"},
    "multiprocessing": {"auditor.engine"},
    "jinja2": {"auditor.reports"},
    "markupsafe": {"auditor.reports"},  # jinja2's own
    "rich": {"auditor.reports"},
    "moto": {"auditor.demo"},
    "click": {"auditor.cli", "auditor.commands"},
    "yaml": {"auditor.yaml_files"},
    "jmespath": {"auditor.yaml_checks"},
    "pyarrow": {"auditor.exports"},  # an extra: imported only if Parquet is written
    "pydantic": {
        "auditor.contracts",
        "auditor.demo",
        "auditor.exceptions",
        "auditor.yaml_checks",
        "auditor.inventory",
        "auditor.settings",
        "auditor.schemas",
    },
}

MAY_PRINT = {"auditor.cli", "auditor.commands"}
LONGEST = {"auditor.cli": 149}
LONGEST_ELSEWHERE = 300
BROAD_HANDLERS_IN_THE_ENGINE = 3
#: Modules of other packages are imported here, and may raise anything. An export must never cost the rows of a run.
BROAD_HANDLERS_ELSEWHERE = {"auditor.checks._plugins": 1, "auditor.run.exporting": 1}


def module_name(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def package_of(module: str) -> str:
    """Return `auditor.reports` for `auditor.reports.page.render`."""
    return ".".join(module.split(".")[:2])


def imports(module: str, source: str, *, is_package: bool = False) -> Iterator[tuple[int, str]]:
    """Yield line and absolute name of everything that `source` imports, including submodules of `auditor`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(module, node, is_package=is_package)
            # `from auditor import commands` imports a package. Elsewhere the module says what is imported.
            names = [f"{base}.{alias.name}" for alias in node.names] if base in {"auditor", "threading"} else [base]
            yield from ((node.lineno, "auditor" if name == "auditor.__version__" else name) for name in names)
        elif isinstance(node, ast.Call) and called(node) in {"import_module", "__import__"}:
            literals = [argument.value for argument in node.args if isinstance(argument, ast.Constant)]
            yield from ((node.lineno, name) for name in literals if isinstance(name, str))


def absolute(module: str, node: ast.ImportFrom, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    up = node.level - 1 if is_package else node.level
    base = module.split(".")[: len(module.split(".")) - up]
    return ".".join([*base, *filter(None, [node.module])])


def called(node: ast.Call) -> str:
    """Return the last name of the called function: `import_module` for `importlib.import_module(...)`."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def misplaced(module: str, source: str, *, is_package: bool = False) -> list[str]:
    """Return a sentence for every import of `source` that is not allowed."""
    found = [
        f"{module}:{line}: {problem}"
        for line, name in imports(module, source, is_package=is_package)
        if (problem := objection(module, name))
    ]
    return sorted(set(found))


def objection(module: str, name: str) -> str | None:
    """Return why `module` must not import `name`, None if it may."""
    top = name.partition(".")[0]
    if top == "auditor":
        return inner_objection(module, name)
    homes = HOMES.get(name) or HOMES.get(top)
    if homes:
        return None if package_of(module) in homes else f"{name} may only be imported in {', '.join(sorted(homes))}"
    return None if top in sys.stdlib_module_names else f"{top} has no home; name one in HOMES"


def inner_objection(module: str, name: str) -> str | None:
    here, there = (package_of(imported).removeprefix("auditor.") for imported in (module, name))
    if there in {here, "auditor"} or there in ALLOWED.get(here, set()):
        return None
    return f"{here} must not import {name}; ALLOWED lists what it may"


def broad_handlers(source: str) -> list[int]:
    """Return the lines that catch everything: `except:`, `except Exception`, `suppress(Exception)`, also in a tuple.

    `except BaseException` that ends by raising again only cleans up, and is accepted.
    """
    lines: list[int] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ExceptHandler):
            names = caught(node.type)
            tidies_up = names == {"BaseException"} and isinstance(node.body[-1], ast.Raise) and not node.body[-1].exc
            if not tidies_up and names & {"", "Exception", "BaseException"}:
                lines.append(node.lineno)
        elif isinstance(node, ast.Call) and called(node) == "suppress":
            lines += [node.lineno for argument in node.args if caught(argument) & {"Exception", "BaseException"}]
    return lines


def caught(node: ast.expr | None) -> set[str]:
    """Return the names of the exceptions that a handler catches; an empty name for a bare `except:`."""
    if node is None:
        return {""}
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}


def prints(source: str) -> list[int]:
    """Return the lines that call `print`."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    return [node.lineno for node in nodes if isinstance(node.func, ast.Name) and node.func.id == "print"]


FILES = sorted(PACKAGE.rglob("*.py"))
SOURCES = {module_name(file): file.read_text(encoding="utf-8") for file in FILES}
PACKAGES = {module_name(file) for file in FILES if file.name == "__init__.py"}


def test_the_product_is_read() -> None:
    assert {"auditor", "auditor.domain.check", "auditor.checks"} <= set(SOURCES)


def test_packages_and_libraries_are_imported_only_where_allowed() -> None:
    assert [
        problem
        for module, source in SOURCES.items()
        for problem in misplaced(module, source, is_package=module in PACKAGES)
    ] == []


def test_every_allowed_edge_is_used() -> None:
    used = {
        (package_of(module), package_of(name))
        for module, source in SOURCES.items()
        for _, name in imports(module, source, is_package=module in PACKAGES)
    }
    listed = {(f"auditor.{here}", f"auditor.{there}") for here, packages in ALLOWED.items() for there in packages}

    assert sorted(listed - used) == []


def test_the_allowed_edges_form_no_circle() -> None:
    TopologicalSorter(ALLOWED).prepare()


def test_only_packages_of_a_service_name_it() -> None:
    generic = {"domain", "engine", "archive", "store", "reports", "contracts", "run"}
    imports_of_service = [
        f"{module}:{line}: {name}"
        for module, source in SOURCES.items()
        if module.split(".")[1:2] and module.split(".")[1] in generic and ".ecs" not in module
        for line, name in imports(module, source, is_package=module in PACKAGES)
        if ".ecs" in name
    ]

    assert imports_of_service == []


def test_every_module_has_a_docstring() -> None:
    assert [module for module, source in SOURCES.items() if not ast.get_docstring(ast.parse(source))] == []


def test_no_module_is_too_long() -> None:
    lengths = {module: len(source.splitlines()) for module, source in SOURCES.items()}

    assert {m: n for m, n in lengths.items() if n > LONGEST.get(m, LONGEST_ELSEWHERE)} == {}, "split the module"


def test_only_the_command_line_prints() -> None:
    assert [
        module for module, source in SOURCES.items() if package_of(module) not in MAY_PRINT and prints(source)
    ] == []


def test_every_suppressed_warning_has_its_reason_on_the_line() -> None:
    bare = re.compile(
        r"# (?:noqa: [A-Z0-9, ]+|type: ignore(?:\[[a-z, -]+\])?|fmt: (?:skip|off)|pragma: no cover)\s*$"
        r"|importorskip\((?!.*reason=)|mark\.(?:skip|xfail)\b(?!.*reason=)"
    )

    assert [
        f"{file.relative_to(ROOT)}:{number}"
        for folder in ("auditor", "tests")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
        if bare.search(line)
    ] == []


def test_no_module_has_the_name_of_a_standard_library_module() -> None:
    names = {module: module.rpartition(".")[2] for module in SOURCES}

    assert [module for module, name in names.items() if name in sys.stdlib_module_names and name != "__main__"] == []


def test_exception_is_caught_at_three_boundaries_of_the_engine_and_around_plugins() -> None:
    handlers = {module: len(lines) for module, source in SOURCES.items() if (lines := broad_handlers(source))}
    in_the_engine = [count for module, count in handlers.items() if package_of(module) == "auditor.engine"]

    assert {
        module: count for module, count in handlers.items() if package_of(module) != "auditor.engine"
    } == BROAD_HANDLERS_ELSEWHERE
    assert sum(in_the_engine) <= BROAD_HANDLERS_IN_THE_ENGINE


@pytest.mark.parametrize(
    ("module", "source", "problem"),
    [
        ("auditor.domain.x", "import auditor.checks", " must not import auditor.checks; ALLOWED lists what it may"),
        (
            "auditor.engine.x",
            "from auditor.commands import run",
            " must not import auditor.commands; ALLOWED lists what it may",
        ),
        (
            "auditor.engine.x",
            "from auditor import commands",
            " must not import auditor.commands; ALLOWED lists what it may",
        ),
        (
            "auditor.checks.ecs.x",
            "from auditor.store import s",
            " must not import auditor.store; ALLOWED lists what it may",
        ),
        (
            "auditor.engine.x",
            "from ..reports import html",
            " must not import auditor.reports; ALLOWED lists what it may",
        ),
        ("auditor.engine.x", "from .. import reports", " must not import auditor.reports; ALLOWED lists what it may"),
        ("auditor.aws.x", "def f():\n    import jinja2", "jinja2 may only be imported in auditor.reports"),
        (
            "auditor.aws.x",
            "if TYPE_CHECKING:\n    from rich.table import T",
            "rich.table may only be imported in auditor.reports",
        ),
        ("auditor.engine.x", "import_module('boto3')", "boto3 may only be imported in auditor.aws"),
        (
            "auditor.engine.x",
            "importlib.import_module('auditor.cli')",
            " must not import auditor.cli; ALLOWED lists what it may",
        ),
        ("auditor.aws.x", "from threading import Thread", "threading.Thread may only be imported in auditor.engine"),
        ("auditor.aws.x", "import threading", "threading may only be imported in auditor.engine"),
        (
            "auditor.commands",
            "from concurrent.futures import wait",
            "concurrent.futures may only be imported in auditor.engine",
        ),
        ("auditor.checks", "import yaml as y", "yaml may only be imported in auditor.yaml_files"),
        ("auditor.aws.x", "import requests", "requests has no home; name one in HOMES"),
        ("auditor.attic.x", "import auditor.domain", "attic must not import auditor.domain; ALLOWED lists what it may"),
    ],
)
def test_a_forbidden_import_is_noticed(module: str, source: str, problem: str) -> None:
    (found,) = misplaced(module, source)

    assert found.startswith(f"{module}:")
    assert problem in found


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("auditor.cli", "import click\nfrom auditor import __version__, commands"),
        (
            "auditor.aws.collectors.x",
            "from auditor.aws.retry import r\nfrom ..clients import c\nimport botocore.session",
        ),
        ("auditor.engine.x", "import concurrent.futures\nfrom auditor.domain.check import Check"),
        ("auditor.inventory.x", "from pydantic import BaseModel\nfrom auditor.yaml_files import read"),
        ("auditor.aws.x", "from threading import Lock"),
        ("auditor.store.x", "import os\nfrom pathlib import Path"),
    ],
)
def test_an_allowed_import_is_accepted(module: str, source: str) -> None:
    assert misplaced(module, source) == []


def test_a_relative_import_is_resolved_from_its_package() -> None:
    assert misplaced("auditor.engine", "from . import scan", is_package=True) == []
    assert misplaced("auditor.engine", "from .. import commands", is_package=True) != []


@pytest.mark.parametrize(
    "source",
    [
        "try:\n    f()\nexcept:\n    pass",
        "try:\n    f()\nexcept Exception:\n    pass",
        "try:\n    f()\nexcept (OSError, Exception) as error:\n    raise",
        "try:\n    f()\nexcept BaseException:\n    pass",
        "from contextlib import suppress\nwith suppress(Exception):\n    f()",
    ],
)
def test_catching_everything_is_noticed(source: str) -> None:
    assert len(broad_handlers(source)) == 1


@pytest.mark.parametrize(
    "source",
    ["try:\n    f()\nexcept OSError:\n    pass", "try:\n    f()\nexcept BaseException:\n    tidy()\n    raise"],
)
def test_catching_a_specific_exception_is_accepted(source: str) -> None:
    assert broad_handlers(source) == []


def test_a_call_of_print_is_noticed_and_a_method_of_that_name_is_not() -> None:
    assert prints("console.print(1)\nprint(2)") == [2]
