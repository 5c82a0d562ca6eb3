"""Which stored state of earlier runs this run believes, and what it says about the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.archive.archive import Archive
from auditor.archive.authentication import Authenticity, MacKey, authentic_manifest
from auditor.archive.layout import Layout
from auditor.domain.errors import MacError
from auditor.domain.events import Level, Notice
from auditor.domain.integrity import IntegrityKind, IntegrityProblem
from auditor.store.store import Store


@dataclass(frozen=True, slots=True)
class Trust:
    """SHA-256 of objects by key, whether a MAC confirms them, and what is to be said if it does not."""

    digests: Mapping[str, str] = field(default_factory=dict)
    authenticated: bool = False
    notices: tuple[Notice, ...] = ()
    problems: tuple[IntegrityProblem, ...] = ()


def trusted_cache(store: Store, run_id: str | None, mac_key: MacKey | None) -> Trust:
    """Return which objects of the fact cache to believe: those in the manifest of the latest run."""
    if run_id is None:
        return Trust(authenticated=mac_key is not None)
    if mac_key is None:
        return Trust(Archive(store, Layout(run_id)).trusted_digests(run_id))
    key = Layout(run_id).manifest
    try:
        manifest, authenticity = authentic_manifest(store, key, run_id, mac_key)
    except MacError as error:
        return Trust(authenticated=True, notices=(_unavailable("The fact cache is not used", error),))
    if manifest is not None:
        return Trust(manifest.provenance.cache_digests, authenticated=True)
    if authenticity is Authenticity.INVALID:
        detail = f"The MAC of {key} is not valid. The fact cache is not used."
        return Trust(authenticated=True, problems=(IntegrityProblem(IntegrityKind.MANIFEST_MAC, detail),))
    detail = f"{key} has no MAC by the key of the settings, as after the key was set or could not be used"
    return Trust(authenticated=True, notices=(Notice(Level.WARNING, "The fact cache is not used", detail),))


def trusted_rows(store: Store, run_id: str, mac_key: MacKey) -> Trust:
    """Return which rows of an interrupted run to take over: those that its last orderly end has authenticated."""
    key = Layout(run_id).interrupted
    try:
        manifest, authenticity = authentic_manifest(store, key, run_id, mac_key)
    except MacError as error:
        return Trust(authenticated=True, notices=(_unavailable("No rows are taken over", error),))
    if manifest is not None:
        digests = {record.key: record.sha256 for record in manifest.objects}
        return Trust(digests, authenticated=True)
    if authenticity is Authenticity.INVALID:
        detail = f"The MAC of {key} is not valid. No rows are taken over."
        return Trust(authenticated=True, problems=(IntegrityProblem(IntegrityKind.RESUME_MAC, detail),))
    detail = f"{key} has no MAC: the run did not end in order, or without its MAC key"
    return Trust(authenticated=True, notices=(Notice(Level.WARNING, "No rows are taken over", detail),))


def _unavailable(consequence: str, error: MacError) -> Notice:
    return Notice(Level.WARNING, consequence, f"{error.message} {error.advice}")
