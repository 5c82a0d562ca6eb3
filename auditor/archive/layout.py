"""The keys of a run, below an output folder or an S3 prefix. Part of the output contract."""

from __future__ import annotations

import re
from dataclasses import dataclass

LATEST = "latest.json"

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-.+", re.ASCII)


def is_run_id(text: str) -> bool:
    """Whether `text` starts with the time of a run, so that it sorts among run ids and names a day."""
    return _RUN_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of one run lie. `run_id` starts with the time of the run, as `20261123T020000Z`."""

    run_id: str

    def findings(self, account_id: str) -> str:
        """Findings of one account, one JSON object a line."""
        return f"{self.findings_folder}{account_id}.jsonl.gz"

    def coverage(self, account_id: str) -> str:
        """The coverage ledger of one account, one JSON object a line."""
        return f"{self.coverage_folder}{account_id}.jsonl.gz"

    @property
    def findings_folder(self) -> str:
        """The folder of all findings of the run."""
        return f"findings/{self._partition}/"

    @property
    def coverage_folder(self) -> str:
        """The folder of all coverage records of the run."""
        return f"coverage/{self._partition}/"

    @property
    def summary(self) -> str:
        """Counts, for programs."""
        return f"runs/{self.run_id}/summary.json"

    @property
    def report(self) -> str:
        """The summary, for people."""
        return f"runs/{self.run_id}/report.html"

    @property
    def manifest(self) -> str:
        """What belongs to the run, with checksums: it exists when the run is whole."""
        return f"runs/{self.run_id}/manifest.json"

    def claim(self, attempt: int) -> str:
        """Who holds this run id: attempt 0 is the run itself, later ones take it up where it was cut short."""
        suffix = f".resume-{attempt}" if attempt else ""
        return f"state/claims/{self.run_id}{suffix}.json"

    @property
    def _partition(self) -> str:
        day = self.run_id
        return f"dt={day[:4]}-{day[4:6]}-{day[6:8]}/run={day}"
