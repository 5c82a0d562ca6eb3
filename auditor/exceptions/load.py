"""Text of an exceptions file into its items."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from pydantic import ValidationError

from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.patterns import matches
from auditor.exceptions.fields import NOUNS
from auditor.exceptions.file import ExceptionsFile, ItemSection
from auditor.exceptions.model import ExceptionItem, ExceptionsFileContent, Policy
from auditor.yaml_files import Document, explain, parse_with_duplicates, quote, suggestion

_KEY = "exceptions"
#: Reasons that a message names.
_MOST_NAMED = 10


def parse(  # noqa: PLR0913 - what a file is checked against
    text: str,
    source: str,
    *,
    checks: Collection[Check[Any]],
    known_regions: Collection[str],
    today: date,
    policy: Policy,
) -> ExceptionsFileContent:
    """Read an exceptions file. Raises ConfigError with every problem.

    `checks` are all known checks, enabled or not. An item that has expired is no problem: the next reports name it.
    """
    document, duplicates = parse_with_duplicates(text, source)
    if not isinstance(document.data, dict):
        advice = "Begin with `exceptions:` and list the items below it."
        raise ConfigError([document.problem((), "is not an exceptions file", advice), *duplicates])
    by_id = {check.id: check for check in checks}
    context = {"checks": by_id, "regions": known_regions, "today": today, "max_days": policy.max_days}
    problems = [*duplicates, *document.without_value(), *_repeated_ids(document), *_unknown_reasons(document, by_id)]
    try:
        # In JSON mode a strict model takes a list for a tuple and a text for an enum.
        file = ExceptionsFile.model_validate_json(json.dumps(document.data), context=context)
    except ValidationError as error:
        errors: Any = error.errors(include_url=False)
        raise ConfigError([*problems, *explain(errors, document, ExceptionsFile.model_json_schema(), NOUNS)]) from error
    if problems:
        raise ConfigError(problems)
    items = tuple(_item(section, document.line_of((_KEY, index))) for index, section in enumerate(file.exceptions))
    return ExceptionsFileContent(items, source, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def _item(section: ItemSection, line: int) -> ExceptionItem:
    return ExceptionItem(
        id=section.id,
        check=section.check,
        reason=section.reason,
        justification=section.justification,
        owner=section.owner,
        expires=section.expires,
        ticket=section.ticket or "",
        created=section.created,
        account=section.account,
        ou=section.ou,
        tag=section.tag or {},
        region=section.region,
        resource=section.resource,
        container=section.container,
        reopen_on=frozenset(section.reopen_on or ()),
        reasons=frozenset(section.reasons or ()),
        line=line,
    )


def _items(document: Document) -> list[tuple[int, dict[str, Any]]]:
    items = document.data.get(_KEY)
    return (
        [(index, item) for index, item in enumerate(items) if isinstance(item, dict)] if isinstance(items, list) else []
    )


def _repeated_ids(document: Document) -> Iterator[Problem]:
    first_index: dict[str, int] = {}
    for index, item in _items(document):
        item_id = item.get("id")
        if not isinstance(item_id, str):
            continue
        if item_id in first_index:
            line = document.line_of((_KEY, first_index[item_id], "id"))
            message = f"{quote(item_id)} is used twice, first in line {line}"
            yield document.problem((_KEY, index, "id"), message, "Give each exception its own ID.")
        first_index.setdefault(item_id, index)


def _unknown_reasons(document: Document, checks: Mapping[str, Check[Any]]) -> Iterator[Problem]:
    """Yield a problem for each accepted reason that no check of its item gives."""
    for index, item in _items(document):
        pattern, reasons = item.get("check"), item.get("reasons")
        if not isinstance(pattern, str) or not isinstance(reasons, list):
            continue
        covered = [check for check_id, check in checks.items() if matches(pattern, check_id)]
        known = sorted({reason for check in covered for reason in check.reason_texts})
        if not known:
            continue
        for position, reason in enumerate(reasons):
            if isinstance(reason, str) and reason not in known:
                there_are = (
                    f"There are {', '.join(known)}." if len(known) <= _MOST_NAMED else "Name one check in `check`."
                )
                advice = suggestion(reason, known) or there_are
                message = f"{quote(reason)} is not a reason of {quote(pattern)}"
                yield document.problem((_KEY, index, "reasons", position), message, advice)
