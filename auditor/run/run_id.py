"""Run IDs: they sort by time, and are part of role session names and of the output's layout."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from auditor.domain.errors import ConfigError, Problem

_RUN_ID = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9-]{1,32}", re.ASCII)
_ADVICE = "Write it as 20261123T020000Z-name, or give the scheduled time, such as 2026-11-23T02:00:00Z."


def new_run_id(now: datetime) -> str:
    """Return a unique ID: the time in UTC, and six random hexadecimal digits."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def parse_run_id(text: str, label: str) -> str:
    """Return a run ID that the user gave. Raises ConfigError.

    A time becomes an ID that ends in `-scheduled`: a scheduler that starts the same run twice then uses one ID.
    `label` names the flag or variable in the error.
    """
    try:
        if _RUN_ID.fullmatch(text):
            datetime.strptime(text[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return text
        time = datetime.fromisoformat(text)
        if time.tzinfo is not None:
            return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}-scheduled"
    except (ValueError, OverflowError):
        pass
    raise ConfigError([Problem(label, 0, "", f"{text[:80]!r} does not start with a time", _ADVICE)])
