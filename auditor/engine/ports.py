"""What the engine needs from the floors below, so that its tests need no AWS."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.domain.check import Check
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.fact import Fact
from auditor.domain.scope import Account, Scope, Target


class CloudReader(Protocol):
    """Something that can be read, an account and a region at a time, from any thread."""

    def regions(self, target: Target, meter: CallStats) -> frozenset[str]:
        """Get into the account and return its enabled regions. Raises Unreadable or Stopped."""

    def collect(self, scope: Scope, collector: str, meter: CallStats) -> Iterable[Fact | Gap]:
        """Yield facts and gaps as they come. Raises Unreadable when it cannot be listed (any further), or Stopped."""

    def remembered(self, scope: Scope, collector: str, arn: str) -> Fact | None:
        """Return what was written down about an immutable resource, tonight or earlier. Calls nothing."""

    def revisit(self, scope: Scope, collector: str, arn: str, meter: CallStats) -> Fact | None:
        """Read one more resource of a scope; None where it is gone. Raises Unreadable or Stopped."""

    def release_scope(self, scope: Scope) -> None:
        """Forget what was read of a scope that has ended."""

    def release_account(self, account: Account) -> None:
        """Forget an account that has ended."""


@dataclass(frozen=True, slots=True)
class ConfiguredCheck:
    """A check with the parameters that the settings give it."""

    check: Check[Any]
    parameters: Any


@dataclass(frozen=True, slots=True)
class Assignment:
    """One thing to do in every scope: read with a collector, and judge what it yields by these rules.

    `type` is that of the resources which it reads. Works of one scope are done in order.
    """

    collector: str
    checks: tuple[ConfiguredCheck, ...]
    resource_type: str = "AWS::ECS::TaskDefinition"
