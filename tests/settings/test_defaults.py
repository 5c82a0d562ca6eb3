"""The defaults as help texts show them."""

from __future__ import annotations

import pytest

from auditor.settings import default_text
from auditor.settings.fields import format_duration


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("limits.workers", "64", id="an integer"),
        pytest.param("limits.headroom", "0.5", id="a fraction"),
        pytest.param("limits.deadline", "2h", id="a duration"),
        pytest.param("min_coverage", "100", id="a percentage"),
        pytest.param("fail_on", "none", id="a severity"),
        pytest.param("emit", "FAIL,UNKNOWN,PASS", id="a list"),
        pytest.param("revisions", "latest+running", id="a text"),
        pytest.param("introduced", "", id="a switch that is off"),
        pytest.param("output", "", id="a setting without a default"),
        pytest.param("checks.exclude", "", id="an empty list"),
    ],
)
def test_default_is_shown_as_a_user_writes_it(path: str, text: str) -> None:
    assert default_text(path) == text


@pytest.mark.parametrize("path", ["limits.wrokers", "output.folder"])
def test_a_setting_that_does_not_exist_has_no_default(path: str) -> None:
    with pytest.raises(KeyError):
        default_text(path)


@pytest.mark.parametrize(("seconds", "text"), [(7200, "2h"), (5400, "1h30m"), (3605, "1h5s"), (5, "5s"), (0.5, "0.5")])
def test_durations_are_shown_in_hours_minutes_and_seconds(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text
