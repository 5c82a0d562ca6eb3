"""Inventory and settings of a command, read from files, S3 and flags; the problems of both are reported together."""

import errno
from dataclasses import dataclass, field
from typing import Any

from auditor import exceptions, inventory, settings
from auditor.commands.check_registry import checks_without_collector, load_registry
from auditor.commands.flags import flags_of
from auditor.commands.options import (
    ConfigOptions,
    ExceptionOptions,
    FilterOptions,
    InventoryOptions,
    Options,
    SettingsOptions,
)
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.result import AccountSource
from auditor.domain.scope import Account, Target
from auditor.exceptions import ExceptionsFileContent, Policy
from auditor.inventory import Inventory
from auditor.run.aws_context import AwsContext, discover_accounts, fetch_object, known_regions
from auditor.run.rules import day, policy
from auditor.settings import Override, Settings
from auditor.store import local_file
from auditor.yaml_files import decode

_TOO_LARGE = "Split it, or check that this is the right file."
#: What the settings can allow at most, for an exceptions file that is checked without them.
_LONGEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings, the inventory and the accepted risks.

    Without an inventory, only the account of the credentials is audited. Only the commands with `--exceptions` have
    accepted risks.
    """

    settings: Settings
    inventory: Inventory | None
    exceptions: ExceptionsFileContent = field(default_factory=ExceptionsFileContent)


def load(options: ConfigOptions, aws: AwsContext) -> Configuration:
    """Read and check settings, inventory and exceptions. Raises ConfigError with all problems, and StorageError."""
    problems: list[Problem] = []
    loaded_settings, loaded_inventory = None, None
    checks: tuple[Check[Any], ...] = ()
    accepted = ExceptionsFileContent()
    try:
        loaded_settings, checks = _load_settings_and_checks(options, aws)
        _require_collectors(loaded_settings)
    except ConfigError as error:
        problems += error.problems
    try:
        bucket_owner = loaded_settings.bucket_owner if loaded_settings else _bucket_owner(options)
        loaded_inventory = _load_inventory(options, aws, bucket_owner)
    except ConfigError as error:
        problems += error.problems
    try:
        accepted = _load_exceptions(options, aws, loaded_settings, checks)
    except ConfigError as error:
        problems += error.problems
    if problems or loaded_settings is None:
        raise ConfigError(problems)
    return Configuration(loaded_settings, loaded_inventory, accepted)


def find_targets(loaded: Inventory | None, aws: AwsContext) -> tuple[Target, ...]:
    """Return the accounts of the inventory and of the organization; without an inventory, the credentials' own account.

    Raises IdentityError, and OrganizationError if AWS refuses to list the organization.
    """
    if loaded is None:
        return (Target(Account(aws.identity.account_id)),)
    return loaded.merge(discover_accounts(aws, loaded.discover) if loaded.discover else ())


def account_source(loaded: Inventory | None) -> AccountSource:
    """Return where the accounts of a run come from."""
    if loaded is None:
        return AccountSource.CREDENTIALS
    return AccountSource.ORGANIZATION if loaded.discover else AccountSource.INVENTORY


def filter_targets(targets: tuple[Target, ...], options: FilterOptions) -> tuple[Target, ...]:
    """Exclude what --account and --region leave out. Raises ConfigError for a pattern without a match."""
    return inventory.filter_targets(targets, options.account, options.region, known_regions())


def load_settings(options: SettingsOptions, aws: AwsContext) -> Settings:
    """Read the settings and the checks that they name. Raises ConfigError with every problem, and StorageError."""
    loaded, _ = _load_settings_and_checks(options, aws)
    _require_collectors(loaded)
    return loaded


def load_all_checks(options: SettingsOptions, aws: AwsContext) -> tuple[Check[Any], ...]:
    """Return all known checks, enabled or not. Raises ConfigError with every problem of settings and checks."""
    return _load_settings_and_checks(options, aws)[1]


def read_text(source: str, label: str, aws: AwsContext, bucket_owner: str | None = None) -> str:
    """Return the text of a file or an `s3://` object. Raises ConfigError for a file, StorageError for S3."""
    from_s3 = source.startswith("s3://")
    return decode(fetch_object(aws, source, bucket_owner) if from_s3 else read_file(source, label), source)


def read_file(path: str, label: str = "") -> bytes:
    """Return the bytes of a file. Raises ConfigError; `label` is the flag that names the file."""
    try:
        return local_file.read_file(path)
    except (OSError, ValueError) as error:
        message = getattr(error, "strerror", None) or str(error)
        too_large = isinstance(error, OSError) and error.errno == errno.EFBIG
        advice = _TOO_LARGE if too_large else "Check the path and the permissions of the file."
        raise ConfigError([Problem(path, 0, label, message, advice)]) from error


def overrides(options: Options) -> dict[str, Override]:
    """Return the settings that flags and environment variables override, by dotted path."""
    result: dict[str, Override] = {}
    for name, flag in flags_of(type(options)):
        value = getattr(options, name)
        if flag.setting and value:
            texts = list(value) if isinstance(value, tuple) else value
            result[flag.setting] = Override(texts, options.source_of(name))
    return result


def _load_settings_and_checks(options: SettingsOptions, aws: AwsContext) -> tuple[Settings, tuple[Check[Any], ...]]:
    text = None
    if options.settings:
        text = read_text(options.settings, options.source_of("settings"), aws, _bucket_owner(options))
    source, overridden = options.settings or "settings", overrides(options)
    registry = load_registry(text, source, overridden)
    try:
        loaded = settings.load(text, source, overridden, registry.checks)
    except ConfigError as error:
        raise ConfigError([*registry.problems, *error.problems]) from error
    if registry.problems:
        raise ConfigError(registry.problems)
    return loaded, registry.checks


def _require_collectors(loaded: Settings) -> None:
    if problems := checks_without_collector(loaded.checks):
        raise ConfigError(problems)


def _bucket_owner(options: Options) -> str | None:
    """Return the bucket owner that a flag or variable names: the settings that could name one are not read yet."""
    owner: str | None = getattr(options, "bucket_owner", None)
    return owner


def _load_inventory(options: InventoryOptions, aws: AwsContext, bucket_owner: str | None) -> Inventory | None:
    if options.inventory is None:
        return None
    return inventory.parse(
        read_text(options.inventory, options.source_of("inventory"), aws, bucket_owner),
        options.inventory,
        known_regions=known_regions(),
        default_role_name=options.role_name,
        default_external_id=options.external_id,
    )


def _load_exceptions(
    options: Options, aws: AwsContext, loaded: Settings | None, checks: tuple[Check[Any], ...]
) -> ExceptionsFileContent:
    """Read the accepted risks. If the settings have problems, the file is checked as far as possible without them."""
    if not isinstance(options, ExceptionOptions):
        return ExceptionsFileContent()
    source = loaded.exceptions.file if loaded else options.exceptions
    if not source:
        return ExceptionsFileContent()
    label = options.source_of("exceptions") if options.exceptions else "exceptions.file"
    return exceptions.parse(
        read_text(source, label, aws, loaded.bucket_owner if loaded else _bucket_owner(options)),
        source,
        checks=checks,
        known_regions=known_regions(),
        today=day(aws.clock.now()),
        policy=policy(loaded) if loaded else Policy(max_days=_LONGEST_DAYS),
    )
