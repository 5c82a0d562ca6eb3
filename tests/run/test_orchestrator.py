"""A whole run against stubs: the order of writes, and the results after a write was refused."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from auditor import checks, settings
from auditor.archive.fact_cache import StoredFactCache
from auditor.archive.layout import LATEST
from auditor.aws import roles
from auditor.aws.roles import Identity
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.errors import IdentityError, RunExists, StorageError
from auditor.domain.events import Event, Level, Notice, RunEnded, RunStarted
from auditor.domain.fact import Fact
from auditor.domain.reason import Reason
from auditor.domain.scope import Scope, Target
from auditor.engine.signals import ShutdownRequest, handle_signals
from auditor.run import context, stores
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import FAILED, INCOMPLETE, OK, Outcome
from auditor.run.exit_reason import exit_code
from auditor.run.orchestrator import RunRequest, audit
from auditor.settings import Override
from auditor.store.spool import SpoolingStore
from auditor.store.store import Blob
from tests.builders import account, coverage, run_result, target, unknown
from tests.engine.stubs import REGIONS, StubReader, one_definition
from tests.run.stubs import IDENTITY, stub_aws
from tests.store.stubs import Memory

RUN, PREVIOUS_RUN = "20261123T020000Z-1a2b3c", "20261122T020000Z-1a2b3c"
PREVIOUS_LATEST = json.dumps({"run_id": PREVIOUS_RUN}).encode()
CLAIM, MANIFEST = f"state/claims/{RUN}.json", f"runs/{RUN}/manifest.json"
INDEX = f"index/dt=2026-11-23/{RUN}.json"
SUMMARY, RESULT, REPORT = (f"runs/{RUN}/{name}" for name in ("summary.json", "result.json.gz", "report.html"))
ROWS = [
    f"state/history/run={RUN}/{account(1).id}.jsonl.gz",
    *(f"{kind}/dt=2026-11-23/run={RUN}/{account(1).id}.jsonl.gz" for kind in ("findings", "coverage")),
]
TREND = f"runs/{RUN}/trend.json"

Run = Callable[..., Outcome]


@pytest.fixture
def bucket() -> Memory:
    """A bucket in which the run of the day before is the latest."""
    store = Memory()
    store.put(LATEST, Blob(PREVIOUS_LATEST))
    return store


@pytest.fixture
def run(bucket: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    def audit_one_account(reader: StubReader | None = None, events: list[Event] | None = None) -> Outcome:
        overrides = {"spool": Override(str(tmp_path), "--spool"), "limits.workers": Override("2", "--workers")}
        loaded = settings.load(None, "settings", overrides, checks.load())
        request = RunRequest(RUN, "s3://bucket", (target(1),), loaded, {})
        received: list[Event] = [] if events is None else events
        aws = stub_aws(monkeypatch, bucket, reader or StubReader(read_scope=one_definition))
        with handle_signals(aws.clock) as shutdown:
            return audit(request, aws, received.append, shutdown)

    return audit_one_account


def refuse(_target: Target, _stats: CallStats) -> frozenset[str]:
    raise ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied")


def test_rows_are_written_first_then_the_documents_the_manifest_the_index_and_latest(run: Run, bucket: Memory) -> None:
    outcome = run()

    assert outcome.exit_code == OK
    assert bucket.asked[1:] == [CLAIM, *ROWS, TREND, SUMMARY, RESULT, REPORT, MANIFEST, INDEX, LATEST]
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN
    assert json.loads(bucket.blobs[MANIFEST].body)["provenance"]["previous_run"] == PREVIOUS_RUN


@pytest.mark.parametrize("key", [*ROWS, TREND, SUMMARY, RESULT, REPORT, MANIFEST, INDEX, LATEST])
def test_a_write_that_is_always_refused_leaves_latest_unchanged_and_the_data_in_the_spool(
    run: Run, bucket: Memory, tmp_path: Path, key: str
) -> None:
    bucket.refuses = lambda name: name == key

    outcome = run()

    assert outcome.exit_code == FAILED
    assert bucket.blobs[LATEST].body == PREVIOUS_LATEST
    spool = tmp_path / f"auditor-spool-{RUN}"
    assert (spool / key).exists()
    assert f"NOT DELIVERED: Refused {key}." in outcome.text
    assert str(spool) in outcome.text
    kept = {str(path.relative_to(spool)) for path in spool.rglob("*") if path.is_file()} | set(bucket.keys)
    assert {*ROWS, SUMMARY, RESULT, REPORT} <= kept, "every result is in the bucket or in the spool"


@pytest.mark.parametrize("key", [*ROWS, TREND, SUMMARY, RESULT, REPORT, MANIFEST, INDEX, LATEST])
def test_a_write_that_is_refused_once_is_delivered_later(run: Run, bucket: Memory, tmp_path: Path, key: str) -> None:
    bucket.refuses = lambda name: name == key and bucket.asked.count(key) <= 1 + (key == LATEST)

    outcome = run()

    assert outcome.exit_code == OK
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN
    assert [key for key in bucket.keys if key != LATEST][-2:] == [MANIFEST, INDEX]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("refused_key", "expected"),
    [pytest.param(REPORT, "{spool}", id="spooled"), pytest.param(MANIFEST, "memory://", id="delivered")],
)
def test_the_summary_names_the_location_of_the_report(
    run: Run, bucket: Memory, tmp_path: Path, refused_key: str, expected: str
) -> None:
    bucket.refuses = lambda name: name == refused_key

    lines = run().text.splitlines()

    report = next(line for line in lines if line.startswith("Report"))
    location = report.removeprefix("Report").strip() or lines[lines.index(report) + 1].strip()
    assert location.startswith(expected.format(spool=tmp_path))


def test_an_output_that_refuses_everything_is_an_error_before_the_first_call(run: Run, bucket: Memory) -> None:
    bucket.refuses = lambda _: True
    reader = StubReader()

    with pytest.raises(StorageError, match="Refused"):
        run(reader)

    assert reader.collected == []


def test_the_second_run_with_the_same_id_writes_nothing(run: Run, bucket: Memory) -> None:
    run()
    before = dict(bucket.blobs)

    with pytest.raises(RunExists):
        run()

    assert bucket.blobs == before


def test_a_run_that_is_older_than_the_latest_is_written_but_not_published_and_says_so(run: Run, bucket: Memory) -> None:
    later = json.dumps({"run_id": "20261123T030000Z-later"}).encode()
    bucket.put(LATEST, Blob(later))

    outcome = run()

    assert outcome.exit_code == FAILED
    assert bucket.blobs[LATEST].body == later
    assert {MANIFEST, INDEX} <= set(bucket.blobs)
    assert "NOT PUBLISHED: latest.json names the later run 20261123T030000Z-later" in outcome.text.splitlines()[-3]


@pytest.mark.parametrize("run_id", ["20991231T000000Z-x", "99999999T999999Z-/../../evil"], ids=["future", "path"])
def test_a_latest_run_that_cannot_exist_is_replaced_with_a_warning(run: Run, bucket: Memory, run_id: str) -> None:
    bucket.put(LATEST, Blob(json.dumps({"run_id": run_id}).encode()))
    events: list[Event] = []

    outcome = run(events=events)

    assert outcome.exit_code == OK
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN
    warnings = [event.message for event in events if isinstance(event, Notice) and event.level is Level.WARNING]
    assert warnings == ["Compared with nothing", "latest.json was replaced"]


def test_a_run_with_a_refused_account_is_incomplete_but_published(run: Run, bucket: Memory) -> None:
    outcome = run(StubReader(refuse))

    assert outcome.exit_code == INCOMPLETE
    assert outcome.text.startswith("INCOMPLETE")
    assert json.loads(bucket.blobs[LATEST].body)["complete"] is False


def test_an_interrupted_run_keeps_its_rows_and_is_not_published(run: Run, bucket: Memory) -> None:
    def read_scope(scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        yield from one_definition(scope, collector, stats)
        if scope.region == max(REGIONS):
            os.kill(os.getpid(), signal.SIGTERM)

    outcome = run(StubReader(read_scope=read_scope))

    assert outcome.exit_code == 143
    assert bucket.blobs[LATEST].body == PREVIOUS_LATEST
    assert {MANIFEST, INDEX}.isdisjoint(bucket.blobs)
    assert {*ROWS, SUMMARY, RESULT, REPORT} <= set(bucket.keys)


def test_a_signal_while_the_manifest_is_written_does_not_prevent_publishing(run: Run, bucket: Memory) -> None:
    def send_signal(key: str) -> bool:
        if key == MANIFEST:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    bucket.refuses = send_signal

    assert run().exit_code == 130
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN


def test_events_start_with_the_identity_and_end_with_the_coverage(
    run: Run, bucket: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[Event] = []
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    run(events=events)

    assert events[0] == RunStarted(RUN, 1, tuple(check.id for check in checks.load()))
    notices = [event for event in events if isinstance(event, Notice)]
    assert [(notice.level, notice.detail) for notice in notices] == [
        (Level.INFO, IDENTITY.arn),
        (Level.WARNING, f"run {PREVIOUS_RUN} has no manifest"),
        (Level.WARNING, "AWS_ENDPOINT_URL=http://127.0.0.1:1"),
    ]
    last = events[-1]
    assert isinstance(last, RunEnded)
    assert (last.result.complete, last.delivered, last.published, last.exit_code) == (True, True, True, OK)
    assert last.report == bucket.url(REPORT)


def test_the_last_event_says_that_nothing_was_delivered(run: Run, bucket: Memory, tmp_path: Path) -> None:
    bucket.refuses = lambda name: name in {SUMMARY, LATEST}
    events: list[Event] = []

    run(events=events)

    last = events[-1]
    assert isinstance(last, RunEnded)
    assert (last.delivered, last.published, last.exit_code) == (False, False, FAILED)
    assert last.results == str(tmp_path / f"auditor-spool-{RUN}")


@pytest.mark.parametrize(
    ("threshold", "code"),
    [
        pytest.param("high", INCOMPLETE, id="at the threshold"),
        pytest.param("low", INCOMPLETE, id="above the threshold"),
        pytest.param("critical", OK, id="below the threshold"),
        pytest.param("none", OK, id="no threshold"),
    ],
)
def test_unknown_counts_at_the_severity_of_its_check(threshold: str, code: int) -> None:
    loaded = settings.load(None, "settings", {"fail_on": Override(threshold, "--fail-on")}, checks.load())
    result = run_result([coverage()], [unknown()])

    assert exit_code(result, loaded, ShutdownRequest()) == code


def test_report_names_the_folder_of_the_rows_if_the_run_starts_on_another_day(run: Run, bucket: Memory) -> None:
    run()
    report = (bucket.get(REPORT) or b"").decode()
    assert "dt=2026-11-23" in ROWS[1]
    assert "<dt>Started</dt><dd><bdi>2026-11-23" not in report
    assert bucket.url(ROWS[1].removesuffix(f"{account(1).id}.jsonl.gz")) in report


def test_nothing_is_written_without_valid_credentials(bucket: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    def identify(_call_context: object) -> Identity:
        raise IdentityError("No AWS credentials were found.")

    stub_aws(monkeypatch, bucket, StubReader())
    monkeypatch.setattr(roles, "identify", identify)
    before = dict(bucket.blobs)
    request = RunRequest(RUN, "s3://bucket", (target(1),), settings.load(None, "settings", {}, checks.load()), {})
    aws = AwsContext()

    with handle_signals(aws.clock) as shutdown, pytest.raises(IdentityError):
        audit(request, aws, lambda _: None, shutdown)

    assert bucket.blobs == before


def test_a_run_in_one_process_builds_its_store_and_its_fact_cache_once(
    run: Run, bucket: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[str] = []

    class CountedCache(StoredFactCache):
        def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - passed on
            built.append("cache")
            super().__init__(*arguments, **options)

    class CountedStore(SpoolingStore):
        def __init__(self, *arguments: Any) -> None:  # noqa: ANN401 - passed on
            built.append("store")
            super().__init__(*arguments)

    monkeypatch.setattr(context, "StoredFactCache", CountedCache)
    monkeypatch.setattr(stores, "SpoolingStore", CountedStore)

    run()

    assert sorted(built) == ["cache", "store"]
