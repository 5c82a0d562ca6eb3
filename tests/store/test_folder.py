"""A folder as a store: complete files or none, one winner, and errors with advice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest

from auditor.domain.errors import StorageError
from auditor.store.folder import Folder
from auditor.store.store import AlreadyExists, Blob

BIG = 300_000


def files(folder: Path) -> list[str]:
    """Return every file below a folder, including hidden ones."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_an_object_is_stored_under_its_key(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep" / "out")

    folder.put("runs/1/summary.json", Blob(b"{}"))

    assert folder.get("runs/1/summary.json") == b"{}"
    assert files(tmp_path) == ["deep/out/runs/1/summary.json"]
    assert folder.url("runs/1/summary.json") == str(tmp_path / "deep/out/runs/1/summary.json")
    assert folder.url() == str(tmp_path / "deep/out")


def test_nothing_is_created_before_the_first_write(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")

    assert folder.get("latest.json") is None
    assert files(tmp_path) == []
    assert not (tmp_path / "out").exists()


def test_a_later_write_replaces_an_earlier_one(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put("latest.json", Blob(b"old"))

    folder.put("latest.json", Blob(b"new"))

    assert folder.get("latest.json") == b"new"
    assert files(tmp_path) == ["latest.json"]


def test_an_object_written_once_is_not_replaced(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put("claim", Blob(b"mine", once=True))

    with pytest.raises(AlreadyExists, match="claim already exists"):
        folder.put("claim", Blob(b"yours", once=True))

    assert folder.get("claim") == b"mine"
    assert files(tmp_path) == ["claim"], "the temporary file of the second writer is removed"


def test_writing_the_same_bytes_again_is_allowed(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.put("claim", Blob(b"mine", once=True))

    folder.put("claim", Blob(b"mine", once=True))

    assert files(tmp_path) == ["claim"]


def test_exactly_one_of_many_concurrent_writers_wins(tmp_path: Path) -> None:
    start = Barrier(16)

    def claim(number: int) -> bool:
        body = f"{number:02}".encode() * 1_000
        start.wait(20)
        try:
            Folder(tmp_path).put("state/claim", Blob(body, once=True))
        except AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(16) as threads:
        won = list(threads.map(claim, range(16)))

    assert won.count(True) == 1
    assert Folder(tmp_path).get("state/claim") == f"{won.index(True):02}".encode() * 1_000
    assert files(tmp_path) == ["state/claim"]


def test_a_reader_never_sees_a_partial_file(tmp_path: Path) -> None:
    folder, bodies, over = Folder(tmp_path), [b"a" * BIG, b"b" * BIG], Event()
    folder.put("latest.json", Blob(bodies[0]))

    def write(body: bytes) -> None:
        while not over.is_set():
            folder.put("latest.json", Blob(body))

    with ThreadPoolExecutor(2) as threads:
        writers = [threads.submit(write, body) for body in bodies]
        try:
            seen = {folder.get("latest.json") for _ in range(300)}
        finally:
            over.set()
        for writer in writers:
            writer.result(20)

    assert seen <= set(bodies)
    assert files(tmp_path) == ["latest.json"]


def test_many_threads_can_write_below_one_new_folder(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "out")

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(lambda number: folder.put(f"findings/dt=1/{number}", Blob(b"x")), range(64)))

    assert len(files(tmp_path)) == 64


def test_a_file_in_place_of_the_folder_is_an_error_with_advice(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    folder = Folder(tmp_path / "out")

    assert_refused(lambda: folder.put("latest.json", Blob(b"x")), "Cannot write")
    assert_refused(lambda: folder.get("latest.json"), "Cannot read")
    assert (tmp_path / "out").read_text(encoding="utf-8") == "a file"


def test_a_folder_in_place_of_the_file_is_an_error_and_leaves_no_files(tmp_path: Path) -> None:
    (tmp_path / "latest.json").mkdir()
    folder = Folder(tmp_path)

    assert_refused(lambda: folder.put("latest.json", Blob(b"x")), "Cannot write")
    assert_refused(lambda: folder.get("latest.json"), "Cannot read")
    assert files(tmp_path) == []


def test_an_impossible_path_is_an_error_with_advice(tmp_path: Path) -> None:
    assert_refused(lambda: Folder(tmp_path / "a\0b").put("x", Blob(b"x")), "Cannot write")
    assert_refused(lambda: Folder(tmp_path / ("n" * 300)).put("x", Blob(b"x")), "File name too long")


def test_the_old_file_survives_a_size_limit(tmp_path: Path) -> None:
    Folder(tmp_path).put("latest.json", Blob(b"old"))
    program = f"""
import resource
from auditor.domain.errors import StorageError
from auditor.store.folder import Folder
from auditor.store.store import Blob

resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    Folder({str(tmp_path)!r}).put("latest.json", Blob(b"x" * {BIG}))
except StorageError as error:
    print(error)
"""

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    message, advice = done.stdout.splitlines()
    assert message == f"Cannot write {tmp_path}/latest.json: File too large."
    assert advice == "  -> Choose a folder that this user can write to, on a disk with free space."
    assert done.stderr == ""
    assert Folder(tmp_path).get("latest.json") == b"old"
    assert files(tmp_path) == ["latest.json"]


def test_the_old_file_survives_a_full_disk(small_disk: Path) -> None:
    folder = Folder(small_disk)
    folder.put("latest.json", Blob(b"old"))

    assert_refused(lambda: folder.put("latest.json", Blob(b"x" * BIG)), "No space left on device")

    assert folder.get("latest.json") == b"old"
    assert files(small_disk) == ["latest.json"]
    folder.put("latest.json", Blob(b"new"))
    assert folder.get("latest.json") == b"new"


def test_a_read_only_folder_is_an_error_with_advice(small_disk: Path) -> None:
    mount("-o", "remount,ro", str(small_disk))

    assert_refused(lambda: Folder(small_disk).put("latest.json", Blob(b"x")), "Read-only file system")


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_missing_permission_is_an_error_with_advice(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert_refused(lambda: Folder(tmp_path).put("latest.json", Blob(b"x")), "Permission denied")
    finally:
        tmp_path.chmod(0o700)


def test_a_file_system_without_files_is_an_error_with_advice() -> None:
    assert_refused(lambda: Folder("/proc/auditor").put("latest.json", Blob(b"x")), "Cannot write /proc/auditor")


def test_discarding_a_file_removes_empty_folders(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "spool")
    for key in ("runs/1/a", "runs/1/b", "runs/2/c"):
        folder.put(key, Blob(b"x"))

    folder.discard("runs/1/a")
    assert files(tmp_path) == ["spool/runs/1/b", "spool/runs/2/c"]
    folder.discard("runs/1/b")
    assert not (tmp_path / "spool/runs/1").exists()
    folder.discard("runs/2/c")
    folder.discard("runs/2/c")

    assert tmp_path.exists()
    assert not (tmp_path / "spool").exists()


def assert_refused(act: Callable[[], object], text: str) -> None:
    with pytest.raises(StorageError) as caught:
        act()
    assert text in caught.value.message
    assert caught.value.advice == "Choose a folder that this user can write to, on a disk with free space."


def mount(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    done = mount("-t", "tmpfs", "-o", "size=64k", "none", str(disk))
    if done.returncode:
        pytest.skip(f"cannot mount a small disk: {done.stderr.strip()}")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("key", ["../x", "a/../../x", "/etc/passwd", "", "a//b", "a/./b"])
def test_a_key_that_could_leave_the_folder_is_neither_read_nor_written(tmp_path: Path, key: str) -> None:
    (tmp_path / "x").write_bytes(b"outside")
    folder = Folder(tmp_path / "out")

    with pytest.raises(StorageError, match="is not the key of an object"):
        folder.get(key)
    with pytest.raises(StorageError, match="is not the key of an object"):
        folder.put(key, Blob(b"evil"))

    assert (tmp_path / "x").read_bytes() == b"outside"


def test_the_keys_below_a_folder_are_sorted_and_leave_drafts_out(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    for key in ("runs/2/b.json", "runs/1/b.json", "runs/1/a/x.json", "runs/1/.hidden", "runs/10/a.json", "latest.json"):
        folder.put(key, Blob(b"{}"))
    (tmp_path / "runs/1/.b.json.0a.part").write_bytes(b"{")

    assert folder.list_keys("runs/1/") == ["runs/1/.hidden", "runs/1/a/x.json", "runs/1/b.json"]
    assert folder.list_keys("changes/") == []


def test_a_folder_that_cannot_be_listed_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "runs").symlink_to(tmp_path / "runs")

    with pytest.raises(StorageError, match="Cannot list"):
        Folder(tmp_path).list_keys("runs/")
