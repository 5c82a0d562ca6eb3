"""What the engine needs from others, as protocols and data, so that its tests need no AWS."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from auditor.domain.check import Check, Status
from auditor.domain.coverage import CallStats, Gap
from auditor.domain.fact import Fact
from auditor.domain.finding import Finding
from auditor.domain.scope import Account, Scope, Target

#: Returns the status that a check, by its id, gives to a fact.
JudgeFact = Callable[[str, Fact], Status]


class CloudReader(Protocol):
    """Reads accounts, one region at a time. All methods may be called from any thread."""

    def regions(self, target: Target, stats: CallStats) -> frozenset[str]:
        """Assume the role of the account and return its enabled regions. Raises ReadError or Stopped."""

    def collect(self, scope: Scope, collector: str, stats: CallStats) -> Iterable[Fact | Gap]:
        """Yield facts and gaps as they arrive. Raises ReadError if the scope cannot be listed further, or Stopped."""

    def add_introductions(  # noqa: PLR0913 - what the search needs
        self,
        scope: Scope,
        collector: str,
        findings: Iterable[Finding],
        judge: JudgeFact,
        stats: CallStats,
        *,
        search: bool,
    ) -> Iterable[Finding]:
        """Return the findings, failing ones with the revision that first had the problem if it can be told.

        Calls AWS only with `search`. Raises nothing of its own: a finding stands without its introduction.
        """

    def release_scope(self, scope: Scope) -> None:
        """Release what is held for a scope that is complete."""

    def release_account(self, account: Account) -> None:
        """Release what is held for an account that is complete."""


@dataclass(frozen=True, slots=True)
class ConfiguredCheck:
    """A check with the parameters from the settings."""

    check: Check[Any]
    parameters: Any


@dataclass(frozen=True, slots=True)
class Assignment:
    """A collector to run in every scope, with the checks that judge its facts.

    `resource_type` is the CloudFormation type of the resources that it reads. The assignments of one scope are done in
    order.
    """

    collector: str
    checks: tuple[ConfiguredCheck, ...]
    resource_type: str = ""
