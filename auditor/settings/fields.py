"""The types of the settings' fields: each accepts valid values and explains what is wrong with others."""

import math
import re
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from auditor.domain.check import Severity, Status
from auditor.domain.export_format import ExportFormat
from auditor.yaml_files import FieldError, Noun, one_or_more, quote, unknown_choice

T = TypeVar("T")

_DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,9})s?)?", re.ASCII)
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_KMS_KEY = re.compile(r"[A-Za-z0-9:/_-]{1,2048}")
_KMS_KEY_ARN = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]{1,200}", re.ASCII)
_REGION = re.compile(r"[a-z]{2,8}(-[a-z]{2,12}){1,3}-[0-9]{1,2}", re.ASCII)
_FAIL_ON = ("none", "low", "medium", "high", "critical")

#: What keys hold, for messages about values of another type.
NOUNS = {"bucket_owner": Noun("an account ID")}


def parse_duration(value: object) -> float:
    """Return the seconds of 2h, 1h30m, 90s or a number. Raises FieldError."""
    seconds = _number_of_seconds(value)
    if seconds is None:
        message = f"{quote(value)} is not a duration"
        raise FieldError(message, "Write hours, minutes and seconds such as 2h, 1h30m or 90s, or a number of seconds.")
    if seconds <= 0:
        raise FieldError(f"{quote(value)} is not greater than zero", "Write more than 0 seconds.")
    return seconds


def format_duration(seconds: float) -> str:
    """Return seconds the way a user writes them: 2h, 1h30m, 5s, 0.5."""
    if seconds != int(seconds):
        return f"{seconds:g}"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return "".join(f"{count}{unit}" for count, unit in ((hours, "h"), (minutes, "m"), (rest, "s")) if count) or "0s"


def _number_of_seconds(value: object) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if math.isfinite(value) else None
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None or not match.group():
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _severity(value: object) -> Severity | None:
    if value is None or value == "none":
        return None
    if isinstance(value, str) and value in _FAIL_ON:
        return Severity(value)
    raise FieldError(*unknown_choice(str(value), _FAIL_ON))


def _output(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write a folder or s3://bucket/prefix.")
    scheme, separator, rest = value.partition("://")
    if not separator:
        return value
    if scheme != "s3":
        message = f"{quote(value)} is neither a folder nor an s3:// URL"
        raise FieldError(message, "Write a folder or s3://bucket/prefix.")
    bucket = rest.partition("/")[0]
    if not _BUCKET.fullmatch(bucket):
        message = f"{quote(bucket)} is not a bucket name"
        raise FieldError(message, "Bucket names have 3 to 63 lowercase letters, digits, dots and hyphens.")
    return value


def _account_id(value: str) -> str:
    if not re.fullmatch(r"[0-9]{12}", value):
        raise FieldError(f"{quote(value)} is not an account ID", "Account IDs have 12 digits.")
    return value


def _kms_key(value: str) -> str:
    if not _KMS_KEY.fullmatch(value):
        raise FieldError(f"{quote(value)} is not a KMS key", "Write its ID, its ARN, or alias/<name>.")
    return value


def _mac_key(value: str) -> str:
    if not _KMS_KEY_ARN.fullmatch(value):
        advice = "Write arn:aws:kms:<region>:<account>:key/<id>. An alias could be pointed to another key."
        raise FieldError(f"{quote(value)} is not the ARN of a KMS key", advice)
    return value


def _folder(value: str) -> str:
    if not is_folder(value):
        raise FieldError(f"{quote(value)} is not a folder", "Write a local path.")
    return value


def _source(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write a path or an s3:// URL, or remove the key.")
    scheme, separator, rest = value.partition("://")
    if separator and (scheme != "s3" or not rest.partition("/")[2]):
        raise FieldError(f"{quote(value)} is neither a path nor an S3 URL", "Write a path, or s3://bucket/key.")
    return value


def _name(value: str) -> str:
    if not value.strip():
        raise FieldError("is empty", "Write a name, or remove the key.")
    return value.strip()


def is_folder(value: object) -> bool:
    """Whether a value can be the path of a local folder."""
    return isinstance(value, str) and value.strip() != "" and "://" not in value


def _region(value: str) -> str:
    if not _REGION.fullmatch(value):
        raise FieldError(f"{quote(value)} is not a region", "Write a name such as eu-central-1.")
    return value


def _without_duplicates(values: tuple[T, ...]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(values))


def _not_empty(values: tuple[T, ...]) -> tuple[T, ...]:
    if not values:
        raise FieldError("is empty", "Give it at least one value, or remove the key.")
    return tuple(dict.fromkeys(values))


NotEmpty = AfterValidator(_not_empty)
#: Marks the fields that are durations.
DURATION = BeforeValidator(
    parse_duration, json_schema_input_type=Annotated[str, Field(pattern="^([0-9]+h)?([0-9]+m)?([0-9]+s?)?$")] | float
)
_TEXTS = BeforeValidator(one_or_more, json_schema_input_type=str | list[str])

AccountId = Annotated[str, AfterValidator(_account_id), Field(json_schema_extra={"pattern": "^[0-9]{12}$"})]
FailOn = Annotated[
    Severity | None,
    BeforeValidator(_severity, json_schema_input_type=Literal["none", "low", "medium", "high", "critical"]),
]
Folder = Annotated[str, AfterValidator(_folder)]
Folders = Annotated[tuple[Folder, ...], _TEXTS]
Formats = Annotated[
    tuple[ExportFormat, ...],
    AfterValidator(_without_duplicates),
    BeforeValidator(one_or_more, json_schema_input_type=ExportFormat | list[ExportFormat]),
]
KmsKey = Annotated[str, AfterValidator(_kms_key)]
MacKey = Annotated[str, AfterValidator(_mac_key), Field(json_schema_extra={"pattern": f"^{_KMS_KEY_ARN.pattern}$"})]
Output = Annotated[str, AfterValidator(_output)]
Patterns = Annotated[tuple[str, ...], _TEXTS]
Days = Annotated[int, Field(ge=1, le=3650)]
Name = Annotated[str, AfterValidator(_name)]
Region = Annotated[str, AfterValidator(_region), Field(json_schema_extra={"pattern": _REGION.pattern})]
Seconds = Annotated[float, DURATION]
Source = Annotated[str, AfterValidator(_source)]
Statuses = Annotated[
    tuple[Status, ...], NotEmpty, BeforeValidator(one_or_more, json_schema_input_type=Status | list[Status])
]
