"""Role names, role ARNs and external IDs, checked as far as possible without calling AWS.

Source of the patterns: those of the API models of IAM (`Role.RoleName`, `Role.Path`) and STS (`AssumeRole.ExternalId`).
"""

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
    """Return a role name, with or without its path. Raises FieldError if it is not one."""
    if name.startswith("arn:"):
        raise FieldError("is a role ARN, not a role name", "Write it as `role_arn`.")
    _check_placeholders(name, ())
    if not _NAME.fullmatch(name):
        raise FieldError(f"{quote(name)} is not a role name", "Use 1 to 64 of the characters A-Z a-z 0-9 + = , . @ _ -")
    return name


def check_arn(arn: str, placeholders: Collection[str] = ("{account_id}", "{partition}")) -> str:
    """Return a role ARN that has no other placeholders than these. Raises FieldError if it is not one."""
    _check_placeholders(arn, placeholders)
    match = _ARN.fullmatch(arn)
    if match is None:
        message = f"{quote(arn)} is not a role ARN"
        raise FieldError(message, "Write arn:aws:iam::<12 digits>:role/<name>; write a bare name as `role_name`.")
    check_name(match["name"])
    return arn


def check_external_id(external_id: str) -> str:
    """Return an external ID. Raises FieldError if STS would not accept it."""
    if not _EXTERNAL_ID.fullmatch(external_id):
        message = f"{quote(external_id)} is not an external ID"
        raise FieldError(message, "Use 2 to 1,224 of the characters A-Z a-z 0-9 + = , . @ : / _ -")
    return external_id


def check_last_hop(chain: tuple[str, ...], account: str | None) -> tuple[str, ...]:
    """Return a chain whose last role is in `account`. Raises FieldError if it is in another account.

    `account` is None for a chain that is used for many accounts: the last role must then contain `{account_id}`.
    """
    match = _ARN.fullmatch(chain[-1])
    if match is None or match["account"] in ("{account_id}", account):
        return chain
    if account is None:
        message = f"ends in account {match['account']}, but is used for every account"
        raise FieldError(message, "Write {account_id} instead of the ID.")
    message = f"ends in account {match['account']}, but this account is {account}"
    raise FieldError(message, f"Write {account} or {{account_id}} there, or correct the account's ID.")


def role_chain(names: Iterable[str]) -> tuple[str, ...]:
    """Return the ARNs of roles in the account itself, from their names."""
    return tuple(f"arn:{{partition}}:iam::{{account_id}}:role/{name}" for name in names)


def _check_placeholders(text: str, known: Collection[str]) -> None:
    for placeholder in _PLACEHOLDER.findall(text):
        if placeholder not in known:
            advice = f"Supported here: {', '.join(known)}." if known else "No placeholder is supported here."
            raise FieldError(f"{quote(placeholder)} is not a placeholder", suggestion(placeholder, known) or advice)
