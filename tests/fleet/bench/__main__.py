"""`python -m tests.fleet.bench`: compare the auditor with a minimal auditor and print a table.

`--write` also writes the table to tests/fleet/RESULTS.md; `--quick` measures a small fleet, to test the benchmark;
`--gaps` measures only the night with gaps, `--all-checks` only the nights with all checks.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.fleet.bench import exports
from tests.fleet.bench.measure import Cost, run
from tests.fleet.declared_checks import declare_checks
from tests.fleet.faults import Fault
from tests.fleet.organization import DEFAULT_REGIONS, OPT_IN_REGIONS, Shape
from tests.fleet.running import Fleet, running

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
_COMMAND = "make bench"
#: What the minimal auditor reads: the latest revisions, for one check.
_ONE_CHECK = ("--check", "ecs-host-network-privileged-or-root", "--revisions", "latest")

_NEWER_REGIONS = ("ap-southeast-5", "ap-southeast-7", "ap-east-2", "ap-southeast-6")
_REGIONS_WITHOUT_DENIALS = 4


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table, with the minimal auditor's cost to compare with."""

    name: str
    cost: Cost
    minimum: Cost | None = None
    note: str = ""


def main() -> None:
    """Measure everything, print the table, and write it on request."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.bench", description=__doc__)
    output = parser.add_mutually_exclusive_group()
    output.add_argument("--write", action="store_true", help="write tests/fleet/RESULTS.md")
    parser.add_argument("--quick", action="store_true", help="10 accounts instead of 100 and no run with 1,000")
    output.add_argument("--gaps", action="store_true", help="only the night with gaps next to the same without")
    output.add_argument("--all-checks", action="store_true", help="only the nights with all checks on all resources")
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure = _night_with_gaps if flags.gaps else _all_checks if flags.all_checks else _measure
        lines = []
        for line in measure(Path(folder), quick=flags.quick):
            # At once: a later row that fails must not cost the earlier ones, which took minutes.
            sys.stderr.write(_row(line))
            lines.append(line)
    text = _document(lines)
    if measure is _measure:
        text += f"\n{exports.text(1_000 if flags.quick else exports.ROWS)}"
    sys.stdout.write(text)
    if flags.write:
        RESULTS.write_text(text, encoding="utf-8")


def _measure(folder: Path, *, quick: bool) -> Iterator[Line]:
    accounts = 10 if quick else 100
    with running(_shape(accounts), enforce=True) as fleet:
        yield from _nights(fleet, folder / "main", accounts)
    for size in (10,) if quick else (10, 1_000):
        with running(_shape(size), enforce=True) as fleet:
            minimum = _minimal(fleet, folder)
            yield Line(f"minimal auditor, {size:,} accounts", minimum)
            yield Line(f"auditor, {size:,} accounts", _audit(fleet, folder / str(size), *_ONE_CHECK), minimum)
            again = _audit(fleet, folder / str(size), *_ONE_CHECK)
            note = "compared with the first night"
            yield Line(f"auditor, {size:,} accounts, second night", again, minimum, note)
    yield from _all_checks(folder, quick=quick)
    size = 20 if quick else 1_000
    with running(_shape(size), enforce=True, latency=0.08) as fleet:
        cost = _audit(fleet, folder / "latency", *_ONE_CHECK)
        ideal = cost.calls * 0.08 / 64
        note = f"{cost.wall / ideal:.2f}x of calls x 80 ms / 64 workers ({ideal:.1f} s)"
        yield Line(f"auditor, {size:,} accounts, 80 ms per call", cost, None, note)
    yield from _night_with_gaps(folder, quick=quick)


def _all_checks(folder: Path, *, quick: bool) -> Iterator[Line]:
    """Measure nights with all checks on all resources, next to a bare loop that makes the calls of the first one.

    A revision without tags costs a call every night. In a second fleet, 2% of the revisions have none. In a third one,
    four regions in five are empty.
    """
    accounts = 10 if quick else 100
    busy = replace(_shape(accounts), services=3, tasks=3, daemons=0.2)
    with running(busy, enforce=True) as fleet:
        floor = _minimal(fleet, folder, "full")
        yield Line(f"bare loop, {accounts:,} accounts, calls of all checks", floor)
        yield from _two_nights(fleet, folder / "all-checks", "all checks on all resources", floor)
        before = {revision.arn for revision in fleet.truth()}
        fleet.next_night(changed=0.01)
        third = _audit(fleet, folder / "all-checks")
        new = sum(revision.arn not in before for revision in fleet.truth())
        note = f"{third.report['operations']['DescribeTaskDefinition']} definitions described, {new} of them new"
        yield Line("the same, third night, 1% new revisions", third, None, note)
    with running(replace(busy, tagged=0.98), enforce=True) as fleet:
        yield from _two_nights(fleet, folder / "tagged", "all checks, 98% of the revisions tagged")
    sparse = replace(busy, tagged=0.98, skew=0.0, families=4.0, empty=0.8)
    with running(sparse, enforce=True) as fleet:
        yield from _two_nights(fleet, folder / "sparse", "the same, four regions in five empty")


def _two_nights(fleet: Fleet, folder: Path, name: str, floor: Cost | None = None) -> Iterator[Line]:
    """Measure a first night, and a second one in which nothing has changed."""
    first = _audit(fleet, folder)
    if floor and _read_calls(first) != _read_calls(floor):
        message = f"The bare loop does not make the same calls: {_read_calls(floor)}, not {_read_calls(first)}"
        raise RuntimeError(message)
    operations = sorted(first.report["operations"].items())
    calls = ", ".join(f"{operation} {count:,}" for operation, count in operations if count > fleet.shape.accounts)
    yield Line(f"auditor, {name}", first, floor, calls if floor else "")
    second = _audit(fleet, folder)
    added = ("DescribeTaskDefinition", "GetResources", "ListTagsForResource")
    counts = ", ".join(f"{operation} {second.report['operations'].get(operation, 0):,}" for operation in added)
    ratios = f"{second.calls / first.calls:.2f}x of the calls, {second.wall / first.wall:.2f}x of the wall time"
    yield Line("the same, second night, no changes", second, None, f"{ratios}; {counts}")


def _read_calls(cost: Cost) -> dict[str, int]:
    """Return the calls to the audited accounts by operation, without those about the caller and the organization."""
    operations = cost.report["operations"]
    return {name: count for name, count in operations.items() if name not in {"GetCallerIdentity", "ListAccounts"}}


def _night_with_gaps(folder: Path, *, quick: bool) -> Iterator[Line]:
    """Measure a night in which a policy denies ECS in all regions but four, next to the same without denials."""
    accounts, regions = 10 if quick else 300, (*DEFAULT_REGIONS, *OPT_IN_REGIONS, *_NEWER_REGIONS)
    denials = [Fault("scp-denied", services=("ecs",), region=region) for region in regions[_REGIONS_WITHOUT_DENIALS:]]
    with running(Shape(accounts=accounts, regions=regions), enforce=True) as fleet:
        complete = _audit(fleet, folder / "complete")
        fleet.set_faults(*denials)
        with_gaps = _audit(fleet, folder / "with-gaps", code=4)
    pages = [_report_size(folder / name) for name in ("complete", "with-gaps")]
    name = f"auditor, {accounts} accounts, {len(regions)} regions"
    yield Line(f"{name}, complete", complete, None, f"{complete.log_lines:,} log lines, report {pages[0]:.2f} MB")
    ratios = (
        f"memory {with_gaps.memory_total / complete.memory_total:.2f}x",
        f"log lines {with_gaps.log_lines / complete.log_lines:.2f}x ({with_gaps.log_lines:,})",
        f"report {pages[1] / pages[0]:.2f}x ({pages[1]:.2f} MB)",
    )
    yield Line(f"{name}, ECS denied in {len(denials)}", with_gaps, None, ", ".join(ratios))


def _report_size(folder: Path) -> float:
    (report,) = (folder / "out" / "runs").glob("*/report.html")
    return report.stat().st_size / 1_000_000


def _nights(fleet: Fleet, folder: Path, accounts: int) -> Iterator[Line]:
    minimum = _minimal(fleet, folder)
    yield Line(f"minimal auditor, {accounts:,} accounts", minimum)
    yield Line("auditor, first night", _audit(fleet, folder, *_ONE_CHECK), minimum)
    yield Line("auditor, second night, no changes", _audit(fleet, folder, *_ONE_CHECK), minimum)
    fleet.next_night(changed=0.01)
    cost = _audit(fleet, folder, *_ONE_CHECK)
    note = f"{cost.report['operations'].get('DescribeTaskDefinition', 0)} definitions described"
    yield Line("auditor, third night, 1% new revisions", cost, minimum, note)


def _shape(accounts: int) -> Shape:
    return Shape(accounts=accounts, regions=17)


def _minimal(fleet: Fleet, folder: Path, kind: str = "minimal") -> Cost:
    folder.mkdir(parents=True, exist_ok=True)
    names = folder / "accounts.txt"
    names.write_text("\n".join(member.id for member in fleet.organization.members), encoding="utf-8")
    return _checked(run([sys.executable, "-m", f"tests.fleet.bench.{kind}", fleet.url, str(names)], fleet))


def _audit(fleet: Fleet, folder: Path, *flags: str, code: int = 0) -> Cost:
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    arguments = ["run", "--inventory", str(inventory), "--output", str(folder / "out"), *declare_checks(folder, *flags)]
    return _checked(run([sys.executable, "-m", "auditor", *arguments], fleet), code)


def _checked(cost: Cost, code: int = 0) -> Cost:
    if cost.code != code:
        message = f"The command ended with {cost.code}: {cost.output[-500:]}"
        raise RuntimeError(message)
    return cost


def _document(lines: list[Line]) -> str:
    head = (
        "# Time and memory, compared with a minimal auditor\n\n"
        "The minimal auditor makes the fewest possible calls with urllib3, SigV4 and json in one thread. It\n"
        "evaluates, retries and writes nothing. The fleet enforces AWS's rate limits; its accounts have 17 regions\n"
        "with about 3.8 families each. The auditor writes JSON and HTML to a folder. The ratios compare with the\n"
        "minimal auditor on the same fleet in the same session; seconds depend on the machine. Memory is the peak of\n"
        "all processes together, with shared pages counted once, and the peak of the largest process.\n\n"
    )
    machine = (
        f"`{_COMMAND}`, {datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}.\n\n"
    )
    columns = (
        *("run", "calls", "wall time (s)", "CPU time (s)", "wall time ratio", "CPU time ratio", "memory, total (MB)"),
        *("memory, largest process (MB)", "connections", "throttled calls", "notes"),
    )
    titles = f"| {' | '.join(columns)} |\n"
    return head + machine + titles + "|---|" + "---:|" * 9 + "---|\n" + "".join(map(_row, lines))


def _row(line: Line) -> str:
    cost, minimum = line.cost, line.minimum
    wall, cpu = (f"{cost.wall / minimum.wall:.2f}x", f"{cost.cpu / minimum.cpu:.2f}x") if minimum else ("", "")
    cells = (
        line.name,
        f"{cost.calls:,}",
        f"{cost.wall:.1f}",
        f"{cost.cpu:.1f}",
        wall,
        cpu,
        f"{cost.memory_total:.0f}",
        f"{cost.memory_largest:.0f}",
        f"{cost.report.get('connections', 0)}",
        f"{cost.report.get('throttled', 0)}",
        line.note,
    )
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    main()
