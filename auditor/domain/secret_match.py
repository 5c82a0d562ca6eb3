"""The result of secret detection. It never contains the value."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SecretMatch:
    """Why a value looks like a secret: the stable name of the detector, and the length in characters."""

    detector: str
    length: int
