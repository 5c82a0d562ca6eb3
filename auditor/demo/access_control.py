"""Enforce what moto does not: trust policies, service control policies and regions that are not enabled.

Also answers the calls that moto answers differently from AWS (DescribeRegions lists the regions of every partition)
or not at all (managed daemons), and those about running workloads.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.demo import ecs_daemons, ecs_workloads, http_adapter
from auditor.demo.http_adapter import ApiCall, Response
from auditor.demo.model import (
    EXTERNAL_ID,
    MANAGEMENT_ACCOUNT,
    NOT_OPTED_IN,
    ORGANIZATION,
    OTHER_REGIONS,
    REGIONS,
    ROLE_NAME,
    DemoAccount,
)
from auditor.demo.organizations_api import Directory

_BAD_TOKEN = "The security token included in the request is invalid."  # noqa: S105 - AWS's own sentence
_HOUR = 3_600
_POLICY = f"arn:aws:organizations::{MANAGEMENT_ACCOUNT}:policy/{ORGANIZATION}/service_control_policy/p-euonly01"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller, identified by its access key."""

    account: str
    arn: str


class AccessControl:
    """Answers calls that must not reach moto. Immutable, so safe to share between threads."""

    def __init__(self, accounts: Sequence[DemoAccount]) -> None:
        self._accounts = {account.id: account for account in accounts}
        self._directory = Directory(accounts)

    def answer(self, call: ApiCall, principal: Principal) -> Response | None:
        """Return the response that AWS would give, or None if moto gives the same one."""
        answers = {"sts": self._sts, "ec2": self._ec2, "ecs": self._ecs, "organizations": self._organizations}
        return answers[call.service](call, principal) if call.service in answers else None

    def _sts(self, call: ApiCall, principal: Principal) -> Response | None:
        if not self._is_valid(call, principal):
            return http_adapter.query_error(403, "InvalidClientTokenId", _BAD_TOKEN)
        if call.operation != "AssumeRole":
            return None
        role = call.parameters.get("RoleArn", "")
        if not self._trusts(role, call.parameters.get("ExternalId")):
            message = f"User: {principal.arn} is not authorized to perform: sts:AssumeRole on resource: {role}"
            return http_adapter.query_error(403, "AccessDenied", message)
        if int(call.parameters.get("DurationSeconds", _HOUR)) > _HOUR:
            # The demo's auditor already runs with an assumed role, like a task on ECS.
            message = (
                "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
            )
            return http_adapter.query_error(400, "ValidationError", message)
        return None

    def _ec2(self, call: ApiCall, principal: Principal) -> Response | None:
        if not self._is_valid(call, principal):
            message = "AWS was not able to validate the provided access credentials"
            return http_adapter.ec2_error(401, "AuthFailure", message)
        if call.operation != "DescribeRegions":
            return None
        regions = dict.fromkeys((*REGIONS, *OTHER_REGIONS), "opt-in-not-required")
        if call.parameters.get("AllRegions") == "true":
            regions[NOT_OPTED_IN] = "not-opted-in"
        return http_adapter.regions_response(regions)

    def _ecs(self, call: ApiCall, principal: Principal) -> Response | None:
        if not self._is_valid(call, principal):
            return http_adapter.json_error(400, "UnrecognizedClientException", _BAD_TOKEN)
        if call.region in self._accounts[principal.account].denied_regions:
            return _denied(call, principal, "*", f"with an explicit deny in a service control policy: {_POLICY}")
        if call.operation == "DescribeTaskDefinition" and self._denies_family(call, principal):
            # AWS has no permission for a single family. In reality a single family fails with a lasting service
            # error, but demonstrating that would cost half a minute of retries in every demo.
            resource = f"arn:aws:ecs:{call.region}:{principal.account}:task-definition/{_family(call)}"
            reason = "because no identity-based policy allows the ecs:DescribeTaskDefinition action"
            return _denied(call, principal, resource, reason)
        account = self._accounts[principal.account]
        return ecs_workloads.answer(call, account) or ecs_daemons.answer(call, account)

    def _organizations(self, call: ApiCall, principal: Principal) -> Response | None:
        return self._directory.answer(call, principal.account)

    def _is_valid(self, call: ApiCall, principal: Principal) -> bool:
        return principal.account in self._accounts and call.region in REGIONS

    def _trusts(self, role: str, external_id: str | None) -> bool:
        account_id = role.split(":")[4] if role.count(":") > 4 else ""  # noqa: PLR2004 - the fifth part of an ARN
        account = self._accounts.get(account_id)
        deployed = account is not None and account.role_deployed and not account.suspended
        return deployed and role == f"arn:aws:iam::{account_id}:role/{ROLE_NAME}" and external_id == EXTERNAL_ID

    def _denies_family(self, call: ApiCall, principal: Principal) -> bool:
        families = self._accounts[principal.account].families
        return any(family.name == _family(call) and family.denied_in == call.region for family in families)


def _denied(call: ApiCall, principal: Principal, resource: str, reason: str) -> Response:
    message = (
        f"User: {principal.arn} is not authorized to perform: ecs:{call.operation} on resource: {resource} {reason}"
    )
    return http_adapter.json_error(400, "AccessDeniedException", message)


def _family(call: ApiCall) -> str:
    return call.parameters.get("taskDefinition", "").rpartition("/")[2].partition(":")[0]
