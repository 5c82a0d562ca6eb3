"""Values of environment variables appear nowhere, also when answers are garbled or code crashes.

Every value in the stand-in's definitions starts with a marker that occurs nowhere else. `test_all_checks` looks for it
after nights without errors.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import audit
from tests.nightly.test_all_checks import ALL_CHECKS, leaks

pytestmark = pytest.mark.slow

SHAPE = Shape(accounts=8, regions=2, families=6, services=3, daemons=2)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(SHAPE) as fleet:
        yield fleet


def test_garbled_answers_leak_no_value(fleet: Fleet, tmp_path: Path) -> None:
    kinds = ("garbled", "truncated", "empty", "http-500")
    fleet.set_faults(*(Fault(kind, rate=0.3, operation="Describe*Definition*") for kind in kinds))
    night = audit(fleet, tmp_path, "--verbose", checks=ALL_CHECKS)

    assert night.code in {0, 4}
    assert leaks(night) == []


@pytest.mark.parametrize("field", ["user", "privileged", "environment", "image"])
def test_a_crash_of_a_parser_or_a_check_leaks_no_value(fleet: Fleet, tmp_path: Path, field: str) -> None:
    fleet.set_faults()
    program = tmp_path / "crashing.py"
    program.write_text(
        "from auditor.domain.ecs.containers import Container\n"
        "from auditor.cli import main\n"
        "original = Container.__init__\n"
        "def init(self, *args, **fields):\n"
        "    original(self, *args, **fields)\n"
        f"    raise ValueError('crashed over {{}}'.format(fields.get('{field}')))\n"
        "Container.__init__ = init\n"
        "main()\n",
        encoding="utf-8",
    )
    night = audit(fleet, tmp_path, "--verbose", program=(str(program),), checks=ALL_CHECKS)

    assert night.code == 4
    assert "internal-error" in {row["reason"] for row in night.coverage()}
    assert leaks(night) == []
