"""Why a finding is stale or gone, if no reason of a coverage record says so. Part of the output contract."""

from enum import StrEnum


class StaleReason(StrEnum):
    """What the run did not look at. The other reasons are those of coverage records."""

    ACCOUNT_NOT_IN_RUN = "account-not-in-run"
    REGION_NOT_IN_RUN = "region-not-in-run"
    CHECK_NOT_ENABLED = "check-not-enabled"
    REVISIONS_NOT_EXAMINED = "revisions-not-examined"


class GoneReason(StrEnum):
    """How the run knows that the resource no longer exists."""

    NOT_LISTED = "not-listed"
    LEFT_ORGANIZATION = "left-organization"
