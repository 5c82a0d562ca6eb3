"""Exports of a run: an export that fails costs neither rows nor other exports, and a resumed run repeats them."""

from __future__ import annotations

import pickle
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor import checks, settings
from auditor.domain.check import Status
from auditor.domain.coverage import CoverageStatus
from auditor.domain.export_format import ExportFormat
from auditor.domain.lifecycle import LifecycleState
from auditor.domain.reason import Reason
from auditor.domain.result import AccountResult
from auditor.exports.formats import FILES
from auditor.exports.model import AccountExport, ExportFile
from auditor.run import exporting
from auditor.run.aggregate import AccountDigest
from auditor.run.aws_context import AwsContext
from auditor.run.context import ClaimedRun, RunContext, build_context
from auditor.run.resume import load_earlier_results
from auditor.run.stores import with_spool
from auditor.settings import Override
from tests import builders
from tests.exports import accounts
from tests.run.stubs import IDENTITY
from tests.store.stubs import Memory

RUN = accounts.RUN_ID
STARTED_AT = datetime(2026, 11, 23, 2, tzinfo=UTC)
CHECK = "ecs-host-network-mode"


def new_context(store: Memory, formats: str = "csv,ocsf,asff,oscal", emit: str = "PASS,FAIL,UNKNOWN") -> RunContext:
    values = {"export": formats, "emit": emit, "checks.include": CHECK}
    overrides = {name: Override(value, name) for name, value in values.items()}
    loaded = settings.load(None, "settings", overrides, checks.load())
    run = ClaimedRun(RUN, "s3://bucket", loaded, IDENTITY, STARTED_AT)
    return build_context(run, AwsContext(), with_spool(store, RUN, loaded))


def result(number: int = 1, reason: Reason = Reason.THROTTLED) -> AccountResult:
    owner = builders.account(number)
    findings = (
        builders.finding(account=owner, check_id=CHECK),
        builders.unknown(account=owner, check_id=CHECK),
    )
    gap = builders.coverage(CoverageStatus.NOT_EXAMINED, account=owner, region="us-east-1", reason=reason)
    return AccountResult(owner, findings, (builders.coverage(account=owner, resources=2), gap))


def exported(store: Memory) -> dict[str, bytes]:
    return {key: blob.body for key, blob in store.blobs.items() if "/exports/" in key}


@pytest.fixture(autouse=True)
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


@pytest.fixture
def crash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the export of OCSF raise after its first file."""

    def crashing(account: AccountExport) -> Iterator[ExportFile]:
        yield ExportFile(f"{account.account.id}.jsonl", b"", "text/plain", 0)
        raise ZeroDivisionError

    monkeypatch.setitem(FILES, ExportFormat.OCSF, crashing)


def test_nothing_is_exported_by_default() -> None:
    store = Memory()
    context = new_context(store, formats="")

    assert context.exporter.write(result(), ()) == ()
    assert exported(store) == {}


def test_the_records_describe_the_objects() -> None:
    store = Memory()
    records = new_context(store).exporter.write(result(), ())

    assert {record.key: record.bytes for record in records} == {key: len(body) for key, body in exported(store).items()}
    assert {record.rows for record in records} == {None}


def test_unknown_findings_are_exported_even_if_they_are_not_written_as_rows() -> None:
    store = Memory()
    new_context(store, formats="csv", emit="PASS").exporter.write(result(), ())
    text = exported(store)[f"runs/{RUN}/exports/csv/000000000001-findings.csv"].decode("utf-8-sig")

    assert [line.split(",")[0] for line in text.splitlines()[1:]] == ['"UNKNOWN"']


@pytest.mark.usefixtures("crash")
def test_an_export_that_crashes_is_named_and_the_others_are_written() -> None:
    store = Memory()
    context = new_context(store)
    for number in (1, 2, 3):
        context.exporter.write(result(number), ())

    (problem,) = context.exporter.problems()
    expected = r"ocsf: ZeroDivisionError in crashing \(test_exporting.py:\d+\)\. Account 000000000001 and 2 others\."

    assert re.fullmatch(expected, problem)
    assert {key.split("/")[3] for key in exported(store)} == {"asff", "csv", "ocsf", "oscal"}


def test_a_refused_export_is_delivered_later() -> None:
    store = Memory(refuses=lambda key: "/asff/" in key)
    context = new_context(store)
    records = context.exporter.write(result(), ())
    store.refuses = lambda _: False

    assert context.exporter.deliver() == frozenset()
    assert context.exporter.problems() == []
    assert {record.key for record in records} == set(exported(store))


def test_an_export_that_stays_refused_holds_back_no_other_format_and_no_rows() -> None:
    store = Memory(refuses=lambda key: "/asff/" in key)
    context = new_context(store)
    records = context.exporter.write(result(), ())
    context.archive.write_account(result())
    missing = context.exporter.deliver()

    assert missing == {record.key for record in records if "/asff/" in record.key}
    assert [problem.partition(":")[0] for problem in context.exporter.problems()] == ["asff"]
    assert context.store.deliver() == ()
    assert {record.key for record in records} - missing == set(exported(store))


def test_the_failures_of_another_process_are_added() -> None:
    store = Memory(refuses=lambda key: "/asff/" in key)
    worker, parent = new_context(store), new_context(store)
    records = worker.exporter.write(result(), ())
    parent.exporter.merge(pickle.loads(pickle.dumps(worker.exporter.state)))  # noqa: S301 - made in this line

    assert parent.exporter.deliver() == {record.key for record in records if "/asff/" in record.key}
    assert "the output refused" in parent.exporter.problems()[0]


def test_an_interrupted_account_is_exported_when_the_run_is_resumed() -> None:
    store = Memory()

    assert new_context(store).exporter.write(result(reason=Reason.INTERRUPTED), ()) == ()
    assert exported(store) == {}


def test_a_resumed_run_writes_the_same_exports_again() -> None:
    store, again = Memory(), Memory()
    context = new_context(store)
    context.archive.write_account(result())
    context.exporter.write(result(), ())
    again.blobs.update({key: blob for key, blob in store.blobs.items() if "/exports/" not in key})

    ((_, earlier),) = load_earlier_results([builders.target(1)], new_context(again), 1)

    assert isinstance(earlier, AccountDigest)
    assert exported(again) == exported(store)
    assert {record.key for record in earlier.objects} >= set(exported(again))


def test_changes_are_exported() -> None:
    store = Memory()
    new_context(store, formats="csv").exporter.write(result(), [accounts.change(LifecycleState.STALE)])
    text = exported(store)[f"runs/{RUN}/exports/csv/000000000001-findings.csv"].decode("utf-8-sig")

    assert text.count('"stale"') == 2
    assert text.count(f'"{Status.UNKNOWN}"') == 2


def test_a_problem_is_logged_as_an_error() -> None:
    (notice,) = exporting.notices(["asff: refused"])

    assert (notice.level, notice.detail) == ("ERROR", "asff: refused")
