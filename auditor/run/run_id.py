"""Run IDs: they sort by time, and are part of role session names and of the output's layout."""

import secrets
from datetime import UTC, datetime

from auditor.archive.layout import is_future, run_time
from auditor.domain.errors import ConfigError, Problem

_FORM_ADVICE = "Write it as 20261123T020000Z-name, or give the scheduled time, such as 2026-11-23T02:00:00Z."
_FUTURE_ADVICE = "Check the clock of this machine. `latest.json` would name that run until then."


def new_run_id(now: datetime) -> str:
    """Return a unique ID: the time in UTC, and six random hexadecimal digits."""
    return f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"


def parse_run_id(text: str, label: str, now: datetime) -> str:
    """Return a run ID that the user gave. Raises ConfigError.

    A time becomes an ID that ends in `-scheduled`: a scheduler that starts the same run twice then uses one ID.
    `label` names the flag or variable in the error.
    """
    run_id = text if run_time(text) else _scheduled(text)
    if run_id is None:
        raise ConfigError([Problem(label, 0, "", f"{text[:80]!r} does not start with a time", _FORM_ADVICE)])
    if is_future(run_id, now):
        raise ConfigError([Problem(label, 0, "", f"{text!r} is in the future", _FUTURE_ADVICE)])
    return run_id


def _scheduled(text: str) -> str | None:
    try:
        time = datetime.fromisoformat(text)
        return f"{time.astimezone(UTC):%Y%m%dT%H%M%SZ}-scheduled" if time.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
