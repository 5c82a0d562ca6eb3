"""The types of the exceptions file's fields: each accepts valid values and explains what is wrong with others."""

import re
from collections.abc import Collection
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo

from auditor.domain.patterns import is_glob, matches
from auditor.domain.repair import BLANK
from auditor.exceptions.model import Acceptance, ReopenOn
from auditor.yaml_files import FieldError, Noun, quote, suggestion, unknown_choice

_ACCOUNT_NOUN = Noun("an account ID", 'Quote it, all 12 digits: "{text:0>12}"')
#: What keys hold, for messages about values of another type.
NOUNS = {"account": _ACCOUNT_NOUN, "expires": Noun("a date"), "created": Noun("a date")}

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def _text(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write a text, or remove the key.")
    if BLANK in value:
        raise FieldError(f"is still {BLANK}", "Replace it.")
    return value.strip()


def _id(value: str) -> str:
    if not _ID.fullmatch(_text(value)):
        message = f"{quote(value)} is not an ID of an exception"
        raise FieldError(message, "Use at most 100 letters, digits, dots, hyphens and underscores, such as node-agent.")
    return value


def _date(value: object) -> date:
    if isinstance(value, str) and BLANK in value:
        _text(value)
    try:
        if isinstance(value, str) and _DATE.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise FieldError(f"{quote(value)} is not a date", "Write year, month and day: 2026-12-31.")


def _choice(value: object, choices: type[Acceptance] | type[ReopenOn]) -> object:
    if isinstance(value, str):
        if BLANK in value:
            _text(value)
        if value not in list(choices):
            raise FieldError(*unknown_choice(value, [choice.value for choice in choices]))
    return value


def _known_check(value: str, info: ValidationInfo) -> str:
    known: Collection[str] = info.context["checks"] if info.context else ()
    if not known or any(matches(value, check_id) for check_id in known):
        return value
    if is_glob(value):
        raise FieldError(f"{quote(value)} matches no check", "`auditor checks` lists them.")
    advice = suggestion(value, known) or "`auditor checks` lists them."
    raise FieldError(f"{quote(value)} is not a check", advice)


def _known_region(value: str, info: ValidationInfo) -> str:
    known: Collection[str] = info.context["regions"] if info.context else ()
    if any(matches(value, region) for region in known):
        return value
    advice = suggestion(value, known) or "Write a name such as eu-west-1, or a glob such as eu-*."
    raise FieldError(f"{quote(value)} {'matches no region' if is_glob(value) else 'is not a region'}", advice)


def _account(value: str) -> str:
    digits = re.sub(r"[ -]", "", value)
    if value != digits and re.fullmatch(r"[0-9]{12}", digits):
        raise FieldError(f"{quote(value)} is not an account ID", f'Write the digits only: "{digits}"')
    if re.fullmatch(r"[0-9]+", value) and len(value) != 12:  # noqa: PLR2004 - the digits of an account ID
        message = f"{quote(value)} is not an account ID"
        raise FieldError(message, f"Account IDs have 12 digits, this has {len(value)}.")
    return value


def _not_empty_list(values: tuple[object, ...]) -> tuple[object, ...]:
    if not values:
        raise FieldError("is empty", "Give it at least one value, or remove the key.")
    return values


def _tags(values: dict[str, str]) -> dict[str, str]:
    if not values:
        raise FieldError("is empty", "Write a tag and its value, such as {env: dev}, or remove the key.")
    return values


_Text = AfterValidator(_text)
_NotEmpty = AfterValidator(_not_empty_list)

Text = Annotated[str, _Text]
Id = Annotated[str, AfterValidator(_id), Field(json_schema_extra={"pattern": f"^{_ID.pattern}$"})]
CheckPattern = Annotated[Text, AfterValidator(_known_check)]
AccountPattern = Annotated[Text, AfterValidator(_account)]
RegionPattern = Annotated[Text, AfterValidator(_known_region)]
Tags = Annotated[dict[str, Text], AfterValidator(_tags)]
Day = Annotated[
    date, BeforeValidator(_date, json_schema_input_type=Annotated[str, Field(json_schema_extra={"format": "date"})])
]
AcceptanceField = Annotated[
    Acceptance, BeforeValidator(lambda value: _choice(value, Acceptance), json_schema_input_type=Acceptance)
]
ReopenOnField = Annotated[
    ReopenOn, BeforeValidator(lambda value: _choice(value, ReopenOn), json_schema_input_type=ReopenOn)
]
ReopenOns = Annotated[tuple[ReopenOnField, ...], _NotEmpty]
Texts = Annotated[tuple[Text, ...], _NotEmpty]
