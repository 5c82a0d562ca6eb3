"""The enabled regions of an account, listed with its own credentials.

`ec2:DescribeRegions` is in every audit policy (`account:ListRegions` is not). It can be called in any region, so if a
policy denies the first region, another one may answer.
"""

from collections.abc import Mapping
from typing import Any

from auditor.aws.calls import CallContext, CredentialsProvider, RegionClient
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
_FALLBACKS = ("us-east-1", "eu-west-1", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1")
_MAX_TRIES = 3


def list_enabled_regions(
    call_context: CallContext, credentials: CredentialsProvider, stats: CallStats, hints: tuple[str, ...] = ()
) -> frozenset[str]:
    """Return the names of the regions that the account has enabled. Raises ReadError.

    `hints` are regions that the inventory names for this account. The first one is called before the well-known ones.
    """
    failures: list[ErrorInfo] = []
    for region in _regions_to_call(call_context.clients, hints):
        try:
            return RegionClient(call_context, credentials, region, stats).call(
                "ec2", "DescribeRegions", _read_enabled, AllRegions=True
            )
        except ApiCallError as error:
            failures.append(error.info)
            if not _may_differ_by_region(error.info):
                break
    # A rejected token may be due to a disabled region. If another region reports another error, that is the cause.
    cause = min(failures, key=is_ambiguous)
    raise ReadError("regions", cause.reason, f"ec2:DescribeRegions: {cause.detail}")


def _may_differ_by_region(info: ErrorInfo) -> bool:
    """Return whether another region may answer. An expired token is expired in every region."""
    return info.reason is not Reason.EXPIRED_CREDENTIALS or is_ambiguous(info)


def _regions_to_call(clients: Clients, hints: tuple[str, ...]) -> tuple[str, ...]:
    """Return the regions to call, the home region first. Credentials work in one partition only."""
    home, partition = clients.home_region, clients.partition(clients.home_region)
    others = (region for region in (*hints[:1], *_FALLBACKS) if clients.partition(region) == partition)
    return tuple(dict.fromkeys((home, *others)))[:_MAX_TRIES]


def _read_enabled(answer: Mapping[str, Any]) -> frozenset[str]:
    regions = answer.get("Regions")
    if not isinstance(regions, list) or not regions:
        raise MalformedResponse("no `Regions` in the answer")
    names = [region.get("RegionName") for region in regions]
    if not all(isinstance(name, str) and name for name in names):
        raise MalformedResponse("a region without a name")
    enabled = (region.get("OptInStatus", "opt-in-not-required") in _ENABLED for region in regions)
    return frozenset(name for name, is_enabled in zip(names, enabled, strict=True) if is_enabled)
