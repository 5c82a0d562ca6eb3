"""Values of environment variables appear nowhere: not in rows, logs, reports, notes for the next night, or tracebacks.

Every value in the stand-in's definitions begins with a word that nothing else holds.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.definitions import CANARY
from tests.fleet.faults import Fault
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

SHAPE = Shape(accounts=8, regions=2, families=6, services=3, daemons=2)
EVERY_CHECK = ()


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(SHAPE) as fleet:
        yield fleet


def leaks(night: Night) -> list[str]:
    """Return where the word stands in what a run said and wrote."""
    texts = {"stdout": night.stdout, "stderr": night.stderr}
    for path in night.output.rglob("*"):
        if path.is_file():
            body = path.read_bytes()
            text = gzip.decompress(body) if path.suffix == ".gz" else body
            texts[str(path)] = text.decode("utf-8", "replace")
    assert len(texts) > 20
    return [name for name, text in texts.items() if CANARY in text]


def test_a_night_with_every_check_and_the_night_after_it_keep_no_value(fleet: Fleet, tmp_path: Path) -> None:
    fleet.set_faults()
    first = audit(fleet, tmp_path, "--verbose", checks=EVERY_CHECK)
    later = audit(fleet, tmp_path, "--verbose", "--exclude-check", "*-untagged", checks=EVERY_CHECK)

    assert (first.code, later.code) == (0, 0), first.stderr + later.stderr
    assert [row for row in first.findings("FAIL") if row["check_id"] == "ecs-env-secret-values"]
    assert list((tmp_path / "out" / "state" / "facts").iterdir()), "there are notes to look into"
    assert leaks(later) == leaks(first) == []


@pytest.mark.slow
def test_a_night_of_garbled_answers_keeps_no_value(fleet: Fleet, tmp_path: Path) -> None:
    faults = ("garbled", "truncated", "empty", "http-500")
    fleet.set_faults(*(Fault(kind, rate=0.3, operation="Describe*Definition*") for kind in faults))
    night = audit(fleet, tmp_path, "--verbose", checks=EVERY_CHECK)

    assert night.code in {0, 4}
    assert leaks(night) == []


@pytest.mark.slow
@pytest.mark.parametrize("spoilt", ["user", "privileged", "environment", "image"])
def test_a_parser_and_a_check_that_crash_keep_no_value(fleet: Fleet, tmp_path: Path, spoilt: str) -> None:
    fleet.set_faults()
    program = tmp_path / "crashing.py"
    program.write_text(
        "from auditor.domain.ecs.containers import Container\n"
        "from auditor.cli import main\n"
        "made = Container.__init__\n"
        "def init(self, *args, **fields):\n"
        "    made(self, *args, **fields)\n"
        f"    raise ValueError('crashed over {{}}'.format(fields.get('{spoilt}')))\n"
        "Container.__init__ = init\n"
        "main()\n",
        encoding="utf-8",
    )
    night = audit(fleet, tmp_path, "--verbose", program=(str(program),), checks=EVERY_CHECK)

    assert night.code == 4
    assert "internal-error" in {row["reason"] for row in night.coverage()}
    assert leaks(night) == []
