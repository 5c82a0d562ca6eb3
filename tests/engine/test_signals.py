"""Signals to a real process: the first interrupts the run, the second ends the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from auditor.engine.clock import RunClock
from auditor.engine.signals import handle_signals

PROGRAM = """
import time
from auditor.domain.clock import Stopped
from auditor.engine.clock import RunClock
from auditor.engine.signals import handle_signals

clock = RunClock()
with handle_signals(clock) as shutdown:
    print("ready", flush=True)
    try:
        clock.sleep(60)
    except Stopped as stopped:
        print(stopped.reason, flush=True)
    if HANGS:
        time.sleep(60)
raise SystemExit(shutdown.exit_code)
"""


def start(*, hangs: bool = False) -> subprocess.Popen[str]:
    """Start a process that sleeps until it is interrupted, and then exits or `hangs`."""
    program = PROGRAM.replace("HANGS", str(hangs))
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)])
def test_the_first_signal_interrupts_the_run(number: signal.Signals, code: int) -> None:
    process = start()

    process.send_signal(number)
    output, _ = process.communicate(timeout=30)

    assert (process.returncode, output) == (code, "interrupted\n")


@pytest.mark.parametrize(("second", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 143)])
def test_the_second_signal_ends_the_process_at_once(second: signal.Signals, code: int) -> None:
    process = start(hangs=True)
    assert process.stdout is not None

    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "interrupted\n"
    process.send_signal(second)
    process.communicate(timeout=30)

    assert process.returncode == code


def test_without_a_signal_there_is_no_exit_code_and_the_previous_handlers_are_restored() -> None:
    previous = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    with handle_signals(RunClock()) as shutdown:
        during = {number: signal.getsignal(number) for number in previous}

    assert shutdown.exit_code is None
    assert all(during[number] != previous[number] for number in previous)
    assert {number: signal.getsignal(number) for number in previous} == previous


def test_a_signal_interrupts_the_clock() -> None:
    clock = RunClock()

    with handle_signals(clock) as shutdown:
        os.kill(os.getpid(), signal.SIGTERM)

    assert (clock.interrupted, shutdown.exit_code) == (True, 143)


def test_a_lost_terminal_does_not_interrupt_a_process_that_ignores_it() -> None:
    previous = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start()
    finally:
        signal.signal(signal.SIGHUP, previous)

    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)

    assert process.returncode == 130, "the first signal was SIGINT"
