"""Why something was not examined: the closed vocabulary of gaps, with what to do about each."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """A machine-readable cause. The values are part of the output contract."""

    ROLE_DENIED = "role-denied"
    SCP_DENIED = "scp-denied"
    PERMISSION_DENIED = "permission-denied"
    REGION_DISABLED = "region-disabled"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    EXPIRED_CREDENTIALS = "expired-credentials"
    SERVICE_ERROR = "service-error"
    MALFORMED_RESPONSE = "malformed-response"
    ACCOUNT_SUSPENDED = "account-suspended"
    EXCLUDED_BY_CONFIG = "excluded-by-config"
    INTERRUPTED = "interrupted"
    DEADLINE = "deadline"
    INTERNAL_ERROR = "internal-error"

    @property
    def advice(self) -> str:
        """What the reader can do so that the next night looks at it."""
        return _ADVICE[self]


_ADVICE = {
    Reason.ROLE_DENIED: "Deploy the member role in this account, and check its trust policy and external id.",
    Reason.SCP_DENIED: "Exempt the auditor's role in the service control policy, or exclude this region.",
    Reason.PERMISSION_DENIED: "Allow the named action for the member role; `auditor policy` prints all of them.",
    Reason.REGION_DISABLED: "Enable the region in this account, or take it out of the inventory's `regions`.",
    Reason.THROTTLED: "Something else uses up the API's rate; run at another hour, or lower `limits.headroom`.",
    Reason.TIMEOUT: "Check the network path to this region's endpoint, or raise `limits.read_timeout`.",
    Reason.EXPIRED_CREDENTIALS: "Check the clock of the host and the role's session settings.",
    Reason.SERVICE_ERROR: "AWS answered with an error after every retry; the next run will try again.",
    Reason.MALFORMED_RESPONSE: "The answer made no sense; look for a proxy in between, and update auditor.",
    Reason.ACCOUNT_SUSPENDED: "Nothing can be read in a suspended account; remove it when it is closed for good.",
    Reason.EXCLUDED_BY_CONFIG: "The inventory or a flag leaves it out; the detail says why.",
    Reason.INTERRUPTED: "The run was stopped; run it again.",
    Reason.DEADLINE: "The run reached `limits.deadline`; raise it, or raise `limits.workers`.",
    Reason.INTERNAL_ERROR: "This is a bug in auditor; the detail names where. Please report it.",
}
