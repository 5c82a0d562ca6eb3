"""A second night costs what changed, and a share of the cache that is drawn and read anew.

A damaged or outdated fact cache costs calls and never a wrong finding. `test_tampering.py` is about forged ones.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import pytest

from auditor.archive.fact_cache import MAX_TEXT
from tests.fleet.organization import Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit

SHAPE = Shape(accounts=10, regions=2, families=8)
DESCRIBE = "DescribeTaskDefinition"
#: The default of `cache.reread_nights`.
ONE_IN = 14

#: Damages the cached facts of one account: takes their path and the output folder.
Damage = Callable[[Path, Path], None]


@dataclass(frozen=True, slots=True)
class FirstNight:
    """The fleet, the folder of the first night, its number of calls, and its describe calls by account and region."""

    fleet: Fleet
    folder: Path
    calls: int
    described: Counter[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DamagedNight:
    """The accounts by the damage of their cache, and the describe calls by account and region."""

    accounts: dict[str, str]
    described: Counter[tuple[str, str]]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FirstNight]:
    folder = tmp_path_factory.mktemp("first") / "night"
    with running(SHAPE) as fleet:
        run(fleet, folder)
        yield FirstNight(fleet, folder, fleet.report()["calls"], described(fleet))


def run(fleet: Fleet, folder: Path) -> Night:
    """Run one night into a folder that may hold earlier ones. Its findings must equal the truth."""
    fleet.reset()
    night = audit(fleet, folder)
    assert night.code == 0, night.stderr
    assert verdicts(night) == truth(fleet)
    return night


def verdicts(night: Night) -> dict[str, str]:
    """Return the statuses of the latest run by ARN of the revision."""
    run_id = night.latest["run_id"]
    return {row["resource"]["arn"]: row["status"] for row in night.findings() if row["run_id"] == run_id}


def truth(fleet: Fleet) -> dict[str, str]:
    return {expected.arn: expected.verdict for expected in fleet.truth() if expected.verdict != "NOT_APPLICABLE"}


def described(fleet: Fleet) -> Counter[tuple[str, str]]:
    """Count the describe calls by account and region."""
    calls = fleet.report(scopes=True)["scopes"]
    return Counter({(call[0], call[1]): call[3] for call in calls if call[2] == DESCRIBE})


def drawn(first: FirstNight) -> Counter[str]:
    """Return how many cached revisions are read anew in each account: one in fourteen, rounded up."""
    cached: Counter[str] = Counter()
    for (account, _), count in first.described.items():
        cached[account] += count
    return Counter({account: ceil(count / ONE_IN) for account, count in cached.items()})


def by_account(scopes: Counter[tuple[str, str]]) -> Counter[str]:
    """Add up the counts of the regions of each account."""
    accounts: Counter[str] = Counter()
    for (account, _), count in scopes.items():
        accounts[account] += count
    return accounts


def test_of_an_unchanged_fleet_only_the_drawn_share_is_described_again(first: FirstNight, tmp_path: Path) -> None:
    folder = shutil.copytree(first.folder, tmp_path / "night")

    night = run(first.fleet, folder)

    assert by_account(described(first.fleet)) == drawn(first)
    assert first.fleet.report()["calls"] - drawn(first).total() <= first.calls / 4
    assert night.log("run-ended")[0]["compared"] == drawn(first).total()


def test_exactly_the_new_and_the_drawn_revisions_are_described(first: FirstNight, tmp_path: Path) -> None:
    folder = shutil.copytree(first.folder, tmp_path / "night")
    with running(SHAPE) as fleet:
        before = {expected.arn for expected in fleet.truth()}
        fleet.next_night(changed=0.2)
        changed = [expected for expected in fleet.truth() if expected.arn not in before]

        run(fleet, folder)

        assert len(changed) > 5
        new = Counter(expected.account for expected in changed)
        assert by_account(described(fleet)) == new + drawn(first)


def _missing(cache: Path, _output: Path) -> None:
    cache.unlink()


def _truncated(cache: Path, _output: Path) -> None:
    cache.write_bytes(cache.read_bytes()[:-20])


def _noise(cache: Path, _output: Path) -> None:
    cache.write_bytes(b"\x1f\x8b noise")


def _forged(cache: Path, _output: Path) -> None:
    """Replace every container with a harmless one."""
    document = json.loads(gzip.decompress(cache.read_bytes()))
    for scope in document["scopes"]:
        for fact in scope[3].values():
            fact["containers"] = [{"name": "app", "user": "1000"}]
    cache.write_bytes(gzip.compress(json.dumps(document).encode()))


def _outdated(cache: Path, output: Path) -> None:
    """Pretend that another version of the collector wrote it; the manifest trusts it."""
    document = json.loads(gzip.decompress(cache.read_bytes()))
    document["versions"] = dict.fromkeys(document["versions"], "0")
    body = gzip.compress(json.dumps(document).encode())
    cache.write_bytes(body)
    _trust(cache, output, body)


def _wrong_types(cache: Path, output: Path) -> None:
    """Replace the facts with values of wrong types; the manifest trusts them."""
    document = json.loads(gzip.decompress(cache.read_bytes()))
    for scope in document["scopes"]:
        scope[3] = {arn: {"family": 7, "containers": "none"} for arn in scope[3]}
    body = gzip.compress(json.dumps(document).encode())
    cache.write_bytes(body)
    _trust(cache, output, body)


def _odd_keys(cache: Path, output: Path) -> None:
    """Replace the keys with texts that are no ARNs of revisions; the manifest trusts them."""
    document = json.loads(gzip.decompress(cache.read_bytes()))
    for scope in document["scopes"]:
        families = {arn.rpartition(":")[0] for arn in scope[3]}
        scope[3] = {"": {}, ":": 1, **{f"{family}:{'9' * 5_000}": {} for family in families}}
    body = gzip.compress(json.dumps(document).encode())
    cache.write_bytes(body)
    _trust(cache, output, body)


def _pairs(cache: Path, output: Path) -> None:
    """Replace the facts with a list of pairs whose keys are numbers; the manifest trusts them."""
    document = json.loads(gzip.decompress(cache.read_bytes()))
    for scope in document["scopes"]:
        scope[3] = [[number, {}] for number in range(3)]
    body = gzip.compress(json.dumps(document).encode())
    cache.write_bytes(body)
    _trust(cache, output, body)


def _bomb(cache: Path, output: Path) -> None:
    """Prepend more spaces than any cache has bytes; the manifest trusts them."""
    body = gzip.compress(b" " * MAX_TEXT + gzip.decompress(cache.read_bytes()), 1)
    cache.write_bytes(body)
    _trust(cache, output, body)


def _trust(cache: Path, output: Path, body: bytes) -> None:
    manifest = output / json.loads((output / "latest.json").read_bytes())["manifest"]
    document: dict[str, Any] = json.loads(manifest.read_bytes())
    key = cache.relative_to(output).as_posix()
    assert key in document["provenance"]["cache_digests"]
    document["provenance"]["cache_digests"][key] = hashlib.sha256(body).hexdigest()
    manifest.write_text(json.dumps(document), encoding="utf-8")


DAMAGES: dict[str, Damage] = {
    "missing": _missing,
    "truncated": _truncated,
    "noise": _noise,
    "forged": _forged,
    "outdated": _outdated,
    "wrong types": _wrong_types,
    "odd keys": _odd_keys,
    "pairs": _pairs,
    "bomb": _bomb,
}


@pytest.fixture(scope="module")
def damaged(first: FirstNight, tmp_path_factory: pytest.TempPathFactory) -> DamagedNight:
    """Run a night after damaging the caches of some accounts, each in its own way."""
    folder = shutil.copytree(first.folder, tmp_path_factory.mktemp("damaged") / "night")
    caches = sorted((folder / "out" / "state" / "facts").iterdir())
    accounts = {}
    for (name, damage), cache in zip(DAMAGES.items(), caches, strict=False):
        accounts[name] = cache.name.partition(".")[0]
        damage(cache, folder / "out")
    run(first.fleet, folder)
    return DamagedNight(accounts, described(first.fleet))


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_account_with_a_damaged_cache_is_described_again(
    first: FirstNight, damaged: DamagedNight, damage: str
) -> None:
    account = damaged.accounts[damage]
    again = {scope: count for scope, count in damaged.described.items() if scope[0] == account}

    assert again
    assert again == {scope: count for scope, count in first.described.items() if scope[0] == account}


def test_the_other_accounts_are_read_from_their_caches(first: FirstNight, damaged: DamagedNight) -> None:
    others = {account: count for account, count in drawn(first).items() if account not in damaged.accounts.values()}

    assert others
    assert {account: by_account(damaged.described)[account] for account in others} == others
