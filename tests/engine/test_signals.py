"""Signals, sent to a real process: the first one is an order to the run, the second one ends the process."""

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
    if STUBBORN:
        time.sleep(60)
raise SystemExit(shutdown.exit_code)
"""


def start(*, stubborn: bool = False) -> subprocess.Popen[str]:
    program = PROGRAM.replace("STUBBORN", str(stubborn))
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize(("order", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_an_order_ends_the_run_in_order(order: signal.Signals, code: int) -> None:
    process = start()

    process.send_signal(order)
    said, _ = process.communicate(timeout=30)

    assert (process.returncode, said) == (code, "interrupted\n")


@pytest.mark.parametrize(("second", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_second_order_ends_the_process_at_once(second: signal.Signals, code: int) -> None:
    process = start(stubborn=True)
    assert process.stdout is not None

    process.send_signal(signal.SIGTERM)
    assert process.stdout.readline() == "interrupted\n"
    process.send_signal(second)
    process.communicate(timeout=30)

    assert process.returncode == code


def test_without_an_order_there_is_no_code_and_the_old_handlers_come_back() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}

    with handle_signals(RunClock()) as shutdown:
        during = {number: signal.getsignal(number) for number in before}

    assert shutdown.exit_code is None
    assert all(during[number] != before[number] for number in before)
    assert {number: signal.getsignal(number) for number in before} == before


def test_the_clock_is_told() -> None:
    clock = RunClock()

    with handle_signals(clock) as shutdown:
        os.kill(os.getpid(), signal.SIGTERM)

    assert (clock.interrupted, shutdown.exit_code) == (True, 143)
