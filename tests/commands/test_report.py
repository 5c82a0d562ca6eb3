"""`auditor report`: the page of a stored run, byte for byte, and the evidence for one control."""

from __future__ import annotations

import gzip
import json
import shutil
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from auditor.cli import main
from tests.commands.results import demo_output, rows

CONTROL = "cis-compute-1.1/3.4"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demo_output(tmp_path_factory.mktemp("demo"))


def report(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["report", *arguments])


def only(output: Path, pattern: str) -> Path:
    (path,) = output.glob(pattern)
    return path


def test_the_page_is_rendered_again_byte_for_byte_also_from_a_copy(demo: Path, tmp_path: Path) -> None:
    copy, page = tmp_path / "copy", tmp_path / "page.html"
    shutil.copytree(demo, copy)

    result = report("--from", str(copy), "-o", str(page))

    assert (result.exit_code, result.output.split(": ")[1].split()[0]) == (0, "identical"), result.output
    assert page.read_bytes() == only(demo, "runs/*/report.html").read_bytes()


def test_the_page_is_rendered_from_the_data_and_not_copied(demo: Path, tmp_path: Path) -> None:
    copy, page = tmp_path / "copy", tmp_path / "page.html"
    shutil.copytree(demo, copy)
    original = only(copy, "runs/*/report.html")
    body = original.read_bytes()
    original.unlink()

    assert report("--from", str(copy), "-o", str(page)).exit_code == 0
    assert page.read_bytes() == body


@pytest.mark.parametrize(
    "pattern", ["findings/*/*/111122223333.jsonl.gz", "coverage/*/*/1*.gz", "runs/*/result.json.gz"]
)
def test_changed_data_is_not_rendered(demo: Path, tmp_path: Path, pattern: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(demo, copy)
    changed = next(copy.glob(pattern))
    changed.write_bytes(gzip.compress(gzip.decompress(changed.read_bytes()).replace(b"FAIL", b"PASS") + b"\n"))

    result = report("--from", str(copy), "-o", str(tmp_path / "page.html"))

    assert result.exit_code == 1
    assert f"{changed} is missing or does not match its SHA-256 in the manifest" in result.output
    assert not (tmp_path / "page.html").exists()


def test_the_evidence_for_a_control_is_what_failed_passed_and_was_not_seen(demo: Path) -> None:
    evidence = json.loads(report("--from", str(demo), "--control", CONTROL, "--format", "json").output)

    findings = [row for row in rows(demo, "findings") if CONTROL in row["frameworks"]]
    listed = {name: len(evidence[name]) for name in ("failed", "passed", "unknown")}
    counted = Counter(row["status"] for row in findings)
    assert listed == {"failed": counted["FAIL"], "passed": counted["PASS"], "unknown": counted["UNKNOWN"]}
    assert evidence["checks"] == sorted({row["check_id"] for row in findings})
    assert evidence["passing"] == counted["PASS"]
    collectors = {"ecs-task-definitions", "ecs-daemon-task-definitions"}
    gaps = {
        (row["account_id"], row["region"], row["collector"])
        for row in rows(demo, "coverage")
        if row["status"] != "EXAMINED" and row["collector"] in collectors
    }
    assert {(gap["account_id"], gap["region"], gap["collector"]) for gap in evidence["not_examined"]} == gaps
    assert min(*listed.values(), len(gaps)) > 0


def test_the_evidence_as_text_names_what_was_not_seen_before_what_passed(demo: Path) -> None:
    text = report("--from", str(demo), "--control", CONTROL).output

    assert text.index("Failed: ") < text.index("Not examined: ") < text.index("Passed: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("--control", "cis-3.4"), "Did you mean cis-compute-1.1/3.4", id="a control that does not exist"),
        pytest.param(("-o", "/"), "/ is not a file", id="a folder as the file"),
    ],
)
def test_a_mistake_says_what_to_do(demo: Path, arguments: tuple[str, ...], message: str) -> None:
    result = report("--from", str(demo), *arguments)

    assert (result.exit_code, message in result.output) == (2, True), result.output
