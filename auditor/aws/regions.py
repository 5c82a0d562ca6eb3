"""The enabled regions of an account, listed with its own credentials.

`ec2:DescribeRegions` is in every audit policy (`account:ListRegions` is not). It can be called in any region, so if a
policy denies the first region, another one may answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from auditor.aws.calls import CallContext, CredentialsProvider, Read, RegionClient
from auditor.aws.clients import Clients
from auditor.aws.errors import ApiCallError, ErrorInfo, MalformedResponse, is_ambiguous
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason

ACTIONS = ("ec2:DescribeRegions",)

#: Launched before 20 March 2019: no account can disable them (Account Management guide).
ALWAYS_ENABLED = frozenset(
    {
        *("us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1"),
        *("eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3"),
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2"),
    }
)

_ENABLED = frozenset({"opt-in-not-required", "opted-in"})
_DISABLED = "not-opted-in"
#: The partition that the regions of ALWAYS_ENABLED are in.
_COMMERCIAL = "aws"
_NAME = re.compile(r"[a-z0-9-]+")
_FALLBACKS = ("us-east-1", "eu-west-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1")
_MAX_TRIES = 3


@dataclass(frozen=True, slots=True)
class AccountRegions:
    """The regions of an account: the `enabled` ones, and those that may be enabled.

    `unclear` maps regions to opt-in statuses that are not documented, and `contradicted` regions that no account can
    disable to the status that denies this. Both are examined, so that each of them has a coverage record.
    """

    enabled: frozenset[str]
    unclear: Mapping[str, str] = field(default_factory=dict)
    contradicted: Mapping[str, str] = field(default_factory=dict)

    @property
    def expected(self) -> frozenset[str]:
        """The regions to examine."""
        return self.enabled | self.unclear.keys() | self.contradicted.keys()

    def contradiction(self, region: str) -> str:
        """Return a sentence about what AWS says of a region that no account can disable; empty if it is enabled."""
        status = self.contradicted.get(region)
        return f"ec2:DescribeRegions calls {region} {status!r}, but no account can disable it." if status else ""


def list_regions(
    call_context: CallContext, credentials: CredentialsProvider, stats: CallStats, hints: tuple[str, ...] = ()
) -> AccountRegions:
    """Return the regions of an account that are enabled or may be. Raises ReadError.

    `hints` are regions that the inventory names for this account. The first one is called before the well-known ones.
    """
    failures: list[ErrorInfo] = []
    partition = call_context.clients.partition(call_context.clients.home_region)
    read = partial(_read_regions, ALWAYS_ENABLED if partition == _COMMERCIAL else frozenset())
    for region in _regions_to_call(call_context.clients, hints):
        client = RegionClient(call_context, credentials, region, stats)
        try:
            return _second_look(client, read, client.call("ec2", "DescribeRegions", read, AllRegions=True))
        except ApiCallError as error:
            failures.append(error.info)
            if not _may_differ_by_region(error.info):
                break
    # A rejected token may be due to a disabled region. If another region reports another error, that is the cause.
    cause = min(failures, key=is_ambiguous)
    raise ReadError("regions", cause.reason, f"ec2:DescribeRegions: {cause.detail}")


def _second_look(client: RegionClient, read: Read[AccountRegions], listed: AccountRegions) -> AccountRegions:
    """Return the list, or a second one if the first contradicts the documentation. Keep the first if that fails."""
    if not listed.contradicted:
        return listed
    try:
        return client.call("ec2", "DescribeRegions", read, AllRegions=True)
    except ApiCallError:
        return listed


def _may_differ_by_region(info: ErrorInfo) -> bool:
    """Return whether another region may answer. An expired token is expired in every region."""
    return info.reason is not Reason.EXPIRED_CREDENTIALS or is_ambiguous(info)


def _regions_to_call(clients: Clients, hints: tuple[str, ...]) -> tuple[str, ...]:
    """Return the regions to call, the home region first. Credentials work in one partition only."""
    home, partition = clients.home_region, clients.partition(clients.home_region)
    others = (region for region in (*hints[:1], *_FALLBACKS) if clients.partition(region) == partition)
    return tuple(dict.fromkeys((home, *others)))[:_MAX_TRIES]


def _read_regions(always_enabled: frozenset[str], answer: Mapping[str, Any]) -> AccountRegions:
    regions = answer.get("Regions")
    if not isinstance(regions, list) or not regions:
        raise MalformedResponse("no `Regions` in the answer")
    statuses: dict[str, str] = {}
    for region in regions:
        name = region.get("RegionName") if isinstance(region, dict) else None
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise MalformedResponse("a region without a name")
        statuses[name] = str(region.get("OptInStatus") or "opt-in-not-required")
    if missing := always_enabled - statuses.keys():
        raise MalformedResponse(f"{min(missing)} is missing, which every account has")
    enabled = frozenset(name for name, status in statuses.items() if status in _ENABLED)
    unclear = {name: status for name, status in statuses.items() if status not in {*_ENABLED, _DISABLED}}
    contradicted = {name: _DISABLED for name in sorted(always_enabled) if statuses[name] == _DISABLED}
    return AccountRegions(enabled, unclear, contradicted)
