"""Find findings of the latest run, by ID or by resource: from `latest.json` to the manifest to the rows."""

import gzip
from collections.abc import Callable, Iterable
from datetime import datetime

from auditor.archive import decode
from auditor.archive.decompress import decompress
from auditor.archive.finished_run import FinishedRun, latest_run_id
from auditor.contracts.run import ObjectRecord
from auditor.domain.check import Status
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.finding import Finding
from auditor.domain.scope import Account
from auditor.store.store import Store

MIN_ID_LENGTH = 8
_HEX_DIGITS = frozenset("0123456789abcdef")
_MOST_IDS_SHOWN = 5
_ARN_PARTS, _ACCOUNT_PART = 6, 4
_ARN_ADVICE = (
    "Give the ARN as the rows below findings/ spell it, with the revision, or without it for the whole family. "
    "`auditor show` lists the findings."
)
_ID_ADVICE = f"The report and the rows below findings/ contain the IDs. Give at least {MIN_ID_LENGTH} hex digits."

#: Applies a function to each object and yields the results in order; in parallel if that is faster.
ParallelMap = Callable[[Callable[[ObjectRecord], list[Finding]], Iterable[ObjectRecord]], Iterable[list[Finding]]]


def find_finding(store: Store, prefix: str, now: datetime, parallel_map: ParallelMap = map) -> Finding:
    """Return the finding of the latest run whose ID starts with `prefix`.

    Raises ConfigError if no finding or more than one matches, and StorageError if the run cannot be read or its objects
    do not match its manifest.
    """
    id_prefix = prefix.lower()
    if len(id_prefix) < MIN_ID_LENGTH or not _HEX_DIGITS.issuperset(id_prefix):
        raise _id_error(prefix, f"is not a finding ID: expected at least {MIN_ID_LENGTH} hex digits")
    run = FinishedRun(store, latest_run_id(store, now))

    def matching(record: ObjectRecord) -> list[Finding]:
        findings = _findings_with(run, record, id_prefix)
        return [finding for finding in findings if finding.finding_id.startswith(id_prefix)]

    matches = [finding for findings in parallel_map(matching, run.records("findings")) for finding in findings]
    if not matches:
        raise _id_error(prefix, f"matches no finding of run {run.layout.run_id}")
    if len(matches) > 1:
        ids = ", ".join(sorted(finding.finding_id for finding in matches)[:_MOST_IDS_SHOWN])
        raise _id_error(prefix, f"is ambiguous: it matches {len(matches)} findings: {ids}")
    return matches[0]


def find_resource(store: Store, arn: str, now: datetime) -> tuple[Finding, ...]:
    """Return the FAIL and UNKNOWN findings of the latest run about a resource, the most severe first.

    Without a revision in the ARN, these are the findings of all revisions of the family. Raises ConfigError if there is
    no FAIL finding, and StorageError as `find_finding` does.
    """
    parts = arn.split(":", _ARN_PARTS - 1)
    if len(parts) < _ARN_PARTS or parts[0] != "arn":
        raise _arn_error(arn, "is not an ARN")
    run = FinishedRun(store, latest_run_id(store, now))
    rows = [record for record in run.records("findings") if _account_id(record) == parts[_ACCOUNT_PART]]
    about = [
        finding
        for record in rows
        for finding in _findings_with(run, record, arn)
        if arn in (finding.resource.arn, finding.resource.unversioned_arn)
    ]
    if not any(finding.status is Status.FAIL for finding in about):
        raise _arn_error(arn, f"has no FAIL finding in run {run.layout.run_id}")
    notable = (finding for finding in about if finding.status in (Status.FAIL, Status.UNKNOWN))
    return tuple(sorted(notable, key=lambda finding: (-finding.severity.rank, finding.check_id)))


def _account_id(record: ObjectRecord) -> str:
    return record.key.rpartition("/")[2].partition(".")[0]


def _findings_with(run: FinishedRun, record: ObjectRecord, text: str) -> tuple[Finding, ...]:
    """Return the findings whose row contains a text."""
    body, account = run.read(record.key), Account(_account_id(record))
    try:
        # Most rows do not contain the text: only those that do are parsed.
        lines = [line for line in decompress(body).splitlines(keepends=True) if text.encode() in line]
        return tuple(decode.findings(gzip.compress(b"".join(lines)), account)) if lines else ()
    except ValueError as error:
        raise run.changed(record.key) from error


def _id_error(prefix: str, problem: str) -> ConfigError:
    return ConfigError([Problem("FINDING_ID", 0, "", f"{prefix!r} {problem}", _ID_ADVICE)])


def _arn_error(arn: str, problem: str) -> ConfigError:
    return ConfigError([Problem("--resource", 0, "", f"{arn!r} {problem}", _ARN_ADVICE)])
