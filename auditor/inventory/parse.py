"""Inventory text into an `Inventory`, whichever of the three formats it has."""

from __future__ import annotations

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
from auditor.inventory.roles import check_external_id, check_name, named
from auditor.yaml_files import Document, FieldError, explain, parse_with_duplicates, quote


@dataclass(frozen=True, slots=True)
class _Format:
    """One of the formats: where its accounts and their ids are, its model, and what a file of it comes down to."""

    accounts: str
    id: str
    model: type[BaseModel]
    entries: Callable[[Any], tuple[Entry, ...]]


_OURS = _Format("accounts", "id", native.InventoryFile, native.entries_of)
_C7N = _Format("accounts", "account_id", c7n.C7nFile, c7n.entries_of)
_EXPORT = _Format("Accounts", "Id", organizations.OrganizationExport, organizations.entries_of)


def parse(
    text: str,
    source: str,
    *,
    known_regions: Collection[str],
    default_role_name: str | None = None,
    default_external_id: str | None = None,
) -> Inventory:
    """Read an inventory. `source` is its name in messages; `known_regions` are the regions that exist.

    The default role and external id hold where the file says nothing of its own. Raises ConfigError with every problem.
    """
    document, slips = _document(text, source)
    form = _format(document.data)
    file, problems = _validated(form, document, known_regions)
    problems += slips
    problems += document.without_value() if form is _OURS else []
    problems += _named_twice(document, form)
    problems += _nobody(document, form)
    problems += _flags(default_role_name, default_external_id)
    if problems or file is None:
        raise ConfigError(problems)
    defaults, discover = _around(file, default_role_name or DEFAULT_ROLE_NAME, default_external_id)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return Inventory(form.entries(file), defaults, discover, digest)


def _document(text: str, source: str) -> tuple[Document, list[Problem]]:
    document, slips = parse_with_duplicates(text, source)
    if isinstance(document.data, list) and any(_has(item, "Id") for item in document.data):
        # `--query Accounts` prints the bare list.
        return document.within("Accounts"), slips
    if not isinstance(document.data, dict):
        advice = "Begin with `accounts:` and list them below it, or give an export of AWS Organizations."
        raise ConfigError([document.problem((), "is not an inventory", advice), *slips])
    return document, slips


def _format(data: dict[str, Any]) -> _Format:
    if "Accounts" in data:
        return _EXPORT
    accounts = data.get("accounts")
    items = accounts if isinstance(accounts, list) else []
    if any(_has(item, "account_id") for item in items) and not any(_has(item, "id") for item in items):
        return _C7N
    return _OURS


def _has(item: object, key: str) -> bool:
    return isinstance(item, dict) and key in item


def _validated(
    form: _Format, document: Document, known_regions: Collection[str]
) -> tuple[BaseModel | None, list[Problem]]:
    try:
        # In JSON mode a strict model still takes a list for a tuple.
        return form.model.model_validate_json(json.dumps(document.data), context={"regions": known_regions}), []
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        return None, explain(errors, document, form.model.model_json_schema(), NOUNS)


def _around(file: BaseModel, role_name: str, external_id: str | None) -> tuple[Defaults, Discover | None]:
    if isinstance(file, native.InventoryFile):
        return native.defaults_of(file, role_name, external_id), native.discover_of(file)
    return Defaults(named([role_name]), external_id), None


def _items(document: Document, form: _Format) -> list[Any]:
    accounts = document.data.get(form.accounts)
    return accounts if isinstance(accounts, list) else []


def _named_twice(document: Document, form: _Format) -> Iterator[Problem]:
    """The same account in two entries, told even where the entries have other faults."""
    first: dict[str, int] = {}
    for index, item in enumerate(_items(document, form)):
        id_ = item.get(form.id) if isinstance(item, dict) else None
        if not isinstance(id_, str):
            continue
        path = (form.accounts, index, form.id)
        if id_ in first:
            line = document.line_of((form.accounts, first[id_], form.id))
            message = f"{quote(id_)} is in the list twice, first in line {line}"
            yield document.problem(path, message, "Merge the two entries into one.")
        first.setdefault(id_, index)


def _nobody(document: Document, form: _Format) -> Iterator[Problem]:
    """An inventory of nobody would make a run that looks at nothing and complains of nothing."""
    nothing = document.data.get(form.accounts, []) == []
    if nothing and not (form is _OURS and "discover" in document.data):
        advice = "Add accounts, or `discover:` to ask AWS Organizations."
        yield document.problem((form.accounts,), "there is no account in this inventory", advice)


def _flags(role_name: str | None, external_id: str | None) -> Iterator[Problem]:
    for label, value, check in (
        ("--role-name", role_name, check_name),
        ("--external-id", external_id, check_external_id),
    ):
        try:
            if value is not None:
                check(value)
        except FieldError as complaint:
            yield Problem(label, 0, "", complaint.message, complaint.advice)
