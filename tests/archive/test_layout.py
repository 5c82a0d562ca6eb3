"""Keys of a run's documents."""

from __future__ import annotations

from auditor.archive.layout import Layout


def test_rows_are_partitioned_by_the_day_of_the_run_id() -> None:
    layout = Layout("20261123T235500Z-1a2b3c")
    assert layout.findings_folder == "findings/dt=2026-11-23/run=20261123T235500Z-1a2b3c/"
    assert layout.coverage_folder == "coverage/dt=2026-11-23/run=20261123T235500Z-1a2b3c/"


def test_the_folders_hold_one_file_per_account() -> None:
    layout = Layout("20261123T235500Z-1a2b3c")
    assert layout.findings("111122223333") == f"{layout.findings_folder}111122223333.jsonl.gz"
    assert layout.coverage("111122223333") == f"{layout.coverage_folder}111122223333.jsonl.gz"
