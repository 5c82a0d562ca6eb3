"""A fictitious AWS organization that is derived from a seed.

Only the list of accounts is stored. The number of families of a region, the revisions of a family and their status are
computed from a hash on every request, so a thousand accounts need hardly more memory than ten.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cached_property, lru_cache
from hashlib import blake2b
from math import log
from typing import Any

#: Enabled in every account. A small organization has the first ones.
DEFAULT_REGIONS = (
    "us-east-1", "eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-2", "us-east-2", "us-west-1",
    "ca-central-1", "sa-east-1", "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1",
    "ap-northeast-2", "ap-northeast-3", "ap-southeast-1",
)  # fmt: skip # a table, in columns
#: Only enabled in accounts that opted in.
OPT_IN_REGIONS = (
    "af-south-1", "ap-east-1", "ap-south-2", "ap-southeast-3", "ap-southeast-4", "ca-west-1", "eu-central-2",
    "eu-south-1", "eu-south-2", "il-central-1", "me-central-1", "me-south-1", "mx-central-1",
)  # fmt: skip # a table, in columns
#: The account of the organization, the default credentials and the buckets. It has no ECS resources.
MANAGEMENT = "999999999999"
ROOT = "r-f1ee"

ACTIVE, INACTIVE, DELETE_IN_PROGRESS = "ACTIVE", "INACTIVE", "DELETE_IN_PROGRESS"

#: (ID, name, parent), parents before their children.
UNITS = (
    ("ou-f1ee-11111111", "Production", ROOT),
    ("ou-f1ee-22222222", "Development", ROOT),
    ("ou-f1ee-33333333", "Sandbox", ROOT),
    ("ou-f1ee-44444444", "Payments", "ou-f1ee-11111111"),
    ("ou-f1ee-55555555", "Shop", "ou-f1ee-11111111"),
    ("ou-f1ee-66666666", "Batch", "ou-f1ee-55555555"),
)


@dataclass(frozen=True, slots=True)
class Large:
    """A region of one account with its own size. `account` is an index from 0."""

    account: int
    region: str
    families: int
    revisions: int = 1


@dataclass(frozen=True, slots=True)
class Shape:
    """The size of the organization. The numbers of families, services and so on are means per account and region.

    With `skew` 0 every region has the mean, with 1 an exponential distribution with many empty regions. `changed` is
    the share of families with a new revision in every night after the first. `tagged` is the share of revisions that
    have tags; if it is negative, the template of a revision decides, and a third has none. `blocking_default` is the
    share of regions in which the setting of an account makes log drivers block, `empty` that of regions without
    families and clusters.
    """

    accounts: int = 4
    regions: int | tuple[str, ...] = 3
    families: float = 4.0
    skew: float = 0.5
    revisions: int = 5
    clusters: float = 1.0
    services: float = 0.0
    tasks: float = 2.0
    daemons: float = 0.0
    host_share: float = 0.3
    fail_share: float = 0.4
    suspended: int = 0
    padding: int = 0
    blocking_default: float = 0.0
    changed: float = 0.01
    tagged: float = -1.0
    empty: float = 0.0
    night: int = 1
    large: tuple[Large, ...] = ()
    seed: int = 1

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> Shape:
        """Return the shape of a document."""
        regions = plain.get("regions", 3)
        return cls(
            **{
                **plain,
                "regions": regions if isinstance(regions, int) else tuple(regions),
                "large": tuple(Large(**document) for document in plain.get("large", ())),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """Return the document of the shape."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Member:
    """An account as Organizations lists it."""

    id: str
    name: str
    parent: str
    state: str = ACTIVE
    environment: str = "prod"


@dataclass(frozen=True, slots=True)
class Family:
    """A task definition family of one account and region with the revisions `first` to `newest`.

    Revisions after the first night are above `first_night_newest`. `first_night_active` is the latest ACTIVE revision
    of the first night, or None.
    """

    account: str
    region: str
    index: int
    first: int
    first_night_newest: int
    first_night_active: int | None
    newest: int
    bits: int

    @property
    def name(self) -> str:
        """The name. Every second name is a prefix of the next one, to find callers that take a prefix for a name."""
        return family_name(self.index)

    @property
    def active(self) -> int | None:
        """The latest ACTIVE revision, which is not always the newest."""
        return self.newest if self.newest > self.first_night_newest else self.first_night_active

    def status(self, revision: int) -> str:
        """Return the status of a revision. Older revisions may still be ACTIVE."""
        if revision > self.first_night_newest or revision == self.first_night_active:
            return ACTIVE
        if (
            self.first_night_active is not None
            and revision < self.first_night_active
            and self.bits >> (revision % 32) & 1
        ):
            return ACTIVE
        return DELETE_IN_PROGRESS if (self.bits + revision) % 11 == 0 else INACTIVE

    def arn(self, revision: int) -> str:
        """Return the ARN of a revision."""
        return f"arn:aws:ecs:{self.region}:{self.account}:task-definition/{self.name}:{revision}"


