"""Builders for the tests of exceptions."""
# ruff: noqa: ANN401 - `**fields` are fields of any type

from __future__ import annotations

from datetime import date
from typing import Any

from auditor.domain.check import Evidence
from auditor.exceptions.model import Acceptance, ExceptionItem
from tests import builders

TODAY = builders.NOW.date()


def item(**fields: Any) -> ExceptionItem:
    """Return an item that covers every finding of the usual check until the end of the year."""
    usual: dict[str, Any] = {
        "id": "one",
        "check": builders.CHECK,
        "reason": Acceptance.ACCEPTED_RISK,
        "justification": "It has to be.",
        "owner": "platform",
        "expires": date(2026, 12, 31),
    }
    return ExceptionItem(**(usual | fields))


def part(name: str = "app", *reasons: str, kind: str = "container", revision: int = 1) -> Evidence:
    """Return the evidence of a part that fails for these reasons, by default because it is privileged."""
    return Evidence(name, kind, reasons or ("privileged",), {}, revision)
