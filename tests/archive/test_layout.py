"""Keys of a run's documents."""

from __future__ import annotations

import pytest

from auditor.archive.layout import Layout


def test_rows_are_partitioned_by_the_day_of_the_run_id() -> None:
    layout = Layout("20261123T235500Z-1a2b3c")
    assert layout.findings_folder == "findings/dt=2026-11-23/run=20261123T235500Z-1a2b3c/"
    assert layout.coverage_folder == "coverage/dt=2026-11-23/run=20261123T235500Z-1a2b3c/"


def test_the_folders_hold_one_file_per_account() -> None:
    layout = Layout("20261123T235500Z-1a2b3c")
    assert layout.findings("111122223333") == f"{layout.findings_folder}111122223333.jsonl.gz"
    assert layout.coverage("111122223333") == f"{layout.coverage_folder}111122223333.jsonl.gz"


def test_the_line_of_the_index_has_the_day_of_the_run_id() -> None:
    assert Layout("20261123T235500Z-x").index == "index/dt=2026-11-23/20261123T235500Z-x.json"


@pytest.mark.parametrize(
    "run_id", ["", "nightly", "20261123T020000Z-a/../b", "20261323T020000Z-x", "20261123T020000Z-a\n"]
)
def test_there_is_no_layout_for_a_text_that_is_not_a_run_id(run_id: str) -> None:
    with pytest.raises(ValueError, match="not a run ID"):
        Layout(run_id)
