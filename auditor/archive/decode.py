"""Parse stored rows and documents. What they name is checked, because others may write to the output, too."""

import json
from datetime import date, datetime

from auditor.archive.decompress import decompress
from auditor.archive.layout import CLOCK_SKEW, Layout
from auditor.contracts.document import copy_fields, parse
from auditor.contracts.rows import (
    ChangeRow,
    CoverageRow,
    EvidenceRow,
    ExceptionRow,
    FindingRow,
    IntroductionRow,
    LifecycleRow,
)
from auditor.contracts.run import ClaimDocument, ManifestDocument
from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Evidence
from auditor.domain.coverage import Coverage
from auditor.domain.details import detail_value
from auditor.domain.fact import usage_types
from auditor.domain.finding import Finding
from auditor.domain.lifecycle import Change, Lifecycle
from auditor.domain.risk_exception import RiskException
from auditor.domain.scope import Account
from auditor.domain.usage import Usage


def findings(body: bytes, account: Account) -> tuple[Finding, ...]:
    """Return the findings of one account.

    `body` holds gzipped rows. Raises ValueError if they do not fit the contract or are about another account.
    """
    return tuple(_finding(parse(FindingRow, line), account) for line in _lines(body))


def coverage(body: bytes, account: Account) -> tuple[Coverage, ...]:
    """Return the coverage records of one account. `body` and errors are those of `findings`."""
    return tuple(_coverage(parse(CoverageRow, line), account) for line in _lines(body))


def changes(body: bytes, account: Account) -> tuple[Change, ...]:
    """Return the changes of one account. `body` and errors are those of `findings`."""
    return tuple(_change(parse(ChangeRow, line), account) for line in _lines(body))


def count_rows(body: bytes) -> int:
    """Return the number of gzipped rows. Raises ValueError if they are not gzipped."""
    return len(_lines(body))


def claim(body: bytes, run_id: str, now: datetime) -> ClaimDocument:
    """Return the claim of a run. Raises ValueError if it is not one, is of another run, or starts in the future."""
    document = parse(ClaimDocument, body)
    started_at = datetime.fromisoformat(document.started_at)
    if document.run_id != run_id or started_at.tzinfo is None or started_at > now + CLOCK_SKEW:
        raise ValueError(f"not the claim of run {run_id}")
    return document


def claim_version(body: bytes) -> str | None:
    """Return the version of auditor that wrote a claim, whose other fields may differ; None if it does not say."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return None
    version = document.get("version") if isinstance(document, dict) else None
    return version if isinstance(version, str) else None


def manifest(body: bytes, run_id: str) -> ManifestDocument:
    """Return the manifest of a run.

    Raises ValueError if it is not one, is of another run, or lists objects that are not of this run.
    """
    document, run_layout = parse(ManifestDocument, body), Layout(run_id)
    if document.run_id != run_id:
        raise ValueError(f"not the manifest of run {run_id}")
    if foreign := [record.key for record in document.objects if not run_layout.contains(record.key)]:
        raise ValueError(f"{foreign[0]!r} is not an object of run {run_id}")
    return document


def _lines(body: bytes) -> list[bytes]:
    return decompress(body).splitlines()


def _check_account(row: FindingRow | CoverageRow | ChangeRow, account: Account) -> None:
    if row.account_id != account.id:
        raise ValueError(f"expected a row of account {account.id}, got one of {row.account_id}")


def _finding(row: FindingRow, account: Account) -> Finding:
    _check_account(row, account)
    return copy_fields(
        Finding,
        row,
        account=account,
        resource=copy_fields(Resource, row.resource, registered_at=_time(row.resource.registered_at)),
        observed_at=datetime.fromisoformat(row.observed_at),
        reasons=tuple(row.reasons),
        evidence=tuple(map(_evidence, row.evidence)),
        usage=_usage(row),
        introduced_in=_introduction(row.introduced_in) if row.introduced_in else None,
        frameworks=tuple(row.frameworks),
        lifecycle=_lifecycle(row.lifecycle),
        due=date.fromisoformat(row.due) if row.due else None,
        exception=_exception(row.exception) if row.exception else None,
    )


def _evidence(row: EvidenceRow) -> Evidence:
    details = {name: detail_value(text) for name, text in row.details.items()}
    return copy_fields(Evidence, row, reasons=tuple(row.reasons), details=details)


def _usage(row: FindingRow) -> Usage | None:
    if row.usage is None:
        return None
    try:
        return usage_types()[row.resource.type].from_row(row.usage)
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the usage of a {row.resource.type}: {error!r}") from error


def _introduction(row: IntroductionRow) -> Introduction:
    return copy_fields(Introduction, row, registered_at=_time(row.registered_at))


def _lifecycle(row: LifecycleRow) -> Lifecycle:
    return Lifecycle(row.state, _time(row.first_seen), _time(row.last_seen))


def _exception(row: ExceptionRow) -> RiskException:
    return copy_fields(RiskException, row, expires=date.fromisoformat(row.expires))


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _coverage(row: CoverageRow, account: Account) -> Coverage:
    _check_account(row, account)
    return copy_fields(Coverage, row, account=account, observed_at=_time(row.observed_at))


def _change(row: ChangeRow, account: Account) -> Change:
    _check_account(row, account)
    times = {name: _time(getattr(row, name)) for name in ("first_seen", "last_seen")}
    return copy_fields(Change, row, account=account, changed_at=datetime.fromisoformat(row.changed_at), **times)
