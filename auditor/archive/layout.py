"""The keys of a run's objects below an output folder or an S3 prefix. Part of the output contract."""

from __future__ import annotations

import re
from dataclasses import dataclass

LATEST = "latest.json"

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-.+", re.ASCII)


def is_run_id(text: str) -> bool:
    """Return whether `text` starts with a time, as every run ID does, so that it sorts and names a day."""
    return _RUN_ID.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of one run. Its ID starts with the run's time, for example `20261123T020000Z-1a2b3c`."""

    run_id: str

    @property
    def findings_folder(self) -> str:
        """Prefix of the finding rows of all accounts, for the text of a report."""
        return f"findings/{self._partition}/"

    @property
    def coverage_folder(self) -> str:
        """Prefix of the coverage rows of all accounts, for the text of a report."""
        return f"coverage/{self._partition}/"

    def findings(self, account_id: str) -> str:
        """Return the key of an account's finding rows, one JSON object per line."""
        return f"{self.findings_folder}{account_id}.jsonl.gz"

    def coverage(self, account_id: str) -> str:
        """Return the key of an account's coverage rows, one JSON object per line."""
        return f"{self.coverage_folder}{account_id}.jsonl.gz"

    @property
    def summary(self) -> str:
        """Key of the numbers of the run, for programs."""
        return f"runs/{self.run_id}/summary.json"

    @property
    def report(self) -> str:
        """Key of the HTML report, for people."""
        return f"runs/{self.run_id}/report.html"

    @property
    def manifest(self) -> str:
        """Key of the list of the run's objects with their checksums. It exists once the run has finished."""
        return f"runs/{self.run_id}/manifest.json"

    def claim(self, attempt: int) -> str:
        """Return the key of a claim of the run ID: attempt 0 is the run itself, later attempts resume it."""
        suffix = f".resume-{attempt}" if attempt else ""
        return f"state/claims/{self.run_id}{suffix}.json"

    @property
    def _partition(self) -> str:
        """The day comes from the run ID, not from the clock: a scheduled run may start after midnight."""
        day = self.run_id
        return f"dt={day[:4]}-{day[4:6]}-{day[6:8]}/run={day}"


def fact_cache(account_id: str) -> str:
    """Return the key of an account's cached facts, which outlive a run."""
    return f"state/facts/{account_id}.json.gz"
