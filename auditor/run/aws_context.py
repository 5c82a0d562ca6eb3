"""AWS, put together: one set of clients, one budget and one clock for the whole command."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from auditor.domain.coverage import CallStats
from auditor.domain.errors import IdentityError
from auditor.domain.scope import DiscoveredAccount, Target
from auditor.engine.clock import RunClock
from auditor.inventory import Discover
from auditor.store.folder import Folder
from auditor.store.store import Store

if TYPE_CHECKING:
    from auditor.aws.account_reader import AccountReader, FactCache
    from auditor.aws.calls import CallContext, RegionClient
    from auditor.aws.collectors.collector import CollectOptions, Collector
    from auditor.aws.roles import Identity
    from auditor.settings import Settings


class AwsContext:
    """Everything of AWS that a command may need, made when it is first needed: `validate` pays for none of it."""

    def __init__(self, clock: RunClock | None = None, identity: Identity | None = None) -> None:
        """Call nothing, and load nothing. An `identity` that is known already is not asked for again."""
        self.clock = clock or RunClock()
        self._settings: Settings | None = None
        if identity is not None:
            self.__dict__["identity"] = identity

    def configure(self, settings: Settings) -> None:
        """Take the limits from the settings. To be called before the first call that is not for the settings."""
        self._settings = settings
        self.__dict__.pop("caller", None)

    @cached_property
    def known_regions(self) -> frozenset[str]:
        """Every region that the installed botocore knows."""
        from auditor.aws import known_regions  # noqa: PLC0415 - boto takes longer to load than `validate` may

        return known_regions.known_regions()

    @cached_property
    def caller(self) -> CallContext:
        """How calls are made."""
        from auditor.aws.calls import CallContext  # noqa: PLC0415
        from auditor.aws.clients import Clients, Connection  # noqa: PLC0415
        from auditor.aws.rate_limit import RateLimiter  # noqa: PLC0415

        if self._settings is None:
            return CallContext(Clients(Connection()), RateLimiter(0.5), self.clock)
        limits = self._settings.limits
        connection = Connection(limits.connect_timeout, limits.read_timeout, limits.workers)
        return CallContext(Clients(connection), RateLimiter(limits.headroom), self.clock)

    @cached_property
    def identity(self) -> Identity:
        """Who we are. Raises IdentityError."""
        from auditor.aws.errors import ApiCallError  # noqa: PLC0415
        from auditor.aws.roles import identify  # noqa: PLC0415

        try:
            return identify(self.caller)
        except ApiCallError as failed:
            advice = "Check that the credentials are current, and that STS can be reached in the home region."
            raise IdentityError(f"AWS does not say who we are: {failed.info.detail}.", advice) from failed

    @property
    def endpoints(self) -> str:
        """What the environment redirects, as `NAME=value` with commas between; empty where it redirects nothing."""
        found = sorted(name for name in os.environ if name.startswith("AWS_ENDPOINT_URL") and os.environ[name])
        return ", ".join(f"{name}={os.environ[name]}" for name in found)

    def fetch(self, url: str) -> bytes:
        """Return the bytes of an S3 object. Raises StorageError."""
        from auditor.aws import storage  # noqa: PLC0415

        return storage.fetch(self.caller, "ambient", url)

    def store(self, output: str, settings: Settings) -> Store:
        """Return the place for results: a bucket or a folder."""
        if not output.startswith("s3://"):
            return Folder(output)
        from auditor.aws.retry import RetryQuota  # noqa: PLC0415
        from auditor.aws.storage import Protection, S3Store  # noqa: PLC0415

        protection = Protection(bucket_owner=settings.bucket_owner)
        if settings.sse is not None:
            protection = replace(protection, sse=settings.sse.algorithm, kms_key_id=settings.sse.kms_key_id)
        # Only the scan ends when the run is told to, or has tried too often: what it has found must still arrive.
        caller = replace(self.caller, clock=RunClock(), retry_quota=RetryQuota())
        return S3Store(caller, self.identity.account_id, output, protection)

    def reader(
        self,
        run_id: str,
        collectors: Iterable[Collector],
        *,
        counting: bool = False,
        memory: FactCache | None = None,
        wishes: CollectOptions | None = None,
    ) -> AccountReader:
        """Return what the engine reads accounts with; sessions are narrowed to what the collectors need.

        With `counting` the collectors only list: they yield what a run would describe. Without a `memory` every night
        is the first.
        """
        from auditor.aws import regions  # noqa: PLC0415
        from auditor.aws.account_reader import AccountReader  # noqa: PLC0415
        from auditor.aws.models import check_required_members  # noqa: PLC0415
        from auditor.aws.roles import Roles  # noqa: PLC0415

        check_required_members(collectors := tuple(collectors))
        used = tuple(replace(each, collect=each.list_only) if counting else each for each in collectors)
        actions = {*regions.ACTIONS, *(action for each in used for action in each.actions)}
        return AccountReader(self.caller, Roles(self.caller, self.identity, run_id, actions), used, memory, wishes)

    def line(self, run_id: str, target: Target, region: str, actions: Iterable[str]) -> RegionClient:
        """Return a line to one region of an account, whose session is narrowed to `actions`. Assumes nothing yet."""
        from auditor.aws.calls import RegionClient  # noqa: PLC0415
        from auditor.aws.roles import Roles  # noqa: PLC0415

        meter = CallStats()
        keyring = Roles(self.caller, self.identity, run_id, actions).credentials_for(target, meter)
        return RegionClient(self.caller, keyring, region, meter)

    def registrable(self, request: str) -> frozenset[str]:
        """Return the members that the installed botocore knows of a request of ECS."""
        from auditor.aws.models import members  # noqa: PLC0415

        return members("ecs", request)

    def preload(self) -> None:
        """Read what every worker process would read for itself: forked from this one, they share it."""
        from auditor.aws.collectors import services  # noqa: PLC0415

        self.caller.clients.preload(("ec2", *services()))

    def discover(self, wanted: Discover) -> list[DiscoveredAccount]:
        """List the organization. Raises OrganizationError."""
        from auditor.aws import organizations  # noqa: PLC0415
        from auditor.aws.roles import Roles  # noqa: PLC0415

        roles = Roles(self.caller, self.identity, "discover", ())
        units = (wanted.include_ous, wanted.exclude_ous)
        return organizations.open_and_list(self.caller, roles, wanted.role, units)
