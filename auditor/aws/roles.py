"""AssumeRole into every account: chains, external ids, a session narrowed to what the checks read, renewal in time.

Sessions are asked for 3,600 seconds: the most that role chaining allows, and an ECS task's role is itself a chain's
first hop. The role session name carries the run id, so CloudTrail says which night's audit a call belongs to.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any

from botocore.credentials import ReadOnlyCredentials
from botocore.exceptions import BotoCoreError, ClientError

from auditor.aws.calls import CallContext, RegionClient
from auditor.aws.errors import ApiCallError, MalformedResponse, classify
from auditor.domain.clock import ReadError
from auditor.domain.coverage import CallStats
from auditor.domain.errors import AuditorError
from auditor.domain.reason import Reason
from auditor.domain.scope import Role, Target

SESSION_SECONDS = 3_600
#: The shortest session that STS makes (STS API reference, AssumeRole).
_SHORTEST = 900
#: How long before the end a session is replaced (seconds): longer than any one call with all its retries.
_RENEW_BEFORE = 300.0
#: Until when it still serves if it cannot be replaced.
_LAST_MOMENT = 60.0
#: How long a refusal stands before STS is asked again (seconds): hundreds of accounts may be waiting for one hub role.
_REFUSAL_STANDS = 60.0
#: What STS takes as an inline session policy (STS API reference, AssumeRole).
_POLICY_LIMIT = 2_048

_STAGE = "assume-role"
_NAME_LIMIT = 64
_COLONS = 5
_NOT_IN_NAME = re.compile(r"[^\w+=,.@-]", re.ASCII)


def session_policy(actions: Iterable[str]) -> str:
    """Return the inline policy that narrows a session to `actions`, whatever else the role may do.

    Raises AuditorError where it is longer than STS takes: a session that is not narrowed is not what was promised.
    """
    statement = {"Effect": "Allow", "Action": sorted(set(actions)), "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))
    if len(policy) > _POLICY_LIMIT:
        raise AuditorError(
            f"The enabled checks need {len(statement['Action'])} actions; as a session policy that is {len(policy)} "
            f"characters, and STS takes {_POLICY_LIMIT}.",
            "Enable fewer checks (`checks.include` in the settings), and run the others on their own.",
        )
    return policy


def session_name(run_id: str) -> str:
    """Return a role session name that carries the run id, within what STS accepts."""
    return _NOT_IN_NAME.sub("-", f"auditor-{run_id}")[:_NAME_LIMIT]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the run is before it assumes anything."""

    account_id: str
    arn: str

    @property
    def partition(self) -> str:
        """`aws`, `aws-cn`, `aws-us-gov` ...: one run works in one partition."""
        return self.arn.split(":")[1]


@dataclass(frozen=True, slots=True)
class _Session:
    """`ends` is on the clock that only goes forward: the time of day may be set, or jump, while the run lasts."""

    credentials: ReadOnlyCredentials
    expires_at: float


@dataclass(slots=True)
class DefaultCredentials:
    """The credentials that the process was started with. botocore refreshes them itself where they can be."""

    call_context: CallContext
    account_id: str

    def credentials(self) -> ReadOnlyCredentials:
        """Return the current keys. Raises IdentityError where there are none, CallFailed where none can be fetched."""
        try:
            return self.call_context.clients.default_credentials()
        except (BotoCoreError, ClientError) as error:
            raise ApiCallError(classify(error)) from error

    def refresh(self, stale: ReadOnlyCredentials) -> bool:
        """Say whether the environment has newer keys than those that were refused."""
        return self.credentials() != stale


@dataclass(slots=True)
class AssumedRoleCredentials:
    """The keys of an assumed role, replaced before they expire and when AWS refuses them early."""

    roles: Roles
    source: DefaultCredentials | AssumedRoleCredentials
    role_arn: str
    external_id: str | None
    account_id: str
    use_session_policy: bool
    stats: CallStats
    _session: _Session | None = None
    _refusal: tuple[float, ReadError] | None = None
    _lock: Lock = field(default_factory=Lock)

    def credentials(self) -> ReadOnlyCredentials:
        """Return keys that are good for some minutes yet. Raises Unreadable when the role cannot be assumed."""
        session = self._session
        if session is None or self._expires_within(_RENEW_BEFORE, session):
            with self._lock:
                session = self._session
                if session is None or self._expires_within(_RENEW_BEFORE, session):
                    session = self._session = self._replace(session)
        return session.credentials

    def refresh(self, stale: ReadOnlyCredentials) -> bool:
        """Assume the role again, unless another thread has done so since `stale` was handed out."""
        with self._lock:
            if self._session is not None and self._session.credentials == stale:
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
        if self._refusal is not None and clock.monotonic() - self._refusal[0] < _REFUSAL_STANDS:
            refused = self._refusal[1]
            raise ReadError(refused.stage, refused.reason, refused.detail)
        try:
            return self.roles.assume(self)
        except ReadError as refused:
            self._refusal = (clock.monotonic(), refused)
            raise

    def _expires_within(self, seconds: float, session: _Session) -> bool:
        return session.expires_at - self.roles.call_context.clock.monotonic() < seconds


