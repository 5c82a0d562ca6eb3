"""One run of the real command against a stand-in for AWS, and what it left behind."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fleet.running import Fleet

Row = dict[str, Any]

#: The command as it is installed; as it is when it waits for nothing; and as it is where the clock is set: see there.
PROGRAM = ("-m", "auditor")
NO_WAITING = (str(Path(__file__).with_name("no_waiting.py")),)
#: The spine is tested with the rule that it was built for, over the latest revisions: one row a scope, few calls.
ONE_CHECK = ("--check", "ecs-host-network-privileged-or-root", "--revisions", "latest")
CLOCK_JUMPS = (str(Path(__file__).with_name("clock_jumps.py")),)


@dataclass(frozen=True, slots=True)
class Night:
    """A finished run: how it ended, what it said, and the folder it wrote."""

    code: int
    stdout: str
    stderr: str
    output: Path

    @property
    def latest(self) -> Row:
        """`latest.json`."""
        return self.document("latest.json")

    def document(self, key: str) -> Row:
        """Read one JSON object."""
        document: Row = json.loads((self.output / key).read_bytes())
        return document

    def manifest(self) -> Row:
        """Read the manifest that `latest.json` points to."""
        return self.document(self.latest["manifest"])

    def log(self, event: str) -> list[Row]:
        """Return the lines of the log about one kind of event, in the order in which they were written."""
        rows = [json.loads(line) for line in self.stderr.splitlines()]
        return [row for row in rows if row["event"] == event]

    def report(self) -> str:
        """Read the report that `latest.json` points to."""
        return (self.output / str(self.latest["report"])).read_text(encoding="utf-8")

    def findings(self, status: str = "") -> list[Row]:
        """Return all finding rows, or those of one status."""
        return [row for row in self._rows("findings") if not status or row["status"] == status]

    def coverage(self) -> list[Row]:
        """Return the coverage ledger."""
        return list(self._rows("coverage"))

    def arns(self, status: str) -> set[str]:
        """Return the ARNs of the findings with one status."""
        return {row["resource"]["arn"] for row in self.findings(status)}

    def _rows(self, kind: str) -> Iterator[Row]:
        for path in sorted((self.output / kind).rglob("*.jsonl.gz")):
            for line in gzip.decompress(path.read_bytes()).splitlines():
                yield json.loads(line)


def audit(
    fleet: Fleet,
    folder: Path,
    *flags: str,
    inventory: str = "",
    program: Sequence[str] = PROGRAM,
    checks: Sequence[str] = ONE_CHECK,
    **variables: str,
) -> Night:
    """Run `auditor run` as a process of its own, on the fleet's inventory or another one, into `folder`/out.

    `rules` are flags too: which checks, and on what.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "inventory.yaml"
    path.write_text(inventory or fleet.inventory_text(), encoding="utf-8")
    arguments = ["run", "--inventory", str(path), "--output", str(folder / "out"), *checks, *flags]
    return command(arguments, folder / "out", fleet.env(**variables), program)


def command(
    arguments: Sequence[str], output: Path, environment: dict[str, str], program: Sequence[str] = PROGRAM
) -> Night:
    """Run the auditor with any arguments."""
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return Night(done.returncode, done.stdout, done.stderr, output)
