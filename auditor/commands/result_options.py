"""The options of the commands that read the results of earlier runs."""

from dataclasses import dataclass
from typing import Literal

from auditor.commands.flags import argument, flag
from auditor.commands.options import ConfigOptions, SettingsOptions


@dataclass(frozen=True, kw_only=True)
class ResultOptions(SettingsOptions):
    """Where the results of earlier runs are."""

    source: str | None = flag("Folder or s3://bucket/prefix with the results.", name="--from", metavar="PLACE")
    bucket_owner: str | None = flag(
        "Account that must own the bucket of the results.", metavar="ACCOUNT", setting="bucket_owner"
    )


@dataclass(frozen=True, kw_only=True)
class VerifyOptions(ResultOptions):
    """The options of `auditor verify`."""

    run_id: str | None = argument("[RUN_ID]", required=False)
    manifest_sha256: str | None = flag(
        "SHA-256 that the manifest must have, from `run-ended` in the log of the run.", metavar="HEX"
    )
    format: Literal["text", "json"] = flag("Output format.", default="text")


@dataclass(frozen=True, kw_only=True)
class DiffOptions(ResultOptions):
    """The options of `auditor diff`."""

    run_ids: tuple[str, ...] = argument("[RUN_ID]...", required=False, default=())
    format: Literal["table", "json"] = flag("Output format.", default="table")


@dataclass(frozen=True, kw_only=True)
class ShowOptions(ResultOptions):
    """The options of `auditor show`."""

    query: tuple[str, ...] = argument("[QUERY]...", required=False, default=())
    run: str | None = flag("ID of the run.", metavar="ID", default_text="the latest run")
    limit: str | None = flag("Most findings in the table; 0 lists all.", metavar="N", default_text="50")
    format: Literal["table", "json", "csv"] = flag("Output format; json writes one row a line.", default="table")


@dataclass(frozen=True, kw_only=True)
class ReportOptions(ResultOptions):
    """The options of `auditor report`."""

    run_id: str | None = argument("[RUN_ID]", required=False)
    output: str | None = flag(
        "File for the report; - is standard output.", short="o", metavar="FILE", default_text="report-RUN_ID.html"
    )
    control: str | None = flag(
        "Instead of the report, list what failed, passed and was not seen of one control, for example "
        "cis-compute-1.1/3.4.",
        metavar="CONTROL",
    )
    format: Literal["text", "json"] = flag("Output format of --control.", default="text")


@dataclass(frozen=True, kw_only=True)
class RemediateOptions(ConfigOptions, ResultOptions):
    """The options of `auditor remediate`."""

    finding_id: str = argument("[FINDING_ID]", required=False, default="")
    resource: str | None = flag(
        "Instead of FINDING_ID, the ARN of a definition, with its revision or without it for the family: one new "
        "revision resolves all of its findings.",
        metavar="ARN",
    )
    output: str | None = flag(
        "Folder for the documents and scripts.",
        short="o",
        metavar="FOLDER",
        default_text="remediation-FINDING_ID, or remediation-NAME with --resource",
    )
    definition: str | None = flag(
        "File with the failing revision as `aws ecs describe-task-definition` prints it, instead of a call to AWS.",
        metavar="FILE",
    )
