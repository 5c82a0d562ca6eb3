"""The exceptions of a run as plain values, which worker processes get as they are."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from auditor.domain.risk_exception import RiskException


class Acceptance(StrEnum):
    """Why a failure is accepted."""

    FALSE_POSITIVE = "false-positive"
    ACCEPTED_RISK = "accepted-risk"
    COMPENSATING_CONTROL = "compensating-control"
    PENDING_FIX = "pending-fix"


class ReopenOn(StrEnum):
    """What ends an exception for a finding before it expires."""

    PUBLIC = "public"
    """Anything but the knowledge that the resource is not public."""
    RUNNING = "running"
    """Anything but the knowledge that the resource is not in use."""
    REASONS = "reasons"
    """A reason that the item does not list."""


@dataclass(frozen=True, slots=True)
class ExceptionItem:
    """One item of the exceptions file. It covers a finding if everything that it states applies.

    `check`, `account`, `ou`, `region`, `resource`, `container` and the values of `tag` are exact or globs; None or an
    empty mapping means any. `line` is where the item begins in the file.
    """

    id: str
    check: str
    reason: Acceptance
    justification: str
    owner: str
    expires: date
    ticket: str = ""
    created: date | None = None
    account: str | None = None
    ou: str | None = None
    tag: Mapping[str, str] = field(default_factory=dict, hash=False)
    region: str | None = None
    resource: str | None = None
    container: str | None = None
    reopen_on: frozenset[ReopenOn] = frozenset()
    reasons: frozenset[str] = frozenset()
    line: int = 0

    @property
    def limits_accounts(self) -> bool:
        """Whether the item is for some accounts only."""
        return self.account is not None or self.ou is not None or bool(self.tag)

    def risk_exception(self) -> RiskException:
        """Return what the row of a covered finding says about the item."""
        return RiskException(
            id=self.id,
            reason=self.reason.value,
            justification=self.justification,
            owner=self.owner,
            ticket=self.ticket,
            expires=self.expires,
        )


@dataclass(frozen=True, slots=True)
class Policy:
    """What the settings allow: days until an exception expires, days of warning before that, and findings per item."""

    max_days: int = 365
    warn_days: int = 14
    max_findings: int = 100


@dataclass(frozen=True, slots=True)
class ExceptionsFileContent:
    """The items of an exceptions file in its order. `sha256` is the digest of its text."""

    items: tuple[ExceptionItem, ...] = ()
    source: str = ""
    sha256: str = ""
