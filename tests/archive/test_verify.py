"""Verification of a finished run: every object that is not as it was written is named."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.archive.archive import Archive, make_manifest
from auditor.archive.authentication import authenticate
from auditor.archive.history import read_baseline
from auditor.archive.latest import publish
from auditor.archive.layout import Layout
from auditor.archive.verify import Reference, verify
from auditor.contracts.verification import VerificationDocument
from auditor.domain.errors import StorageError
from auditor.domain.result import AccountResult
from auditor.store.folder import Folder
from tests.archive.test_authentication import LocalKey
from tests.builders import NOW, account, coverage, finding, provenance, run_result

FIRST = "20261122T020000Z-aaaaaa"
RUN = "20261123T020000Z-bbbbbb"
NEXT = "20261124T020000Z-cccccc"
LATER = NOW + timedelta(days=3)
FINDINGS = f"findings/dt=2026-11-23/run={RUN}/000000000001.jsonl.gz"
INDEX = f"index/dt=2026-11-23/{RUN}.json"
MANIFEST = f"runs/{RUN}/manifest.json"


def write_run(store: Folder, run_id: str, previous: str | None) -> str:
    """Write and publish a run of two accounts; return the SHA-256 of its manifest."""
    archive = Archive(store, Layout(run_id))
    entries = [archive.write_summary(b"{}"), archive.write_report("<html>")]
    for number in (1, 2):
        owner = account(number)
        findings = (finding("web", account=owner), finding("api", account=owner))
        entries += archive.write_account(AccountResult(owner, findings, (coverage(account=owner),)))
    baseline = read_baseline(store, previous)
    chain = provenance(previous_run=previous, previous_manifest_sha256=baseline.manifest_sha256)
    manifest = make_manifest(run_result(run_id=run_id), entries, chain)
    sha256 = archive.write_manifest(manifest)
    archive.write_index(manifest)
    publish(store, manifest, LATER)
    return sha256


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    """Three nights, each of which names the manifest of the one before."""
    folder = Folder(tmp_path)
    for run_id, previous in ((FIRST, None), (RUN, FIRST), (NEXT, RUN)):
        write_run(folder, run_id, previous)
    return folder


def found(verification: VerificationDocument) -> set[tuple[str, str]]:
    return {(entry.key, entry.mismatch.value) for entry in verification.discrepancies}


def test_a_run_that_is_as_it_was_written_is_verified(store: Folder) -> None:
    verification = verify(store, RUN, LATER)

    assert (verification.verified, verification.discrepancies) == (True, [])
    assert (verification.objects, verification.rows) == (8, 6)
    assert verification.witnesses == [f"the manifest of run {NEXT}"]
    assert verify(store, NEXT, LATER).witnesses == ["latest.json"]


def flip_a_bit(path: Path) -> None:
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)


def drop_a_row(path: Path) -> None:
    path.write_bytes(gzip.compress(b"".join(gzip.decompress(path.read_bytes()).splitlines(keepends=True)[:-1])))


def edit(path: Path) -> None:
    document = json.loads(path.read_text())
    path.write_text(json.dumps(document | {"complete": False}))


@pytest.mark.parametrize(
    ("key", "change", "expected"),
    [
        pytest.param(FINDINGS, flip_a_bit, {"changed", "rows"}, id="one bit of the rows"),
        pytest.param(FINDINGS, drop_a_row, {"changed", "rows"}, id="one row"),
        pytest.param(FINDINGS, Path.unlink, {"lost"}, id="the rows of an account"),
        pytest.param(f"runs/{RUN}/report.html", flip_a_bit, {"changed"}, id="one bit of the report"),
        pytest.param(f"runs/{RUN}/exports/x.csv", Path.touch, {"added"}, id="an object that the run did not write"),
        pytest.param(FINDINGS.replace("0001.", "0009."), Path.touch, {"added"}, id="rows of another account"),
        pytest.param(MANIFEST, edit, {"swapped"}, id="the manifest"),
        pytest.param(INDEX, edit, {"changed"}, id="the line of the index"),
        pytest.param(INDEX, Path.unlink, {"lost"}, id="the line of the index as a whole"),
    ],
)
def test_every_change_is_named(store: Folder, key: str, change: Callable[[Path], object], expected: set[str]) -> None:
    path = store.path / key
    path.parent.mkdir(exist_ok=True)
    change(path)

    verification = verify(store, RUN, LATER)

    assert found(verification) == {(key, mismatch) for mismatch in expected}
    assert not verification.verified


def test_a_run_that_was_replaced_together_with_its_manifest_is_named_by_the_next_run(store: Folder) -> None:
    for key in store.list_keys(f"runs/{RUN}/"):
        store.discard(key)
    write_run(store, RUN, None)

    (swapped,) = verify(store, RUN, LATER).discrepancies

    assert (swapped.key, swapped.mismatch) == (MANIFEST, "swapped")
    assert f"the manifest of run {NEXT} says" in swapped.detail


def test_the_manifest_of_the_run_before_is_compared_too(store: Folder) -> None:
    edit(store.path / f"runs/{FIRST}/manifest.json")

    assert found(verify(store, RUN, LATER)) == {(f"runs/{FIRST}/manifest.json", "swapped")}

    store.discard(f"runs/{FIRST}/manifest.json")

    assert found(verify(store, RUN, LATER)) == {(f"runs/{FIRST}/manifest.json", "lost")}


def test_a_run_that_nothing_confirms_is_not_verified(tmp_path: Path) -> None:
    store = Folder(tmp_path)
    sha256 = write_run(store, RUN, None)
    store.discard("latest.json")

    verification = verify(store, RUN, LATER)

    assert (verification.verified, verification.witnesses, verification.discrepancies) == (False, [], [])
    assert verify(store, RUN, LATER, Reference(sha256.upper())).verified
    assert found(verify(store, RUN, LATER, Reference("0" * 64))) == {(MANIFEST, "swapped")}


def test_a_valid_mac_confirms_the_manifest_and_another_one_shows_that_it_was_swapped(tmp_path: Path) -> None:
    store, key = Folder(tmp_path), LocalKey()
    write_run(store, RUN, None)
    store.discard("latest.json")
    authenticate(store, MANIFEST, store.get(MANIFEST) or b"", key)

    assert verify(store, RUN, LATER, Reference(mac_key=key)).witnesses == ["its MAC"]

    edit(store.path / MANIFEST)

    assert found(verify(store, RUN, LATER, Reference(mac_key=key))) == {(MANIFEST, "swapped")}


def test_a_run_without_a_manifest_cannot_be_verified(store: Folder) -> None:
    store.discard(MANIFEST)

    with pytest.raises(StorageError, match="does not exist"):
        verify(store, RUN, LATER)
