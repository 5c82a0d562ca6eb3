"""A run as a process that somebody stops: how it is started, watched, stopped, and taken up again."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.fleet.running import ROOT, Fleet
from tests.nightly.output import (
    BucketOutput,
    FolderOutput,
    Output,
    assert_all_complete,
    comparable_rows,
    gap_reasons,
    published_run,
    rows,
)

RUN = "20261123T020000Z-test"
#: How long a run may take to end in order (seconds), and anything at all.
SHUTDOWN_SECONDS, RUN_SECONDS = 20.0, 120.0
_TICK = 0.01
#: A variable that every process of an attempt inherits: whatever becomes of its parents, it can be found.
_MARK = "TEST_ATTEMPT"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in a run that does not depend on how fast the machine is; `name` says which."""

    name: str
    is_reached: Callable[[RunProcess], bool]

    def __str__(self) -> str:
        """Name it, as pytest does."""
        return self.name


@dataclass(frozen=True, slots=True)
class ExpectedSize:
    """How many calls a run makes that nobody disturbs, and how many objects it writes."""

    calls: int = 0
    objects: int = 0


def after_calls(share: float) -> Moment:
    """When AWS has been called so often: a share of the calls of a whole run."""
    return Moment(f"{share:.0%} of the calls", lambda attempt: attempt.calls() >= share * attempt.setup.size.calls)


def after_objects(share: float) -> Moment:
    """When a share of the objects is there."""
    return Moment(
        f"{share:.0%} of the objects",
        lambda attempt: len(attempt.setup.output.keys()) >= share * attempt.setup.size.objects,
    )


def after_object(prefix: str) -> Moment:
    """When there is an object whose key starts so."""
    return Moment(f"{prefix} is there", lambda attempt: bool(attempt.setup.output.keys(prefix)))


def after_seconds(seconds: float) -> Moment:
    """When so many seconds have passed since the start: for what comes before the first call."""
    return Moment(f"{seconds} s", lambda attempt: time.monotonic() >= attempt.started_at + seconds)


@dataclass(frozen=True, slots=True)
class RunSetup:
    """What is run: the fleet, where the results go, and what the command is told."""

    fleet: Fleet
    folder: Path
    output: Output
    flags: tuple[str, ...]
    variables: Mapping[str, str]
    size: ExpectedSize = ExpectedSize()

    def start(self, *flags: str) -> RunProcess:
        """Start `auditor run`."""
        name = f"{time.monotonic_ns()}"
        said, told = self.folder / f"{name}.out", self.folder / f"{name}.err"
        command = [sys.executable, "-m", "auditor", "run", *self.flags, *flags]
        with said.open("wb") as out, told.open("wb") as err:
            environment = self.fleet.env(**self.variables, **{_MARK: name})
            before = self.fleet.report()["calls"]
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=err)
        return RunProcess(self, process, said, told, name, time.monotonic(), before)

    def run_to_end(self, *flags: str) -> RunProcess:
        """Run, and wait for the end."""
        attempt = self.start(*flags)
        attempt.wait()
        return attempt


