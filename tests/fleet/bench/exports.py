"""Measure each export of a night with 160,000 failing rows: `python -m tests.fleet.bench.exports`.

The rows are those of a real night against the stand-in with every check, repeated until there are enough. Each account
is exported from findings in memory, as a run does. The last line is what reading the stored rows back would add.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

from auditor.archive import decode, encode
from auditor.domain.check import Status
from auditor.domain.export_format import ExportFormat
from auditor.domain.result import AccountResult
from auditor.domain.scope import Account
from auditor.exports.formats import FILES
from auditor.exports.model import AccountExport, ExportedRun
from auditor.run.exporting import FindingRows
from tests import builders
from tests.fleet.organization import Shape
from tests.fleet.running import running
from tests.nightly.night import audit

ROWS = 160_000
_ACCOUNTS = 10
_RUN = "20261123T020000Z-bench"


@dataclass(frozen=True, slots=True)
class Size:
    """What the exports of a format take: seconds of one core, files, bytes as stored, and the largest account."""

    name: str
    seconds: float
    files: int = 0
    bytes: int = 0
    largest: int = 0


def measure(rows: int = ROWS) -> Iterator[Size]:
    """Yield the size of the rows, of each format, and of reading the rows back."""
    with tempfile.TemporaryDirectory() as folder, running(Shape(accounts=_ACCOUNTS, regions=17, services=3)) as fleet:
        night = audit(fleet, Path(folder), checks=())
        stored = sorted((night.output / "findings").rglob("*.jsonl.gz"))
        bodies = [path.read_bytes() for path in stored]
        accounts = [Account(path.name.partition(".")[0]) for path in stored]
        findings = [decode.findings(body, account) for body, account in zip(bodies, accounts, strict=True)]
    results = [AccountResult(account, found, ()) for account, found in zip(accounts, findings, strict=True)]
    failing = sum(finding.status is Status.FAIL for result in results for finding in result.findings)
    repeated = list(islice(cycle(range(len(results))), -(-rows * len(results) // failing)))
    yield _rows([results[index] for index in repeated])
    for name in ExportFormat:
        yield _export(name, [results[index] for index in repeated])
    began = time.process_time()
    for index in repeated:
        decode.findings(bodies[index], accounts[index])
    yield Size("reading the rows back", time.process_time() - began)


def _rows(results: Sequence[AccountResult]) -> Size:
    began = time.process_time()
    accounts = [[len(encode.encode(FindingRows(result.findings, _RUN))[1])] for result in results]
    return _size("rows, for comparison", time.process_time() - began, accounts)


def _export(name: ExportFormat, results: Sequence[AccountResult]) -> Size:
    run = ExportedRun(_RUN, builders.NOW, "0.1.0", "aws", (builders.check_info(),), "eu-central-1")
    seconds, accounts = 0.0, list[list[int]]()
    for result in results:
        began = time.process_time()
        rows = FindingRows(result.findings, _RUN)
        account = AccountExport(run, result.account, rows, (), (), result.summary().statuses, {})
        accounts.append([len(file.body) for file in FILES[name](account)])
        seconds += time.process_time() - began
    return _size(name, seconds, accounts)


def _size(name: str, seconds: float, accounts: Sequence[list[int]]) -> Size:
    """Return the size of the files of each account."""
    sizes = [sum(files) for files in accounts]
    return Size(name, seconds, sum(map(len, accounts)), sum(sizes), max(sizes))


def text(rows: int = ROWS) -> str:
    """Return a section with the sizes in Markdown."""
    lines = [
        f"| {size.name} | {size.seconds:.1f} | {size.files:,} | {size.bytes / 1e6:.1f} | {size.largest / 1e6:.2f} |\n"
        for size in measure(rows)
    ]
    head = (
        f"## Exports of {rows:,} failing rows\n\n"
        "The seconds are those of one core; a run divides them among its processes. Passing rows are included.\n\n"
    )
    titles = "| export | CPU time (s) | files | size (MB) | largest account (MB) |\n|---|---:|---:|---:|---:|\n"
    return head + titles + "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(text(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS))
