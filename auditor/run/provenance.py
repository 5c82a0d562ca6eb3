"""What a run was made from, for its manifest: identity, accounts, settings, checks and versions."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor import __version__
from auditor.contracts.document import timestamp
from auditor.contracts.run import CheckOrigin, Provenance

if TYPE_CHECKING:
    from auditor.domain.check import Check
    from auditor.run.context import RunContext
    from auditor.run.orchestrator import RunRequest

#: Members of the settings that stand elsewhere in the manifest.
_ELSEWHERE = {"checks", "parameters", "sha256"}


def provenance(request: RunRequest, context: RunContext) -> Provenance:
    """Return what the manifest says about the origin of a run."""
    run, settings = context.run, request.settings
    digests = {**run.trusted_digests, **context.fact_cache.digests}
    return Provenance(
        identity=run.identity.arn,
        output=context.store.first.url(),
        previous_run=run.previous_run,
        previous_manifest_sha256=run.baseline.manifest_sha256,
        accounts_listed_at=timestamp(run.started_at),
        accounts=list(run.accounts),
        inventory_sha256=request.hashes.get("inventory"),
        settings_sha256=request.hashes.get("settings"),
        exceptions_sha256=request.exceptions.sha256 or None,
        settings=settings.model_dump(mode="json", exclude=_ELSEWHERE),
        parameters={check_id: _parameters(values) for check_id, values in sorted(settings.parameters.items())},
        cache_digests={key: sha256 for key, sha256 in digests.items() if sha256},
        checks=[check.id for check in settings.checks],
        check_versions={check.id: check.origin.version or _source_digest(check) for check in settings.checks},
        check_origins={
            check.id: CheckOrigin(source=check.origin.source, version=check.origin.version)
            for check in settings.checks
            if check.origin.source
        },
        versions=_versions(),
    )


def _parameters(values: object) -> dict[str, Any]:
    # As the manifest is read back: JSON has lists, not tuples.
    return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(values).items()}  # type: ignore[call-overload]  # the parameters of every check are a dataclass


def _source_digest(check: Check[Any]) -> str:
    """Return the SHA-256 of the file that defines a built-in check."""
    source = sys.modules[check.judge.__module__].__file__
    return hashlib.sha256(Path(source).read_bytes()).hexdigest() if source else ""


def _versions() -> dict[str, str]:
    python = ".".join(map(str, sys.version_info[:3]))
    return {"auditor": __version__, "python": python} | {name: version(name) for name in ("boto3", "botocore")}
