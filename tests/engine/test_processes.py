"""Worker processes: results and events arrive, an interruption reaches them, and a lost process loses only its job."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TypeVar

import pytest

from auditor.domain.events import Event, Notice
from auditor.engine.clock import RunClock
from auditor.engine.processes import LostJob, RunJob, run_in_processes
from tests.engine import worker_jobs
from tests.engine.stubs import within
from tests.engine.worker_jobs import Numbers

R = TypeVar("R")
ROOT = Path(__file__).parents[2]
TIMEOUT = 60.0
JOBS = [Numbers((1, 2)), Numbers((3, 4)), Numbers((5,))]


def run(
    run_job: RunJob[Numbers, R], jobs: list[Numbers], events: list[Event] | None = None
) -> list[R | LostJob[Numbers]]:
    received: list[Event] = [] if events is None else events
    return within(TIMEOUT, lambda: list(run_in_processes(run_job, jobs, RunClock(), received.append)))


def test_every_job_runs_in_another_process_and_its_events_reach_the_observer() -> None:
    events: list[Event] = []

    results = run(worker_jobs.add, JOBS, events=events)

    totals = [result[0] for result in results if not isinstance(result, LostJob)]
    processes = {result[1] for result in results if not isinstance(result, LostJob)}
    assert sorted(totals) == [3, 5, 7]
    assert os.getpid() not in processes
    assert sorted(event.detail for event in events if isinstance(event, Notice)) == ["1", "2", "3", "4", "5"]


def test_raises_what_a_job_raises() -> None:
    with pytest.raises(ValueError, match=r"\(5,\)"):
        run(worker_jobs.fail, [Numbers((5,))])


PROGRAM = """
from auditor.engine.clock import RunClock
from auditor.engine.processes import LostJob, run_in_processes
from tests.engine.worker_jobs import Numbers, die_if_empty

jobs = [Numbers(()), Numbers((1,))]
for result in run_in_processes(die_if_empty, jobs, RunClock(), lambda event: None):
    print(isinstance(result, LostJob) and result.job.numbers)
"""


def test_the_jobs_of_a_process_that_dies_are_returned_as_lost() -> None:
    # In a process of its own, because only a process without other threads forks its workers, as a run does on Linux.
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, timeout=TIMEOUT, capture_output=True, text=True, check=True
    )

    assert sorted(done.stdout.splitlines()) == ["()", "(1,)"]


def test_an_interruption_stops_the_clocks_of_all_processes() -> None:
    clock, started = RunClock(), set[str]()

    def observe(event: Event) -> None:
        if isinstance(event, Notice) and event.message == "started":
            started.add(event.detail)
        if len(started) == len(JOBS):
            clock.interrupt()

    results = within(TIMEOUT, lambda: list(run_in_processes(worker_jobs.sleep_until_stopped, JOBS, clock, observe)))

    assert results == ["interrupted"] * len(JOBS)
