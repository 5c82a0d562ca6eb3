"""The real command writes every export next to the rows, and an export that fails costs nothing else."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fleet.faults import Fault
from tests.fleet.organization import DEFAULT_REGIONS, Shape
from tests.fleet.running import Fleet, running
from tests.nightly.night import Night, audit, command

pytestmark = pytest.mark.slow

RUN = "20261123T020000Z-exports"
PROCESSES = ("--workers", "8", "--processes", "2")


@pytest.fixture(scope="module")
def fleet() -> Iterator[Fleet]:
    with running(Shape(accounts=16, regions=2)) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def night(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Night:
    pytest.importorskip("pyarrow", reason="needs the extra `parquet`")
    fleet.set_faults(Fault("access-denied", services=("ecs",), region=DEFAULT_REGIONS[1]))
    done = audit(fleet, tmp_path_factory.mktemp("night"), "--export", "csv,ocsf,asff,parquet,oscal", *PROCESSES)
    fleet.set_faults()
    return done


def exports(done: Night) -> dict[str, bytes]:
    """Return the exports below the folder of the run, by their path in it."""
    folder = done.output / "runs" / done.latest["run_id"] / "exports"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_account_is_exported_in_every_format(night: Night) -> None:
    count = Counter(name.partition("/")[0] for name in exports(night))

    assert night.code == 4, night.stderr
    assert {name: count[name] for name in ("csv", "ocsf", "parquet", "oscal")} == {
        "csv": 32,
        "ocsf": 16,
        "parquet": 16,
        "oscal": 16,
    }
    assert count["asff"] >= 16


def test_the_manifest_lists_every_export(night: Night) -> None:
    prefix = f"runs/{night.latest['run_id']}/exports/"
    listed = {entry["key"]: entry["sha256"] for entry in night.manifest()["objects"] if entry["key"].startswith(prefix)}

    assert listed == {f"{prefix}{name}": hashlib.sha256(body).hexdigest() for name, body in exports(night).items()}


def test_the_exports_are_verified_with_the_run(night: Night) -> None:
    environment = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])}
    verified = command(["verify", "--from", str(night.output)], night.output, environment)
    changed = next((night.output / "runs").rglob("*-findings.csv"))
    body = changed.read_bytes()
    changed.write_bytes(body + b"\r\n")
    damaged = command(["verify", "--from", str(night.output)], night.output, environment)
    changed.write_bytes(body)

    assert verified.code == 0, verified.stderr
    assert damaged.code != 0
    assert changed.name in damaged.stdout + damaged.stderr


def test_every_row_and_every_gap_is_in_each_export_of_findings(night: Night) -> None:
    findings = Counter(row["status"] for row in night.findings())
    gaps = Counter(row["status"] for row in night.coverage() if row["status"] != "EXAMINED")
    files = exports(night)
    texts = {name: body.decode("utf-8-sig") for name, body in files.items() if name.endswith(".csv")}
    tables = {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}
    events = [
        json.loads(line)
        for name, body in files.items()
        if name.startswith("ocsf/")
        for line in gzip.decompress(body).splitlines()
    ]
    imported = [
        finding for name, body in files.items() if name.startswith("asff/") for finding in json.loads(body)["Findings"]
    ]

    assert gaps == {"NOT_EXAMINED": 16}
    assert Counter(row["status"] for name, rows in tables.items() if "-findings" in name for row in rows) == findings
    assert Counter(row["status"] for name, rows in tables.items() if "-gaps" in name for row in rows) == gaps
    assert Counter(event["status_code"] for event in events) == findings + gaps
    assert Counter(finding["Compliance"]["Status"] for finding in imported) == {
        "FAILED": findings["FAIL"],
        "PASSED": findings["PASS"],
        "WARNING": 16,
    }


@pytest.fixture(scope="module")
def broken(fleet: Fleet, tmp_path_factory: pytest.TempPathFactory) -> Night:
    """Return a night whose output refuses one format: a file stands where the folder of the format would be."""
    tmp_path = tmp_path_factory.mktemp("broken")
    folder = tmp_path / "out" / "runs" / RUN / "exports"
    folder.mkdir(parents=True)
    (folder / "asff").write_text("in the way", encoding="utf-8")
    flags = ("--export", "asff,csv", "--run-id", RUN, "--spool", str(tmp_path / "spool"))
    return audit(fleet, tmp_path, *flags, *PROCESSES)


def test_a_refused_export_costs_neither_rows_nor_report_nor_other_exports(broken: Night) -> None:
    listed = {entry["key"].split("/")[3] for entry in broken.manifest()["objects"] if "/exports/" in entry["key"]}

    assert broken.code == 1
    assert broken.latest["run_id"] == RUN
    assert len(broken.findings()) > 16
    assert "</html>" in broken.report()
    assert listed == {"csv"}
    assert sum(name.startswith("csv/") for name in exports(broken)) == 32


def test_a_refused_export_is_named_with_where_its_files_are(broken: Night) -> None:
    spool = broken.output.parent / "spool"
    summary = broken.stderr.partition("EXPORT FAILED: ")[2]
    logged = [json.loads(line) for line in broken.stderr.splitlines() if "An export failed" in line]
    kept = list(spool.rglob("asff/*/*/*.json"))

    assert len(kept) >= 16
    assert summary.startswith(f"asff: the output refused {len(kept)} files: ")
    assert str(spool) in summary
    assert [(line["level"], line["detail"][:5]) for line in logged] == [("ERROR", "asff:")]


@pytest.mark.parametrize("where", ["flag", "settings"])
def test_parquet_without_its_package_ends_with_2_before_the_run(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    settings = tmp_path / "settings.yaml"
    settings.write_text("export: parquet\n", encoding="utf-8")
    flags = ("--export", "parquet") if where == "flag" else ("--settings", str(settings))
    done = audit(fleet, tmp_path, *flags, in_process=True)

    assert done.code == 2
    assert "pip install 'auditor[parquet]'" in done.stderr
    assert not done.output.exists()


def test_an_unknown_format_ends_with_2_and_advice(fleet: Fleet, tmp_path: Path) -> None:
    done = audit(fleet, tmp_path, "--export", "ocfs", in_process=True)

    assert done.code == 2
    assert "ocsf" in done.stderr
