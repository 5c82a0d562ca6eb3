"""Claims: a run ID is reserved for one process, with the accounts of the run."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor import __version__
from auditor.archive import decode, encode, latest
from auditor.archive.layout import Layout
from auditor.contracts.document import SCHEMA_VERSION, timestamp
from auditor.contracts.run import ClaimDocument, ClaimedAccount
from auditor.domain.errors import ConfigError, Problem, RunExists
from auditor.store.store import AlreadyExists, Blob, Store


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """What a process wants to run. `fingerprint` is a hash of what a resumed run must have in common with its start.

    `base_run` is the run to compare with, and `base_problem` says why there is none. A resumed run keeps its own.
    """

    fingerprint: str
    accounts: Sequence[ClaimedAccount]
    resume: bool = False
    base_run: str | None = None
    base_problem: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """The run ID is reserved for this process. `attempt` counts how many times the run was resumed, this one included.

    `started_at`, `base_run` and `base_problem` are those of the first attempt.
    """

    started_at: datetime
    attempt: int = 0
    base_run: str | None = None
    base_problem: str = ""


def claim(store: Store, layout: Layout, now: datetime, request: ClaimRequest) -> Claim:
    """Reserve the run ID. This is the first write, so it also shows whether the output is writable.

    Raises RunExists if another process has the run or the run has already finished; a finished run that is not in
    `latest.json` yet is published first. Raises ConfigError if there is no such run to resume, or if it was started
    with another version, configuration or other accounts, and StorageError if the output cannot be written.
    """
    accounts = sorted(request.accounts, key=lambda account: account.id)
    reserved = Claim(now, 0, request.base_run, request.base_problem)
    if request.resume:
        reserved = _resume(store, layout, now, request.fingerprint, accounts)
    run_id, key = layout.run_id, layout.claim(reserved.attempt)
    document = ClaimDocument(
        schema_version=SCHEMA_VERSION,
        run_id=run_id,
        started_at=timestamp(reserved.started_at),
        claimed_at=timestamp(now),
        fingerprint=request.fingerprint,
        version=__version__,
        accounts=accounts,
        base_run=reserved.base_run,
        base_problem=reserved.base_problem,
        nonce=secrets.token_hex(8),
    )
    try:
        store.put(key, Blob(encode.document(document), once=True))
    except AlreadyExists as error:
        raise RunExists(
            f"Run ID {run_id} is already claimed by another run ({store.url(key)} exists). Nothing was done.",
            f"Omit --run-id to get a new ID, or use --resume {run_id} if that run was interrupted.",
        ) from error
    return reserved


def first_claim(store: Store, layout: Layout, now: datetime) -> ClaimDocument:
    """Return the claim of the run that is to be resumed.

    Raises ConfigError if there is no such run or another version started it, and StorageError.
    """
    run_id, key = layout.run_id, layout.claim(0)
    body = store.get(key) or b""
    if (version := decode.claim_version(body)) not in (None, __version__):
        problem = f"{run_id} was started by auditor {version}, and this is {__version__}"
        raise _resume_error(problem, "Resume it with that version, or start a new run.")
    try:
        return decode.claim(body, run_id, now)
    except ValueError as error:
        advice = f"A claim is expected at {store.url(key)}. Check the run ID and the output."
        raise _resume_error(f"there is no run {run_id}", advice) from error


def _resume(store: Store, layout: Layout, now: datetime, fingerprint: str, accounts: Sequence[ClaimedAccount]) -> Claim:
    """Return the next claim of a run, which keeps the start of the first one and the run to compare with."""
    run_id, first = layout.run_id, first_claim(store, layout, now)
    if (manifest := store.get(layout.manifest)) is not None:
        published = latest.republish(store, layout, manifest, now)
        raise RunExists(
            f"Run {run_id} has already finished. {published} Nothing was done.",
            f"Its manifest is {store.url(layout.manifest)}.",
        )
    if first.fingerprint != fingerprint or first.accounts != accounts:
        advice = "Use the same inventory, checks and settings, or start a new run."
        raise _resume_error(f"{run_id} was started with another configuration", advice)
    attempt = 1
    while store.get(layout.claim(attempt)) is not None:
        attempt += 1
    started_at = datetime.fromisoformat(first.started_at).astimezone(UTC)
    return Claim(started_at, attempt, first.base_run, first.base_problem)


def _resume_error(problem: str, advice: str) -> ConfigError:
    return ConfigError([Problem("--resume", 0, "", problem, advice)])
