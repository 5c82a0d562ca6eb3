"""The settings file, section by section."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from auditor.settings.fields import (
    AccountId,
    Folder,
    KmsKey,
    NotEmpty,
    Output,
    Patterns,
    Seconds,
)
from auditor.yaml_files import FieldError, one_or_more

_Word = Literal["FAIL", "UNKNOWN", "PASS", "NOT_APPLICABLE"]


_Words = Annotated[
    tuple[_Word, ...], NotEmpty, BeforeValidator(one_or_more, json_schema_input_type=_Word | list[_Word])
]
_Folders = Annotated[tuple[Folder, ...], BeforeValidator(one_or_more, json_schema_input_type=str | list[str])]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _no_key_needed(value: str, info: ValidationInfo) -> str:
    if info.data.get("algorithm") == "AES256":
        raise FieldError("is given, but AES256 takes no key", "Remove it, or write `algorithm: aws:kms`.")
    return value


class ChecksSection(_Section):
    """Which checks run, and how they are tuned."""

    include: Annotated[Patterns, NotEmpty] = Field(("*",), description="Ids and globs of the checks to run.")
    exclude: Patterns = Field((), description="Ids and globs of the checks not to run; exclusion wins.")
    frameworks: Patterns = Field(
        (), description="Only checks of these frameworks, such as cis-compute-1.1; empty for all checks."
    )
    folders: _Folders = Field((), description="Folders of checks of your own, one YAML file each.")
    parameters: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="By check id: its parameters. `auditor checks ID` lists them."
    )


class LimitsSection(_Section):
    """How hard a run may push."""

    workers: int = Field(64, ge=1, le=512, description="Account-regions looked at side by side.")
    processes: int = Field(
        0, ge=0, le=64, description="Processes that share the workers; 0 takes what the cores allow."
    )
    headroom: float = Field(0.5, gt=0, le=1, description="Share of AWS's request rates that a run may use.")
    deadline: Seconds = Field(7200.0, description="When the run ends, complete or not: 2h, 90m, or seconds.")
    connect_timeout: Seconds = Field(5.0, description="How long to wait for a connection.")
    read_timeout: Seconds = Field(20.0, description="How long to wait for an answer.")


class EncryptionSection(_Section):
    """How S3 encrypts what is written; without it, as the bucket does."""

    algorithm: Literal["AES256", "aws:kms", "aws:kms:dsse"] | None = Field(
        None, description="aws:kms where only a key is given."
    )
    kms_key_id: Annotated[KmsKey, AfterValidator(_no_key_needed)] | None = Field(
        None, description="Id, ARN or alias of the key."
    )

    @model_validator(mode="after")
    def _says_something(self) -> EncryptionSection:
        if self.algorithm is None and self.kms_key_id is None:
            raise FieldError("names neither a key nor an algorithm", "Add `kms_key_id:` or `algorithm:`, or remove it.")
        return self


class SettingsFile(_Section):
    """How to audit. Flags win over AUDITOR_* variables, those over this file, and this file over the defaults."""

    checks: ChecksSection = Field(default_factory=ChecksSection, description="Which checks run.")
    revisions: Literal["latest", "running", "latest+running"] = Field(
        "latest+running",
        description="Which revisions of a task definition are judged: the latest ACTIVE one, whatever runs, or both.",
    )
    introduced: bool = Field(
        default=False, description="Search for the revision that brought a fault in, at the cost of more calls."
    )
    output: Output | None = Field(None, description="A folder, or s3://bucket/prefix.")
    limits: LimitsSection = Field(default_factory=LimitsSection, description="How hard a run may push.")
    fail_on: Literal["none", "low", "medium", "high", "critical"] = Field(
        "none", description="Exit with 3 for findings of this severity or worse."
    )
    min_coverage: float = Field(
        100.0, ge=0, le=100, description="Exit with 4 where less than this percentage was seen."
    )
    emit: _Words = Field(
        ("FAIL", "UNKNOWN", "PASS"), description="Statuses that get rows; the others are counted only."
    )
    bucket_owner: AccountId | None = Field(
        None, description="Account that must own the output bucket: 12 digits, in quotes."
    )
    sse: EncryptionSection | None = Field(None, description="How S3 encrypts what is written.")
    spool: Folder | None = Field(None, description="Folder that keeps the data when an upload fails for good.")
