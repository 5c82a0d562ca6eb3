"""One run of the real command against the stand-in for AWS, and its results."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from click.testing import CliRunner

from auditor.cli import main
from tests.fleet.declared_checks import declare_checks
from tests.fleet.running import Fleet

Row = dict[str, Any]

#: The installed command, and two variants of it: see the docstrings of these modules.
PROGRAM = ("-m", "auditor")
NO_WAITING = (str(Path(__file__).with_name("no_waiting.py")),)
#: The flagship check on the latest revisions: one coverage record per scope, and few calls.
ONE_CHECK = ("--check", "ecs-host-network-privileged-or-root", "--revisions", "latest")
CLOCK_JUMPS = (str(Path(__file__).with_name("clock_jumps.py")),)


@dataclass(frozen=True, slots=True)
class Night:
    """A finished run: its exit code, its output streams and its results folder."""

    code: int
    stdout: str
    stderr: str
    output: Path

    @property
    def latest(self) -> Row:
        """Return `latest.json`."""
        return self.document("latest.json")

    def document(self, key: str) -> Row:
        """Read one JSON object."""
        document: Row = json.loads((self.output / key).read_bytes())
        return document

    def manifest(self) -> Row:
        """Read the manifest of the latest run."""
        return self.document(self.latest["manifest"])

    def log(self, event: str) -> list[Row]:
        """Return the log lines of one kind of event, in order."""
        rows = [json.loads(line) for line in self.stderr.splitlines()]
        return [row for row in rows if row["event"] == event]

    def report(self) -> str:
        """Read the HTML report of the latest run."""
        return (self.output / str(self.latest["report"])).read_text(encoding="utf-8")

    def findings(self, status: str = "") -> list[Row]:
        """Return all findings, or those with one status."""
        return [row for row in self._rows("findings") if not status or row["status"] == status]

    def coverage(self) -> list[Row]:
        """Return the coverage records."""
        return list(self._rows("coverage"))

    def arns(self, status: str) -> set[str]:
        """Return the ARNs of the findings with one status."""
        return {row["resource"]["arn"] for row in self.findings(status)}

    def _rows(self, kind: str) -> Iterator[Row]:
        for path in sorted((self.output / kind).rglob("*.jsonl.gz")):
            for line in gzip.decompress(path.read_bytes()).splitlines():
                yield json.loads(line)


def audit(  # noqa: PLR0913 - each one names a part of the run that tests vary
    fleet: Fleet,
    folder: Path,
    *flags: str,
    inventory: str = "",
    program: Sequence[str] = PROGRAM,
    checks: Sequence[str] = ONE_CHECK,
    in_process: bool = False,
    **variables: str,
) -> Night:
    """Run `auditor run` in a new process on the fleet's inventory (or `inventory`), with results in `folder`/out.

    `checks` are flags, too. Those that select checks become a settings file, so that the run can be the latest. An
    invalid configuration can be tested `in_process`, which saves the start of a process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "inventory.yaml"
    path.write_text(inventory or fleet.inventory_text(), encoding="utf-8")
    arguments = ["run", "--inventory", str(path), "--output", str(folder / "out")]
    if in_process:
        return command_in_process([*arguments, *checks, *flags], folder / "out", fleet.env(**variables))
    arguments += declare_checks(folder, *checks, *flags)
    return command(arguments, folder / "out", fleet.env(**variables), program)


def command(
    arguments: Sequence[str], output: Path, environment: dict[str, str], program: Sequence[str] = PROGRAM
) -> Night:
    """Run the auditor with any arguments in a new process."""
    process = subprocess.run(
        [sys.executable, *program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Night(process.returncode, process.stdout, process.stderr, output)


def command_in_process(arguments: Sequence[str], output: Path, environment: dict[str, str]) -> Night:
    """Run the auditor with any arguments in this process. Only for commands that end before the run begins."""
    with patch.dict(os.environ, environment, clear=True):
        result = CliRunner().invoke(main, list(arguments), prog_name="auditor")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    return Night(result.exit_code, result.stdout, result.stderr, output)
