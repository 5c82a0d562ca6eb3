"""`auditor verify` on a folder: what it says and exits with."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from auditor.store.folder import Folder
from tests.archive.test_verify import FINDINGS, RUN, drop_a_row, write_run
from tests.commands.results import demo_output


@pytest.fixture
def output(tmp_path: Path) -> Path:
    write_run(Folder(tmp_path), RUN, None)
    return tmp_path


def verify(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["verify", *arguments])


def test_a_run_that_is_as_it_was_written_exits_with_0(output: Path) -> None:
    result = verify("--from", str(output))

    assert result.exit_code == 0
    assert result.output.endswith("confirmed by latest.json.\nEverything is as it was written.\n")


def test_a_dropped_row_is_named_and_exits_with_6(output: Path) -> None:
    drop_a_row(output / FINDINGS)

    result = verify(RUN, "--from", str(output))
    document = json.loads(verify(RUN, "--from", str(output), "--format", "json").output)

    assert result.exit_code == 6
    assert f"Other rows  {FINDINGS}: 1 rows, the manifest lists 2" in result.output
    assert "NOT VERIFIED: 2 discrepancies." in result.output
    assert [entry["mismatch"] for entry in document["discrepancies"]] == ["changed", "rows"]


def test_a_dropped_failure_is_named(tmp_path: Path) -> None:
    output = demo_output(tmp_path / "demo")
    account = next(output.glob("findings/*/*/111122223333.jsonl.gz"))
    lines = gzip.decompress(account.read_bytes()).splitlines(keepends=True)
    dropped = next(line for line in lines if json.loads(line)["status"] == "FAIL")
    account.write_bytes(gzip.compress(b"".join(line for line in lines if line != dropped)))

    result = verify("--from", str(output))

    row = json.loads(dropped)
    arn = row["resource"]["arn"].rpartition(":")[0]
    assert f"finding {row['finding_id']} is missing: {row['check_id']} fails for {arn}" in result.output
    assert "NOT VERIFIED: 3 discrepancies." in result.output


def test_a_run_that_nothing_confirms_exits_with_4(output: Path) -> None:
    (output / "latest.json").unlink()

    result = verify(RUN, "--from", str(output))

    assert result.exit_code == 4
    assert "--manifest-sha256 HEX" in result.output


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        pytest.param((RUN,), 2, "--from: is required", id="no place"),
        pytest.param(("yesterday", "--from", "."), 2, "'yesterday' does not start with a time", id="no run ID"),
        pytest.param((RUN, "--from", "nowhere"), 1, "does not exist", id="no such run"),
        pytest.param(("--from", "nowhere"), 1, "latest.json is not usable: it does not exist", id="no latest run"),
        pytest.param((RUN, "--from", ".", "--manifest-sha256", "1a2b"), 2, "is not a SHA-256", id="half a digest"),
    ],
)
def test_a_mistake_says_what_to_do(arguments: tuple[str, ...], code: int, message: str) -> None:
    result = verify(*arguments)

    assert (result.exit_code, message in result.output) == (code, True), result.output
