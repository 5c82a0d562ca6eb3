"""A second night costs what changed; notes that are missing, cut, old or forged cost calls, and never a verdict."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

SHAPE = Shape(accounts=6, regions=2, families=12)
DESCRIBE = "DescribeTaskDefinition"

#: Spoils the notes of one account, given the output folder.
Spoil = Callable[[Path, Path], None]


@pytest.fixture
def fleet() -> Iterator[Fleet]:
    with running(SHAPE) as fleet:
        yield fleet


def verdicts(night: Night) -> dict[str, str]:
    """Return what the last run in the folder says, by ARN of the revision."""
    last = night.latest["run_id"]
    return {row["resource"]["arn"]: row["status"] for row in night.findings() if row["run_id"] == last}


def truth(fleet: Fleet) -> dict[str, str]:
    return {each.arn: each.verdict for each in fleet.truth() if each.verdict != "NOT_APPLICABLE"}


def described(fleet: Fleet) -> Counter[tuple[str, str]]:
    """Return how many definitions were described, by account and region."""
    calls = fleet.report(scopes=True)["scopes"]
    return Counter({(call[0], call[1]): call[3] for call in calls if call[2] == DESCRIBE})


def again(fleet: Fleet, folder: Path) -> Night:
    fleet.reset()
    night = audit(fleet, folder)
    assert night.code == 0, night.stderr
    assert verdicts(night) == truth(fleet)
    return night


def test_where_nothing_changed_nothing_is_described(fleet: Fleet, tmp_path: Path) -> None:
    again(fleet, tmp_path)
    first = fleet.report()["calls"]

    again(fleet, tmp_path)

    assert not described(fleet)
    assert fleet.report()["calls"] <= first / 4


def test_exactly_the_families_with_a_new_revision_are_described(fleet: Fleet, tmp_path: Path) -> None:
    again(fleet, tmp_path)
    before = {each.arn for each in fleet.truth()}
    fleet.next_night(changed=0.2)
    new = Counter((each.account, each.region) for each in fleet.truth() if each.arn not in before)

    again(fleet, tmp_path)

    assert sum(new.values()) > 5
    assert described(fleet) == new


def _missing(notes: Path, _output: Path) -> None:
    notes.unlink()


def _cut(notes: Path, _output: Path) -> None:
    notes.write_bytes(notes.read_bytes()[:-20])


def _noise(notes: Path, _output: Path) -> None:
    notes.write_bytes(b"\x1f\x8b noise")


def _forged(notes: Path, _output: Path) -> None:
    """Write down every container as a harmless one."""
    document = json.loads(gzip.decompress(notes.read_bytes()))
    for _, _, _, known in document["scopes"]:
        for note in known.values():
            note["containerDefinitions"] = [{"name": "app", "user": "1000"}]
    notes.write_bytes(gzip.compress(json.dumps(document).encode()))


def _old(notes: Path, output: Path) -> None:
    """Let another version of the collector have written them, for which the sealed run vouches."""
    document = json.loads(gzip.decompress(notes.read_bytes()))
    document["versions"] = dict.fromkeys(document["versions"], 0)
    body = gzip.compress(json.dumps(document).encode())
    notes.write_bytes(body)
    _vouch(notes, output, body)


def _nonsense(notes: Path, output: Path) -> None:
    """Put things in place of notes that are none, for which the sealed run vouches."""
    document = json.loads(gzip.decompress(notes.read_bytes()))
    for scope in document["scopes"]:
        scope[3] = {arn: {"family": 7, "containerDefinitions": "none"} for arn in scope[3]}
    body = gzip.compress(json.dumps(document).encode())
    notes.write_bytes(body)
    _vouch(notes, output, body)


def _vouch(notes: Path, output: Path, body: bytes) -> None:
    manifest = output / json.loads((output / "latest.json").read_bytes())["manifest"]
    document: dict[str, Any] = json.loads(manifest.read_bytes())
    key = notes.relative_to(output).as_posix()
    assert key in document["provenance"]["cache_digests"]
    document["provenance"]["cache_digests"][key] = hashlib.sha256(body).hexdigest()
    manifest.write_text(json.dumps(document), encoding="utf-8")


@pytest.mark.parametrize(
    "spoil", [_missing, _cut, _noise, _forged, _old, _nonsense], ids=lambda each: each.__name__[1:]
)
def test_notes_that_are_not_to_be_believed_cost_calls_only(fleet: Fleet, tmp_path: Path, spoil: Spoil) -> None:
    again(fleet, tmp_path)
    whole, output = described(fleet), tmp_path / "out"
    spoilt = min((output / "state" / "facts").iterdir())
    spoil(spoilt, output)

    again(fleet, tmp_path)

    account = spoilt.name.partition(".")[0]
    assert described(fleet) == Counter({where: count for where, count in whole.items() if where[0] == account})
