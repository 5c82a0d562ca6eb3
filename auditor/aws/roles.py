"""Role sessions in every account: chains, external IDs, session policies, and renewal in time.

Sessions last 3,600 seconds: that is the maximum for role chaining, and the role of an ECS task is itself the first
link of a chain. The role session name carries the run ID, so that CloudTrail shows which run made a call.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.errors import ApiCallError, MalformedResponse, classify
from auditor.aws.session_policies import session_policies, session_policy
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.reason import Reason
from auditor.domain.scope import Role, Target

SESSION_SECONDS = 3_600
#: The shortest session that STS makes (STS API reference, AssumeRole).
_SHORTEST = 900
#: How long before its end a session is replaced (seconds): longer than any one call with all its retries.
_RENEW_BEFORE = 300.0
#: How long before its end a session is still used if it cannot be replaced (seconds).
_LAST_MOMENT = 60.0
#: How long a refusal is remembered before STS is called again (seconds): hundreds of accounts may wait for one
#: intermediate role.
_REFUSAL_SECONDS = 60.0

_STAGE = "assume-role"
_NAME_LIMIT = 64
_COLONS = 5
_ACCOUNT_ID = re.compile(r"[0-9]{12}")
_NOT_IN_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)


def session_name(run_id: str) -> str:
    """Return a role session name that carries the run ID and that STS accepts."""
    return _NOT_IN_NAME.sub("-", f"auditor-{run_id}")[:_NAME_LIMIT]


@dataclass(frozen=True, slots=True)
class Identity:
    """The identity of the default credentials."""

    account_id: str
    arn: str

    @property
    def partition(self) -> str:
        """The partition, such as `aws`, `aws-cn` or `aws-us-gov`. A run works in one partition."""
        return self.arn.split(":")[1]


@dataclass(frozen=True, slots=True)
class _Session:
    """A role session. `expires_at` is on the monotonic clock: the time of day may change during the run."""

    credentials: ReadOnlyCredentials
    expires_at: float


@dataclass(slots=True)
class DefaultCredentials:
    """The credentials that the process started with. botocore refreshes them itself if they can be refreshed."""

    call_context: CallContext
    account_id: str

    def credentials(self) -> ReadOnlyCredentials:
        """Return the current credentials.

        Raises IdentityError if there are none, and ApiCallError if they cannot be fetched.
        """
        try:
            return self.call_context.clients.default_credentials()
        except (BotoCoreError, ClientError) as error:
            raise ApiCallError(classify(error)) from error

    def refresh(self, rejected: ReadOnlyCredentials) -> bool:
        """Return whether the environment has other credentials than those that AWS rejected."""
        return self.credentials() != rejected


@dataclass(slots=True)
class AssumedRoleCredentials:
    """The credentials of an assumed role, replaced before they expire and when AWS rejects them early.

    `policy` is the session policy, None for an intermediate role. Used from any thread.
    """

    roles: Roles
    source: DefaultCredentials | AssumedRoleCredentials
    role_arn: str
    external_id: str | None
    account_id: str
    policy: str | None
    stats: CallStats
    _session: _Session | None = None
    _refusal: tuple[float, ReadError] | None = None
    _lock: Lock = field(default_factory=Lock)

    def credentials(self) -> ReadOnlyCredentials:
        """Return credentials that are valid for some more minutes. Raises ReadError if the role cannot be assumed."""
        session = self._session
        if session is None or self._expires_within(_RENEW_BEFORE, session):
            with self._lock:
                session = self._session
                if session is None or self._expires_within(_RENEW_BEFORE, session):
                    session = self._session = self._replace(session)
        return session.credentials

    def refresh(self, rejected: ReadOnlyCredentials) -> bool:
        """Discard the session, unless another thread has replaced it since `rejected` was returned."""
        with self._lock:
            if self._session is not None and self._session.credentials == rejected:
                self._session = None
        return True

    def _replace(self, session: _Session | None) -> _Session:
        try:
            return self._assume()
        except ReadError:
            if session is None or self._expires_within(_LAST_MOMENT, session):
                raise
            return session

    def _assume(self) -> _Session:
        clock = self.roles.call_context.clock
        if self._refusal is not None and clock.monotonic() - self._refusal[0] < _REFUSAL_SECONDS:
            refused = self._refusal[1]
            raise ReadError(refused.stage, refused.reason, refused.detail)
        try:
            return self.roles.assume(self)
        except ReadError as error:
            self._refusal = (clock.monotonic(), error)
            raise

    def _expires_within(self, seconds: float, session: _Session) -> bool:
        return session.expires_at - self.roles.call_context.clock.monotonic() < seconds


class Roles:
    """Credentials for accounts. An intermediate role is assumed once and shared by all chains that contain it."""

    def __init__(
        self,
        call_context: CallContext,
        identity: Identity,
        run_id: str,
        actions: Mapping[str, Collection[str]],
    ) -> None:
        """Call nothing. `actions` maps each service to the IAM actions that its sessions may call.

        Raises AuditorError if the actions of a service do not fit into a session policy.
        """
        self.call_context = call_context
        self._identity = identity
        self._name = session_name(run_id)
        self._policies = session_policies(actions)
        self._chains: dict[tuple[Role, ...], AssumedRoleCredentials] = {}
        self._lock = Lock()

    def policy_for(self, service: str) -> str:
        """Return the session policy under which a service is called. Services with equal policies share a session."""
        return self._policies.get(service) or session_policy(())

    def credentials_for(
        self, target: Target, stats: CallStats, service: str
    ) -> DefaultCredentials | AssumedRoleCredentials:
        """Return the credentials for calls of a service in an account. The role is assumed on first use.

        Raises ReadError if the target has no role and the default credentials belong to another account.
        """
        default = DefaultCredentials(self.call_context, self._identity.account_id)
        if not target.roles:
            if target.account.id != self._identity.account_id:
                detail = f"The default credentials belong to account {self._identity.account_id}, not to this one."
                raise ReadError(_STAGE, Reason.ROLE_DENIED, detail)
            return default
        source = self._chain_credentials(target.roles[:-1], default)
        return self._assumed_role(target.roles[-1], source, target.account.id, self.policy_for(service), stats)

    def intermediate_role(self, role: Role | None) -> DefaultCredentials | AssumedRoleCredentials:
        """Return the credentials of a role without a session policy, or the default credentials if it is None."""
        default = DefaultCredentials(self.call_context, self._identity.account_id)
        return self._chain_credentials((role,) if role else (), default)

    def assume(self, requested: AssumedRoleCredentials) -> _Session:
        """Call sts:AssumeRole, with the usual retries. Raises ReadError."""
        home_region = self.call_context.clients.home_region
        client = RegionClient(self.call_context, requested.source, home_region, requested.stats)
        request: dict[str, Any] = {
            "RoleArn": requested.role_arn,
            "RoleSessionName": self._name,
            "DurationSeconds": SESSION_SECONDS,
        }
        if requested.external_id:
            request["ExternalId"] = requested.external_id
        if requested.policy is not None:
            request["Policy"] = requested.policy
        try:
            requested_at = self.call_context.clock.monotonic()
            credentials, expires, arn = client.call("sts", "AssumeRole", _read_session, **request)
        except ApiCallError as error:
            raise ReadError(_STAGE, _reason(error), f"{requested.role_arn}: {error.info.detail}") from error
        account = arn.split(":")[4]
        if account != requested.account_id:
            # Everything read with this session would be reported for the wrong account.
            detail = f"{requested.role_arn} leads into account {account or '(unknown)'}, not into this one."
            raise ReadError(_STAGE, Reason.ROLE_DENIED, detail)
        seconds = _session_seconds((expires - self.call_context.clock.now()).total_seconds())
        return _Session(credentials, requested_at + seconds)

    def _chain_credentials(
        self, chain: tuple[Role, ...], default: DefaultCredentials
    ) -> DefaultCredentials | AssumedRoleCredentials:
        if not chain:
            return default
        source = self._chain_credentials(chain[:-1], default)
        with self._lock:
            if chain not in self._chains:
                account = chain[-1].arn.split(":")[4]
                self._chains[chain] = self._assumed_role(chain[-1], source, account, None, CallStats())
            return self._chains[chain]

    def _assumed_role(
        self,
        role: Role,
        source: DefaultCredentials | AssumedRoleCredentials,
        account_id: str,
        policy: str | None,
        stats: CallStats,
    ) -> AssumedRoleCredentials:
        arn = role.arn.replace("{partition}", self._identity.partition)
        return AssumedRoleCredentials(self, source, arn, role.external_id, account_id, policy, stats)


def identify(call_context: CallContext) -> Identity:
    """Return the identity of the default credentials (sts:GetCallerIdentity).

    Raises IdentityError if there are no credentials, and ApiCallError if the call fails.
    """
    home_region = call_context.clients.home_region
    client = RegionClient(call_context, DefaultCredentials(call_context, "ambient"), home_region)
    return client.call("sts", "GetCallerIdentity", _read_identity)


def _reason(error: ApiCallError) -> Reason:
    if error.info.reason in (Reason.PERMISSION_DENIED, Reason.SCP_DENIED):
        return Reason.ROLE_DENIED
    return error.info.reason


def _session_seconds(claimed: float) -> float:
    """Return how long a session lasts, in seconds.

    STS grants the requested duration or refuses. If the expiry suggests anything else, the local time of day is wrong:
    believing it would cause a new session for every call, or the use of an expired one.
    """
    return claimed if _SHORTEST <= claimed <= SESSION_SECONDS else SESSION_SECONDS


def _read_session(answer: Mapping[str, Any]) -> tuple[ReadOnlyCredentials, datetime, str]:
    credentials, user = answer.get("Credentials"), answer.get("AssumedRoleUser")
    types = {"AccessKeyId": str, "SecretAccessKey": str, "SessionToken": str, "Expiration": datetime}
    if not isinstance(credentials, dict) or not all(isinstance(credentials.get(k), v) for k, v in types.items()):
        raise MalformedResponse("no usable `Credentials` in the answer")
    if credentials["Expiration"].tzinfo is None:
        raise MalformedResponse("`Expiration` has no time zone")
    session = ReadOnlyCredentials(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], None
    )
    return session, credentials["Expiration"], _arn(user.get("Arn") if isinstance(user, dict) else None)


def _read_identity(answer: Mapping[str, Any]) -> Identity:
    arn = _arn(answer.get("Arn"))
    account_id = str(answer.get("Account") or arn.split(":")[4])
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise MalformedResponse("no account ID of 12 digits in the answer")
    return Identity(account_id, arn)


def _arn(value: object) -> str:
    if not isinstance(value, str) or value.count(":") < _COLONS:
        raise MalformedResponse("no ARN in the answer")
    return value
