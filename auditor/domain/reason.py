"""Reasons why something was not examined: their names in the output, headlines and advice."""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """A machine-readable reason for a gap. The values are part of the output contract.

    `headline` says in a few words what happened, and `advice` what to do before the next run.
    """

    headline: str
    advice: str

    def __new__(cls, value: str, headline: str = "", advice: str = "") -> Self:
        """Create a member whose value is `value` alone."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.headline = headline
        member.advice = advice
        return member

    ROLE_DENIED = (
        "role-denied",
        "The role could not be assumed",
        "Deploy the member role in this account. Check its trust policy and external ID.",
    )
    SCP_DENIED = (
        "scp-denied",
        "Denied by a service control policy",
        "Exempt the auditor's role in the service control policy, or exclude this region.",
    )
    PERMISSION_DENIED = (
        "permission-denied",
        "The role lacks a permission",
        "Allow the named action for the member role. `auditor policy` prints all required actions.",
    )
    REGION_DISABLED = (
        "region-disabled",
        "The region is not enabled in the account",
        "Enable the region in this account, or remove it from the inventory's `regions`.",
    )
    THROTTLED = (
        "throttled",
        "Throttled by AWS",
        "Another client uses up the API's rate limit. Run at a different hour, or lower `limits.headroom`.",
    )
    TIMEOUT = (
        "timeout",
        "The request timed out",
        "Check the network path to this region's endpoint, or raise `limits.read_timeout`.",
    )
    EXPIRED_CREDENTIALS = (
        "expired-credentials",
        "AWS rejected the credentials as expired",
        "Check the host's clock and the role's session settings.",
    )
    SERVICE_ERROR = (
        "service-error",
        "AWS returned an error",
        "The detail has the error that AWS returned. The next run tries again.",
    )
    MALFORMED_RESPONSE = (
        "malformed-response",
        "The response could not be parsed",
        "Check whether a proxy alters the responses, and update auditor.",
    )
    CONTRADICTORY_RESPONSE = (
        "contradictory-response",
        "AWS contradicted itself",
        "The detail names two answers that cannot both be true. Check which one holds, and run again.",
    )
    ACCOUNT_SUSPENDED = (
        "account-suspended",
        "The account is suspended",
        "Nothing can be read in a suspended account. Remove it from the inventory once it is closed.",
    )
    EXCLUDED_BY_CONFIG = (
        "excluded-by-config",
        "Excluded by configuration",
        "Excluded by the inventory or a flag. The detail names which.",
    )
    INTERRUPTED = (
        "interrupted",
        "The run was interrupted",
        "Resume the run with `--resume`, or run it again.",
    )
    DEADLINE = (
        "deadline",
        "The run reached its deadline",
        "Raise `limits.deadline`, or raise `limits.workers`.",
    )
    INTERNAL_ERROR = (
        "internal-error",
        "Internal error in auditor",
        "This is a bug in auditor. Please report it with the detail, which names the code location.",
    )
