"""Problems of the tool's own stored state: it is not what an earlier run wrote, so another writer has changed it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class IntegrityKind(StrEnum):
    """What is not as it was written. `headline` says it in words; `advice` says what to do."""

    headline: str
    advice: str

    def __new__(cls, value: str, headline: str, advice: str) -> Self:
        """Keep the texts next to the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.headline = headline
        member.advice = advice
        return member

    CACHE_MISMATCH = (
        "cache-mismatch",
        "Cached description differs from what AWS answers",
        (
            "The whole account was read anew. Find out who wrote to state/facts/ and runs/ in the output since the "
            "previous run (object versions, access logs), and do not rely on PASS findings of earlier runs about this "
            "account."
        ),
    )
    MANIFEST_MAC = (
        "manifest-mac-mismatch",
        "Manifest of the previous run is not what auditor wrote",
        (
            "All accounts were read anew. Find out who wrote to runs/ in the output since the previous run (object "
            "versions, access logs), and do not rely on its results."
        ),
    )
    RESUME_MISMATCH = (
        "resume-mismatch",
        "Rows of the interrupted attempt differ from what AWS answers",
        (
            "All accounts were read anew. If this revision was put into use after the interruption, nothing is wrong; "
            "otherwise find out who wrote to findings/ and coverage/ in the output (object versions, access logs)."
        ),
    )
    RESUME_MAC = (
        "resume-mac-mismatch",
        "State of the interrupted attempt is not what auditor wrote",
        (
            "What does not match was read anew. Find out who wrote to state/, findings/ and coverage/ in the output "
            "(object versions, access logs)."
        ),
    )
    HISTORY_CHANGED = (
        "history-changed",
        "Findings of the previous run are not what it wrote",
        (
            "Nothing of this account counts as new or resolved. Find out who wrote to state/history/ in the output "
            "since the previous run (object versions, access logs)."
        ),
    )


@dataclass(frozen=True, slots=True, order=True)
class IntegrityProblem:
    """One object that another writer has changed. The verdicts of this run do not depend on it.

    `account`, `region` and `arn` name what it is about, empty if it is about the whole run.
    """

    kind: IntegrityKind
    detail: str
    account: str = ""
    region: str = ""
    arn: str = ""
