"""The result of `auditor verify` as text."""

from auditor.contracts.verification import Mismatch, VerificationDocument
from auditor.reports.labels import join_words, pluralize
from auditor.reports.sanitize import sanitize

_LONGEST = 300
_LABELS = {
    Mismatch.LOST: "Lost",
    Mismatch.CHANGED: "Changed",
    Mismatch.ADDED: "Added",
    Mismatch.ROWS: "Other rows",
    Mismatch.SWAPPED: "Swapped",
    Mismatch.UNREADABLE: "Unreadable",
}


def verification_text(verification: VerificationDocument) -> str:
    """Return one line per discrepancy, then what was compared and what confirms the manifest."""
    lines = [
        f"{_LABELS[entry.mismatch]:<11} {sanitize(entry.key, _LONGEST)}: {sanitize(entry.detail, _LONGEST)}"
        for entry in verification.discrepancies
    ]
    compared = f"{pluralize(verification.objects, 'object')} with {pluralize(verification.rows, 'row')}"
    lines.append(f"Run {verification.run_id}: {compared} compared.")
    manifest = f"Manifest {verification.manifest_sha256}"
    if verification.witnesses:
        lines.append(f"{manifest}, confirmed by {join_words(verification.witnesses)}.")
    else:
        lines.append(
            f"{manifest}: nothing outside the run confirms it. Give `manifest_sha256` of the run-ended record in "
            "its log: --manifest-sha256 HEX."
        )
    if verification.discrepancies:
        lines.append(f"NOT VERIFIED: {pluralize(len(verification.discrepancies), 'discrepancy', 'discrepancies')}.")
    else:
        lines.append(
            "Everything is as it was written." if verification.witnesses else "The objects match the manifest."
        )
    return "\n".join(lines)
