"""Rows back into findings and coverage: how a run that was cut short is taken up again."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.coverage import Coverage, CoverageStatus
from auditor.domain.fact import usage_types
from auditor.domain.finding import Finding
from auditor.domain.reason import Reason
from auditor.domain.scope import Account
from auditor.domain.usage import Usage


def findings(body: bytes, account: Account) -> tuple[Finding, ...]:
    """Read the findings of one account. Raises ValueError for anything but rows that this program wrote."""
    return tuple(_checked(_finding, row, account) for row in _rows(body))


def coverage(body: bytes, account: Account) -> tuple[Coverage, ...]:
    """Read the ledger of one account. Raises ValueError as `findings` does."""
    return tuple(_checked(_coverage, row, account) for row in _rows(body))


def _rows(body: bytes) -> list[Mapping[str, Any]]:
    try:
        lines = gzip.decompress(body).decode().splitlines()
        return [json.loads(line) for line in lines]
    except (OSError, EOFError, zlib.error, RecursionError) as error:
        raise ValueError(f"not rows: {error}") from error


def _checked(read: Any, row: Any, account: Account) -> Any:  # noqa: ANN401 - one of the two readers below
    try:
        if row["account"]["id"] != account.id:
            raise ValueError(f"a row of account {row['account']['id']}")
        return read(row, account)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"not a row: {error!r}") from error


def _finding(row: Mapping[str, Any], account: Account) -> Finding:
    return Finding(
        check_id=row["check_id"],
        title=row["title"],
        severity=Severity(row["severity"]),
        status=Status(row["status"]),
        account=account,
        region=row["region"],
        resource=_resource(row["resource"]),
        observed_at=datetime.fromisoformat(row["observed_at"]),
        reasons=tuple(row["reasons"]),
        evidence=tuple(map(_evidence, row["evidence"])),
        standards={name: Status(verdict) for name, verdict in row["standards"].items()},
        remediation=row["remediation"],
        problem=row["problem"],
        usage=_usage(row["usage"], row["resource"]["type"]),
        introduced_in=_introduction(row["introduced_in"]) if row["introduced_in"] else None,
    )


def _evidence(row: Mapping[str, Any]) -> Evidence:
    return Evidence(
        part=row["part"],
        kind=row["kind"],
        reasons=tuple(row["reasons"]),
        details={name: tuple(value) if isinstance(value, list) else value for name, value in row["details"].items()},
        revision=row["revision"],
    )


def _usage(row: Mapping[str, Any] | None, resource_type: str) -> Usage | None:
    return usage_types()[resource_type].from_row(row) if row else None


def _introduction(row: Mapping[str, Any]) -> Introduction:
    return Introduction(int(row["revision"]), _moment(row["registered_at"]), row["registered_by"])


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _resource(row: Mapping[str, Any]) -> Resource:
    return Resource(
        arn=row["arn"],
        type=row["type"],
        name=row["name"],
        family=row["family"],
        revision=row["revision"],
        tags=row["tags"],
        registered_at=_moment(row["registered_at"]),
        registered_by=row["registered_by"],
    )


def _coverage(row: Mapping[str, Any], account: Account) -> Coverage:
    return Coverage(
        account=account,
        region=row["region"],
        collector=row["collector"],
        status=CoverageStatus(row["status"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        detail=row["detail"],
        calls=int(row["calls"]),
        throttled=int(row["throttled"]),
        retried=int(row["retried"]),
        duration_s=float(row["duration_s"]),
        resources=int(row["resources"]),
    )
