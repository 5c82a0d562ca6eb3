"""A private folder: files are created with their mode and replace nothing."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.domain.errors import ConfigError, StorageError
from auditor.store import private


@pytest.fixture(autouse=True)
def _open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def test_files_are_private_with_any_umask(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"

    private.write(folder, {"secret": ("x", private.READ), "script": ("y", private.RUN)})

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"b": 0o700, "secret": 0o600, "script": 0o700}
    assert (folder / "secret").read_text(encoding="utf-8") == "x"


def test_no_file_is_replaced_and_no_link_is_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (tmp_path / "link").symlink_to(elsewhere)
    (tmp_path / "existing").write_text("theirs", encoding="utf-8")

    for name in ("link", "existing"):
        with pytest.raises(StorageError):
            private.write(tmp_path, {name: ("ours", private.READ)})

    assert not elsewhere.exists()
    assert (tmp_path / "existing").read_text(encoding="utf-8") == "theirs"


def test_only_a_new_or_empty_folder_is_free(tmp_path: Path) -> None:
    private.must_be_free(tmp_path)
    private.must_be_free(tmp_path / "new")

    (tmp_path / "file").touch()
    for taken in (tmp_path, tmp_path / "file"):
        with pytest.raises(ConfigError, match="not empty"):
            private.must_be_free(taken)
