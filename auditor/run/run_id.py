"""Run ids: they sort by time, and name a day, a role session and a folder."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

from auditor.domain.errors import ConfigError, Problem

_OURS = re.compile(r"\d{8}T\d{6}Z-[A-Za-z0-9-]{1,32}", re.ASCII)
_ADVICE = "Write it as 20261123T020000Z-name, or give the scheduled time, such as 2026-11-23T02:00:00Z."


def new_run_id(now: datetime) -> str:
    """Return an id that nobody else has: the time, and six random digits."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def parse_run_id(text: str, label: str) -> str:
    """Return the id that the user gave. A bare time is one too: a scheduler that fires twice then names one run twice.

    Raises ConfigError.
    """
    try:
        if _OURS.fullmatch(text):
            datetime.strptime(text[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            return text
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-scheduled"
    except (ValueError, OverflowError):
        pass
    raise ConfigError([Problem(label, 0, "", f"{text[:80]!r} does not start with a time", _ADVICE)])
