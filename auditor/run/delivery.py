"""The end of a run: deliver what the output refused at first, then write manifest, index and `latest.json`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.archive.authentication import MacKey
from auditor.archive.latest import Publication, publish
from auditor.archive.layout import LATEST
from auditor.contracts.run import ManifestDocument
from auditor.domain.errors import MacError, StorageError
from auditor.domain.result import RunResult
from auditor.run.context import ClaimedRun, RunContext
from auditor.store.spool import SpoolingStore


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which keys the output refused, and whether `latest.json` names the run. An interrupted run is not published.

    `unauthenticated` says why the manifest has no MAC although the settings name a key.
    """

    undelivered: tuple[str, ...] = ()
    unauthenticated: str = ""
    publication: Publication = field(default_factory=Publication)
    manifest_sha256: str = ""

    @property
    def failed(self) -> bool:
        """Whether something that was to be written was not."""
        return bool(self.undelivered or self.publication.refusal)

    def message(self, context: RunContext) -> str:
        """Return the last lines of the summary: what was not delivered or not published, if anything."""
        if self.undelivered:
            return _undelivered_message(context.store, context.run.output)
        if self.publication.refusal:
            return _unpublished_message(context.run, self.publication.refusal)
        return self.publication.note


def deliver(context: RunContext, result: RunResult, manifest: ManifestDocument) -> Delivery:
    """Deliver the spooled objects, then write the manifest, then the index, then `latest.json`.

    Each step is taken only if everything before it was delivered.
    """
    undelivered = context.store.deliver()
    if undelivered:
        return Delivery(undelivered)
    if result.interrupted:
        return Delivery(unauthenticated=_authenticate(context, manifest, context.archive.write_interrupted))
    sha256 = context.archive.write_manifest(manifest)
    if undelivered := context.store.deliver():
        return Delivery(undelivered, manifest_sha256=sha256)
    context.archive.write_index(manifest)
    if undelivered := context.store.deliver():
        return Delivery(undelivered, manifest_sha256=sha256)
    unauthenticated = _authenticate(context, manifest, context.archive.write_mac)
    publication = publish(context.store, manifest, context.aws.clock.now())
    return Delivery(context.store.deliver(), unauthenticated, publication, sha256)


def _authenticate(
    context: RunContext, manifest: ManifestDocument, write: Callable[[ManifestDocument, MacKey], None]
) -> str:
    """Write the manifest's MAC if there is a key. Return why that failed: later runs then make more calls."""
    if context.mac_key is None:
        return ""
    try:
        write(manifest, context.mac_key)
    except (MacError, StorageError) as error:
        return f"{error.message} {error.advice}"
    return ""


def _undelivered_message(store: SpoolingStore, output: str) -> str:
    return (
        f"NOT DELIVERED: {store.spooled.refusal}\n"
        f"The results that {output} refused are in {store.spool.url()}, under the same keys.\n"
        f"{LATEST} was not changed. Fix the cause and copy them there, or run again."
    )


def _unpublished_message(run: ClaimedRun, refusal: str) -> str:
    return f"NOT PUBLISHED: {refusal}\nThe results of {run.run_id} are in {run.output}, with their manifest."
