"""Sessions: access keys that contain the account and the time of issue, so that no table is needed."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any

from tests.fleet.organization import MANAGEMENT

AMBIENT_KEY = "AKIAFLEETMANAGEMENT0"
AMBIENT_SECRET = "not-a-secret-" + "x" * 27

_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_VALUE = {digit: value for value, digit in enumerate(_DIGITS)}


@dataclass(frozen=True, slots=True)
class Session:
    """The identity behind credentials. `issued` is in seconds since the start of the server.

    `actions` are allowed by the session policy; None means all.
    """

    key: str
    account: str
    arn: str
    issued: float | None
    actions: tuple[str, ...] | None = None
    _decisions: dict[str, bool] = field(default_factory=dict, repr=False, compare=False)

    @property
    def temporary(self) -> bool:
        """Whether sts:AssumeRole created the session."""
        return self.issued is not None

    def allows(self, action: str) -> bool:
        """Whether the session policy allows an action such as `ecs:ListClusters`."""
        if self.actions is None:
            return True
        allowed = self._decisions.get(action)
        if allowed is None:
            allowed = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)
            self._decisions[action] = allowed
        return allowed


@dataclass(frozen=True, slots=True)
class Grant:
    """The credentials that sts:AssumeRole returns."""

    key: str
    secret: str
    token: str
    arn: str


def grant(role_arn: str, session_name: str, actions: tuple[str, ...] | None, now: float, number: int) -> Grant:
    """Return credentials for the account in the role's ARN."""
    account = role_arn.split(":")[4]
    key = "ASIA" + _text(int(account), 8) + _text(int(now * 10), 6) + _text(number, 2)
    arn = f"arn:aws:sts::{account}:assumed-role/{role_arn.rpartition('/')[2]}/{session_name}"
    token = urlsafe_b64encode(json.dumps([arn, actions], separators=(",", ":")).encode()).decode()
    return Grant(key, f"made-up-secret-{key.lower()}xxxxx", token, arn)


@lru_cache(maxsize=65_536)
def session_of(key: bytes, token: bytes) -> Session | None:
    """Return the session of credentials, or None if they are invalid. User keys belong to the management account."""
    if key.startswith(b"AKIA"):
        return Session(key.decode(), MANAGEMENT, f"arn:aws:iam::{MANAGEMENT}:user/auditor", None)
    try:
        arn, actions = json.loads(urlsafe_b64decode(token))
        text = key.decode()
        account = f"{_number(text[4:12]):012d}"
        issued = _number(text[12:18]) / 10
    except (ValueError, KeyError):
        return None
    if not text.startswith("ASIA") or account not in arn:
        return None
    return Session(text, account, arn, issued, None if actions is None else tuple(actions))


def actions_of(policy: dict[str, Any]) -> tuple[str, ...]:
    """Return the actions that a policy document allows; resources and conditions are ignored."""
    statements = policy["Statement"]
    allowed: list[str] = []
    for statement in statements if isinstance(statements, list) else [statements]:
        if statement["Effect"] == "Allow":
            actions = statement["Action"]
            allowed.extend([actions] if isinstance(actions, str) else actions)
    return tuple(allowed)


def _text(number: int, width: int) -> str:
    return "".join(_DIGITS[number >> 5 * place & 31] for place in reversed(range(width)))


def _number(text: str) -> int:
    number = 0
    for digit in text:
        number = number << 5 | _VALUE[digit]
    return number
