"""The keys of a run's objects below an output folder or an S3 prefix. Part of the output contract."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LATEST = "latest.json"

#: How far the clock of another machine may be ahead of this one.
CLOCK_SKEW = timedelta(minutes=5)

_RUN_ID = re.compile(r"(\d{8}T\d{6}Z)-[A-Za-z0-9-]{1,32}", re.ASCII)


def run_time(run_id: str) -> datetime | None:
    """Return the time in UTC that a run ID starts with; None if the text is not a run ID."""
    match = _RUN_ID.fullmatch(run_id)
    try:
        return match and datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def is_future(run_id: str, now: datetime) -> bool:
    """Return whether a run ID is later than any clock can be right now. It would sort after every run to come."""
    time = run_time(run_id)
    return time is not None and time > now + CLOCK_SKEW


@dataclass(frozen=True, slots=True)
class Layout:
    """The keys of one run. Its ID starts with the run's time, for example `20261123T020000Z-1a2b3c`.

    Raises ValueError for any other text, because it would become part of every key.
    """

    run_id: str

    def __post_init__(self) -> None:
        """Check the run ID."""
        if run_time(self.run_id) is None:
            problem = f"not a run ID: {self.run_id!r}"
            raise ValueError(problem)

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

    def changes(self, account_id: str) -> str:
        """Return the key of an account's changes since the run before, one JSON object per line."""
        return f"changes/{self._partition}/{account_id}.jsonl.gz"

    @property
    def history_folder(self) -> str:
        """Prefix of what the run leaves for the next one."""
        return f"state/history/run={self.run_id}/"

    def history(self, account_id: str) -> str:
        """Return the key of an account's past findings, one JSON object per line."""
        return f"{self.history_folder}{account_id}.jsonl.gz"

    @property
    def trend(self) -> str:
        """Key of the trend of the last 90 days."""
        return f"runs/{self.run_id}/trend.json"

    @property
    def summary(self) -> str:
        """Key of the numbers of the run, for programs."""
        return f"runs/{self.run_id}/summary.json"

    @property
    def result(self) -> str:
        """Key of what the report says beyond the rows, for this version of auditor."""
        return f"runs/{self.run_id}/result.json.gz"

    @property
    def report(self) -> str:
        """Key of the HTML report, for people."""
        return f"runs/{self.run_id}/report.html"

    @property
    def manifest(self) -> str:
        """Key of the list of the run's objects with their checksums. It exists once the run has finished."""
        return f"runs/{self.run_id}/manifest.json"

    @property
    def index(self) -> str:
        """Key of the line about this run for programs that query several runs. The manifest does not list it."""
        return f"index/{self._day}/{self.run_id}.json"

    def export(self, name: str, file: str) -> str:
        """Return the key of a file of an export; `file` is its path below the folder of the format."""
        return f"runs/{self.run_id}/exports/{name}/{file}"

    @property
    def interrupted(self) -> str:
        """Key of the manifest of an interrupted run, for its resumption. It is written with a MAC only."""
        return f"state/interrupted/{self.run_id}.json"

    def claim(self, attempt: int) -> str:
        """Return the key of a claim of the run ID: attempt 0 is the run itself, later attempts resume it."""
        suffix = f".resume-{attempt}" if attempt else ""
        return f"state/claims/{self.run_id}{suffix}.json"

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders whose objects are all of this run, each with a final slash."""
        return (
            *(self.findings_folder, self.coverage_folder, f"changes/{self._partition}/"),
            *(self.history_folder, f"runs/{self.run_id}/"),
        )

    @property
    def unlisted(self) -> tuple[str, ...]:
        """The keys in these folders that no manifest lists, because they are written after its objects."""
        return self.manifest, mac(self.manifest)

    def contains(self, key: str) -> bool:
        """Return whether a key is an object that the manifest of this run may list."""
        return key.startswith(self.folders) and not {"", ".", ".."}.intersection(key.split("/"))

    @property
    def _partition(self) -> str:
        return f"{self._day}/run={self.run_id}"

    @property
    def _day(self) -> str:
        """The day comes from the run ID, not from the clock: a scheduled run may start after midnight."""
        return f"dt={self.run_id[:4]}-{self.run_id[4:6]}-{self.run_id[6:8]}"


def mac(key: str) -> str:
    """Return the key of the MAC of an object."""
    return f"{key}.mac"


def fact_cache(account_id: str) -> str:
    """Return the key of an account's cached facts, which outlive a run."""
    return f"state/facts/{account_id}.json.gz"