@dataclass(frozen=True, slots=True)
class RunProcess:
    """A run under way or ended."""

    setup: RunSetup
    process: subprocess.Popen[bytes]
    stdout_file: Path
    stderr_file: Path
    name: str
    started_at: float
    calls_before: int

    @property
    def code(self) -> int | None:
        """The exit code, as Python has it: below 0 for a signal that nobody handled."""
        return self.process.returncode

    @property
    def stdout(self) -> str:
        """What was said to people."""
        return self.stdout_file.read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        """What was logged."""
        return self.stderr_file.read_text(encoding="utf-8")

    def calls(self) -> int:
        """Return how many times AWS has been called since it began."""
        called: int = self.setup.fleet.report()["calls"]
        return called - self.calls_before

    def wait(self, seconds: float = RUN_SECONDS) -> None:
        """Wait for the end, with an eye on `latest.json` all the time; nothing of it may live on."""
        self.poll(lambda: self.process.poll() is not None, seconds)
        self._assert_no_orphans()

    def poll(self, until: Callable[[], bool], seconds: float = RUN_SECONDS) -> None:
        """Wait for something; at every moment `latest.json` names a whole run or none."""
        ends, seen = time.monotonic() + seconds, b""
        while not until() and time.monotonic() < ends:
            latest = self.setup.output.get("latest.json") or b""
            if latest != seen:
                seen = latest
                published_run(self.setup.output)
            time.sleep(_TICK)
        if not until():
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still not there after {seconds} s: {self.stderr[-2000:]}")

    def wait_until(self, moment: Moment) -> None:
        """Wait for a moment; or until the run has ended."""
        self.poll(lambda: self.process.poll() is not None or moment.is_reached(self))

    def workers(self) -> list[int]:
        """Return the process ids of its worker processes."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
            return [int(child) for child in children.split()]
        return []

    def kill(self) -> None:
        """Kill the main process as the kernel does; its workers must be gone at once."""
        self.process.kill()
        self.process.wait()
        self._assert_no_orphans()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Hold all its processes while the block lasts, so that it cannot end before something has happened to it."""
        held = _processes_with(f"{_MARK}={self.name}")
        _signal(held, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(held, signal.SIGCONT)

    def stop(self, number: signal.Signals) -> float:
        """Tell the run to end, and return how many seconds that took."""
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.wait()
        return time.monotonic() - began

    def _assert_no_orphans(self) -> None:
        ends = time.monotonic() + 10
        while alive := _processes_with(f"{_MARK}={self.name}"):
            assert time.monotonic() < ends, f"orphans: {alive}"
            time.sleep(_TICK)


def folder_run(fleet: Fleet, folder: Path, *flags: str, **variables: str) -> RunSetup:
    """Prepare runs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    told = ("--inventory", str(inventory), "--output", str(folder / "out"), "--spool", str(folder), *flags)
    return RunSetup(fleet, folder, FolderOutput(folder / "out"), told, variables)


def bucket_run(fleet: Fleet, folder: Path, place: BucketOutput, *flags: str, **variables: str) -> RunSetup:
    """Prepare runs into a bucket."""
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    told = ("--inventory", str(inventory), "--output", place.url, "--spool", str(folder), *flags)
    return RunSetup(fleet, folder, place, told, variables)


def is_claimed(night: RunSetup, run_id: str = RUN) -> bool:
    """Whether the run has been claimed, so that it can be taken up."""
    return night.output.get(f"state/claims/{run_id}.json") is not None


def resume_and_compare(night: RunSetup, expected: object, run_id: str = RUN) -> None:
    """Take a stopped run up, or start it where it had not begun; it must end as if nothing had happened.

    What was settled before is not asked again.
    """
    assert_all_complete(night.output)
    settled = _examined_scopes(night.output, run_id)
    night.fleet.reset()
    attempt = night.run_to_end("--resume" if is_claimed(night, run_id) else "--run-id", run_id)
    assert attempt.code == 0, attempt.stderr
    assert "Traceback" not in attempt.stderr
    assert published_run(night.output) == run_id
    assert comparable_rows(night.output, run_id) == expected
    assert not gap_reasons(night.output, run_id)
    calls = night.fleet.report(scopes=True)["scopes"]
    again = [call for call in calls if (call[0], call[1]) in settled and "Task" in call[2]]
    assert not again, "what was settled has been asked again"


def _examined_scopes(place: Output, run_id: str) -> set[tuple[str, str]]:
    """Return the accounts and regions in which every collector has read everything."""
    ledger = [((row["account"]["id"], row["region"]), row["status"]) for row in rows(place, "coverage", run_id)]
    return {where for where, _ in ledger} - {where for where, status in ledger if status != "EXAMINED"}


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _processes_with(mark: str) -> list[int]:
    """Return the processes with this in their environment; those that have ended and wait to be reaped have none."""
    found = list[int]()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found
