"""The settings and their defaults: the file as operators write it, and the settings of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetPydanticSchema,
    ValidationInfo,
    model_validator,
)

from auditor.domain.check import Check, Severity, Status
from auditor.settings.fields import (
    AccountId,
    Days,
    FailOn,
    Folder,
    Folders,
    Formats,
    KmsKey,
    MacKey,
    Name,
    NotEmpty,
    Output,
    Patterns,
    Region,
    Seconds,
    Source,
    Statuses,
)
from auditor.yaml_files import FieldError

#: For values that are not read from a file: pydantic takes them as they are.
_UNCHECKED = GetPydanticSchema(lambda _type, handler: handler(Any))


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def _refuse_key_for_aes256(value: str, info: ValidationInfo) -> str:
    if info.data.get("algorithm") == "AES256":
        raise FieldError("is given, but AES256 takes no key", "Remove it, or write `algorithm: aws:kms`.")
    return value


class CheckSelection(_Section):
    """Which checks run, and their parameters."""

    include: Annotated[Patterns, NotEmpty] = Field(("*",), description="IDs and globs of the checks to run.")
    exclude: Patterns = Field((), description="IDs and globs of the checks to leave out; exclusion wins.")
    frameworks: Patterns = Field(
        (), description="Only checks of these frameworks, for example cis-compute-1.1; empty for all checks."
    )
    folders: Folders = Field((), description="Folders with your own checks, one YAML file per check.")
    parameters: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Parameters by check ID; `auditor checks ID` describes them."
    )


class Limits(_Section):
    """Limits of a run. Times are in seconds."""

    workers: int = Field(64, ge=1, le=512, description="Account-regions that are scanned in parallel.")
    processes: int = Field(
        0, ge=0, le=64, description="Processes that share the workers; 0 chooses by the number of CPU cores."
    )
    headroom: float = Field(0.5, gt=0, le=1, description="Share of the AWS API rate limits that a run may use.")
    deadline: Seconds = Field(7200.0, description="Time after which a run stops, complete or not: 2h, 90m, or seconds.")
    connect_timeout: Seconds = Field(5.0, description="Time to wait for a connection to AWS.")
    read_timeout: Seconds = Field(20.0, description="Time to wait for the whole of an answer from AWS.")


class Cache(_Section):
    """How the stored state of earlier runs is checked before it is used."""

    mac_key: MacKey | None = Field(
        None, description="ARN of a KMS key (HMAC_256) that authenticates the fact cache and interrupted runs."
    )
    reread_nights: int = Field(
        14,
        ge=1,
        le=365,
        description="Without `mac_key`: one in this many cached descriptions of each account, chosen at random, is "
        "read anew each night and compared; 1 reads all of them.",
    )


class ExceptionRules(_Section):
    """Accepted risks: where they are recorded, and what is allowed."""

    file: Source | None = Field(
        None, description="File with the accepted risks (path or s3:// URL); without it, there are none."
    )
    max_days: int = Field(
        365, ge=1, le=3650, description="Days after which an exception expires at the latest, from its creation."
    )
    warn_days: int = Field(14, ge=0, le=365, description="Days before its expiry from which an exception is reported.")
    max_findings: int = Field(
        100, ge=1, description="Failing findings above which a single exception is reported as too broad."
    )


class OwnerRule(_Section):
    """How a name is found: in tags of the resource, then in tags of its account, then by organizational unit."""

    tags: Patterns = Field((), description="Keys of tags in order; the first one with a value is used.")
    ous: dict[str, Name] = Field(
        default_factory=dict,
        description="Names by path of an organizational unit or glob, such as /Payments, including the units below it; "
        "the first one that matches is used.",
    )


class Ownership(_Section):
    """Who owns a finding, and in which environment it is."""

    owner: OwnerRule = Field(OwnerRule(tags=("owner", "Owner")), description="How the owner is found.")
    environment: OwnerRule = Field(
        OwnerRule(tags=("environment", "Environment", "env", "Env")), description="How the environment is found."
    )


class Encryption(_Section):
    """Server-side encryption of the objects that are written to S3; without it, the bucket's default applies."""

    algorithm: Literal["AES256", "aws:kms", "aws:kms:dsse"] = Field("aws:kms", description="Algorithm, in S3's terms.")
    kms_key_id: Annotated[KmsKey, AfterValidator(_refuse_key_for_aes256)] | None = Field(
        None, description="ID, ARN or alias of the KMS key."
    )

    @model_validator(mode="after")
    def _refuse_empty(self) -> Encryption:
        if not self.model_fields_set:
            raise FieldError("names neither a key nor an algorithm", "Add `kms_key_id:` or `algorithm:`, or remove it.")
        return self


