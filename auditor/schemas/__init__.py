"""JSON Schemas (draft 2020-12) of what goes in and of what comes out, shipped with the package.

They are generated from the models: `python -m auditor.schemas` writes them anew.
"""

from __future__ import annotations

from importlib.resources import files

#: What there is a schema of: three files that operators write, two kinds of rows that programs read.
NAMES = ("inventory", "settings", "check", "finding", "coverage")


def read(name: str) -> str:
    """The schema of one of `NAMES`, as it is shipped: JSON text. Raises FileNotFoundError for any other name."""
    return files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
