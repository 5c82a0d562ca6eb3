"""Exceptions: failures that someone accepts, with a reason and an expiry date."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class RiskException:
    """The exception that covers a finding, as the exceptions file states it.

    The finding keeps its status FAIL. It no longer counts for `--fail-on`, nor appears in lists of urgent findings.
    """

    id: str
    reason: str
    justification: str
    owner: str
    ticket: str
    expires: date
