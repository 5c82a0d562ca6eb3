"""Account names with markup, escape sequences, right-to-left marks or 64 KiB are harmless in every output."""

from __future__ import annotations

import json

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import running
from tests.nightly.night import Night, audit

NAMES = {
    "markup": "<img src=x onerror=alert(1)>",
    "the end of a script": "</script><script>alert(1)</script>",
    "a template": "{{ 7*7 }}{% raw %}",
    "a terminal escape": "\x1b[2J\x1b]0;owned\x07",
    "right to left": "abc\u202eexe.fdp\u2066",
    "64 KiB": "A" * 65_536,
    "a spreadsheet formula": "=cmd|' /C calc'!A0",
}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Night:
    with running(Shape(accounts=len(NAMES) + 1, regions=2)) as fleet:
        members = fleet.organization.members
        fleet.set_faults(Fault("role-refused", accounts=(members[-1].id,)))
        accounts = [
            {"id": member.id, "name": name, "tags": {"owner": name[:200]}}
            for member, name in zip(members, (*NAMES.values(), NAMES["markup"]), strict=True)
        ]
        return audit(fleet, tmp_path_factory.mktemp("hostile"), inventory=json.dumps({"accounts": accounts}))


def test_the_run_ends_without_a_traceback(night: Night) -> None:
    assert night.code == 4, night.stderr
    assert "Traceback" not in night.stderr


def test_the_rows_contain_the_unchanged_names(night: Night) -> None:
    names = {row["account_name"] for row in night.coverage()}

    assert names == set(NAMES.values())


def test_the_log_is_printable_ascii(night: Night) -> None:
    for line in night.stderr.splitlines():
        assert line.isascii()
        assert line.isprintable()
        json.loads(line)


def test_the_summary_contains_no_control_characters(night: Night) -> None:
    lines = night.stdout.splitlines()

    assert len(lines) <= 25
    assert all(line.isprintable() for line in lines)
    assert "\u202e" not in night.stdout


@pytest.mark.parametrize("name", [NAMES["markup"], NAMES["the end of a script"], NAMES["a terminal escape"], "\u202e"])
def test_the_report_contains_no_unescaped_name(night: Night, name: str) -> None:
    report = night.report()

    assert name not in report
    assert len(report) < 400_000


def test_braces_are_not_evaluated_by_the_template(night: Night) -> None:
    assert "{{ 7*7 }}" in night.report()
