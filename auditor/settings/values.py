"""The settings of a run, as every other part of the program sees them: frozen, typed, complete."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.domain.check import Check, Severity, Status


@dataclass(frozen=True, slots=True)
class Override:
    """A value from a flag or the environment. `source` is what problems name: `--workers`, `AUDITOR_WORKERS`."""

    value: Any
    source: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How hard a run may push. Times are seconds; `headroom` is the share of AWS's request rates that it may use."""

    workers: int = 64
    processes: int = 0
    headroom: float = 0.5
    deadline: float = 7200.0
    connect_timeout: float = 5.0
    read_timeout: float = 20.0


@dataclass(frozen=True, slots=True)
class Encryption:
    """How S3 encrypts what is written, in its own words: `AES256`, `aws:kms` or `aws:kms:dsse`."""

    algorithm: str
    kms_key_id: str | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How to audit.

    `checks` are the enabled ones by id, and `parameters` holds each one's parameters by its id. `output` is a folder or
    `s3://bucket/prefix`, None where nothing names one. `fail_on` is None where findings never fail a run.
    `min_coverage` is a percentage. `emit` are the statuses that get rows. `sha256` is that of the settings file's text.
    """

    checks: tuple[Check[Any], ...]
    parameters: Mapping[str, Any] = field(hash=False)
    output: str | None
    limits: Limits
    fail_on: Severity | None
    min_coverage: float
    emit: tuple[Status, ...]
    bucket_owner: str | None
    sse: Encryption | None
    spool: str | None
    sha256: str
    revisions: str = "latest+running"
    introduced: bool = False
