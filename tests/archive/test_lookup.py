"""A finding by its id, out of what a run wrote: found, ambiguous, absent, and out of what is no run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.archive import lookup
from auditor.archive.archive import Archive, ObjectEntry
from auditor.archive.layout import LATEST, Layout
from auditor.domain.errors import ConfigError, StorageError
from auditor.domain.finding import Finding
from auditor.domain.result import AccountResult
from auditor.store.folder import Folder
from auditor.store.store import Blob
from tests.builders import account, finding, run_result

RUN = "20261123T020000Z-1a2b3c"
FINDINGS = [
    finding(family, account=account(number), region=region)
    for number in (1, 2)
    for region in ("eu-west-1", "us-east-1")
    for family in ("web", "api")
]


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    """A run of two accounts that has ended."""
    folder = Folder(tmp_path)
    archive = Archive(folder, Layout(RUN))
    entries: list[ObjectEntry] = []
    for number in (1, 2):
        of = account(number)
        entries += archive.write_account(
            AccountResult(of, tuple(each for each in FINDINGS if each.account.id == of.id), ())
        )
    result = run_result(run_id=RUN)
    archive.write_manifest(result, entries, {})
    archive.publish(result)
    return folder


@pytest.mark.parametrize("wanted", FINDINGS, ids=lambda each: f"{each.account.id}-{each.region}-{each.resource.name}")
def test_a_finding_is_found_by_its_id_and_by_how_it_begins(store: Folder, wanted: Finding) -> None:
    for prefix in (wanted.finding_id, wanted.finding_id[:8], wanted.finding_id[:9].upper()):
        found = lookup.find_finding(store, prefix)
        assert found.finding_id == wanted.finding_id
        assert (found.account.id, found.region) == (wanted.account.id, wanted.region)
        assert (found.resource, found.evidence, found.usage) == (wanted.resource, wanted.evidence, wanted.usage)


@pytest.mark.parametrize("prefix", ["", "1234567", "0000000g", "../../etc/passwd", "00000000", "f" * 33])
def test_what_is_the_id_of_nothing_is_refused(store: Folder, prefix: str) -> None:
    with pytest.raises(ConfigError, match="FINDING_ID"):
        lookup.find_finding(store, prefix)


def test_a_beginning_of_several_is_refused_with_all_of_them(store: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "SHORTEST", 0)

    with pytest.raises(ConfigError) as raised:
        lookup.find_finding(store, "")

    assert f"begins {len(FINDINGS)} ids" in str(raised.value)


def test_rows_that_are_not_those_of_the_manifest_are_not_believed(store: Folder) -> None:
    key = Layout(RUN).findings(account(1).id)
    store.put(key, Blob(b"something else"))

    with pytest.raises(StorageError, match="not what the manifest"):
        lookup.find_finding(store, FINDINGS[0].finding_id)


@pytest.mark.parametrize("body", [None, b"{", b"[]", b"null", json.dumps({"manifest": "none.json"}).encode()])
def test_what_is_no_run_is_told(tmp_path: Path, body: bytes | None) -> None:
    store = Folder(tmp_path)
    if body is not None:
        store.put(LATEST, Blob(body))

    with pytest.raises(StorageError):
        lookup.find_finding(store, "12345678")
