"""A check of one's own goes to another process, one that has loaded nothing, and judges there as it does here."""

from __future__ import annotations

import multiprocessing
import pickle
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from auditor.domain.check import Origin, Status
from auditor.engine.evaluate import Observation, judge
from auditor.engine.ports import ConfiguredCheck
from tests.builders import NOW, check_by_id, container, scope, task_definition
from tests.yaml_checks.sample_checks import check


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_another_process_finds_what_this_one_finds(tmp_path: Path, method: str) -> None:
    own = check(tmp_path, evidence="containers[?privileged]", applies_when="uses_host_network")
    fact, place = task_definition(containers=(container("agent", privileged=True),)), Observation(scope(), NOW)
    rule = ConfiguredCheck(own, own.parameters)

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as executor:
        there = executor.submit(judge, place, fact, rule).result()

    assert there == judge(place, fact, rule)
    assert (there.status, there.evidence[0].container) == (Status.FAIL, "agent")


def test_a_check_is_the_same_on_the_other_side(tmp_path: Path) -> None:
    own = check(tmp_path)

    assert pickle.loads(pickle.dumps(own)) == own  # noqa: S301 - our own bytes


def test_a_check_in_python_still_goes_by_name() -> None:
    built_in = check_by_id()

    assert pickle.loads(pickle.dumps(built_in)) is built_in  # noqa: S301
    assert built_in.origin == Origin()
