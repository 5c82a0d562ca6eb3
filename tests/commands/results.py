"""Results of a run, for the commands that read them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from auditor.cli import main


def demo_output(folder: Path) -> Path:
    """Run the demo and return its output."""
    assert CliRunner().invoke(main, ["demo", "-o", str(folder)]).exit_code == 0
    return folder


def rows(output: Path, dataset: str) -> list[dict[str, Any]]:
    """Return the rows of all runs in an output."""
    files = output.glob(f"{dataset}/*/*/*.gz")
    return [json.loads(line) for file in files for line in gzip.decompress(file.read_bytes()).splitlines()]
