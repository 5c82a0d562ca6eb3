"""Objects that the output refuses are kept in the spool and delivered later in their original order."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from auditor.domain.errors import StorageError
from auditor.store.folder import Folder
from auditor.store.spool import SpoolingStore
from auditor.store.store import HTML, NDJSON, AlreadyExists, Blob
from tests.store.stubs import Memory


@pytest.fixture
def spool(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "spool")


def test_the_spool_and_its_files_can_be_read_by_their_owner_only(tmp_path: Path) -> None:
    spool = Folder(tmp_path / "shared" / "spool", private=True)
    umask = os.umask(0)
    try:
        filled(Memory(refuses=lambda _: True), spool)
    finally:
        os.umask(umask)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (spool.path, *spool.path.rglob("*"))}
    assert {mode for name, mode in modes.items() if (spool.path / "z" / name).is_file()} == {0o600}
    assert (modes["spool"], modes["z"], modes["findings"]) == (0o700, 0o700, 0o600)


@pytest.mark.parametrize("planted", ["link", "open to others", "file"])
def test_a_spool_that_another_user_may_have_made_is_refused(tmp_path: Path, planted: str) -> None:
    spool = Folder(tmp_path / "spool", private=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    if planted == "link":
        spool.path.symlink_to(elsewhere)
    elif planted == "file":
        spool.path.touch(mode=0o600)
    else:
        spool.path.mkdir()
        spool.path.chmod(0o777)

    with pytest.raises(StorageError, match=r"The spool failed, too: .* is not a folder that only this user"):
        filled(Memory(refuses=lambda _: True), spool)

    assert list(elsewhere.iterdir()) == []


def test_a_spool_of_another_owner_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spool = Folder(tmp_path / "spool", private=True)
    spool.path.mkdir(mode=0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 54321)

    with pytest.raises(StorageError, match="is not a folder that only this user has access to"):
        spool.put("a", Blob(b"1"))


def filled(first: Memory, spool: Folder) -> SpoolingStore:
    """Write three objects to a store that refuses all of them."""
    spooling = SpoolingStore(first, spool)
    spooling.put("z/findings", Blob(b"rows", NDJSON, "gzip"))
    spooling.put("m/manifest", Blob(b"{}", once=True))
    spooling.put("a/latest", Blob(b"<p>", HTML))
    return spooling


def test_delivered_objects_never_create_the_spool(spool: Folder) -> None:
    first = Memory()
    spooling = SpoolingStore(first, spool)

    spooling.put("a", Blob(b"1"))

    assert first.blobs == {"a": Blob(b"1")}
    assert (spooling.get("a"), spooling.spooled.refusal, spooling.deliver()) == (b"1", None, ())
    assert spooling.url("a") == "memory://a"
    assert not spool.path.exists()


def test_refused_objects_are_kept_in_the_spool_under_their_keys(spool: Folder) -> None:
    spooling = filled(Memory(refuses=lambda _: True), spool)

    assert [spool.get(key) for key in ("z/findings", "m/manifest", "a/latest")] == [b"rows", b"{}", b"<p>"]
    assert str(spooling.spooled.refusal) == "Refused z/findings.\n  -> Allow it."
    assert spooling.url("z/findings") == spool.url("z/findings")


def test_the_first_store_is_not_called_again_after_a_refusal(spool: Folder) -> None:
    first = Memory(refuses=lambda _: True)

    filled(first, spool)

    assert first.asked == ["z/findings"]


def test_spooled_objects_are_delivered_in_order_with_their_labels(spool: Folder) -> None:
    first = Memory(refuses=lambda _: True)
    spooling = filled(first, spool)
    first.refuses = lambda _: False

    assert spooling.deliver() == ()

    assert list(first.blobs.items()) == [
        ("z/findings", Blob(b"rows", NDJSON, "gzip")),
        ("m/manifest", Blob(b"{}", once=True)),
        ("a/latest", Blob(b"<p>", HTML)),
    ]
    assert spooling.spooled.refusal is None
    assert spooling.url("a/latest") == "memory://a/latest"
    assert not spool.path.exists(), "no results stay on this machine"


def test_the_first_store_is_used_again_after_a_delivery(spool: Folder) -> None:
    first = Memory(refuses=lambda _: True)
    spooling = filled(first, spool)
    first.refuses = lambda _: False
    spooling.deliver()

    spooling.put("later", Blob(b"1"))

    assert first.keys[-1] == "later"


def test_undelivered_keys_are_returned_and_their_objects_kept(spool: Folder) -> None:
    spooling = filled(Memory(refuses=lambda _: True), spool)

    assert spooling.deliver() == ("a/latest", "m/manifest", "z/findings")
    assert spooling.spooled.refusal is not None
    assert spool.get("m/manifest") == b"{}"


def test_no_object_is_delivered_before_an_earlier_refused_one(spool: Folder) -> None:
    first = Memory(refuses=lambda _: True)
    spooling = filled(first, spool)
    first.refuses = lambda key: key == "m/manifest"

    assert spooling.deliver() == ("a/latest", "m/manifest")

    assert first.keys == ["z/findings"]
    assert spool.get("z/findings") is None
    assert spool.get("a/latest") == b"<p>"
    assert spooling.url("z/findings") == "memory://z/findings"
    assert str(spooling.spooled.refusal).startswith("Refused m/manifest.")


def test_a_cleared_spool_is_an_error(spool: Folder) -> None:
    first = Memory(refuses=lambda _: True)
    spooling = filled(first, spool)
    first.refuses = lambda _: False
    spool.discard("z/findings")

    with pytest.raises(StorageError, match="is missing"):
        spooling.deliver()

    assert first.blobs == {}


def test_an_object_of_another_writer_is_not_a_refusal(spool: Folder) -> None:
    first = Memory()
    first.put("claim", Blob(b"theirs", once=True))
    spooling = SpoolingStore(first, spool)

    with pytest.raises(AlreadyExists):
        spooling.put("claim", Blob(b"ours", once=True))

    assert spooling.spooled.refusal is None
    assert not spool.path.exists()


def test_an_error_of_both_stores_names_both(tmp_path: Path) -> None:
    (tmp_path / "spool").write_text("a file", encoding="utf-8")
    spooling = SpoolingStore(Memory(refuses=lambda _: True), Folder(tmp_path / "spool"))

    with pytest.raises(StorageError) as caught:
        spooling.put("a", Blob(b"1"))

    assert caught.value.message.startswith("Refused a. The spool failed, too: Cannot write")
    assert caught.value.advice == "Allow it. Choose a folder that this user can write to, on a disk with free space."


def test_nothing_is_lost_if_the_store_fails_during_concurrent_writes(spool: Folder) -> None:
    first = Memory(refuses=lambda _: len(first.asked) > 100)
    spooling = SpoolingStore(first, spool)
    keys = [f"findings/{number}" for number in range(300)]

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda key: spooling.put(key, Blob(key.encode())), keys))
    waiting = set(keys) - set(first.keys)
    assert waiting
    assert {key for key in keys if spool.get(key) == key.encode()} == waiting
    first.refuses = lambda _: False

    assert spooling.deliver() == ()
    assert {key: blob.body for key, blob in first.blobs.items()} == {key: key.encode() for key in keys}
