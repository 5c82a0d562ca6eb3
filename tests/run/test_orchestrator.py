"""A whole run against stubs: what is written in which order, and what a refused write leaves behind."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from auditor import checks, settings
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
from auditor.engine.signals import handle_signals
from auditor.run.aws_context import AwsContext
from auditor.run.exit_codes import FAILED, INCOMPLETE, OK, Outcome
from auditor.run.orchestrator import RunRequest, audit
from auditor.settings import Override
from auditor.store.store import Blob
from tests.builders import account, target
from tests.engine.stubs import REGIONS, StubReader, one_definition
from tests.run.stubs import IDENTITY, stub_aws
from tests.store.stubs import Memory

RUN, LAST_NIGHT = "20261123T020000Z-1a2b3c", "20261122T020000Z-1a2b3c"
OLD = json.dumps({"run_id": LAST_NIGHT}).encode()
CLAIM, MANIFEST = f"state/claims/{RUN}.json", f"runs/{RUN}/manifest.json"
SUMMARY, REPORT = f"runs/{RUN}/summary.json", f"runs/{RUN}/report.html"
ROWS = [f"{kind}/dt=2026-11-23/run={RUN}/{account(1).id}.jsonl.gz" for kind in ("findings", "coverage")]


@pytest.fixture
def bucket() -> Memory:
    """Last night's run is the latest."""
    store = Memory()
    store.put(LATEST, Blob(OLD))
    return store


@pytest.fixture
def run(bucket: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    def carry_out(cloud: StubReader | None = None, heard: list[Event] | None = None) -> Outcome:
        over = {"spool": Override(str(tmp_path), "--spool"), "limits.workers": Override("2", "--workers")}
        how = settings.load(None, "settings", over, checks.load())
        request = RunRequest(RUN, "s3://bucket", (target(1),), how, {})
        events: list[Event] = [] if heard is None else heard
        aws = stub_aws(monkeypatch, bucket, cloud or StubReader(read_scope=one_definition))
        with handle_signals(aws.clock) as shutdown:
            return audit(request, aws, events.append, shutdown)

    return carry_out


def refused(_target: Target, _meter: CallStats) -> frozenset[str]:
    raise ReadError("assume-role", Reason.ROLE_DENIED, "AccessDenied")


def test_accounts_come_first_then_what_people_read_then_the_manifest_and_latest_last(
    run: Callable[..., Outcome], bucket: Memory
) -> None:
    outcome = run()

    assert outcome.exit_code == OK
    assert bucket.asked[1:] == [CLAIM, *ROWS, SUMMARY, REPORT, MANIFEST, LATEST]
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN
    assert json.loads(bucket.blobs[MANIFEST].body)["provenance"]["previous_run"] == LAST_NIGHT


@pytest.mark.parametrize("key", [*ROWS, SUMMARY, REPORT, MANIFEST, LATEST])
def test_a_write_that_fails_for_good_leaves_latest_as_it_was_and_the_data_in_the_spool(
    run: Callable[..., Outcome], bucket: Memory, tmp_path: Path, key: str
) -> None:
    bucket.refuses = lambda each: each == key

    outcome = run()

    assert outcome.exit_code == FAILED
    assert bucket.blobs[LATEST].body == OLD
    spool = tmp_path / f"auditor-spool-{RUN}"
    assert (spool / key).exists()
    assert f"NOT DELIVERED: Refused {key}." in outcome.text
    assert str(spool) in outcome.text
    kept = {str(path.relative_to(spool)) for path in spool.rglob("*") if path.is_file()} | set(bucket.keys)
    assert {*ROWS, SUMMARY, REPORT} <= kept, "whatever was found is in one place or the other"


@pytest.mark.parametrize("key", [*ROWS, SUMMARY, REPORT, MANIFEST, LATEST])
def test_a_write_that_fails_once_is_made_good(
    run: Callable[..., Outcome], bucket: Memory, tmp_path: Path, key: str
) -> None:
    bucket.refuses = lambda each: each == key and bucket.asked.count(key) <= 1 + (key == LATEST)

    outcome = run()

    assert outcome.exit_code == OK
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN
    assert [each for each in bucket.keys if each != LATEST][-1] == MANIFEST
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("refused_key", "place"), [(REPORT, "{spool}"), (MANIFEST, "memory://")])
def test_the_report_is_named_where_it_is(
    run: Callable[..., Outcome], bucket: Memory, tmp_path: Path, refused_key: str, place: str
) -> None:
    bucket.refuses = lambda each: each == refused_key

    lines = run().text.splitlines()

    report = next(line for line in lines if line.startswith("Report"))
    named = report.removeprefix("Report").strip() or lines[lines.index(report) + 1].strip()
    assert named.startswith(place.format(spool=tmp_path))


