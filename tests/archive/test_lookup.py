"""Finding one finding of the latest run by its ID."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from auditor.archive import lookup
from auditor.archive.archive import Archive, make_manifest
from auditor.archive.latest import publish
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.run import ObjectRecord
from auditor.domain.errors import ConfigError, StorageError
from auditor.domain.finding import Finding
from auditor.domain.result import AccountResult
from auditor.store.folder import Folder
from auditor.store.store import Blob
from tests.builders import NOW, account, finding, provenance, run_result

RUN = "20261123T020000Z-1a2b3c"
FINDINGS = [
    finding(family, account=account(number), region=region)
    for number in (1, 2)
    for region in ("eu-west-1", "us-east-1")
    for family in ("web", "api")
]


@pytest.fixture
def store(tmp_path: Path) -> Folder:
    """A finished run of two accounts."""
    folder = Folder(tmp_path)
    archive = Archive(folder, Layout(RUN))
    entries: list[ObjectRecord] = []
    for number in (1, 2):
        owner = account(number)
        findings = tuple(finding for finding in FINDINGS if finding.account.id == owner.id)
        entries += archive.write_account(AccountResult(owner, findings, ()))
    result = run_result(run_id=RUN)
    manifest = make_manifest(result, entries, provenance())
    archive.write_manifest(manifest)
    publish(folder, manifest, NOW)
    return folder


@pytest.mark.parametrize("expected", FINDINGS, ids=lambda f: f"{f.account.id}-{f.region}-{f.resource.name}")
def test_returns_the_finding_with_the_id_or_with_an_id_that_starts_so(store: Folder, expected: Finding) -> None:
    for prefix in (expected.finding_id, expected.finding_id[:8], expected.finding_id[:9].upper()):
        found = lookup.find_finding(store, prefix, NOW)
        assert found.finding_id == expected.finding_id
        assert (found.account.id, found.region) == (expected.account.id, expected.region)
        assert (found.resource, found.evidence, found.usage) == (expected.resource, expected.evidence, expected.usage)


@pytest.mark.parametrize(
    ("prefix", "problem"),
    [
        pytest.param("", "not a finding ID", id="nothing"),
        pytest.param("1234567", "not a finding ID", id="seven digits"),
        pytest.param("0000000g", "not a finding ID", id="a letter that is not a hex digit"),
        pytest.param("../../etc/passwd", "not a finding ID", id="a path"),
        pytest.param("00000000", f"matches no finding of run {RUN}", id="an unused prefix"),
        pytest.param("f" * 33, f"matches no finding of run {RUN}", id="more digits than an ID has"),
    ],
)
def test_an_id_without_a_finding_is_a_usage_error(store: Folder, prefix: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as error:
        lookup.find_finding(store, prefix, NOW)

    assert str(error.value).startswith("FINDING_ID: ")


def test_an_ambiguous_prefix_is_a_usage_error_that_lists_ids(store: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "MIN_ID_LENGTH", 0)

    with pytest.raises(ConfigError, match=f"is ambiguous: it matches {len(FINDINGS)} findings") as error:
        lookup.find_finding(store, "", NOW)

    assert min(finding.finding_id for finding in FINDINGS) in str(error.value)


@pytest.mark.parametrize("body", [b"something else", None], ids=["replaced", "missing"])
def test_rows_that_do_not_match_the_manifest_are_a_storage_error(store: Folder, body: bytes | None) -> None:
    key = Layout(RUN).findings(account(1).id)
    if body is None:
        Path(store.url(key)).unlink()
    else:
        store.put(key, Blob(body))

    with pytest.raises(StorageError, match="does not match its SHA-256"):
        lookup.find_finding(store, FINDINGS[0].finding_id, NOW)


@pytest.mark.parametrize(
    "latest",
    [
        pytest.param(None, id="no latest.json"),
        pytest.param(b"{", id="half a document"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(json.dumps({"manifest": "none.json"}).encode(), id="a document with other fields"),
        pytest.param(b"[" * 200_000, id="deep nesting"),
    ],
)
def test_an_output_without_a_finished_run_is_a_storage_error(tmp_path: Path, latest: bytes | None) -> None:
    store = Folder(tmp_path)
    if latest is not None:
        store.put(LATEST, Blob(latest))

    with pytest.raises(StorageError, match=r"latest\.json (does not exist|is not usable)"):
        lookup.find_finding(store, "12345678", NOW)


@pytest.mark.parametrize("run_id", ["20261123T020000Z-/../../evil", "20991231T000000Z-x"], ids=["a path", "the future"])
def test_a_latest_run_with_an_impossible_id_is_not_followed(store: Folder, run_id: str) -> None:
    store.put(LATEST, Blob(json.dumps({"run_id": run_id}).encode()))

    with pytest.raises(StorageError, match=r"latest\.json is not usable: it"):
        lookup.find_finding(store, "12345678", NOW)


def test_the_keys_in_latest_are_not_followed(store: Folder) -> None:
    latest = json.loads(store.get(LATEST) or b"")
    store.put(LATEST, Blob(json.dumps(latest | {"manifest": "../elsewhere/manifest.json"}).encode()))

    assert lookup.find_finding(store, FINDINGS[0].finding_id, NOW).finding_id == FINDINGS[0].finding_id


def test_a_manifest_that_lists_objects_outside_its_run_is_not_followed(store: Folder) -> None:
    key = Layout(RUN).manifest
    manifest = json.loads(store.get(key) or b"")
    manifest["objects"][0]["key"] = f"{Layout(RUN).findings_folder}../../evil.jsonl.gz"
    store.put(key, Blob(json.dumps(manifest).encode()))

    with pytest.raises(StorageError, match="is not a document"):
        lookup.find_finding(store, FINDINGS[0].finding_id, NOW)


def test_returns_the_failing_findings_of_a_revision_and_of_a_family(store: Folder) -> None:
    expected = FINDINGS[0]

    for arn in (expected.resource.arn, expected.resource.unversioned_arn):
        (found,) = lookup.find_resource(store, arn, NOW)
        assert found.finding_id == expected.finding_id


@pytest.mark.parametrize(
    ("arn", "problem"),
    [
        pytest.param("web", "is not an ARN", id="a name"),
        pytest.param(f"{FINDINGS[0].resource.arn}9", "has no FAIL finding", id="another revision"),
        pytest.param(FINDINGS[0].resource.arn[:-3], "has no FAIL finding", id="the beginning of an ARN"),
        pytest.param("arn:aws:ecs:eu-west-1:999999999999:task-definition/web", "has no FAIL", id="another account"),
    ],
)
def test_another_resource_is_an_error_with_advice(store: Folder, arn: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as caught:
        lookup.find_resource(store, arn, NOW)

    assert caught.value.exit_code == 2
    assert caught.value.problems[0].advice
