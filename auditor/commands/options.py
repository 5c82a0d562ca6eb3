"""The options of every command. A field is a flag; groups of flags that commands share are dataclasses of their own."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from auditor.commands.flags import argument, flag, flag_name
from auditor.domain.errors import ConfigError, Problem

_FRAMEWORK = "Only checks of this framework, for example cis-compute-1.1; name or glob; repeatable."


@dataclass(frozen=True, kw_only=True)
class Options:
    """What every command gets: the environment, and by field the name of the flag or variable that set it."""

    environ: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)

    def source_of(self, name: str) -> str:
        """Return what messages call a field: `--output`, or the environment variable that set it."""
        return self.sources.get(name) or flag_name(type(self), name)


@dataclass(frozen=True, kw_only=True)
class InventoryOptions(Options):
    """Which accounts, and how to reach them."""

    inventory: str | None = flag(
        "Inventory file (path or s3:// URL). Without it, only the account of the credentials is used.",
        short="c",
        metavar="FILE",
    )
    role_name: str | None = flag("Role to assume in accounts for which the inventory names none.", metavar="NAME")
    external_id: str | None = flag("External ID for accounts for which the inventory names none.", metavar="ID")


@dataclass(frozen=True, kw_only=True)
class FilterOptions(Options):
    """A part of the accounts and regions."""

    account: tuple[str, ...] = flag(
        "Only this account, by ID, name or glob; repeatable.", short="a", metavar="ACCOUNT", default=()
    )
    region: tuple[str, ...] = flag(
        "Only this region, by name or glob; repeatable.", short="r", metavar="REGION", default=()
    )


@dataclass(frozen=True, kw_only=True)
class SettingsOptions(Options):
    """The settings file and the user's own checks."""

    settings: str | None = flag("Settings file (path or s3:// URL).", short="s", metavar="FILE")
    checks_folder: tuple[str, ...] = flag(
        "Folder with your own checks, one YAML file per check; repeatable.",
        metavar="FOLDER",
        setting="checks.folders",
        default=(),
    )


@dataclass(frozen=True, kw_only=True)
class ConfigOptions(InventoryOptions, SettingsOptions):
    """Inventory and settings."""


@dataclass(frozen=True, kw_only=True)
class SelectionOptions(Options):
    """Which checks run."""

    check: tuple[str, ...] = flag(
        "Only this check, by ID or glob; repeatable.", metavar="CHECK", setting="checks.include", default=()
    )
    exclude_check: tuple[str, ...] = flag(
        "Leave this check out, by ID or glob; repeatable.", metavar="CHECK", setting="checks.exclude", default=()
    )
    framework: tuple[str, ...] = flag(_FRAMEWORK, metavar="NAME", setting="checks.frameworks", default=())


@dataclass(frozen=True, kw_only=True)
class RevisionOptions(Options):
    """Which revisions are judged."""

    revisions: str | None = flag(
        "Revisions to judge: latest, running or latest+running.", metavar="WHICH", setting="revisions"
    )
    introduced: bool = flag(
        "Search for the revision that introduced each problem; needs more API calls.",
        setting="introduced",
        default=False,
    )


@dataclass(frozen=True, kw_only=True)
class LimitOptions(Options):
    """Limits of a scan."""

    workers: str | None = flag("Number of account-regions scanned in parallel.", metavar="N", setting="limits.workers")
    processes: str | None = flag(
        "Number of processes that share the workers; 0 chooses by the number of CPU cores.",
        metavar="N",
        setting="limits.processes",
    )
    headroom: str | None = flag(
        "Share of the AWS API rate limits to use, above 0 and up to 1.", metavar="SHARE", setting="limits.headroom"
    )
    deadline: str | None = flag("Stop after this long, for example 90m.", metavar="DURATION", setting="limits.deadline")
    connect_timeout: str | None = flag(
        "Time to wait for a connection to AWS.", metavar="DURATION", setting="limits.connect_timeout"
    )
    read_timeout: str | None = flag(
        "Time to wait for the whole of an answer from AWS.", metavar="DURATION", setting="limits.read_timeout"
    )


@dataclass(frozen=True, kw_only=True)
class ExceptionOptions(Options):
    """Accepted risks."""

    exceptions: str | None = flag(
        "File with accepted risks (path or s3:// URL).", short="e", metavar="FILE", setting="exceptions.file"
    )


