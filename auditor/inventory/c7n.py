"""The accounts file of c7n-org.

Source: the JSON schema in c7n_org/cli.py, which forbids unknown keys at the top level and allows them in accounts. A
role may be a bare name; regions and tags are lists of text; a tag `path:/unit/sub` names the organizational unit.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from auditor.inventory.fields import AccountId, ExternalId, Lenient, Region, Strict
from auditor.inventory.model import Entry
from auditor.inventory.roles import check_arn, check_last_hop, check_name, role_chain
from auditor.yaml_files import FieldError, one_or_more

_PATH = "path:"


def _role(value: str) -> str:
    return check_arn(value) if value.startswith("arn:") else role_chain([check_name(value)])[0]


def _chain(chain: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    return check_last_hop(chain, info.data["account_id"]) if chain and "account_id" in info.data else chain


def _require_role(value: str, info: ValidationInfo) -> str:
    if "role" in info.data and not info.data["role"]:
        raise FieldError(
            "is the only credential for this account, and AWS profiles of a workstation are not supported",
            "Add `role:` with the ARN of a role in the account.",
        )
    return value


def _split_at_commas(value: object) -> object:
    """Return a list with `a,b` split in two, as c7n-org does."""
    values = one_or_more(value)
    if not isinstance(values, tuple):
        return value
    parts: list[object] = []
    for text in values:
        parts += [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else [text]
    return tuple(parts)


class C7nAccount(Lenient):
    """One account of c7n-org."""

    account_id: AccountId = Field(description="12 digits, in quotes.")
    name: str = ""
    display_name: str = ""
    role: Annotated[
        tuple[Annotated[str, AfterValidator(_role)], ...],
        AfterValidator(_chain),
        BeforeValidator(one_or_more),
    ] = ()
    profile: Annotated[str | None, AfterValidator(_require_role)] = None
    external_id: ExternalId | None = None
    regions: Annotated[tuple[Region, ...], BeforeValidator(_split_at_commas)] = ()
    tags: tuple[str, ...] = ()


class C7nFile(Strict):
    """An accounts file of c7n-org. The sections about other clouds are ignored."""

    accounts: tuple[C7nAccount, ...]
    vars: Any = None
    subscriptions: Any = None
    projects: Any = None
    tenancies: Any = None


def read_entries(file: C7nFile) -> tuple[Entry, ...]:
    """Return the accounts in the file's order."""
    return tuple(_entry(account) for account in file.accounts)


def _entry(account: C7nAccount) -> Entry:
    paths = [tag.removeprefix(_PATH) for tag in account.tags if tag.startswith(_PATH)]
    pairs = (tag.partition(":") for tag in account.tags if not tag.startswith(_PATH))
    return Entry(
        id=account.account_id,
        name=account.name or account.display_name,
        # c7n-org may write a tag for each unit on the path; the longest tag contains the others.
        ou=max(paths, key=len, default=""),
        tags={key: value for key, _, value in pairs},
        chain=account.role or None,
        external_id=account.external_id,
        include=account.regions or None,
    )
