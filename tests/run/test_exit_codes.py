"""The table of exit codes."""

from __future__ import annotations

import signal

import pytest

from auditor.domain.errors import AuditorError, ConfigError, RunExists
from auditor.run.exit_codes import ExitCode, result_code


@pytest.mark.parametrize(
    ("failing", "incomplete", "code"),
    [
        pytest.param(False, False, 0, id="neither"),
        pytest.param(True, False, 3, id="findings"),
        pytest.param(False, True, 4, id="incomplete"),
        pytest.param(True, True, 5, id="both"),
    ],
)
def test_findings_and_missing_coverage_have_codes_of_their_own(failing: bool, incomplete: bool, code: int) -> None:  # noqa: FBT001 - parametrized
    assert result_code(failing=failing, incomplete=incomplete) == code


def test_codes_of_errors_and_signals_are_in_the_table() -> None:
    assert AuditorError.exit_code == ExitCode.FAILED
    assert ConfigError.exit_code == ExitCode.USAGE_ERROR
    assert RunExists.exit_code == ExitCode.OK
    assert 128 + signal.SIGINT == ExitCode.INTERRUPTED
    assert 128 + signal.SIGTERM == ExitCode.TERMINATED


def test_every_code_has_a_meaning_of_its_own() -> None:
    meanings = [code.meaning for code in ExitCode]

    assert len(set(meanings)) == len(meanings)
    assert all(meanings)