@dataclass(frozen=True, kw_only=True)
class OutputOptions(Options):
    """Results, exit code and the run's identity."""

    output: str | None = flag(
        "Folder or s3://bucket/prefix for the results.", short="o", metavar="PLACE", setting="output"
    )
    fail_on: str | None = flag(
        "Exit with 3 for findings of at least this severity: none, low, medium, high or critical.",
        metavar="SEVERITY",
        setting="fail_on",
    )
    min_coverage: str | None = flag(
        "Exit with 4 if less than this percentage was examined.", metavar="PERCENT", setting="min_coverage"
    )
    emit: tuple[str, ...] = flag(
        "Write findings with this status: PASS, FAIL, UNKNOWN or NOT_APPLICABLE; repeatable.",
        metavar="STATUS",
        setting="emit",
        default=(),
    )
    export: tuple[str, ...] = flag(
        "Also write the results as csv, ocsf, asff, parquet or oscal; repeatable.",
        metavar="FORMAT",
        setting="export",
        default=(),
    )
    run_id: str | None = flag("ID of the run, for example 20261123T020000Z-name, or its scheduled time.", metavar="ID")
    resume: str | None = flag("Resume an interrupted run by its ID.", metavar="ID")
    bucket_owner: str | None = flag(
        "Account that must own the buckets of results, inventory and settings.",
        metavar="ACCOUNT",
        setting="bucket_owner",
    )
    spool: str | None = flag(
        "Folder that keeps results that could not be delivered.", metavar="FOLDER", setting="spool"
    )
    verbose: bool = flag("Log every region, not only every account.", short="v", default=False)
    quiet: bool = flag("Log only gaps, warnings and errors, and print only the result.", short="q", default=False)
    log_format: Literal["auto", "text", "json"] = flag(
        "Format of the log on standard error: auto is a bar on a terminal, text in a CI job, and otherwise json.",
        default="auto",
    )


@dataclass(frozen=True, kw_only=True)
class ScanOptions(ConfigOptions, FilterOptions, SelectionOptions, RevisionOptions, LimitOptions):
    """What a scan reads, and how fast."""


@dataclass(frozen=True, kw_only=True)
class PlanOptions(ScanOptions):
    """The options of `auditor plan`."""

    format: Literal["text", "json"] = flag("Output format.", default="text")


@dataclass(frozen=True, kw_only=True)
class RunOptions(ScanOptions, ExceptionOptions, OutputOptions):
    """The options of `auditor run` and `auditor validate`."""


@dataclass(frozen=True, kw_only=True)
class ExceptionsOptions(SettingsOptions):
    """The options of `auditor exceptions`."""

    action: Literal["import"] = argument("import")
    file: str = argument("FILE")


@dataclass(frozen=True, kw_only=True)
class PolicyOptions(SettingsOptions, SelectionOptions, RevisionOptions):
    """The options of `auditor policy`."""


@dataclass(frozen=True, kw_only=True)
class DemoOptions(Options):
    """The options of `auditor demo`."""

    output: str = flag("Folder for the results.", short="o", metavar="FOLDER", default="demo-output")


@dataclass(frozen=True, kw_only=True)
class ChecksOptions(SettingsOptions):
    """The options of `auditor checks`."""

    check_id: str | None = argument("[CHECK_ID]", required=False)
    facts: bool = flag("Print the facts that your own checks can read.", default=False)
    framework: tuple[str, ...] = flag(_FRAMEWORK, metavar="NAME", default=())
    format: Literal["text", "md", "json"] = flag("Output format.", default="text")


@dataclass(frozen=True, kw_only=True)
class CheckOptions(SettingsOptions, SelectionOptions):
    """The options of `auditor check`."""

    files: tuple[str, ...] = argument("FILE...")
    parameters: str | None = flag(
        "File with values of template parameters, as `aws cloudformation` accepts it, or with lines NAME=VALUE.",
        metavar="FILE",
    )
    fail_on: str | None = flag(
        "Exit with 3 for findings, and with 4 for UNKNOWN, of at least this severity: "
        "none, low, medium, high or critical.",
        metavar="SEVERITY",
        setting="fail_on",
        default_text="low",
    )
    format: Literal["text", "json", "sarif"] = flag("Output format.", default="text")


def reject_unknown_variables(environ: Mapping[str, str], known: Collection[str]) -> None:
    """Raise ConfigError for every `AUDITOR_*` variable that is not the variable of a flag.

    A misspelt AUDITOR_INVENTORY would otherwise audit one account instead of the organization.
    """
    unknown = sorted(name for name in environ if name.startswith("AUDITOR_") and name not in known) if known else []
    if unknown:
        raise ConfigError(
            [Problem("environment", 0, name, "unknown variable", _advice(name, known)) for name in unknown]
        )


def _advice(name: str, known: Collection[str]) -> str:
    similar = difflib.get_close_matches(name, known, n=1)
    if similar:
        return f"Did you mean {similar[0]}?"
    return "Variables are named after flags: --fail-on is AUDITOR_FAIL_ON. `auditor run --help` lists the flags."
