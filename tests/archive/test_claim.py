"""Claiming a run ID, and resuming an interrupted run."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from auditor.archive.archive import Archive, make_manifest
from auditor.archive.claims import ClaimRequest
from auditor.archive.latest import latest_run
from auditor.archive.layout import LATEST, Layout
from auditor.domain.errors import ConfigError, RunExists
from auditor.domain.reason import Reason
from auditor.domain.scope import ExcludedBy
from auditor.run.claimed import claimed_accounts
from auditor.store.store import Blob
from tests.builders import NOW, provenance, run_result, target
from tests.store.stubs import Memory

RUN = "20261123T020000Z-1a2b3c"
ACCOUNTS = claimed_accounts([target(1), target(2, excluded=ExcludedBy(Reason.EXCLUDED_BY_CONFIG, "sandbox"))])
LATER = NOW + timedelta(hours=3)


@pytest.fixture
def store() -> Memory:
    """An output with an interrupted run."""
    memory = Memory()
    Archive(memory, Layout(RUN)).claim(NOW, ClaimRequest("fingerprint", ACCOUNTS))
    return memory


def test_a_resumed_run_keeps_its_start_and_counts_its_attempts(store: Memory) -> None:
    archive = Archive(store, Layout(RUN))

    claims = [archive.claim(LATER, ClaimRequest("fingerprint", ACCOUNTS, resume=True)) for _ in range(2)]

    assert [(claim.started_at, claim.attempt) for claim in claims] == [(NOW, 1), (NOW, 2)]
    claim = json.loads(store.blobs[f"state/claims/{RUN}.resume-2.json"].body)
    assert (claim["started_at"], claim["claimed_at"]) == ("2026-11-23T02:00:00Z", "2026-11-23T05:00:00Z")


@pytest.mark.parametrize(
    "claim", [None, b"{", b"[]", b'{"run_id": "x"}'], ids=["absent", "half", "a list", "other keys"]
)
def test_a_run_without_a_claim_cannot_be_resumed(claim: bytes | None) -> None:
    store = Memory()
    if claim is not None:
        store.put(Layout(RUN).claim(0), Blob(claim))

    with pytest.raises(ConfigError, match=f"there is no run {RUN}"):
        Archive(store, Layout(RUN)).claim(LATER, ClaimRequest("fingerprint", ACCOUNTS, resume=True))


def test_a_run_with_another_configuration_cannot_be_resumed(store: Memory) -> None:
    with pytest.raises(ConfigError, match="was started with another configuration"):
        Archive(store, Layout(RUN)).claim(LATER, ClaimRequest("other", ACCOUNTS, resume=True))


def test_a_run_of_another_version_cannot_be_resumed(store: Memory) -> None:
    key = Layout(RUN).claim(0)
    claim = json.loads(store.blobs[key].body)
    store.put(key, Blob(json.dumps(claim | {"version": "0.0.9", "a_field_of_that_version": 1}).encode()))

    with pytest.raises(ConfigError, match=f"{RUN} was started by auditor 0.0.9, and this is "):
        Archive(store, Layout(RUN)).claim(LATER, ClaimRequest("fingerprint", ACCOUNTS, resume=True))


def test_a_run_with_other_accounts_cannot_be_resumed(store: Memory) -> None:
    with pytest.raises(ConfigError, match="was started with another configuration"):
        Archive(store, Layout(RUN)).claim(LATER, ClaimRequest("fingerprint", ACCOUNTS[:1], resume=True))


def test_the_claim_holds_all_accounts_with_their_exclusions(store: Memory) -> None:
    Archive(store, Layout(RUN)).claim(LATER, ClaimRequest("fingerprint", ACCOUNTS[::-1], resume=True))

    assert Archive(store, Layout(RUN)).claimed_accounts(LATER) == ACCOUNTS
    excluded = [account["excluded"] for account in json.loads(store.blobs[Layout(RUN).claim(1)].body)["accounts"]]
    assert excluded == [None, {"reason": "excluded-by-config", "detail": "sandbox"}]


def test_a_finished_run_is_not_resumed_but_published_if_it_is_not_the_latest(store: Memory) -> None:
    archive = Archive(store, Layout(RUN))
    archive.write_manifest(make_manifest(run_result(run_id=RUN), [], provenance()))
    assert LATEST not in store.blobs

    with pytest.raises(RunExists, match="has already finished"):
        archive.claim(LATER, ClaimRequest("fingerprint", ACCOUNTS, resume=True))

    assert latest_run(store, LATER).run_id == RUN
    assert json.loads(store.blobs[Layout(RUN).index].body)["run_id"] == RUN


def test_a_finished_run_that_is_older_than_the_latest_says_so(store: Memory) -> None:
    archive = Archive(store, Layout(RUN))
    archive.write_manifest(make_manifest(run_result(run_id=RUN), [], provenance()))
    store.put(LATEST, Blob(b'{"run_id": "20261123T040000Z-later"}'))

    with pytest.raises(RunExists, match=r"latest\.json names the later run 20261123T040000Z-later"):
        archive.claim(LATER, ClaimRequest("fingerprint", ACCOUNTS, resume=True))


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"run_id": "20261123T020000Z-other"}, id="another run"),
        pytest.param({"started_at": "2099-01-01T00:00:00Z"}, id="a start in the future"),
        pytest.param({"started_at": "2026-11-23T02:00:00"}, id="a start without a time zone"),
    ],
)
def test_a_claim_that_this_run_cannot_have_written_is_not_resumed(store: Memory, changed: dict[str, str]) -> None:
    key = Layout(RUN).claim(0)
    claim = json.loads(store.blobs[key].body)
    store.put(key, Blob(json.dumps(claim | changed).encode()))

    with pytest.raises(ConfigError, match=f"there is no run {RUN}"):
        Archive(store, Layout(RUN)).claim(LATER, ClaimRequest("fingerprint", ACCOUNTS, resume=True))


def test_the_digests_of_a_manifest_of_another_run_are_not_trusted(store: Memory) -> None:
    archive = Archive(store, Layout(RUN))
    archive.write_manifest(
        make_manifest(run_result(run_id=RUN), [], provenance(cache_digests={"state/facts/1.json.gz": "00"}))
    )
    other = "20261122T020000Z-other"
    store.put(Layout(other).manifest, store.blobs[Layout(RUN).manifest])

    assert archive.trusted_digests(other) == {}


def test_the_digests_of_the_manifest_are_trusted(store: Memory) -> None:
    archive = Archive(store, Layout(RUN))
    archive.write_manifest(
        make_manifest(run_result(run_id=RUN), [], provenance(cache_digests={"state/facts/1.json.gz": "00"}))
    )

    assert archive.trusted_digests(RUN) == {"state/facts/1.json.gz": "00"}


@pytest.mark.parametrize("manifest", [None, b"{", b'{"provenance": {}}'], ids=["absent", "half", "other keys"])
def test_no_digest_is_trusted_if_the_manifest_cannot_be_read(manifest: bytes | None) -> None:
    store = Memory()
    if manifest is not None:
        store.put(Layout(RUN).manifest, Blob(manifest))

    assert Archive(store, Layout(RUN)).trusted_digests(RUN) == {}
    assert Archive(store, Layout(RUN)).trusted_digests(None) == {}
