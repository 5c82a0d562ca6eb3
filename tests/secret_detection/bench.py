"""Measure the time per variable in microseconds: `python -m tests.secret_detection.bench`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from auditor.secret_detection import detect_secret
from tests.secret_detection.cases_harmless import HARMLESS_CASES
from tests.secret_detection.cases_secret import SECRETS

CORPUS = Path(__file__).parents[1] / "corpus" / "environments.jsonl"
ROUNDS = 40


def microseconds(variables: list[tuple[str, str]]) -> float:
    """Return the time per variable in the fastest round."""
    rounds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for name, value in variables:
            detect_secret(name, value)
        rounds.append(time.perf_counter() - start)
    return min(rounds) / len(variables) * 1e6


def main() -> None:
    """Measure the published definitions and the test cases."""
    lines = map(json.loads, CORPUS.read_text(encoding="utf-8").splitlines())
    sets = {
        "published definitions": [(line["name"], line["value"]) for line in lines],
        "harmless, difficult": [(name, value) for _, name, value in HARMLESS_CASES],
        "secrets": [(name, value) for _, name, value, _ in SECRETS],
    }
    for title, variables in sets.items():
        sys.stdout.write(f"{title:24} {len(variables):4} variables {microseconds(variables):6.1f} us each\n")


if __name__ == "__main__":
    main()
