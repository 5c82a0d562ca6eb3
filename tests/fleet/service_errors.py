"""Errors that every service reports, in the code and message of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fleet.calls import Call, ServiceError
from tests.fleet.organization import MANAGEMENT
from tests.fleet.protocols import sts
from tests.fleet.protocols.organizations import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fleet.calls import Service

_POLICY = f"arn:aws:organizations::{MANAGEMENT}:policy/{ORGANIZATION}/service_control_policy/p-f1ee0001"
_SCP = f"with an explicit deny in a service control policy: {_POLICY}"
_NO_POLICY = "because no identity-based policy allows the {action} action"
_NO_SESSION_POLICY = "because no session policy allows the {action} action"


def _worded(service: Service, kind: str, message: str) -> ServiceError:
    """Return an error with the code of the service."""
    code, status = service.codes[kind]
    return ServiceError(code, message, status)


def bad_token(service: Service) -> ServiceError:
    """Return the error for invalid credentials, which is also that for a disabled region."""
    texts = {
        "ec2": "AWS was not able to validate the provided access credentials",
        "s3": "The AWS Access Key Id you provided does not exist in our records.",
    }
    return _worded(
        service, "bad-token", texts.get(service.prefix, "The security token included in the request is invalid.")
    )


def disabled(call: Call) -> ServiceError:
    """Return the error for a disabled region. Only sts:AssumeRole names the cause."""
    if call.operation == "AssumeRole":
        message = f"STS is not activated in this region for account:{call.account}."
        return ServiceError("RegionDisabledException", message, 403)
    return bad_token(call.service)


def expired(service: Service) -> ServiceError:
    """Return the error for an expired session."""
    texts = {"ec2": "Request has expired.", "s3": "The provided token has expired."}
    return _worded(
        service, "expired", texts.get(service.prefix, "The security token included in the request is expired")
    )


def throttled(service: Service) -> ServiceError:
    """Return the error for an exceeded rate limit."""
    texts = {"ec2": "Request limit exceeded.", "s3": "Please reduce your request rate."}
    return _worded(service, "throttled", texts.get(service.prefix, "Rate exceeded"))


def denied(call: Call, cause: str) -> ServiceError:
    """Return the error for a missing permission; `cause` may contain `{action}`."""
    if call.service.prefix == "s3":
        return _worded(call.service, "denied", "Access Denied")
    reason = cause.format(action=call.action)
    text = f"User: {call.session.arn} is not authorized to perform: {call.action} on resource: * {reason}"
    if call.service.prefix == "ec2":
        text = f"You are not authorized to perform this operation. {text}"
    return _worded(call.service, "denied", text)


def policy_denied(call: Call) -> ServiceError:
    """Return the error if the role's own policies do not allow the action."""
    return denied(call, _NO_POLICY)


def session_policy_denied(call: Call) -> ServiceError:
    """Return the error if the session policy does not allow the action."""
    return denied(call, _NO_SESSION_POLICY)


#: Kind of fault -> its error.
BY_FAULT: dict[str, Callable[[Call], ServiceError]] = {
    "http-500": lambda call: _worded(call.service, "broken", "Service Unavailable. Please try again later."),
    "http-503": lambda call: _worded(
        call.service, "throttled" if call.service.prefix == "s3" else "unavailable", "Please try again."
    ),
    "throttle": lambda call: throttled(call.service),
    "role-refused": sts.role_denied,
    "scp-denied": lambda call: denied(call, _SCP),
    "access-denied": policy_denied,
    "region-disabled": disabled,
    "bad-token": lambda call: bad_token(call.service),
    "expired-token": lambda call: expired(call.service),
    "tags-refused": lambda _: ServiceError(
        "InvalidParameterException", "Long arn format must be used for tagging operations"
    ),
    "page-expired": lambda _: ServiceError("PaginationTokenExpiredException", "The pagination token has expired."),
    "precondition-failed": lambda _: ServiceError(
        "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412
    ),
    "not-implemented": lambda _: ServiceError(
        "NotImplemented", "A header you provided implies functionality that is not implemented", 501
    ),
    "conflict": lambda _: ServiceError("ConditionalRequestConflict", "A conflicting operation occurred.", 409),
}
