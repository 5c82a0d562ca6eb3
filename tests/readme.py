"""The generated blocks of the README files. `python -m tests.readme` writes them; a test compares them."""

from __future__ import annotations

import io
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from click.testing import CliRunner

from auditor import checks
from auditor.cli import main
from auditor.domain.check import Severity
from auditor.domain.reason import Reason
from auditor.run.exit_codes import ExitCode

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "README.md", ROOT / "config" / "README.md", ROOT / "auditor" / "README.md")

_BLOCK = re.compile(r"<!-- generated: (?P<name>[a-z-]+) -->\n.*?<!-- end -->", re.DOTALL)


def render(text: str) -> str:
    """Return a README with every generated block filled in."""
    return _BLOCK.sub(lambda block: f"<!-- generated: {block['name']} -->\n{BLOCKS[block['name']]()}<!-- end -->", text)


def _checks() -> str:
    by_severity = Counter(check.severity for check in checks.load())
    frameworks = sorted({framework for check in checks.load() for framework in check.frameworks})
    severities = ", ".join(f"{by_severity[severity]} {severity}" for severity in reversed(Severity))
    return (
        f"Today it has {sum(by_severity.values())} checks of ECS ({severities}), mapped to\n"
        f"{', '.join(f'`{framework}`' for framework in frameworks)}.\n"
    )


def _demo() -> str:
    """Return the demo's summary without the lines that change from run to run."""
    with tempfile.TemporaryDirectory() as folder:
        result = CliRunner().invoke(main, ["demo", "--output", folder], catch_exceptions=False)
    lines = [line.rstrip() for line in result.stdout.strip().splitlines()]
    ends = [number for number, line in enumerate(lines) if not line]
    kept = lines[: ends[1]] if len(ends) > 1 else lines
    return "```\n" + "\n".join(kept) + "\n```\n"


def _exit_codes() -> str:
    rows = "".join(f"| {code.value} | {code.meaning} |\n" for code in ExitCode)
    return f"| exit code | meaning |\n|---|---|\n{rows}"


def _reasons() -> str:
    rows = "".join(f"| `{reason}` | {reason.headline} | {reason.advice} |\n" for reason in Reason)
    return f"| reason | what happened | what to do |\n|---|---|---|\n{rows}"


def _check_list() -> str:
    rows = "".join(f"| `{check.id}` | {check.severity} | {check.title} |\n" for check in checks.load())
    return f"| check | severity | requirement |\n|---|---|---|\n{rows}"


BLOCKS: dict[str, Callable[[], str]] = {
    "checks": _checks,
    "check-list": _check_list,
    "demo": _demo,
    "exit-codes": _exit_codes,
    "reasons": _reasons,
}


def write() -> int:
    """Fill in every block. Returns the number of files that changed."""
    changed = 0
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        if (new := render(text)) != text:
            file.write_text(new, encoding="utf-8")
            changed += 1
    return changed


if __name__ == "__main__":
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        count = write()
    sys.stdout.write(f"{count} README files changed\n")
