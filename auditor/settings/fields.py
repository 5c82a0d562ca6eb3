"""The types of the settings' fields: each accepts what can work and says in a sentence what is wrong otherwise."""

from __future__ import annotations

import math
import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from auditor.yaml_files import FieldError, Noun, one_or_more, quote

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s?)?", re.ASCII)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KMS_KEY = re.compile(r"[A-Za-z0-9:/_-]{1,2048}")

#: What keys hold, for messages about values of the wrong kind.
NOUNS = {"bucket_owner": Noun("an account id")}


def _seconds(value: Any) -> float:  # noqa: ANN401 - anything may stand in a file
    seconds = _number(value)
    if seconds is None:
        message = f"{quote(value)} is not a duration"
        raise FieldError(message, "Write hours, minutes and seconds such as 2h, 1h30m or 90s, or a number of seconds.")
    if seconds <= 0:
        message = f"{quote(value)} is no time at all"
        raise FieldError(message, "Write more than 0 seconds.")
    return seconds


def _number(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not match.group():
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _output(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write a folder or s3://bucket/prefix.")
    scheme, separator, rest = value.partition("://")
    if not separator:
        return value
    if scheme != "s3":
        message = f"{quote(value)} is neither a folder nor in S3"
        raise FieldError(message, "Write a folder or s3://bucket/prefix.")
    if not _BUCKET.fullmatch(rest.partition("/")[0]):
        message = f"{quote(rest.partition('/')[0])} is not the name of a bucket"
        raise FieldError(message, "Bucket names have 3 to 63 small letters, digits, dots and hyphens.")
    return value


def _owner(value: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", value):
        message = f"{quote(value)} is not an account id"
        raise FieldError(message, "Account ids have 12 digits.")
    return value


def _kms_key(value: str) -> str:
    if not _KMS_KEY.fullmatch(value):
        message = f"{quote(value)} is not a KMS key"
        raise FieldError(message, "Write its id, its ARN, or alias/<name>.")
    return value


def _folder(value: str) -> str:
    if not value.strip() or "://" in value:
        message = f"{quote(value)} is not a folder"
        raise FieldError(message, "Write a path on this machine.")
    return value


def _not_empty(values: tuple[str, ...]) -> tuple[str, ...]:
    if not values:
        raise FieldError("is empty", "Give it at least one value, or remove the key.")
    return tuple(dict.fromkeys(values))


NotEmpty = AfterValidator(_not_empty)
Patterns = Annotated[tuple[str, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])]
Seconds = Annotated[
    float,
    BeforeValidator(
        _seconds, json_schema_input_type=Annotated[str, Field(pattern="^([0-9]+h)?([0-9]+m)?([0-9]+s?)?$")] | float
    ),
]
Output = Annotated[str, AfterValidator(_output)]
Folder = Annotated[str, AfterValidator(_folder)]
AccountId = Annotated[str, AfterValidator(_owner), Field(json_schema_extra={"pattern": "^[0-9]{12}$"})]
KmsKey = Annotated[str, AfterValidator(_kms_key)]
