"""The AWS connection of one process: credentials, clients and limits, loaded on first use.

Loading boto takes longer than `auditor validate` may take, so this module imports it inside functions.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import TYPE_CHECKING

from auditor.domain.clock import Stopped
from auditor.domain.errors import IdentityError, StorageError
from auditor.domain.reason import Reason
from auditor.domain.scope import DiscoveredAccount
from auditor.engine.clock import RunClock
from auditor.inventory import Discover
from auditor.settings import Limits

if TYPE_CHECKING:
    from auditor.aws.calls import CallContext
    from auditor.aws.roles import Identity

#: How long inventory and settings may take to arrive from S3 (seconds), retries included. A call that waits at the end
#: of that time has a few seconds more.
FETCH_SECONDS = 30.0


@dataclass(frozen=True)
class AwsContext:
    """How this process reaches AWS.

    The default limits are for reading the settings themselves; `with_limits` returns the context for everything else.
    `known_identity` is set in a worker process: its parent has already called sts:GetCallerIdentity.
    """

    clock: RunClock = field(default_factory=RunClock)
    limits: Limits = field(default_factory=Limits)
    known_identity: Identity | None = None

    def with_limits(self, limits: Limits) -> AwsContext:
        """Return a context with the same clock and the limits of the settings."""
        return replace(self, limits=limits)

    @cached_property
    def call_context(self) -> CallContext:
        """The clients and the rate limiter that all calls of this process share. Raises IdentityError."""
        from auditor.aws.calls import CallContext
        from auditor.aws.clients import Clients, Connection
        from auditor.aws.rate_limit import RateLimiter

        connection = Connection(self.limits.connect_timeout, self.limits.read_timeout, self.limits.workers)
        limiter = RateLimiter(self.limits.headroom)
        return CallContext(Clients(connection), limiter, self.clock, lambda: self.clock.stopped_for)

    @cached_property
    def identity(self) -> Identity:
        """The identity of the default credentials (sts:GetCallerIdentity). Raises IdentityError."""
        from auditor.aws.errors import ApiCallError
        from auditor.aws.roles import identify

        if self.known_identity is not None:
            return self.known_identity
        try:
            return identify(self.call_context)
        except ApiCallError as error:
            raise IdentityError(
                f"Could not determine the AWS identity: {error.info.detail}.",
                "Renew the credentials, and check that STS can be reached in the home region.",
            ) from error


@cache
def known_regions() -> frozenset[str]:
    """Return every region that the installed botocore knows, in all partitions."""
    from auditor.aws import known_regions as partitions

    return partitions.known_regions()


def fetch_object(aws: AwsContext, url: str, bucket_owner: str | None = None) -> bytes:
    """Return the bytes of an S3 object; `bucket_owner` must own its bucket. Raises StorageError.

    The settings, which have the deadline, may be what is fetched, so this has a limit of its own.
    """
    from auditor.aws import storage

    with aws.clock.limited(FETCH_SECONDS):
        try:
            return storage.fetch(aws.call_context, "ambient", url, bucket_owner)
        except Stopped as stopped:
            if stopped.reason is not Reason.DEADLINE:
                raise
            advice = "Check the network path to S3, or name a local file."
            raise StorageError(f"{url} could not be read within {FETCH_SECONDS:g} s.", advice) from stopped


def discover_accounts(aws: AwsContext, discover: Discover) -> list[DiscoveredAccount]:
    """List the accounts of the organization. Raises OrganizationError."""
    from auditor.aws.organizations import open_and_list
    from auditor.aws.roles import Roles

    roles = Roles(aws.call_context, aws.identity, "discover", {})
    return open_and_list(aws.call_context, roles, discover.role, (discover.include_ous, discover.exclude_ous))


def redirected_endpoints() -> str:
    """Return the endpoints that the environment or the AWS profile sets as `NAME=value, ...`, or an empty string."""
    from auditor.aws.profile_endpoints import profile_endpoints

    variables = {name: url for name, url in os.environ.items() if name.startswith("AWS_ENDPOINT_URL") and url}
    return ", ".join(f"{name}={url}" for name, url in [*sorted(variables.items()), *profile_endpoints()])
