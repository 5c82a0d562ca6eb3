"""TODO finding."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from auditor.domain.aws_resource import Introduction, Resource
from auditor.domain.check import Evidence, Severity, Status
from auditor.domain.ecs.usage import Usage
from auditor.domain.scope import Account


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says of one resource; of a family of definitions, all judged revisions together.

    `reasons` holds the check's words, or a `Reason` where it is UNKNOWN. `in_use` is None where nobody looked at what
    runs, `introduced_in` where it is not known which revision brought the fault in.
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
    usage: Usage | None = None
    introduced_in: Introduction | None = None

    @property
    def is_unused(self) -> bool:
        """Whether it is known that nothing uses what fails: such a finding can wait."""
        return self.usage is not None and self.usage.complete and not self.usage.in_use

    @property
    def finding_id(self) -> str:
        """Stable from night to night and from revision to revision: 32 hexadecimal digits."""
        parts = (self.check_id, self.account.id, self.region, self.resource.type, self.resource.unversioned_arn)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
