"""Names of pipes, devices, sockets, folders and endless files, at every flag that names a file: an error in no time."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from auditor.cli import main
from auditor.store import local_file

VALID = '{"family": "web", "containerDefinitions": [{"name": "a", "image": "nginx"}]}'


def _pipe(path: Path) -> str:
    os.mkfifo(path)
    return str(path)


def _socket(path: Path) -> str:
    with socket.socket(socket.AF_UNIX) as listener:
        os.chdir(path.parent)  # the path of a socket has at most 107 characters
        listener.bind(path.name)
    return str(path)


def _folder(path: Path) -> str:
    path.mkdir()
    return str(path)


def _sparse(path: Path) -> str:
    with path.open("wb") as file:
        file.truncate(1 << 40)
    return str(path)


def _loop(path: Path) -> str:
    path.symlink_to(path)
    return str(path)


def _linked_pipe(path: Path) -> str:
    os.mkfifo(path.with_suffix(".pipe"))
    path.symlink_to(path.with_suffix(".pipe"))
    return str(path)


#: Kind of file -> how it is made, and what the message says.
KINDS: dict[str, tuple[Callable[[Path], str], str]] = {
    "a pipe without a writer": (_pipe, "is a pipe that no program writes to"),
    "a link to a pipe without a writer": (_linked_pipe, "is a pipe that no program writes to"),
    "a socket": (_socket, "is a socket, not a file"),
    "a folder": (_folder, "is a folder, not a file"),
    "a sparse file of 1 TiB": (_sparse, "is too large: more than 100,000,000 bytes"),
    "a link to itself": (_loop, "Too many levels of symbolic links"),
    "a file that is missing": (str, "No such file or directory"),
    "the device zero": (lambda _: "/dev/zero", "is a device, not a file"),
    "the device random": (lambda _: "/dev/urandom", "is a device, not a file"),
    "the null device": (lambda _: "/dev/null", "is a device, not a file"),
    "the memory of the process": (lambda _: "/proc/self/mem", "Input/output error"),
}
#: Flag -> the command line with that flag, for a valid FILE.
FLAGS = {
    "check FILE": ["check", "ODD"],
    "check --parameters": ["check", "FILE", "--parameters", "ODD"],
    "--settings": ["check", "FILE", "--settings", "ODD"],
    "--inventory": ["validate", "--inventory", "ODD"],
    "a check in --checks-folder": ["checks", "--checks-folder", "FOLDER"],
}


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Keep the waits for writers short; and return to the folder afterwards."""
    monkeypatch.setattr(local_file, "NO_WRITER", 0.1)
    monkeypatch.setattr(local_file, "SILENCE", 0.2)
    monkeypatch.chdir(tmp_path)
    with patch.dict(os.environ):
        yield


#: A folder does not list a file that is missing.
_IMPOSSIBLE = ("a file that is missing", "a check in --checks-folder")
CASES = [pair for pair in itertools.product(KINDS, FLAGS) if pair != _IMPOSSIBLE]


@pytest.mark.parametrize(("kind", "flag"), CASES, ids=[f"{kind} as {flag}" for kind, flag in CASES])
def test_a_file_of_another_kind_is_an_error_that_names_it(tmp_path: Path, kind: str, flag: str) -> None:
    folder = tmp_path / "checks"
    folder.mkdir()
    (tmp_path / "valid.json").write_text(VALID, encoding="utf-8")
    make, message = KINDS[kind]
    odd = make(folder / "odd.yaml")
    if "FOLDER" in FLAGS[flag]:
        if odd.startswith(("/dev", "/proc")):
            (folder / "odd.yaml").symlink_to(odd)
        odd = str(folder / "odd.yaml")
    places = {"ODD": odd, "FILE": str(tmp_path / "valid.json"), "FOLDER": str(folder)}

    result = CliRunner().invoke(main, [places.get(word, word) for word in FLAGS[flag]], prog_name="auditor")

    assert result.exit_code == 2, result.output
    assert f"{odd}: " in result.stderr
    assert message in result.stderr
    assert "  -> " in result.stderr


def test_a_pipe_whose_writer_says_nothing_is_an_error(tmp_path: Path) -> None:
    pipe = _pipe(tmp_path / "pipe")
    writer = os.open(pipe, os.O_RDWR)

    with pytest.raises(OSError, match="nothing was written to it for"):
        local_file.read_file(pipe)

    os.close(writer)


def test_a_pipe_that_never_ends_is_too_large(tmp_path: Path) -> None:
    assert _read_pipe("yes", tmp_path) == "is too large: more than 1,000,000 bytes"


def test_the_output_of_a_slow_program_is_read_through_a_pipe(tmp_path: Path) -> None:
    assert _read_pipe("sleep 0.3; echo 12345; sleep 0.3; echo 67890", tmp_path) == "12 bytes"


_READ = """
import sys
from auditor.store.local_file import read_file
try:
    print(len(read_file(sys.argv[1], 1_000_000)), "bytes")
except OSError as error:
    print(error.strerror)
"""


def _read_pipe(program: str, folder: Path) -> str:
    """Read the output of a program as `auditor check <(program)` does."""
    (folder / "read.py").write_text(_READ, encoding="utf-8")
    command = ["bash", "-c", f'"{sys.executable}" read.py <({program})']
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=folder, env=environment)
    return done.stdout.strip() or done.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read every file")
def test_a_file_without_permission_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "secret.json"
    path.write_text(VALID, encoding="utf-8")
    path.chmod(0)

    result = CliRunner().invoke(main, ["check", str(path)], prog_name="auditor")

    assert (result.exit_code, "Permission denied" in result.stderr) == (2, True)