def test_an_output_that_takes_nothing_is_an_error_before_the_first_call(
    run: Callable[..., Outcome], bucket: Memory
) -> None:
    bucket.refuses = lambda _: True
    cloud = StubReader()

    with pytest.raises(StorageError, match="Refused"):
        run(cloud)

    assert cloud.collected == []


def test_the_second_of_two_runs_with_one_id_gives_way(run: Callable[..., Outcome], bucket: Memory) -> None:
    run()
    before = dict(bucket.blobs)

    with pytest.raises(RunExists):
        run()

    assert bucket.blobs == before


def test_a_refused_account_makes_the_run_incomplete_and_it_is_published_all_the_same(
    run: Callable[..., Outcome], bucket: Memory
) -> None:
    outcome = run(StubReader(refused))

    assert outcome.exit_code == INCOMPLETE
    assert outcome.text.startswith("INCOMPLETE")
    assert json.loads(bucket.blobs[LATEST].body)["complete"] is False


def test_an_interrupted_run_keeps_its_rows_and_is_not_published(run: Callable[..., Outcome], bucket: Memory) -> None:
    def look(scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        yield from one_definition(scope, collector, meter)
        if scope.region == max(REGIONS):
            os.kill(os.getpid(), signal.SIGTERM)

    outcome = run(StubReader(read_scope=look))

    assert outcome.exit_code == 143
    assert bucket.blobs[LATEST].body == OLD
    assert MANIFEST not in bucket.blobs
    assert {*ROWS, SUMMARY, REPORT} <= set(bucket.keys)


def test_an_order_to_stop_while_the_last_objects_are_written_does_not_tear_the_run_apart(
    run: Callable[..., Outcome], bucket: Memory
) -> None:
    def told(key: str) -> bool:
        if key == MANIFEST:
            os.kill(os.getpid(), signal.SIGINT)
        return False

    bucket.refuses = told

    assert run().exit_code == 130
    assert json.loads(bucket.blobs[LATEST].body)["run_id"] == RUN


def test_events_begin_with_who_audits_and_end_with_how_much_was_seen(
    run: Callable[..., Outcome], bucket: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Event] = []
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    run(heard=heard)

    assert heard[0] == RunStarted(RUN, 1, tuple(check.id for check in checks.load()))
    notices = [each for each in heard if isinstance(each, Notice)]
    assert [(each.level, each.detail) for each in notices] == [
        (Level.INFO, IDENTITY.arn),
        (Level.WARNING, "AWS_ENDPOINT_URL=http://127.0.0.1:1"),
    ]
    assert heard[-1] == RunEnded(RUN, complete=True, coverage_percent=100.0)


def test_report_names_the_folder_of_the_rows_if_the_run_starts_on_another_day(
    run: Callable[..., Outcome], bucket: Memory
) -> None:
    run()
    report = (bucket.get(REPORT) or b"").decode()
    assert "dt=2026-11-23" in ROWS[0]
    assert "<dt>Started</dt><dd><bdi>2026-11-23" not in report
    assert bucket.url(ROWS[0].removesuffix(f"{account(1).id}.jsonl.gz")) in report


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
