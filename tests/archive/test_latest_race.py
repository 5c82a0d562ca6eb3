"""Two runs that end at the same time: `latest.json` names the later one, however their steps are interleaved."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.archive.latest import Publication, publish
from auditor.archive.layout import LATEST
from auditor.aws.calls import CallContext
from auditor.aws.clients import Clients, Connection, sign_with
from auditor.aws.rate_limit import RateLimiter
from auditor.aws.storage import S3Store
from auditor.engine.clock import RunClock
from auditor.store.folder import Folder
from auditor.store.store import Blob, NoConditionalReplace, Store, Version
from tests.archive.test_latest import MONDAY, THURSDAY, TUESDAY, WEDNESDAY, manifest
from tests.fleet import Fleet, Shape, running
from tests.fleet.organization import MANAGEMENT

ROOT = Path(__file__).parents[2]
_COUNT = itertools.count()


class Meddling:
    """A store in which another run publishes between the read and the write of this one."""

    def __init__(self, store: Store, others: list[Callable[[], object]]) -> None:
        self._store = store
        self._others = others

    def url(self, key: str = "") -> str:
        return self._store.url(key)

    def put(self, key: str, blob: Blob) -> None:
        if self._others:
            self._others.pop(0)()
        self._store.put(key, blob)

    def get(self, key: str) -> bytes | None:
        return self._store.get(key)

    def get_version(self, key: str) -> Version:
        return self._store.get_version(key)

    def list_keys(self, folder: str) -> list[str]:
        return self._store.list_keys(folder)


class Unconditional(Meddling):
    """A store without conditional replacement, as some servers that speak S3 are."""

    def put(self, key: str, blob: Blob) -> None:
        if blob.replaces:
            raise NoConditionalReplace("501.")
        self._store.put(key, blob)


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=1, regions=1)) as started:
        yield started


@pytest.fixture(params=["a folder", "a bucket"])
def store(
    request: pytest.FixtureRequest, fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[], Store]]:
    """Make stores of the same place, as two processes would."""
    for name, value in fleet.env().items():
        if name.startswith("AWS_"):
            monkeypatch.setenv(name, value)
    url = f"s3://{fleet.bucket}/race-{next(_COUNT)}"

    def make() -> Store:
        if request.param == "a folder":
            return Folder(tmp_path / "out")
        clients = Clients(Connection())
        return S3Store(CallContext(clients, RateLimiter(1.0), RunClock()), MANAGEMENT, url)

    yield make
    fleet.set_faults()


def _latest(store: Store) -> tuple[str, str]:
    content: dict[str, Any] = json.loads(store.get(LATEST) or b"{}")
    return content["run_id"], content["last_complete"]["run_id"]


@pytest.mark.parametrize("before", [[], [MONDAY]], ids=["no run was published before", "a run was published before"])
@pytest.mark.parametrize(
    ("slow", "quick", "expected"),
    [
        pytest.param((TUESDAY, True), (WEDNESDAY, True), (WEDNESDAY, WEDNESDAY), id="the slow run is the earlier one"),
        pytest.param((WEDNESDAY, True), (TUESDAY, True), (WEDNESDAY, WEDNESDAY), id="the slow run is the later one"),
        pytest.param((WEDNESDAY, False), (TUESDAY, True), (WEDNESDAY, TUESDAY), id="the later run is incomplete"),
        pytest.param((TUESDAY, True), (WEDNESDAY, False), (WEDNESDAY, TUESDAY), id="the earlier run is complete"),
    ],
)
def test_a_publication_between_read_and_write_is_not_undone(
    store: Callable[[], Store],
    before: list[str],
    slow: tuple[str, bool],
    quick: tuple[str, bool],
    expected: tuple[str, str],
) -> None:
    own, other = store(), store()
    for run_id in before:
        publish(own, manifest(run_id), THURSDAY)

    publish(
        Meddling(own, [lambda: publish(other, manifest(quick[0], complete=quick[1]), THURSDAY)]),
        manifest(slow[0], complete=slow[1]),
        THURSDAY,
    )

    assert _latest(own) == expected


def test_an_object_that_vanishes_meanwhile_is_written_anew(fleet: Fleet, store: Callable[[], Store]) -> None:
    own = store()
    publish(own, manifest(MONDAY), THURSDAY)
    if isinstance(own, Folder):
        vanish: Callable[[], object] = (own.path / LATEST).unlink
    else:
        s3: Any = own._client().call_context.clients.get("s3", "us-east-1")  # type: ignore[attr-defined]  # of S3Store

        def vanish() -> None:
            with sign_with(own._client().call_context.clients.default_credentials()):  # type: ignore[attr-defined]  # likewise
                s3.delete_object(Bucket=fleet.bucket, Key=own.url(LATEST).split("/", 3)[3])

    result = publish(Meddling(own, [vanish]), manifest(TUESDAY), THURSDAY)

    assert result.published
    assert _latest(own) == (TUESDAY, TUESDAY)


def test_a_run_that_always_loses_says_that_it_is_not_published(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    numbers = itertools.count()

    def disturb() -> None:
        folder.put(LATEST, Blob(b"%d" % next(numbers)))

    result = publish(Meddling(folder, [disturb] * 1000), manifest(MONDAY), THURSDAY)

    assert not result.published
    assert "other runs replaced latest.json" in result.refusal


def test_a_store_without_conditional_replacement_is_named(tmp_path: Path) -> None:
    result = publish(Unconditional(Folder(tmp_path), []), manifest(MONDAY), THURSDAY)

    assert result.published
    assert "cannot make a write depend on" in result.note
    assert _latest(Folder(tmp_path)) == (MONDAY, MONDAY)


def test_many_threads_publish_and_the_latest_run_wins(store: Callable[[], Store]) -> None:
    ids = [f"202611{day:02}T020000Z-x" for day in range(10, 22)]
    results: dict[str, Publication] = {}

    def publish_in_turn(run_id: str) -> None:
        results[run_id] = publish(store(), manifest(run_id), THURSDAY)

    threads = [threading.Thread(target=publish_in_turn, args=(run_id,)) for run_id in ids]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert _latest(store()) == (ids[-1], ids[-1])
    assert all(result.published or "names the later run" in result.refusal for result in results.values())


_PUBLISH = """
import sys
from auditor.archive.latest import publish
from auditor.store.folder import Folder
from tests.archive.test_latest import THURSDAY, manifest
for run_id in sys.argv[2:]:
    publish(Folder(sys.argv[1]), manifest(run_id), THURSDAY)
"""


def test_processes_publish_into_one_folder_and_the_latest_run_wins(tmp_path: Path) -> None:
    ids = [f"202611{day:02}T{hour:02}0000Z-x" for day in range(10, 24) for hour in range(24)]
    command = [sys.executable, "-c", _PUBLISH, str(tmp_path)]
    processes = [subprocess.Popen([*command, *ids[first::3]], cwd=ROOT) for first in range(3)]

    assert [process.wait() for process in processes] == [0, 0, 0]

    assert _latest(Folder(tmp_path)) == (ids[-1], ids[-1])
    assert [path.name for path in tmp_path.iterdir()] == [LATEST]
