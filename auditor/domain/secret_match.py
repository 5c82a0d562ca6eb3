"""What may be said of a value that looks like a secret: how it was recognised and how long it is, never what it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """Why a value is taken for a secret. `detector` is a stable word; `length` counts the value's characters."""

    detector: str
    length: int
