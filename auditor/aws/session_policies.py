"""Session policies: the actions that a role session may call, however broad the role is.

STS takes an inline policy of at most 2,048 characters (STS API reference, AssumeRole). It also limits the packed form
of the policy, whose size only STS knows; policies of this form and length stay below it.
"""

import json
from collections.abc import Collection, Iterable, Mapping

from auditor.domain.errors import AuditorError

POLICY_LIMIT = 2_048


def session_policy(actions: Iterable[str]) -> str:
    """Return a policy that allows `actions` on every resource."""
    statement = {"Effect": "Allow", "Action": sorted(set(actions)), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def session_policies(actions: Mapping[str, Collection[str]]) -> dict[str, str]:
    """Return the session policy of each service.

    `actions` maps a service to the actions that its collectors need. All services share one policy if it fits;
    otherwise each policy covers as many services as fit. Raises AuditorError if the actions of one service do not fit.
    """
    groups: list[list[str]] = [sorted(actions)]
    if not _fits(groups[0], actions):
        groups = _groups(actions)
    policies: dict[str, str] = {}
    for services in groups:
        policies |= dict.fromkeys(services, _policy(services, actions))
    return policies


def _groups(actions: Mapping[str, Collection[str]]) -> list[list[str]]:
    groups: list[list[str]] = []
    for service in sorted(actions):
        if not _fits([service], actions):
            raise AuditorError(
                f"The enabled checks need {len(set(actions[service]))} actions for {service}; as a session policy that "
                f"is {len(session_policy(actions[service]))} characters, and STS takes {POLICY_LIMIT}.",
                "Enable fewer checks (`checks.include` in the settings), and run the others on their own.",
            )
        group = next((group for group in groups if _fits([*group, service], actions)), None)
        if group is None:
            groups.append([service])
        else:
            group.append(service)
    return groups


def _fits(services: Iterable[str], actions: Mapping[str, Collection[str]]) -> bool:
    return len(_policy(services, actions)) <= POLICY_LIMIT


def _policy(services: Iterable[str], actions: Mapping[str, Collection[str]]) -> str:
    return session_policy(action for service in services for action in actions[service])
