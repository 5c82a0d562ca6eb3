"""The stores of a run: the output (a folder or a bucket), and a spool folder for what the output refuses."""

from __future__ import annotations

import re
import tempfile
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.archive.authentication import MacKey
from auditor.archive.layout import Layout
from auditor.domain.errors import ConfigError, Problem
from auditor.engine.clock import RunClock
from auditor.reports.paths import RunPaths
from auditor.run.aws_context import AwsContext
from auditor.settings import Settings
from auditor.store.folder import Folder
from auditor.store.spool import SpoolingStore
from auditor.store.store import Store

if TYPE_CHECKING:
    from auditor.aws.calls import CallContext

#: Retries of all calls to the MAC key.
_MAC_RETRIES = 2
#: The scheme of a URL, also of a mistyped one: `s3:/bucket` would otherwise become a folder of that name.
_SCHEME = re.compile(r"s3:|[a-z][a-z0-9+.-]*:/", re.IGNORECASE)


def check_output(output: str, label: str) -> None:
    """Raise ConfigError if an output is neither a folder nor `s3://bucket`. `label` names its flag or setting."""
    if _SCHEME.match(output) and not re.match(r"s3://[^/]", output):
        advice = "Write a folder, or s3://bucket/prefix."
        raise ConfigError([Problem(label, 0, "", f"{output!r} is neither a folder nor an S3 URL", advice)])


def make_store(aws: AwsContext, output: str, settings: Settings) -> Store:
    """Return the store at `output`: a folder, which needs no AWS, or `s3://bucket/prefix`. Raises ConfigError."""
    check_output(output, "output")
    if not output.startswith("s3://"):
        return Folder(output)
    from auditor.aws.storage import Protection, S3Store

    protection = Protection(bucket_owner=settings.bucket_owner)
    if settings.sse is not None:
        protection = replace(protection, sse=settings.sse.algorithm, kms_key_id=settings.sse.kms_key_id)
    return S3Store(_output_calls(aws), aws.identity.account_id, output, protection)


def make_mac_key(aws: AwsContext, settings: Settings) -> MacKey | None:
    """Return the key that authenticates stored state; None if the settings name none. Calls nothing."""
    if settings.cache.mac_key is None:
        return None
    from auditor.aws.mac_key import KmsMacKey
    from auditor.aws.retry import RetryQuota

    # Few retries: without the key, a run makes more calls and has the same results.
    calls = replace(_output_calls(aws), retry_quota=RetryQuota(_MAC_RETRIES))
    return KmsMacKey(calls, aws.identity.account_id, settings.cache.mac_key)


def _output_calls(aws: AwsContext) -> CallContext:
    from auditor.aws.retry import OutputRetryQuota

    # A clock and a retry quota of its own: results are still written when the scan has reached its deadline, was
    # interrupted, or has used up its retries. A thread that waits for the output keeps its slot, so a slow output
    # slows the scan down instead of filling the memory with finished accounts. Only retries end soon after a stop.
    return replace(
        aws.call_context,
        clock=RunClock(while_asleep=nullcontext),
        retry_quota=OutputRetryQuota(lambda: aws.clock.stopped_for),
    )


def report_paths(store: Store, layout: Layout) -> RunPaths:
    """Return where the run's documents are stored, once they are delivered."""
    findings, coverage = (f"{store.url(key).rstrip('/')}/" for key in (layout.findings_folder, layout.coverage_folder))
    return RunPaths(findings, coverage, store.url(layout.report))


def with_spool(store: Store, run_id: str, settings: Settings) -> SpoolingStore:
    """Return `store` with the run's spool folder behind it. All processes of a run use the same folder."""
    folder = Path(settings.spool or tempfile.gettempdir()) / f"auditor-spool-{run_id}"
    return SpoolingStore(store, Folder(folder, private=True))
