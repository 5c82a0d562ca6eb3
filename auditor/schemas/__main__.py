"""`python -m auditor.schemas`: write the shipped schemas again, and the SQL that is derived from them."""

from pathlib import Path

from auditor.schemas import NAMES, read
from auditor.schemas.generate import generate
from auditor.schemas.sql import athena_ddl, duckdb_macros

#: In a source tree. The SQL is not part of the package.
_DEPLOY = Path(__file__).parents[2] / "config" / "deploy"

if __name__ == "__main__":
    for name in NAMES:
        Path(__file__).with_name(f"{name}.schema.json").write_text(generate(name), encoding="utf-8")
    if _DEPLOY.is_dir():
        (_DEPLOY / "athena.sql").write_text(athena_ddl(read), encoding="utf-8")
        (_DEPLOY / "duckdb.sql").write_text(duckdb_macros(read), encoding="utf-8")
