"""A run in a process that a test interrupts: start it, wait for a moment, stop or kill it, and resume the run."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
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
#: The default of `cache.reread_nights`: one in this many accounts is compared before a run is resumed.
ONE_IN = 14
#: The time limits of an orderly shutdown and of a whole run, in seconds.
SHUTDOWN_SECONDS, RUN_SECONDS = 20.0, 120.0
_TICK = 0.01
#: An environment variable that all processes of a run inherit, so that orphans can be found.
_MARK = "TEST_ATTEMPT"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in a run that does not depend on the speed of the machine."""

    name: str
    is_reached: Callable[[RunProcess], bool]

    def __str__(self) -> str:
        """Name it, as pytest does."""
        return self.name


@dataclass(frozen=True, slots=True)
class ExpectedSize:
    """The number of calls and of written objects of an uninterrupted run."""

    calls: int = 0
    objects: int = 0


def after_calls(share: float) -> Moment:
    """Return the moment when a share of the calls of an uninterrupted run has been made."""
    return Moment(f"{share:.0%} of the calls", lambda attempt: attempt.calls() >= share * attempt.setup.size.calls)


def after_objects(share: float) -> Moment:
    """Return the moment when a share of the objects exists."""
    return Moment(
        f"{share:.0%} of the objects",
        lambda attempt: len(attempt.setup.output.keys()) >= share * attempt.setup.size.objects,
    )


def after_object(prefix: str) -> Moment:
    """Return the moment when an object with this prefix exists."""
    return Moment(f"{prefix} exists", lambda attempt: bool(attempt.setup.output.keys(prefix)))


def after_seconds(seconds: float) -> Moment:
    """Return the moment some seconds after the start, which can be before the first call."""
    return Moment(f"{seconds} s", lambda attempt: time.monotonic() >= attempt.started_at + seconds)


@dataclass(frozen=True, slots=True)
class RunSetup:
    """The fleet, the output and the command-line flags of a run."""

    fleet: Fleet
    folder: Path
    output: Output
    flags: tuple[str, ...]
    variables: Mapping[str, str]
    size: ExpectedSize = ExpectedSize()

    def start(self, *flags: str) -> RunProcess:
        """Start `auditor run`."""
        name = f"{time.monotonic_ns()}"
        out_path, err_path = self.folder / f"{name}.out", self.folder / f"{name}.err"
        command = [sys.executable, "-m", "auditor", "run", *self.flags, *flags]
        with out_path.open("wb") as out, err_path.open("wb") as err:
            environment = self.fleet.env(**self.variables, **{_MARK: name})
            before = self.fleet.report()["calls"]
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=err)
        return RunProcess(self, process, out_path, err_path, name, time.monotonic(), before)

    def run_to_end(self, *flags: str) -> RunProcess:
        """Run, and wait for the end."""
        attempt = self.start(*flags)
        attempt.wait()
        return attempt


