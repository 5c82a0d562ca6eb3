"""Which regions an account has enabled: asked with its own credentials, because only it knows.

`ec2:DescribeRegions` is in every audit policy (`account:ListRegions` is not) and answers in any region, so where a
region-deny policy forbids the first one asked, another one may do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.loaders import Loader

from auditor.aws.calls import Caller, Keyring, Line
from auditor.aws.failures import CallFailed, Malformed
from auditor.domain.clock import Unreadable
from auditor.domain.reason import Reason
from auditor.domain.result import Meter

ACTIONS = ("ec2:DescribeRegions",)

_ENABLED = frozenset({"opt-in-not-required", "opted-in"})
_FALLBACKS = ("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2")
_MOST_TRIES = 3
#: Refusals that another region may not share.
_ONLY_HERE = frozenset({Reason.PERMISSION_DENIED, Reason.SCP_DENIED, Reason.REGION_DISABLED})


def ask(caller: Caller, keyring: Keyring, meter: Meter, hints: tuple[str, ...] = ()) -> frozenset[str]:
    """Return the names of the regions that the account has enabled. Raises Unreadable.

    `hints` are regions that the inventory names for this account; they are tried before the well-known ones.
    """
    refused: CallFailed | None = None
    for region in _places(caller.clients.home_region, hints):
        line = Line(caller, keyring, region, meter)
        try:
            return line.call("ec2", "DescribeRegions", _enabled, AllRegions=True)
        except CallFailed as failed:
            refused = refused or failed
            if failed.failure.reason not in _ONLY_HERE:
                break
    if refused is None:
        raise Unreadable("regions", Reason.INTERNAL_ERROR, "No region to ask in.")
    raise Unreadable("regions", refused.failure.reason, f"ec2:DescribeRegions: {refused.failure.detail}")


def _places(home: str, hints: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((home, *hints[:1], *_FALLBACKS)))[:_MOST_TRIES]


def _enabled(answer: Mapping[str, Any]) -> frozenset[str]:
    regions = answer.get("Regions")
    if not isinstance(regions, list) or not regions:
        raise Malformed("no `Regions` in it")
    names = [region.get("RegionName") for region in regions]
    if not all(isinstance(name, str) and name for name in names):
        raise Malformed("a region without a name")
    enabled = (region.get("OptInStatus", "opt-in-not-required") in _ENABLED for region in regions)
    return frozenset(name for name, is_enabled in zip(names, enabled, strict=True) if is_enabled)


def known() -> frozenset[str]:
    """Return every region that the installed botocore has heard of, in all partitions. Reads a file, calls nothing."""
    data: dict[str, Any] = Loader(include_default_search_paths=True).load_data("partitions")
    names = (name for partition in data["partitions"] for name in partition["regions"])
    # Each partition also lists a pseudo region for its global services, such as aws-global.
    return frozenset(name for name in names if not name.endswith("-global"))
