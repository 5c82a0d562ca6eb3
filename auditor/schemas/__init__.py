"""JSON Schemas (draft 2020-12) of the files that auditor reads and the documents that it writes.

They ship with the package and are generated from the models: `python -m auditor.schemas` writes them again.
"""

from importlib.resources import files

#: Files that operators write.
INPUTS = ("inventory", "settings", "exceptions", "check")
#: Documents that programs read: rows, documents of a run, and what commands print.
OUTPUTS = (
    *("finding", "coverage", "change", "run", "past-finding", "trend", "diff"),
    *("claim", "manifest", "latest", "summary"),
    *("check-list", "check-page", "file-report", "plan"),
)
NAMES = INPUTS + OUTPUTS


def read(name: str) -> str:
    """Return the shipped schema with one of `NAMES` as JSON text. Raises FileNotFoundError for any other name."""
    return files(__name__).joinpath(f"{name}.schema.json").read_text(encoding="utf-8")