class Roles:
    """Opens the way into accounts. A hub role that many chains share is assumed once and shared."""

    def __init__(self, call_context: CallContext, identity: Identity, run_id: str, actions: Iterable[str]) -> None:
        """`actions` is what the sessions are narrowed to. Calls nothing."""
        self.call_context = call_context
        self._identity = identity
        self._name = session_name(run_id)
        self._policy = session_policy(actions)
        self._hubs: dict[tuple[Role, ...], AssumedRoleCredentials] = {}
        self._lock = Lock()

    def credentials_for(self, target: Target, stats: CallStats) -> DefaultCredentials | AssumedRoleCredentials:
        """Return the keys for an account; nothing is assumed before the first use.

        Raises Unreadable when the ambient credentials belong to another account than the one they are to read.
        """
        ambient = DefaultCredentials(self.call_context, self._identity.account_id)
        if not target.roles:
            if target.account.id != self._identity.account_id:
                detail = f"The ambient credentials belong to account {self._identity.account_id}, not to this one."
                raise ReadError(_STAGE, Reason.ROLE_DENIED, detail)
            return ambient
        source = self._chain_credentials(target.roles[:-1], ambient)
        return self._assumed_role(target.roles[-1], source, target.account.id, narrow=True, stats=stats)

    def intermediate_role(self, role: Role | None) -> DefaultCredentials | AssumedRoleCredentials:
        """Return the keys of a role that is not an account under audit, or the ambient ones. Assumes nothing yet."""
        return self._chain_credentials(
            (role,) if role else (), DefaultCredentials(self.call_context, self._identity.account_id)
        )

    def assume(self, wanted: AssumedRoleCredentials) -> _Session:
        """Call STS once (with the usual retries). Raises Unreadable."""
        client = RegionClient(self.call_context, wanted.source, self.call_context.clients.home_region, wanted.stats)
        request: dict[str, Any] = {
            "RoleArn": wanted.role_arn,
            "RoleSessionName": self._name,
            "DurationSeconds": SESSION_SECONDS,
        }
        if wanted.external_id:
            request["ExternalId"] = wanted.external_id
        if wanted.use_session_policy:
            request["Policy"] = self._policy
        try:
            asked = self.call_context.clock.monotonic()
            keys, expires, arn = client.call("sts", "AssumeRole", _read_session, **request)
        except ApiCallError as error:
            raise ReadError(_STAGE, _reason(error), f"{wanted.role_arn}: {error.info.detail}") from error
        got = arn.split(":")[4]
        if got != wanted.account_id:
            # What follows would be written down under the wrong account.
            detail = f"{wanted.role_arn} leads into account {got or '(unknown)'}, not into this one."
            raise ReadError(_STAGE, Reason.ROLE_DENIED, detail)
        return _Session(keys, asked + _session_seconds((expires - self.call_context.clock.now()).total_seconds()))

    def _chain_credentials(
        self, chain: tuple[Role, ...], ambient: DefaultCredentials
    ) -> DefaultCredentials | AssumedRoleCredentials:
        if not chain:
            return ambient
        source = self._chain_credentials(chain[:-1], ambient)
        with self._lock:
            if chain not in self._hubs:
                account = chain[-1].arn.split(":")[4]
                self._hubs[chain] = self._assumed_role(chain[-1], source, account, narrow=False, stats=CallStats())
            return self._hubs[chain]

    def _assumed_role(
        self,
        role: Role,
        source: DefaultCredentials | AssumedRoleCredentials,
        account_id: str,
        *,
        narrow: bool,
        stats: CallStats,
    ) -> AssumedRoleCredentials:
        arn = role.arn.replace("{partition}", self._identity.partition)
        return AssumedRoleCredentials(self, source, arn, role.external_id, account_id, narrow, stats)


def identify(call_context: CallContext) -> Identity:
    """Ask STS who we are. Raises IdentityError (no credentials) and CallFailed (STS said no)."""
    client = RegionClient(call_context, DefaultCredentials(call_context, "ambient"), call_context.clients.home_region)
    return client.call("sts", "GetCallerIdentity", _read_identity)


def _reason(error: ApiCallError) -> Reason:
    if error.info.reason in (Reason.PERMISSION_DENIED, Reason.SCP_DENIED):
        return Reason.ROLE_DENIED
    return error.info.reason


def _session_seconds(claimed: float) -> float:
    """Return how long a session lasts, in seconds. STS gives what was asked for, or refuses.

    A claim that STS would never make says that the time of day is wrong here. To believe it would mean a new session
    for every call, or one that is used when it is over.
    """
    return claimed if _SHORTEST <= claimed <= SESSION_SECONDS else SESSION_SECONDS


def _read_session(answer: Mapping[str, Any]) -> tuple[ReadOnlyCredentials, datetime, str]:
    credentials, user = answer.get("Credentials"), answer.get("AssumedRoleUser")
    wanted = {"AccessKeyId": str, "SecretAccessKey": str, "SessionToken": str, "Expiration": datetime}
    if not isinstance(credentials, dict) or not all(isinstance(credentials.get(k), v) for k, v in wanted.items()):
        raise MalformedResponse("no usable `Credentials` in it")
    if credentials["Expiration"].tzinfo is None:
        raise MalformedResponse("`Expiration` names no time zone")
    keys = ReadOnlyCredentials(
        credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"], None
    )
    return keys, credentials["Expiration"], _arn(user.get("Arn") if isinstance(user, dict) else None)


def _read_identity(answer: Mapping[str, Any]) -> Identity:
    arn = _arn(answer.get("Arn"))
    return Identity(str(answer.get("Account") or arn.split(":")[4]), arn)


def _arn(value: object) -> str:
    if not isinstance(value, str) or value.count(":") < _COLONS:
        raise MalformedResponse("no ARN in it")
    return value