class Organization:
    """The whole organization, computed on demand."""

    def __init__(self, shape: Shape) -> None:
        """Create the accounts of a shape."""
        self.shape = shape
        regions, names = shape.regions, (*DEFAULT_REGIONS, *OPT_IN_REGIONS)
        self.regions: tuple[str, ...] = names[:regions] if isinstance(regions, int) else tuple(regions)
        self._large = {(self.members[large.account].id, large.region): large for large in shape.large}

    @cached_property
    def members(self) -> tuple[Member, ...]:
        """The active members, in the order of Organizations. Some IDs start with a zero."""
        return tuple(self._member(index) for index in range(self.shape.accounts))

    @cached_property
    def all_accounts(self) -> tuple[Member, ...]:
        """All accounts that Organizations lists: the management account first, suspended accounts last."""
        first = Member(MANAGEMENT, "management", ROOT, environment="org")
        last = (self._member(self.shape.accounts + extra, "SUSPENDED") for extra in range(self.shape.suspended))
        return (first, *self.members, *last)

    @cached_property
    def by_id(self) -> dict[str, Member]:
        """All accounts by ID."""
        return {member.id: member for member in self.all_accounts}

    def random_bits(self, *what: object) -> int:
        """Return 128 bits that are derived from the seed and their purpose."""
        text = "/".join(map(str, (self.shape.seed, *what)))
        return int.from_bytes(blake2b(text.encode(), digest_size=16).digest(), "little")

    def random_count(self, mean: float, *what: object) -> int:
        """Return a random integer with a mean and the shape's `skew`."""
        bits = self.random_bits("amount", *what)
        factor = 1 - self.shape.skew - self.shape.skew * log(((bits & 0xFFFFFF) + 1) / 0x1000001)
        return int(mean * factor + (bits >> 24 & 0xFFFFFF) / 0x1000000)

    def family_count(self, account: str, region: str) -> int:
        """Return the number of families, including those without an ACTIVE revision."""
        large = self._large.get((account, region))
        return large.families if large else self._families(account, region)

    def family(self, account: str, region: str, index: int) -> Family:
        """Return the family with an index from 0, in the order of names."""
        bits = self.random_bits("family", account, region, index)
        large = self._large.get((account, region))
        count = large.revisions if large else 1 + bits % (2 * self.shape.revisions - 1)
        first = 1 + (bits >> 16) % 3
        base = first + count - 1
        newest = base + self._registered_later(account, region, index)
        return Family(account, region, index, first, base, _latest_active(bits, count, base), newest, bits >> 32)

    def blocks_by_default(self, account: str, region: str) -> bool:
        """Whether the account's setting in a region makes log drivers without a mode block."""
        return self.random_bits("log mode", account, region) % 1000 < self.shape.blocking_default * 1000

    def families(self, account: str, region: str) -> Iterator[Family]:
        """Yield all families of a region, in the order of names."""
        return (self.family(account, region, index) for index in range(self.family_count(account, region)))

    def index_of(self, account: str, region: str, name: str) -> int | None:
        """Return the index of a family by its name, or None if there is no such family."""
        digits = name[4:9]
        if not digits.isdecimal():
            return None
        index = 2 * int(digits) + name.endswith("-sidecar")
        return index if family_name(index) == name and index < self.family_count(account, region) else None

    def is_empty(self, account: str, region: str) -> bool:
        """Whether a region has neither families nor clusters."""
        return self.random_bits("empty", account, region) % 1000 < self.shape.empty * 1000

    def _registered_later(self, account: str, region: str, index: int) -> int:
        nights = range(2, self.shape.night + 1)
        share = int(self.shape.changed * 1_000_000)
        return sum(self.random_bits("night", night, account, region, index) % 1_000_000 < share for night in nights)

    def _member(self, index: int, state: str = ACTIVE) -> Member:
        bits = self.random_bits("account", index)
        number = (bits >> 64) % 10**9 * 1000 + index % 1000
        parent = UNITS[bits % len(UNITS)][0]
        environment = ("prod", "dev", "test")[(bits >> 8) % 3]
        return Member(f"{number:012d}", f"team-{index:04d}-{environment}", parent, state, environment)

    @cached_property
    def _families(self) -> Any:  # noqa: ANN401 - one cache per organization
        return lru_cache(4096)(self._count)

    def _count(self, account: str, region: str) -> int:
        member = self.by_id.get(account)
        if member is None or account == MANAGEMENT or member.state != ACTIVE or region not in self.regions:
            return 0
        return (
            0 if self.is_empty(account, region) else self.random_count(self.shape.families, "families", account, region)
        )


def family_name(index: int) -> str:
    """Return the name of a family. Names sort like their indexes."""
    return f"app-{index >> 1:05d}-sidecar" if index & 1 else f"app-{index >> 1:05d}"


def _latest_active(bits: int, count: int, base: int) -> int | None:
    """Return the latest ACTIVE revision. 4% of the families have none; in 8% the newest one or two are inactive."""
    life = (bits >> 24) % 100
    if life < 4:
        return None
    if life < 12 and count > 1:
        return base - min(count - 1, 1 + (bits >> 31) % 2)
    return base
