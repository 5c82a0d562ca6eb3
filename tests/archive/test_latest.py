"""`latest.json`: which runs it names after runs were published in different orders."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from auditor.archive.archive import make_manifest
from auditor.archive.latest import Publication, publish
from auditor.archive.layout import LATEST, Layout
from auditor.contracts.run import ManifestDocument
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.domain.result import AccountSource
from auditor.store.store import Blob
from tests.builders import NOW, coverage, provenance, run_result
from tests.store.stubs import Memory

MONDAY, TUESDAY, WEDNESDAY = (f"202611{day}T020000Z-x" for day in (23, 24, 25))
THURSDAY = NOW + timedelta(days=3)


def manifest(run_id: str, *, complete: bool = True, **fields: Any) -> ManifestDocument:  # noqa: ANN401 - of a run result
    """Return the manifest of a run of one account."""
    gap = coverage(CoverageStatus.NOT_EXAMINED, region="us-east-1", reason=Reason.ROLE_DENIED)
    records = [coverage()] if complete else [coverage(), gap]
    return make_manifest(run_result(records, run_id=run_id, **fields), [], provenance())


def published(store: Memory) -> tuple[str, str | None]:
    """Return the latest run and the last complete one."""
    latest = json.loads(store.blobs[LATEST].body)
    return latest["run_id"], latest["last_complete"] and latest["last_complete"]["run_id"]


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        pytest.param([(MONDAY, True)], (MONDAY, MONDAY), id="a complete run"),
        pytest.param([(MONDAY, False)], (MONDAY, None), id="an incomplete run"),
        pytest.param(
            [(MONDAY, True), (TUESDAY, False)], (TUESDAY, MONDAY), id="an incomplete run after a complete one"
        ),
        pytest.param(
            [(TUESDAY, False), (MONDAY, True)], (TUESDAY, MONDAY), id="an earlier complete run that ends later"
        ),
        pytest.param([(WEDNESDAY, True), (MONDAY, True)], (WEDNESDAY, WEDNESDAY), id="an earlier run that ends later"),
    ],
)
def test_latest_names_the_latest_run_and_the_last_complete_one(
    runs: list[tuple[str, bool]], expected: tuple[str, str | None]
) -> None:
    store = Memory()

    for run_id, complete in runs:
        publish(store, manifest(run_id, complete=complete), THURSDAY)

    assert published(store) == expected


def test_an_earlier_run_that_becomes_the_last_complete_one_is_not_refused() -> None:
    store = Memory()
    publish(store, manifest(TUESDAY, complete=False), THURSDAY)

    publication = publish(store, manifest(MONDAY), THURSDAY)

    assert publication == Publication(
        note=f"latest.json names the later run {TUESDAY}, and this one as the last complete run."
    )


def test_a_narrowed_run_changes_nothing() -> None:
    store = Memory()
    publish(store, manifest(MONDAY), THURSDAY)
    before = store.blobs[LATEST]

    publication = publish(store, manifest(TUESDAY, narrowed_by=("--account", "AUDITOR_CHECK")), THURSDAY)

    assert publication.note == "Narrowed by --account, AUDITOR_CHECK: latest.json was not changed."
    assert (publication.published, publication.refusal, store.blobs[LATEST]) == (False, "", before)


@pytest.mark.parametrize("before", [AccountSource.ORGANIZATION, AccountSource.INVENTORY])
def test_a_run_without_an_inventory_does_not_replace_one_with_an_inventory(before: AccountSource) -> None:
    store = Memory()
    publish(store, manifest(MONDAY, account_source=before), THURSDAY)

    publication = publish(store, manifest(TUESDAY, account_source=AccountSource.CREDENTIALS), THURSDAY)

    assert publication.refusal == f"latest.json names run {MONDAY} of an inventory, and this run has none."
    assert published(store) == (MONDAY, MONDAY)


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"run_id": "20991231T000000Z-x"}, id="a run in the future"),
        pytest.param({"run_id": "../../x"}, id="no run ID"),
        pytest.param({"manifest": "../elsewhere.json"}, id="a manifest elsewhere"),
    ],
)
def test_a_last_complete_run_that_cannot_exist_is_not_kept(changed: dict[str, str]) -> None:
    store = Memory()
    publish(store, manifest(MONDAY), THURSDAY)
    latest = json.loads(store.blobs[LATEST].body)
    latest["last_complete"] |= changed
    store.put(LATEST, Blob(json.dumps(latest).encode()))

    publish(store, manifest(TUESDAY, complete=False), THURSDAY)

    assert published(store) == (TUESDAY, None)


def test_the_last_complete_run_has_the_keys_of_its_documents() -> None:
    store = Memory()
    publish(store, manifest(MONDAY), THURSDAY)
    publish(store, manifest(TUESDAY, complete=False), THURSDAY)

    last = json.loads(store.blobs[LATEST].body)["last_complete"]

    layout = Layout(MONDAY)
    assert (last["manifest"], last["report"], last["summary"]) == (layout.manifest, layout.report, layout.summary)
    assert last["coverage"]["percent"] == 100.0
