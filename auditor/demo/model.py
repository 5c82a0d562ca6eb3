"""What a demo organization is made of: accounts, families, revisions, containers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.domain.check import Status

#: The regions that every account has enabled.
REGIONS = ("eu-central-1", "eu-west-1", "us-east-1")
#: A region that AWS has and that no account of the demo has enabled.
NOT_OPTED_IN = "me-south-1"
#: Where the auditor itself runs.
HOME_REGION = "eu-west-1"

#: The account that the ambient credentials belong to, a delegated administrator of the organization.
AUDITOR_ACCOUNT = "999988887777"
MANAGEMENT_ACCOUNT = "100020003000"
ORGANIZATION = "o-demo000001"
ROLE_NAME = "AuditorReadOnly"
EXTERNAL_ID = "demo-audit"

#: Begins the value of every environment variable of the demo. No output may ever hold it.
CANARY = "DEMO-CANARY-"


@dataclass(frozen=True, slots=True)
class Box:
    """One container as it is registered: None leaves the key out."""

    name: str
    image: str
    user: str | None = None
    privileged: bool | None = None
    environment: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a family. `network_mode` is None where ECS is to hold none."""

    network_mode: str | None
    boxes: tuple[Box, ...]
    fargate: bool = False


@dataclass(frozen=True, slots=True)
class Family:
    """A task definition family, the same in each of its `regions`; `revisions` from the oldest to the latest.

    `expect` is what the benchmark says of the latest revision, written by hand. `refused_in` names the region where
    describing this family is always refused.
    """

    name: str
    expect: Status
    revisions: tuple[Revision, ...]
    regions: tuple[str, ...] = REGIONS
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)
    refused_in: str | None = None


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account. `ou` is a path of names, empty for the root.

    `exclude` is the reason why the inventory leaves the account out; `denied_regions` are an SCP's work.
    """

    id: str
    name: str
    ou: str
    tags: Mapping[str, str] = field(hash=False)
    families: tuple[Family, ...] = ()
    exclude: str = ""
    suspended: bool = False
    role_deployed: bool = True
    denied_regions: tuple[str, ...] = ()

    @property
    def audited(self) -> bool:
        """Whether the inventory asks for this account."""
        return not (self.exclude or self.suspended)


def host(*boxes: Box) -> Revision:
    """Return a revision whose containers share the host's network."""
    return Revision("host", boxes)


def bridge(*boxes: Box) -> Revision:
    """Return a revision on Docker's bridge."""
    return Revision("bridge", boxes)


def unnamed(*boxes: Box) -> Revision:
    """Return a revision that names no network mode, which is bridge on Linux."""
    return Revision(None, boxes)


def fargate(*boxes: Box) -> Revision:
    """Return a revision for Fargate, where awsvpc is the only network mode."""
    return Revision("awsvpc", boxes, fargate=True)
