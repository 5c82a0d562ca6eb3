"""The expected exports of the everyday account, as text. `python -m tests.exports.write_golden` writes them again."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

from pyarrow import parquet

from auditor.exports.formats import FILES
from auditor.exports.model import ExportFile
from tests.exports import accounts

FOLDER = Path(__file__).parent / "golden"


def texts() -> dict[str, str]:
    """Return the text of each golden file by its name."""
    files = {
        f"{name.value}/{file.name}".replace("/", "__"): readable(file)
        for name, export in FILES.items()
        for file in export(accounts.everyday())
    }
    return dict(sorted(files.items()))


def readable(file: ExportFile) -> str:
    if file.name.endswith(".parquet"):
        table = parquet.read_table(io.BytesIO(file.body), partitioning=None)
        return f"{table.schema.to_string()}\n{_indented(table.to_pylist())}"
    if file.content_encoding == "gzip":
        return _indented([json.loads(line) for line in gzip.decompress(file.body).splitlines()])
    if file.name.endswith(".json"):
        return _indented(json.loads(file.body))
    return file.body.decode("utf-8")


def _indented(data: Any) -> str:  # noqa: ANN401 - any JSON data
    return f"{json.dumps(data, indent=1)}\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.iterdir():
        old.unlink()
    for name, text in texts().items():
        (FOLDER / name).write_bytes(text.encode("utf-8"))
