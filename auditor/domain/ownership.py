"""Owner and environment of a finding, and the day by which it must be fixed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, timedelta

from auditor.domain.check import Severity, Status
from auditor.domain.finding import Finding
from auditor.domain.patterns import matches_unit
from auditor.domain.scope import Account, Target

#: What AWS allows for the value of a tag. Tags of the inventory can be longer; a name is cut there.
LONGEST_NAME = 256


@dataclass(frozen=True, slots=True)
class NameRule:
    """Where a name is found: tags of the resource, then of its account, then organizational units.

    `tags` are keys in order, and `ous` has names by path or glob, in order.
    """

    tags: Sequence[str] = ()
    ous: Mapping[str, str] = field(default_factory=dict)

    def of_account(self, account: Account) -> str:
        """Return the name for an account; empty if there is none."""
        if name := self.in_tags(account.tags):
            return name
        return next((name for pattern, name in self.ous.items() if matches_unit(pattern, account.ou)), "")

    def in_tags(self, tags: Mapping[str, str] | None) -> str:
        """Return the value of the first of the tags that has one, for example of a resource; empty if none has."""
        values = (tags.get(key, "").strip() for key in self.tags) if tags else ()
        return next((value[:LONGEST_NAME] for value in values if value), "")


@dataclass(frozen=True, slots=True)
class OwnershipRules:
    """How owner and environment are found, and in how many days failures of a severity must be fixed."""

    owner: NameRule = NameRule()
    environment: NameRule = NameRule()
    due_days: Mapping[Severity, int] = field(default_factory=dict)

    def complete_target(self, target: Target) -> Target:
        """Return the target with the owner and the environment of its account."""
        account = target.account
        owner, environment = self.owner.of_account(account), self.environment.of_account(account)
        return replace(target, account=replace(account, owner=owner, environment=environment))

    def with_owner(self, finding: Finding) -> Finding:
        """Return the finding with the owner and the environment that tags of its resource name.

        Without such tags it is returned as it is: those of its account apply.
        """
        tags = finding.resource.tags
        if not tags:
            return finding
        owner, environment = self.owner.in_tags(tags), self.environment.in_tags(tags)
        return replace(finding, owner=owner, environment=environment) if owner or environment else finding

    def with_due_date(self, finding: Finding, today: date) -> Finding:
        """Return a failing finding with its due date. It is not overdue while an exception covers it."""
        days, first_seen = self.due_days.get(finding.severity), finding.lifecycle.first_seen
        if finding.status is not Status.FAIL or days is None or first_seen is None:
            return finding
        due = first_seen.astimezone(UTC).date() + timedelta(days=days)
        return replace(finding, due=due, overdue=due < today and finding.exception is None)
