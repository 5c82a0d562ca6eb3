"""YAML checks can be pickled to another process, and give the same findings there."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

import pytest

from auditor.domain.check import Check, Origin, Status
from auditor.engine.evaluate import Observation, judge
from auditor.engine.ports import ConfiguredCheck
from tests.builders import NOW, check_by_id, container, scope, task_definition


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_another_process_returns_the_same_finding(make_check: Callable[..., Check[Any]], method: str) -> None:
    check = make_check(evidence="containers[?privileged]", applies_when="uses_host_network")
    fact = task_definition(containers=(container("agent", privileged=True),))
    observation, configured = Observation(scope(), NOW), ConfiguredCheck(check, check.parameters)

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context(method)) as executor:
        finding = executor.submit(judge, observation, fact, configured).result()

    assert finding == judge(observation, fact, configured)
    assert (finding.status, finding.evidence[0].part) == (Status.FAIL, "agent")


def test_a_yaml_check_is_equal_after_pickling(make_check: Callable[..., Check[Any]]) -> None:
    check = make_check()

    assert pickle.loads(pickle.dumps(check)) == check  # noqa: S301 - bytes of this test


def test_a_python_check_is_pickled_by_name() -> None:
    built_in = check_by_id()

    assert pickle.loads(pickle.dumps(built_in)) is built_in  # noqa: S301 - bytes of this test
    assert built_in.origin == Origin()
