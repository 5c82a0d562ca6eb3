"""Writing a run: keys, checksums, the order of the writes, and which objects are written only once."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from auditor.archive import encode
from auditor.archive.archive import HOW_TO_VERIFY, Archive, make_manifest
from auditor.archive.claims import ClaimRequest
from auditor.archive.index import run_row
from auditor.archive.latest import latest_run, publish
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.run import ObjectRecord
from auditor.domain.check import Severity, Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.errors import RunExists, StorageError
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult, RunResult
from auditor.domain.scope import Account
from auditor.store.store import HTML, JSON, NDJSON, Blob
from tests.builders import NOW, account, coverage, finding, provenance, run_result, summarise, unknown
from tests.store.stubs import Memory

RUN = "20261123T020000Z-1a2b3c"
LATER, EARLIER, FUTURE = "20261124T020000Z-000000", "20261122T020000Z-ffffff", "20991231T000000Z-x"
LATER_NOW = NOW + timedelta(days=2)
CLAIM, MANIFEST = f"state/claims/{RUN}.json", f"runs/{RUN}/manifest.json"
INDEX = f"index/dt=2026-11-23/{RUN}.json"

PROVENANCE = provenance(previous_run=EARLIER, inventory_sha256="00")


def account_result(owner: Account, *findings: Finding) -> AccountResult:
    rows = (
        coverage(account=owner),
        coverage(CoverageStatus.NOT_EXAMINED, account=owner, region="us-east-1", reason=Reason.TIMEOUT),
    )
    return AccountResult(owner, findings, rows)


def every_status(owner: Account) -> tuple[Finding, ...]:
    others = (Status.PASS, Status.NOT_APPLICABLE)
    kept = [finding(status.lower(), account=owner, status=status) for status in others]
    return finding(account=owner), unknown(account=owner), *kept


def result_of(run_id: str = RUN, **fields: Any) -> RunResult:  # noqa: ANN401 - the fields of a run result
    rows = [row for number in (1, 2) for row in account_result(account(number)).coverage]
    return run_result(rows, run_id=run_id, **fields)


COUNTS = {
    "accounts": {"EXAMINED": 0, "PARTIAL": 2, "NOT_EXAMINED": 0, "EXCLUDED": 0},
    "scopes": {"EXAMINED": 2, "PARTIAL": 0, "NOT_EXAMINED": 2, "EXCLUDED": 0},
    "findings": dict.fromkeys(Status, 0),
    "failures": dict.fromkeys(Severity, 0),
    "changes": dict.fromkeys(LifecycleState, 0),
}
MANIFEST_OF_RUN = make_manifest(result_of(), [], PROVENANCE)


def write(store: Memory, run_id: str = RUN) -> list[ObjectRecord]:
    """Write a finished run of two accounts."""
    archive = Archive(store, Layout(run_id))
    archive.claim(NOW, ClaimRequest("print", []))
    entries = [entry for number in (2, 1) for entry in archive.write_account(two_findings(number))]
    entries += [archive.write_summary(b"{}"), archive.write_report("<p>caf\u00e9</p>")]
    manifest = make_manifest(result_of(run_id), entries, PROVENANCE)
    archive.write_manifest(manifest)
    archive.write_index(manifest)
    publish(store, manifest, NOW)
    return entries


def two_findings(number: int) -> AccountResult:
    owner = account(number)
    return account_result(owner, finding("b", account=owner), finding("a", account=owner))


def read_document(store: Memory, key: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(store.blobs[key].body)
    return content


def lines(store: Memory, key: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress(store.blobs[key].body).splitlines()]


def test_objects_have_the_keys_of_the_layout() -> None:
    store = Memory()

    write(store)

    one, two = account(1).id, account(2).id
    assert sorted(store.keys) == [
        f"coverage/dt=2026-11-23/run={RUN}/{one}.jsonl.gz",
        f"coverage/dt=2026-11-23/run={RUN}/{two}.jsonl.gz",
        f"findings/dt=2026-11-23/run={RUN}/{one}.jsonl.gz",
        f"findings/dt=2026-11-23/run={RUN}/{two}.jsonl.gz",
        INDEX,
        "latest.json",
        f"runs/{RUN}/manifest.json",
        f"runs/{RUN}/report.html",
        f"runs/{RUN}/summary.json",
        f"state/claims/{RUN}.json",
        f"state/history/run={RUN}/{one}.jsonl.gz",
        f"state/history/run={RUN}/{two}.jsonl.gz",
    ]


def test_objects_have_content_types_and_claim_and_manifest_are_written_once() -> None:
    store = Memory()
    write(store)

    labels = {key: (blob.content_type, blob.content_encoding, blob.once) for key, blob in store.blobs.items()}

    rows = {key: label for key, label in labels.items() if key.endswith(".jsonl.gz")}
    assert set(rows.values()) == {(NDJSON, "gzip", False)}
    assert {key: label for key, label in labels.items() if key not in rows} == {
        CLAIM: (JSON, None, True),
        f"runs/{RUN}/summary.json": (JSON, None, False),
        f"runs/{RUN}/report.html": (HTML, None, False),
        MANIFEST: (JSON, None, True),
        INDEX: (NDJSON, None, False),
        LATEST: (JSON, None, False),
    }


def test_the_findings_of_an_account_are_written_before_its_coverage() -> None:
    store = Memory()

    Archive(store, Layout(RUN)).write_account(two_findings(1))

    assert [key.split("/")[0] for key in store.keys] == ["state", "findings", "coverage"], (
        "the coverage object marks the account as finished"
    )


def test_the_manifest_lists_every_object_with_checksum_size_and_rows() -> None:
    store = Memory()
    entries = write(store)

    listed = read_document(store, MANIFEST)["objects"]

    assert [entry["key"] for entry in listed] == sorted(set(store.keys) - {CLAIM, MANIFEST, INDEX, LATEST})
    for entry in listed:
        body = store.blobs[entry["key"]].body
        assert (entry["sha256"], entry["bytes"]) == (hashlib.sha256(body).hexdigest(), len(body))
        if entry["key"].endswith(".jsonl.gz"):
            assert entry["rows"] == len(lines(store, entry["key"])) == (0 if "history" in entry["key"] else 2)
        else:
            assert entry["rows"] is None
    assert sorted(entry.key for entry in entries) == [entry["key"] for entry in listed]


def test_the_manifest_describes_the_run() -> None:
    store = Memory()
    write(store)

    manifest = read_document(store, MANIFEST)

    del manifest["objects"]
    assert manifest == {
        "schema_version": "1.0",
        "run_id": RUN,
        "started_at": "2026-11-23T02:00:00Z",
        "finished_at": "2026-11-23T02:00:41Z",
        "complete": False,
        "narrowed_by": [],
        "account_source": "organization",
        "coverage": {
            "percent": 50.0,
            "accounts_expected": 2,
            "accounts_complete": 0,
            "scopes": {"EXAMINED": 2, "NOT_EXAMINED": 2},
        },
        "counts": COUNTS,
        "provenance": vars(PROVENANCE),
        "how_to_verify": HOW_TO_VERIFY,
    }


def test_the_index_has_one_line_for_the_run() -> None:
    store = Memory()
    write(store)

    body = store.blobs[INDEX].body

    assert body.count(b"\n") == 1
    assert body.endswith(b"\n")
    assert json.loads(body) == {
        "schema_version": "1.0",
        "run_id": RUN,
        "started_at": "2026-11-23T02:00:00Z",
        "finished_at": "2026-11-23T02:00:41Z",
        "complete": False,
        "narrowed": False,
        "narrowed_by": [],
        "account_source": "organization",
        "coverage_percent": 50.0,
        **COUNTS,
        "previous_run": PROVENANCE.previous_run,
        "inventory_sha256": PROVENANCE.inventory_sha256,
        "settings_sha256": PROVENANCE.settings_sha256,
        "manifest": MANIFEST,
        "manifest_sha256": hashlib.sha256(store.blobs[MANIFEST].body).hexdigest(),
    }


def test_the_index_counts_findings_failures_and_changes_and_marks_a_narrowed_run() -> None:
    one, two = (
        replace(summarise(account(number), [coverage(account=account(number))], found, {}), changes=changes)
        for number, found, changes in (
            (1, [finding(account=account(1)), unknown(account=account(1))], {LifecycleState.NEW: 2}),
            (2, [finding(account=account(2))], {LifecycleState.NEW: 1, LifecycleState.STALE: 4}),
        )
    )
    manifest = make_manifest(result_of(accounts=(one, two), narrowed_by=("--check",)), [], PROVENANCE)
    row = run_row(Layout(RUN), encode.document(manifest))

    assert (row.narrowed, row.narrowed_by) == (True, ["--check"])
    assert {state: count for state, count in row.changes.items() if count} == {"new": 3, "stale": 4}
    assert row.findings == {"PASS": 0, "FAIL": 2, "UNKNOWN": 1, "NOT_APPLICABLE": 0}
    assert row.failures[Severity.HIGH] == 2
    assert row.accounts[CoverageStatus.EXAMINED] == 2


def test_a_damaged_manifest_gets_no_line() -> None:
    with pytest.raises(ValueError, match="validation error"):
        run_row(Layout(RUN), b"{}")


def test_latest_names_the_run_and_the_keys_of_its_documents() -> None:
    store = Memory()
    write(store)

    latest = read_document(store, LATEST)

    assert latest.pop("coverage") == read_document(store, MANIFEST)["coverage"]
    assert latest == {
        "schema_version": "1.0",
        "run_id": RUN,
        "manifest": MANIFEST,
        "manifest_sha256": hashlib.sha256(store.blobs[MANIFEST].body).hexdigest(),
        "report": f"runs/{RUN}/report.html",
        "summary": f"runs/{RUN}/summary.json",
        "finished_at": "2026-11-23T02:00:41Z",
        "complete": False,
        "account_source": "organization",
        "last_complete": None,
    }
    assert {latest["manifest"], latest["report"], latest["summary"]} <= set(store.keys)


def test_the_same_run_gives_the_same_bytes() -> None:
    first, second = Memory(), Memory()
    write(first)

    write(second)

    claims = first.blobs.pop(CLAIM).body, second.blobs.pop(CLAIM).body
    assert first.blobs == second.blobs
    assert claims[0] != claims[1], "two runs with one ID must not accept each other's claim as their own"


def test_the_order_of_findings_does_not_change_the_bytes() -> None:
    first, second = Memory(), Memory()
    result = two_findings(1)
    Archive(first, Layout(RUN)).write_account(result)

    turned = AccountResult(result.account, result.findings[::-1], result.coverage[::-1])
    Archive(second, Layout(RUN)).write_account(turned)

    assert first.blobs == second.blobs


@pytest.mark.parametrize(
    "emit",
    [tuple(Status), (Status.FAIL, Status.UNKNOWN), (Status.PASS,), ()],
    ids=["all", "two", "one", "none"],
)
def test_only_findings_with_an_emitted_status_get_a_row(emit: tuple[Status, ...]) -> None:
    store, owner = Memory(), account(1)

    _, findings, coverage_rows = Archive(store, Layout(RUN), emit).write_account(
        account_result(owner, *every_status(owner))
    )

    assert sorted(row["status"] for row in lines(store, findings.key)) == sorted(emit)
    assert (findings.rows, coverage_rows.rows) == (len(emit), 2)


def test_a_run_id_can_be_claimed_once() -> None:
    store = Memory()
    Archive(store, Layout(RUN)).claim(NOW, ClaimRequest("print", []))

    with pytest.raises(RunExists, match=f"Run ID {RUN} is already claimed") as caught:
        Archive(store, Layout(RUN)).claim(NOW, ClaimRequest("print", []))

    assert "--run-id" in caught.value.advice
    assert CLAIM in caught.value.message
    Archive(store, Layout(LATER)).claim(NOW, ClaimRequest("print", []))


def test_a_claim_that_cannot_be_written_is_a_storage_error() -> None:
    with pytest.raises(StorageError, match="Refused"):
        Archive(Memory(refuses=lambda _: True), Layout(RUN)).claim(NOW, ClaimRequest("print", []))


def test_a_manifest_of_another_process_is_not_replaced() -> None:
    store = Memory()
    store.put(MANIFEST, Blob(b"other", once=True))

    with pytest.raises(RunExists, match="already finished by another process"):
        Archive(store, Layout(RUN)).write_manifest(MANIFEST_OF_RUN)

    assert store.blobs[MANIFEST].body == b"other"


@pytest.mark.parametrize(
    ("before", "moved"),
    [
        pytest.param(None, True, id="no latest run"),
        pytest.param({"run_id": EARLIER}, True, id="an earlier run"),
        pytest.param({"run_id": RUN}, True, id="the same run"),
        pytest.param({"run_id": LATER}, False, id="a later run"),
        pytest.param({"run_id": "zzz"}, True, id="not a run ID"),
        pytest.param({"run_id": 7}, True, id="a number"),
        pytest.param(["a list"], True, id="a list"),
        pytest.param({"run_id": FUTURE}, True, id="a run in the future"),
        pytest.param({"run_id": f"{LATER}/../../x"}, True, id="a run ID with a path"),
        pytest.param({"run_id": "20261324T020000Z-x"}, True, id="a date that does not exist"),
    ],
)
def test_latest_is_not_moved_to_an_earlier_run(before: object, moved: bool) -> None:  # noqa: FBT001 - a column of the table
    store = Memory()
    if before is not None:
        store.put(LATEST, Blob(json.dumps(before).encode()))

    publication = publish(store, MANIFEST_OF_RUN, LATER_NOW)

    assert publication.published is moved
    assert bool(publication.refusal) is not moved
    assert (read_document(store, LATEST) == before) is not moved


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(json.dumps({"run_id": EARLIER}).encode(), EARLIER, id="a run"),
        pytest.param(None, None, id="no file"),
        pytest.param(b"", None, id="an empty file"),
        pytest.param(b'{"run_id": ', None, id="half a document"),
        pytest.param(b"\xff\xfe\xfa", None, id="not UTF-8"),
        pytest.param(b"[" * 200_000, None, id="deep nesting"),
        pytest.param(b'{"run_id": "../../x"}', None, id="not a run ID"),
        pytest.param(json.dumps({"run_id": FUTURE}).encode(), None, id="a run in the future"),
    ],
)
def test_the_latest_run_id_is_none_unless_latest_names_a_run(body: bytes | None, expected: str | None) -> None:
    store = Memory()
    if body is not None:
        store.put(LATEST, Blob(body))

    assert latest_run(store, LATER_NOW).run_id == expected


def test_an_unusable_latest_is_named_when_it_is_replaced() -> None:
    store = Memory()
    store.put(LATEST, Blob(json.dumps({"run_id": FUTURE}).encode()))

    publication = publish(store, MANIFEST_OF_RUN, LATER_NOW)

    assert publication.problem == f"its run ID {FUTURE} is in the future"
    assert read_document(store, LATEST)["run_id"] == RUN


def test_a_write_only_output_has_no_latest_run_id_and_is_published_to() -> None:
    store = Memory()
    store.unreadable = True

    assert latest_run(store, LATER_NOW).run_id is None
    assert publish(store, MANIFEST_OF_RUN, LATER_NOW).published


def test_a_lone_surrogate_in_the_report_is_replaced() -> None:
    store = Memory()

    entry = Archive(store, Layout(RUN)).write_report("<p>\ud800</p>")

    assert store.blobs[entry.key].body == b"<p>?</p>"


WRITES: dict[str, Callable[[Archive], object]] = {
    "account": lambda archive: archive.write_account(two_findings(1)),
    "summary": lambda archive: archive.write_summary(b"{}"),
    "report": lambda archive: archive.write_report("<p></p>"),
    "manifest": lambda archive: archive.write_manifest(MANIFEST_OF_RUN),
}


@pytest.mark.parametrize("document", WRITES)
def test_a_process_whose_run_was_resumed_by_another_writes_nothing_more(document: str) -> None:
    store = Memory()
    replaced = Archive(
        store, Layout(RUN), attempt=Archive(store, Layout(RUN)).claim(NOW, ClaimRequest("print", [])).attempt
    )
    second = Archive(store, Layout(RUN)).claim(NOW, ClaimRequest("print", [], resume=True))
    before = dict(store.blobs)

    with pytest.raises(RunExists, match="Another process has resumed run"):
        WRITES[document](replaced)

    assert store.blobs == before
    WRITES[document](Archive(store, Layout(RUN), attempt=second.attempt))
    assert len(store.blobs) > len(before)


@pytest.mark.parametrize("writes", range(6))
def test_new_findings_are_never_read_with_old_coverage_if_a_process_dies_while_it_replaces_rows(writes: int) -> None:
    owner = account(1)
    old = account_result(owner, finding("a", account=owner))
    new = account_result(owner)
    store = Memory()
    Archive(store, Layout(RUN)).write_account(old)
    before = len(store.asked)
    store.refuses = lambda _key: len(store.asked) > before + writes

    with suppress(StorageError):
        Archive(store, Layout(RUN)).write_account(new, rewrite=True)

    stored = Archive(store, Layout(RUN)).read_account(owner)
    assert stored is not None
    everything = len(store.asked) == before + writes
    if writes > 0 and not everything:
        assert stored.result.coverage == (), "all of it is read again"
    else:
        assert len(stored.result.findings) == (0 if everything and writes else 1)
