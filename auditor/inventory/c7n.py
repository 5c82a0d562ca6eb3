"""The accounts file of c7n-org, read as it is.

Its own schema closes the top level and leaves accounts open; a role may be a bare name; regions and tags are lists of
text, and a tag `path:/unit/sub` names the organizational unit.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from auditor.inventory.fields import AccountId, ExternalId, Lenient, Region, Strict
from auditor.inventory.model import Entry
from auditor.inventory.roles import check_arn, check_last_hop, check_name, named
from auditor.yaml_files import FieldError, one_or_more

_PATH = "path:"


def _hop(value: str) -> str:
    return check_arn(value) if value.startswith("arn:") else named([check_name(value)])[0]


def _chain(chain: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    return check_last_hop(chain, info.data["account_id"]) if chain and "account_id" in info.data else chain


def _no_profile(value: str, info: ValidationInfo) -> str:
    if "role" in info.data and not info.data["role"]:
        raise FieldError(
            "a profile of one machine's AWS configuration is the only way into this account",
            "Add `role:` with the ARN of a role in it.",
        )
    return value


def _split(value: Any) -> Any:  # noqa: ANN401 - anything may stand in a file
    """c7n-org takes `a,b` for two values wherever it takes a list."""
    values = one_or_more(value)
    if not isinstance(values, tuple):
        return value
    return tuple(part for each in values for part in (_parts(each) if isinstance(each, str) else [each]))


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


class C7nAccount(Lenient):
    """One account of c7n-org."""

    account_id: AccountId = Field(description="12 digits, in quotes.")
    name: str = ""
    display_name: str = ""
    role: Annotated[
        tuple[Annotated[str, AfterValidator(_hop)], ...],
        AfterValidator(_chain),
        BeforeValidator(one_or_more),
    ] = ()
    profile: Annotated[str | None, AfterValidator(_no_profile)] = None
    external_id: ExternalId | None = None
    regions: Annotated[tuple[Region, ...], BeforeValidator(_split)] = ()
    tags: tuple[str, ...] = ()


class C7nFile(Strict):
    """An accounts file of c7n-org. What it says of other clouds is not for us."""

    accounts: tuple[C7nAccount, ...]
    vars: Any = None
    subscriptions: Any = None
    projects: Any = None
    tenancies: Any = None


def entries_of(file: C7nFile) -> tuple[Entry, ...]:
    """The accounts of the file, in its order."""
    return tuple(_entry(account) for account in file.accounts)


def _entry(account: C7nAccount) -> Entry:
    paths = [tag.removeprefix(_PATH) for tag in account.tags if tag.startswith(_PATH)]
    pairs = (tag.partition(":") for tag in account.tags if not tag.startswith(_PATH))
    return Entry(
        id=account.account_id,
        name=account.name or account.display_name,
        # Each unit on the way down may have its own tag; the longest says it all.
        ou=max(paths, key=len, default=""),
        tags={key: value for key, _, value in pairs},
        chain=account.role or None,
        external_id=account.external_id,
        include=account.regions or None,
    )
