"""`python -m auditor.schemas`: write the shipped schemas again."""

from pathlib import Path

from auditor.schemas import NAMES
from auditor.schemas.generate import generate

if __name__ == "__main__":
    for name in NAMES:
        Path(__file__).with_name(f"{name}.schema.json").write_text(generate(name), encoding="utf-8")
