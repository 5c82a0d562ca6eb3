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
from tests.nightly.place import BucketPlace, FolderPlace, Place, all_whole, pointed_at, result, rows, unfinished

RUN = "20261123T020000Z-test"
#: How long a run may take to end in order (seconds), and anything at all.
IN_ORDER, AT_ALL = 20.0, 120.0
_TICK = 0.01
#: A variable that every process of an attempt inherits: whatever becomes of its parents, it can be found.
_MARK = "TEST_ATTEMPT"


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in a run that does not depend on how fast the machine is; `name` says which."""

    name: str
    has_come: Callable[[Attempt], bool]

    def __str__(self) -> str:
        """Name it, as pytest does."""
        return self.name


@dataclass(frozen=True, slots=True)
class Size:
    """How many calls a run makes that nobody disturbs, and how many objects it writes."""

    calls: int = 0
    objects: int = 0


def asked(share: float) -> Moment:
    """When AWS has been called so often: a share of the calls of a whole run."""
    return Moment(f"{share:.0%} of the calls", lambda attempt: attempt.calls() >= share * attempt.night.size.calls)


def written(share: float) -> Moment:
    """When a share of the objects is there."""
    return Moment(
        f"{share:.0%} of the objects",
        lambda attempt: len(attempt.night.place.keys()) >= share * attempt.night.size.objects,
    )


def there(prefix: str) -> Moment:
    """When there is an object whose key starts so."""
    return Moment(f"{prefix} is there", lambda attempt: bool(attempt.night.place.keys(prefix)))


def started(seconds: float) -> Moment:
    """When so many seconds have passed since the start: for what comes before the first call."""
    return Moment(f"{seconds} s", lambda attempt: time.monotonic() >= attempt.began + seconds)


@dataclass(frozen=True, slots=True)
class Night:
    """What is run: the fleet, where the results go, and what the command is told."""

    fleet: Fleet
    folder: Path
    place: Place
    flags: tuple[str, ...]
    variables: Mapping[str, str]
    size: Size = Size()

    def start(self, *flags: str) -> Attempt:
        """Start `auditor run`."""
        name = f"{time.monotonic_ns()}"
        said, told = self.folder / f"{name}.out", self.folder / f"{name}.err"
        command = [sys.executable, "-m", "auditor", "run", *self.flags, *flags]
        with said.open("wb") as out, told.open("wb") as err:
            environment = self.fleet.env(**self.variables, **{_MARK: name})
            before = self.fleet.report()["calls"]
            process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=out, stderr=err)
        return Attempt(self, process, said, told, name, time.monotonic(), before)

    def whole(self, *flags: str) -> Attempt:
        """Run, and wait for the end."""
        attempt = self.start(*flags)
        attempt.wait()
        return attempt


@dataclass(frozen=True, slots=True)
class Attempt:
    """A run under way or ended."""

    night: Night
    process: subprocess.Popen[bytes]
    said: Path
    told: Path
    name: str
    began: float
    called_before: int

    @property
    def code(self) -> int | None:
        """The exit code, as Python has it: below 0 for a signal that nobody handled."""
        return self.process.returncode

    @property
    def stdout(self) -> str:
        """What was said to people."""
        return self.said.read_text(encoding="utf-8")

    @property
    def stderr(self) -> str:
        """What was logged."""
        return self.told.read_text(encoding="utf-8")

    def calls(self) -> int:
        """Return how many times AWS has been called since it began."""
        called: int = self.night.fleet.report()["calls"]
        return called - self.called_before

    def wait(self, seconds: float = AT_ALL) -> None:
        """Wait for the end, with an eye on `latest.json` all the time; nothing of it may live on."""
        self.watch(lambda: self.process.poll() is not None, seconds)
        self._all_gone()

    def watch(self, until: Callable[[], bool], seconds: float = AT_ALL) -> None:
        """Wait for something; at every moment `latest.json` names a whole run or none."""
        ends, seen = time.monotonic() + seconds, b""
        while not until() and time.monotonic() < ends:
            latest = self.night.place.get("latest.json") or b""
            if latest != seen:
                seen = latest
                pointed_at(self.night.place)
            time.sleep(_TICK)
        if not until():
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still not there after {seconds} s: {self.stderr[-2000:]}")

    def after(self, moment: Moment) -> None:
        """Wait for a moment; or until the run has ended."""
        self.watch(lambda: self.process.poll() is not None or moment.has_come(self))

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
        self._all_gone()

    @contextlib.contextmanager
    def paused(self) -> Iterator[None]:
        """Hold all its processes while the block lasts, so that it cannot end before something has happened to it."""
        held = _bearing(f"{_MARK}={self.name}")
        _signal(held, signal.SIGSTOP)
        try:
            yield
        finally:
            _signal(held, signal.SIGCONT)

    def order(self, number: signal.Signals) -> float:
        """Tell the run to end, and return how many seconds that took."""
        began = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.wait()
        return time.monotonic() - began

    def _all_gone(self) -> None:
        ends = time.monotonic() + 10
        while alive := _bearing(f"{_MARK}={self.name}"):
            assert time.monotonic() < ends, f"orphans: {alive}"
            time.sleep(_TICK)


def folder_night(fleet: Fleet, folder: Path, *flags: str, **variables: str) -> Night:
    """Prepare runs into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    told = ("--inventory", str(inventory), "--output", str(folder / "out"), "--spool", str(folder), *flags)
    return Night(fleet, folder, FolderPlace(folder / "out"), told, variables)


def bucket_night(fleet: Fleet, folder: Path, place: BucketPlace, *flags: str, **variables: str) -> Night:
    """Prepare runs into a bucket."""
    folder.mkdir(parents=True, exist_ok=True)
    inventory = folder / "inventory.yaml"
    inventory.write_text(fleet.inventory_text(), encoding="utf-8")
    told = ("--inventory", str(inventory), "--output", place.url, "--spool", str(folder), *flags)
    return Night(fleet, folder, place, told, variables)


def begun(night: Night, run_id: str = RUN) -> bool:
    """Whether the run has been claimed, so that it can be taken up."""
    return night.place.get(f"state/claims/{run_id}.json") is not None


def take_up(night: Night, expected: object, run_id: str = RUN) -> None:
    """Take a stopped run up, or start it where it had not begun; it must end as if nothing had happened.

    What was settled before is not asked again.
    """
    all_whole(night.place)
    settled = _settled(night.place, run_id)
    night.fleet.reset()
    attempt = night.whole("--resume" if begun(night, run_id) else "--run-id", run_id)
    assert attempt.code == 0, attempt.stderr
    assert "Traceback" not in attempt.stderr
    assert pointed_at(night.place) == run_id
    assert result(night.place, run_id) == expected
    assert not unfinished(night.place, run_id)
    calls = night.fleet.report(scopes=True)["scopes"]
    again = [call for call in calls if (call[0], call[1]) in settled and "Task" in call[2]]
    assert not again, "what was settled has been asked again"


def _settled(place: Place, run_id: str) -> set[tuple[str, str]]:
    """Return the accounts and regions in which every collector has read everything."""
    ledger = [((row["account"]["id"], row["region"]), row["status"]) for row in rows(place, "coverage", run_id)]
    return {where for where, _ in ledger} - {where for where, status in ledger if status != "EXAMINED"}


def _signal(processes: Iterable[int], number: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _bearing(mark: str) -> list[int]:
    """Return the processes with this in their environment; those that have ended and wait to be reaped have none."""
    found = list[int]()
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError):
                if mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    found.append(int(folder.name))
    return found