@dataclass(frozen=True, slots=True)
class RunProcess:
    """A run that is in progress or has ended."""

    setup: RunSetup
    process: subprocess.Popen[bytes]
    stdout_file: Path
    stderr_file: Path
    name: str
    started_at: float
    calls_before: int

    @property
    def code(self) -> int | None:
        """The exit code; negative if an unhandled signal ended the process."""
        return self.process.returncode

    @property
    def stdout(self) -> str:
        """The standard output."""
        return self.stdout_file.read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        """The log."""
        return self.stderr_file.read_text(encoding="utf-8")

    def calls(self) -> int:
        """Return the number of calls since the start."""
        called: int = self.setup.fleet.report()["calls"]
        return called - self.calls_before

    def wait(self, seconds: float = RUN_SECONDS) -> None:
        """Wait for the end. `latest.json` must always name a complete run, and no process may survive."""
        self.poll(lambda: self.process.poll() is not None, seconds)
        self._assert_no_orphans()

    def poll(self, until: Callable[[], bool], seconds: float = RUN_SECONDS) -> None:
        """Wait until a condition holds. `latest.json` must always name a complete run, or not exist."""
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
            raise AssertionError(f"condition not met after {seconds} s: {self.stderr[-2000:]}")

    def wait_until(self, moment: Moment) -> None:
        """Wait for a moment or the end of the run."""
        self.poll(lambda: self.process.poll() is not None or moment.is_reached(self))

    def workers(self) -> list[int]:
        """Return the IDs of the worker processes."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
            return [int(child) for child in children.split()]
        return []

    def kill(self) -> None:
        """Kill the main process with SIGKILL. Its workers must end, too."""
        self.process.kill()
        self.process.wait()
        self._assert_no_orphans()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Suspend all processes during the block, so that the run cannot end meanwhile."""
        pids = _processes_with(f"{_MARK}={self.name}")
        _signal(pids, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(pids, signal.SIGCONT)

    def stop(self, number: signal.Signals) -> float:
        """Send a signal, wait for the end, and return the seconds that it took."""
        sent_at = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.wait()
        return time.monotonic() - sent_at

    def _assert_no_orphans(self) -> None:
        ends = time.monotonic() + 10
        while alive := _processes_with(f"{_MARK}={self.name}"):
            assert time.monotonic() < ends, f"orphans: {alive}"
            time.sleep(_TICK)


def folder_run(fleet: Fleet, folder: Path, *flags: str, **variables: str) -> RunSetup:
    """Prepare runs that write to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    arguments = ("--inventory", str(inventory), "--output", str(folder / "out"), "--spool", str(folder), *flags)
    return RunSetup(fleet, folder, FolderOutput(folder / "out"), arguments, variables)


def bucket_run(fleet: Fleet, folder: Path, output: BucketOutput, *flags: str, **variables: str) -> RunSetup:
    """Prepare runs that write to a bucket."""
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    arguments = ("--inventory", str(inventory), "--output", output.url, "--spool", str(folder), *flags)
    return RunSetup(fleet, folder, output, arguments, variables)


def is_claimed(night: RunSetup, run_id: str = RUN) -> bool:
    """Whether the run ID has been claimed, so that the run can be resumed."""
    return night.output.get(f"state/claims/{run_id}.json") is not None


def resume_and_compare(night: RunSetup, expected: object, run_id: str = RUN) -> None:
    """Resume an interrupted run, or start it if it was not claimed. Its results must equal those of an undisturbed run.

    Scopes that were examined before must not be read again, except for those of the drawn accounts.
    """
    assert_all_complete(night.output)
    examined = _examined_scopes(night.output, run_id)
    night.fleet.reset()
    attempt = night.run_to_end("--resume" if is_claimed(night, run_id) else "--run-id", run_id)
    assert attempt.code == 0, attempt.stderr
    assert "Traceback" not in attempt.stderr
    assert published_run(night.output) == run_id
    assert comparable_rows(night.output, run_id) == expected
    assert not gap_reasons(night.output, run_id)
    calls = night.fleet.report(scopes=True)["scopes"]
    repeated = [call for call in calls if (call[0], call[1]) in examined and "Task" in call[2]]
    # Each worker process draws at least one account, and orphans of a killed attempt may end their last one.
    assert len({call[0] for call in repeated}) <= 2 * ceil(night.fleet.shape.accounts / ONE_IN), "they were read again"


def _examined_scopes(output: Output, run_id: str) -> set[tuple[str, str]]:
    """Return the accounts and regions in which every collector has examined everything."""
    records = [((row["account_id"], row["region"]), row["status"]) for row in rows(output, "coverage", run_id)]
    return {scope for scope, _ in records} - {scope for scope, status in records if status != "EXAMINED"}


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _processes_with(mark: str) -> list[int]:
    """Return the IDs of the processes with this variable in their environment. Zombies have no environment."""
    pids = list[int]()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    pids.append(int(folder.name))
    return pids
