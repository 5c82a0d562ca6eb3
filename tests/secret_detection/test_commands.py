"""Secrets in command lines, options and labels, and the rate of false alarms."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.domain.secret_match import SecretMatch
from auditor.secret_detection import detect_in_command, detect_secret
from tests.secret_detection.cases_commands import (
    HARMLESS_COMMANDS,
    HARMLESS_OPTIONS,
    SECRET_COMMANDS,
    SECRET_OPTIONS,
)

#: False alarms are at most one in this number of harmless texts.
HARMLESS_PER_FALSE_ALARM = 60


@pytest.mark.parametrize("arguments", SECRET_COMMANDS, ids=lambda arguments: " ".join(arguments)[:40])
def test_a_secret_in_a_command_is_detected(arguments: Sequence[str]) -> None:
    assert detect_in_command(arguments) is not None


@pytest.mark.parametrize(("name", "value"), SECRET_OPTIONS)
def test_a_secret_in_an_option_is_detected(name: str, value: str) -> None:
    assert detect_secret(name, value) is not None


def test_false_alarms_are_rare() -> None:
    commands = [arguments for arguments in HARMLESS_COMMANDS if detect_in_command(arguments)]
    options = [option for option in HARMLESS_OPTIONS if detect_secret(*option)]
    harmless = len(HARMLESS_COMMANDS) + len(HARMLESS_OPTIONS)

    assert harmless >= HARMLESS_PER_FALSE_ALARM
    assert len(commands) + len(options) <= harmless // HARMLESS_PER_FALSE_ALARM, (commands, options)


def test_the_match_has_the_length_of_the_password() -> None:
    assert detect_in_command(["curl", "-u", "a:Tr0ub4dor3"]) == SecretMatch("command-option", 10)


@given(st.lists(st.text(), max_size=20))
def test_any_command_is_examined_without_an_error(arguments: list[str]) -> None:
    detect_in_command(arguments)
