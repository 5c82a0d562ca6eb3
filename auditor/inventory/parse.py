"""Inventory text into an `Inventory`, in any of the three formats."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError

from auditor.domain.errors import ConfigError, Problem
from auditor.inventory import c7n, native, organizations
from auditor.inventory.fields import NOUNS
from auditor.inventory.model import DEFAULT_ROLE_NAME, Defaults, Discover, Entry, Inventory
from auditor.inventory.roles import check_external_id, check_name, role_chain
from auditor.yaml_files import Document, FieldError, explain, parse_with_duplicates, quote


@dataclass(frozen=True, slots=True)
class _Format:
    """One format: the keys of its account list and of an account's ID, its model, and the function for its entries."""

    accounts: str
    id: str
    model: type[BaseModel]
    read_entries: Callable[[Any], tuple[Entry, ...]]


_NATIVE = _Format("accounts", "id", native.InventoryFile, native.read_entries)
_C7N = _Format("accounts", "account_id", c7n.C7nFile, c7n.read_entries)
_EXPORT = _Format("Accounts", "Id", organizations.OrganizationExport, organizations.read_entries)
_LIST = _Format("accounts", "Id", organizations.AccountList, organizations.read_entries)


def parse(
    text: str,
    source: str,
    *,
    known_regions: Collection[str],
    default_role_name: str | None = None,
    default_external_id: str | None = None,
) -> Inventory:
    """Read an inventory. Raises ConfigError with every problem.

    `source` is the name of the file in messages; `known_regions` are the regions that exist. The default role and
    external ID apply if the file sets none.
    """
    document, duplicates = _document(text, source)
    form = _format(document.data)
    file, problems = _validate(form, document, known_regions)
    problems += duplicates
    problems += document.without_value() if form is _NATIVE else []
    problems += _duplicate_accounts(document, form)
    problems += _no_accounts(document, form)
    problems += _invalid_flags(default_role_name, default_external_id)
    if problems or file is None:
        raise ConfigError(problems)
    defaults, discover = _defaults(file, default_role_name or DEFAULT_ROLE_NAME, default_external_id)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Inventory(form.read_entries(file), defaults, discover, digest)


def _document(text: str, source: str) -> tuple[Document, list[Problem]]:
    document, duplicates = parse_with_duplicates(text, source)
    if isinstance(document.data, list) and any(_has(account, "Id") for account in document.data):
        # `aws organizations list-accounts --query Accounts` prints the bare list.
        return document.within("Accounts"), duplicates
    if isinstance(document.data, list) and any(_has(page, "Accounts") for page in document.data):
        return _joined_pages(document), duplicates
    if not isinstance(document.data, dict):
        advice = "Begin with `accounts:` and list them below it, or give an export of AWS Organizations."
        raise ConfigError([document.problem((), "is not an inventory", advice), *duplicates])
    return document, duplicates


def _joined_pages(document: Document) -> Document:
    """Return the pages of an export as one, as `--output yaml-stream` prints them. Raises ConfigError.

    Only the token of the last page tells that the list continues.
    """
    wrong = [
        document.problem((index,), "is not a page of an export: it has no list of accounts", "Export the list again.")
        for index, page in enumerate(document.data)
        if not _has(page, "Accounts") or not isinstance(page["Accounts"], list)
    ]
    if wrong:
        raise ConfigError(wrong)
    return document.concatenated("Accounts")


def _format(data: dict[str, Any]) -> _Format:
    if "Accounts" in data:
        return _EXPORT
    accounts = data.get("accounts")
    accounts = accounts if isinstance(accounts, list) else []
    if any(_has(account, "id") for account in accounts):
        return _NATIVE
    forms = (form for form in (_C7N, _LIST) if any(_has(account, form.id) for account in accounts))
    return next(forms, _NATIVE)


def _has(account: object, key: str) -> bool:
    return isinstance(account, dict) and key in account


def _validate(
    form: _Format, document: Document, known_regions: Collection[str]
) -> tuple[BaseModel | None, list[Problem]]:
    try:
        # In JSON mode a strict model still takes a list for a tuple.
        return form.model.model_validate_json(json.dumps(document.data), context={"regions": known_regions}), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, form.model.model_json_schema(), NOUNS)


def _defaults(file: BaseModel, role_name: str, external_id: str | None) -> tuple[Defaults, Discover | None]:
    if isinstance(file, native.InventoryFile):
        return native.read_defaults(file, role_name, external_id), native.read_discover(file)
    return Defaults(role_chain([role_name]), external_id), None


def _duplicate_accounts(document: Document, form: _Format) -> Iterator[Problem]:
    """Yield a problem for every repeated account ID, even if the entries have other problems."""
    accounts = document.data.get(form.accounts)
    first_index: dict[str, int] = {}
    for index, account in enumerate(accounts if isinstance(accounts, list) else []):
        account_id = account.get(form.id) if isinstance(account, dict) else None
        if not isinstance(account_id, str):
            continue
        if account_id in first_index:
            line = document.line_of((form.accounts, first_index[account_id], form.id))
            message = f"{quote(account_id)} is listed twice, first in line {line}"
            yield document.problem((form.accounts, index, form.id), message, "Merge the two entries into one.")
        first_index.setdefault(account_id, index)


def _no_accounts(document: Document, form: _Format) -> Iterator[Problem]:
    """Yield a problem for an empty inventory, which would make a run that examines nothing and reports no problem."""
    empty = document.data.get(form.accounts, []) == []
    if empty and not (form is _NATIVE and "discover" in document.data):
        advice = "Add accounts, or `discover:` to list AWS Organizations."
        yield document.problem((form.accounts,), "this inventory has no accounts", advice)


def _invalid_flags(role_name: str | None, external_id: str | None) -> Iterator[Problem]:
    for flag, value, check in (
        ("--role-name", role_name, check_name),
        ("--external-id", external_id, check_external_id),
    ):
        try:
            if value is not None:
                check(value)
        except FieldError as error:
            yield Problem(flag, 0, "", error.message, error.advice)
