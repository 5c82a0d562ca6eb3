"""The types of the inventory's fields: each accepts valid values and explains what is wrong with others."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationInfo

from auditor.inventory.regions import check_region
from auditor.inventory.roles import check_arn, check_external_id, check_last_hop, check_name
from auditor.yaml_files import FieldError, Noun, one_or_more, quote

_UNIT = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}|r-[0-9a-z]{4,32}")

#: Texts that are not accepted as a reason, because `exclude: no` is not meant to exclude the account.
_NO_REASONS = {"yes", "no", "y", "n", "on", "off", "true", "false", "none", "null"}

_ID_NOUN = Noun("an account ID", 'Quote it, all 12 digits: "{text:0>12}"')
#: What keys hold, for messages about values of another type.
NOUNS = {
    "id": _ID_NOUN,
    "account_id": _ID_NOUN,
    "Id": _ID_NOUN,
    "exclude": Noun("a reason", 'Write the reason: exclude: "sandbox, ticket 123"'),
}


class Strict(BaseModel):
    """A mapping that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Lenient(BaseModel):
    """A mapping of another program: unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", strict=True, frozen=True)


def not_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    """Return the values if there are any. Raises FieldError.

    pydantic's own length check would also count values that are wrong.
    """
    if not values:
        raise FieldError("is empty", "Give it at least one value, or remove the key.")
    return values


def _account_id(value: str) -> str:
    if re.fullmatch(r"[0-9]{12}", value):
        return value
    digits = re.sub(r"[ -]", "", value)
    if re.fullmatch(r"[0-9]{12}", digits):
        advice = f'Write the digits only: "{digits}"'
    elif re.fullmatch(r"[0-9]{1,11}", digits):
        advice = f'Account IDs have 12 digits, this has {len(digits)}. If leading zeros were lost: "{digits:0>12}"'
    else:
        advice = "Account IDs have 12 digits."
    raise FieldError(f"{quote(value)} is not an account ID", advice)


def _region(value: str, info: ValidationInfo) -> str:
    return check_region(value, (info.context or {})["regions"])


def _excluded_region(value: str, info: ValidationInfo) -> str:
    if value == "all":
        raise FieldError("all regions cannot be excluded", "Exclude the account instead, with `exclude:` and a reason.")
    return _region(value, info)


def _unit(value: str) -> str:
    if not _UNIT.fullmatch(value):
        message = f"{quote(value)} is not the ID of an organizational unit"
        raise FieldError(message, "Write an ID such as ou-abcd-11112222, or r-abcd for the root.")
    return value


def _reason(value: str) -> str:
    if not value.strip():
        raise FieldError("gives no reason", NOUNS["exclude"].advice)
    if value.strip().casefold() in _NO_REASONS:
        raise FieldError(f"{quote(value)} is not a reason", NOUNS["exclude"].advice)
    return value


def _organization_role(value: str) -> str:
    return check_arn(value, ("{partition}",))


def _chain_of_account(chain: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    _refuse_role_name(info)
    return check_last_hop(chain, info.data["id"]) if "id" in info.data else chain


def _chain_of_all_accounts(chain: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
    _refuse_role_name(info)
    return check_last_hop(chain, None)


def _refuse_role_name(info: ValidationInfo) -> None:
    if info.data.get("role_name"):
        raise FieldError("cannot be combined with `role_name`", "Keep one of the two.")


_OneOrMore = BeforeValidator(one_or_more, json_schema_input_type=str | list[str])
_NotEmpty = AfterValidator(not_empty)
_Arn = Annotated[str, AfterValidator(check_arn)]

AccountId = Annotated[str, AfterValidator(_account_id)]
Region = Annotated[str, AfterValidator(_region)]
Regions = Annotated[tuple[Region, ...], _NotEmpty, _OneOrMore]
ExcludedRegions = Annotated[tuple[Annotated[str, AfterValidator(_excluded_region)], ...], _OneOrMore]
RoleNames = Annotated[tuple[Annotated[str, AfterValidator(check_name)], ...], _NotEmpty, _OneOrMore]
#: The model must have a field `id` above this one.
RoleArns = Annotated[tuple[_Arn, ...], _NotEmpty, AfterValidator(_chain_of_account), _OneOrMore]
RoleArnsForAll = Annotated[tuple[_Arn, ...], _NotEmpty, AfterValidator(_chain_of_all_accounts), _OneOrMore]
OrganizationRole = Annotated[str, AfterValidator(_organization_role)]
ExternalId = Annotated[str, AfterValidator(check_external_id)]
Units = tuple[Annotated[str, AfterValidator(_unit)], ...]
ExclusionReason = Annotated[str, AfterValidator(_reason)]
Tags = dict[str, str]