class _Values(_Section):
    """The settings that a run uses as the file states them."""

    revisions: Literal["latest", "running", "latest+running"] = Field(
        "latest+running",
        description="Which revisions of a task definition are judged: the latest ACTIVE one, running ones, or both.",
    )
    introduced: bool = Field(
        default=False, description="Search for the revision that introduced a problem; needs more API calls."
    )
    output: Output | None = Field(None, description="Where results are written: a folder or s3://bucket/prefix.")
    limits: Limits = Field(default_factory=Limits, description="Limits of a run.")
    fail_on: FailOn = Field(
        None,
        description="Exit with 3 if there are findings of this severity or a higher one.",
        json_schema_extra={"default": "none"},
    )
    min_coverage: float = Field(
        100.0, ge=0, le=100, description="Exit with 4 if a smaller percentage than this was examined."
    )
    emit: Statuses = Field(
        (Status.FAIL, Status.UNKNOWN, Status.PASS),
        description="Statuses whose findings get a row; the others are only counted.",
    )
    export: Formats = Field(
        (), description="Formats in which the results are also written: csv, ocsf, asff, parquet, oscal."
    )
    security_lake_region: Region = Field(
        "us-east-1", description="Region of the Security Lake that takes the Parquet files; a part of their keys."
    )
    bucket_owner: AccountId | None = Field(
        None, description="Account that must own the buckets of results, inventory and settings: 12 digits, in quotes."
    )
    cache: Cache = Field(default_factory=Cache, description="How stored state is checked before it is used.")
    sse: Encryption | None = Field(None, description="How S3 encrypts the results.")
    exceptions: ExceptionRules = Field(
        default_factory=ExceptionRules, description="Accepted risks: where they are recorded, and what is allowed."
    )
    ownership: Ownership = Field(
        default_factory=Ownership, description="Who owns a finding, and in which environment it is."
    )
    due_days: dict[Severity, Days] = Field(
        default_factory=dict,
        description="Days in which failures of a severity must be fixed, counted from when they were first seen; "
        "without a severity here, its failures are never due.",
    )
    spool: Folder | None = Field(
        None, description="Folder that keeps undelivered results; by default, the system's temporary folder."
    )


class SettingsFile(_Values):
    """The settings file. Flags override AUDITOR_* variables, which override this file."""

    checks: CheckSelection = Field(default_factory=CheckSelection, description="Which checks run.")


class Settings(_Values):
    """The settings of a run.

    `checks` are the enabled checks, sorted by ID, and `parameters` holds the parameters of each by its ID. `sha256` is
    the digest of the settings file's text.
    """

    checks: Annotated[tuple[Check[Any], ...], _UNCHECKED]
    parameters: Annotated[Mapping[str, Any], _UNCHECKED]
    sha256: str

    @classmethod
    def from_file(
        cls, file: SettingsFile, checks: tuple[Check[Any], ...], parameters: Mapping[str, Any], sha256: str
    ) -> Settings:
        """Combine the values of a file with the checks that it enables."""
        values: dict[str, Any] = {name: getattr(file, name) for name in _Values.model_fields}
        return cls(**values, checks=checks, parameters=parameters, sha256=sha256)
