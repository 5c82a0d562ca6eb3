"""Role names, role ARNs and external ids: what AWS accepts, and what can be told without asking it.

The patterns are those of the API models of IAM (`Role.RoleName`, `Role.Path`) and STS (`AssumeRole.ExternalId`).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from auditor.yaml_files import FieldError, quote, suggestion

_NAME = re.compile(r"(?:[!-.0-z|~]+/)*[A-Za-z0-9_+=,.@-]{1,64}")
_ARN = re.compile(
    r"arn:(?:aws[a-z-]*|\{partition\}):iam::(?P<account>[0-9]{12}|\{account_id\}):role/(?P<name>.+)", re.DOTALL
)
_EXTERNAL_ID = re.compile(r"[A-Za-z0-9_+=,.@:/-]{2,1224}")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}?|\}")


def check_name(name: str) -> str:
    """`name`, where it is the name of a role, with or without its path. Raises Complaint."""
    if name.startswith("arn:"):
        raise FieldError("is a role ARN, not a role name", "Use `role_arn` for it.")
    _check_placeholders(name, ())
    if not _NAME.fullmatch(name):
        message = f"{quote(name)} is not a role name"
        raise FieldError(message, "Use 1 to 64 of the characters A-Z a-z 0-9 + = , . @ _ -")
    return name


def check_arn(arn: str, placeholders: Collection[str] = ("{account_id}", "{partition}")) -> str:
    """`arn`, where it is the ARN of a role with none but these placeholders. Raises Complaint."""
    _check_placeholders(arn, placeholders)
    match = _ARN.fullmatch(arn)
    if match is None:
        message = f"{quote(arn)} is not a role ARN"
        raise FieldError(message, "Write arn:aws:iam::<12 digits>:role/<name>; a bare name goes into `role_name`.")
    check_name(match["name"])
    return arn


def check_external_id(external_id: str) -> str:
    """`external_id`, where STS accepts it. Raises Complaint."""
    if not _EXTERNAL_ID.fullmatch(external_id):
        message = f"{quote(external_id)} is not an external id"
        raise FieldError(message, "Use 2 to 1,224 of the characters A-Z a-z 0-9 + = , . @ : / _ -")
    return external_id


def check_last_hop(chain: tuple[str, ...], account: str | None) -> tuple[str, ...]:
    """`chain`, where its last hop ends in `account`, or in whichever account it is for. Raises Complaint.

    `account` is None for a chain that stands for many accounts.
    """
    match = _ARN.fullmatch(chain[-1])
    if match is None or match["account"] in ("{account_id}", account):
        return chain
    if account is None:
        message = f"ends in account {match['account']}, but stands for every account"
        raise FieldError(message, "Write {account_id} in place of the id.")
    message = f"ends in account {match['account']}, but this account is {account}"
    raise FieldError(message, f"Write {account} or {{account_id}} there, or correct the account's id.")


def named(names: Iterable[str]) -> tuple[str, ...]:
    """A chain of roles in the account itself, by name."""
    return tuple(f"arn:{{partition}}:iam::{{account_id}}:role/{name}" for name in names)


def _check_placeholders(text: str, known: Collection[str]) -> None:
    for found in _PLACEHOLDER.findall(text):
        if found not in known:
            advice = f"Filled in here: {', '.join(known)}." if known else "No placeholder is filled in here."
            message = f"{quote(found)} is not a placeholder"
            raise FieldError(message, suggestion(found, known) or advice)
