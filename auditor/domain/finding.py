"""Findings: the verdict of one check on one resource."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.lifecycle import NOT_COMPARED, Lifecycle
from auditor.domain.past_finding import FindingKey
from auditor.domain.risk_exception import RiskException
from auditor.domain.scope import Account
from auditor.domain.usage import Usage


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one check on one resource. All examined revisions of a family share one finding.

    `reasons` holds the check's reasons, or a `Reason` if the status is UNKNOWN. `usage` is None if usage was not
    examined, `introduced_in` if it is not known which revision first had the problem. `problem` says what is wrong
    if the check fails, `title` what it requires. `frameworks` holds the controls of the check, such as
    `cis-compute-1.1/3.4`. `owner` and `environment` are those that tags of the resource name, empty if none do: see
    `effective_owner`. `due` is the day by which a failure must be fixed, and `exception` covers one that is accepted.
    """

    check_id: str
    title: str
    severity: Severity
    status: Status
    account: Account
    region: str
    resource: Resource
    observed_at: datetime
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    standards: Mapping[str, Status] = field(default_factory=dict, hash=False)
    remediation: str = ""
    problem: str = ""
    usage: Usage | None = None
    introduced_in: Introduction | None = None
    frameworks: tuple[str, ...] = ()
    owner: str = ""
    environment: str = ""
    lifecycle: Lifecycle = NOT_COMPARED
    due: date | None = None
    overdue: bool = False
    exception: RiskException | None = None

    @property
    def is_unused(self) -> bool:
        """Whether the resource is known not to be in use: such a finding is less urgent."""
        return self.usage is not None and self.usage.complete and not self.usage.in_use

    @property
    def effective_owner(self) -> str:
        """The owner of the resource, or else of its account; empty if it is unknown."""
        return self.owner or self.account.owner

    @property
    def effective_environment(self) -> str:
        """The environment of the resource, or else of its account; empty if it is unknown."""
        return self.environment or self.account.environment

    @property
    def is_running(self) -> bool | None:
        """Whether the resource is in use; None if that was not examined in full."""
        if self.usage is None:
            return None
        return self.usage.in_use or (False if self.usage.complete else None)

    @property
    def is_public(self) -> bool | None:
        """Whether something that uses the resource has a public IP address; None if that is not known of all."""
        return self.usage.is_public if self.usage else None

    @property
    def key(self) -> FindingKey:
        """What identifies it within its account. Cheaper than the ID."""
        return self.region, self.check_id, self.resource.type, self.resource.unversioned_arn

    @property
    def finding_id(self) -> str:
        """32 hexadecimal digits that stay the same from run to run and from revision to revision."""
        parts = (self.check_id, self.account.id, self.region, self.resource.type, self.resource.unversioned_arn)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
