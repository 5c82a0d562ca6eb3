"""Inventory and settings, from files, S3 or flags, to checked values. Problems of both come out together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor import inventory, settings
from auditor.commands.check_registry import checks_without_collector, load_checks
from auditor.commands.options import Options
from auditor.domain.check import Check
from auditor.domain.errors import ConfigError, Problem
from auditor.domain.scope import Account, Target
from auditor.inventory import Inventory
from auditor.run.aws_context import AwsContext, discover_accounts, fetch_object, known_regions
from auditor.settings import Settings


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a run is to do. `inventory` is None where only the account of the ambient credentials is audited."""

    settings: Settings
    inventory: Inventory | None


def load(options: Options, aws: AwsContext) -> Configuration:
    """Read both, and check both. Raises ConfigError with every problem of either, and StorageError."""
    problems: list[Problem] = []
    loaded_settings, loaded_inventory = None, None
    try:
        loaded_settings = settings_of(options, aws)
    except ConfigError as error:
        problems += error.problems
    try:
        loaded_inventory = _inventory(options, aws)
    except ConfigError as error:
        problems += error.problems
    if problems or loaded_settings is None:
        raise ConfigError(problems)
    return Configuration(loaded_settings, loaded_inventory)


def targets(configuration: Configuration, options: Options, aws: AwsContext) -> tuple[Target, ...]:
    """Return the accounts to audit, those of the organization included, narrowed to what the flags name.

    Raises ConfigError, and OrganizationError where the inventory wants the organization listed and AWS refuses.
    """
    roster = configuration.inventory
    if roster is None:
        found: tuple[Target, ...] = (Target(Account(aws.identity.account_id)),)
    else:
        found = roster.merge(discover_accounts(aws, roster.discover) if roster.discover else ())
    return inventory.filter_targets(found, options.get_list("account"), options.get_list("region"), known_regions())


def settings_of(options: Options, aws: AwsContext) -> Settings:
    """Read the settings, with the checks that they speak of. Raises ConfigError with every problem of either."""
    loaded, _ = _settings_and_checks(options, aws)
    if problems := checks_without_collector(loaded.checks):
        raise ConfigError(problems)
    return loaded


def checks_of(options: Options, aws: AwsContext) -> tuple[Check[Any], ...]:
    """Return all checks that there are, enabled or not. Raises ConfigError with every problem of the settings."""
    return _settings_and_checks(options, aws)[1]


def _settings_and_checks(options: Options, aws: AwsContext) -> tuple[Settings, tuple[Check[Any], ...]]:
    source = options.get("settings")
    text = read_text(source, options.display_name("settings"), aws) if source else None
    name, overrides = source or "settings", options.overrides()
    known = load_checks(text, name, overrides)
    try:
        loaded = settings.load(text, name, overrides, known.checks)
    except ConfigError as error:
        raise ConfigError([*known.problems, *error.problems]) from error
    if known.problems:
        raise ConfigError(known.problems)
    return loaded, known.checks


def read_text(source: str, label: str, aws: AwsContext) -> str:
    """Return the text of a file or an `s3://` object. Raises ConfigError for a file, StorageError for S3."""
    try:
        body = fetch_object(aws, source) if source.startswith("s3://") else Path(source).read_bytes()
        return body.decode("utf-8-sig")
    except OSError as error:
        problem = Problem(source, 0, label, error.strerror or str(error), "Check the path, and who may read it.")
        raise ConfigError([problem]) from error
    except UnicodeDecodeError as error:
        problem = Problem(source, 0, label, f"not UTF-8 at byte {error.start}", "Save the file as UTF-8.")
        raise ConfigError([problem]) from error


def _inventory(options: Options, aws: AwsContext) -> Inventory | None:
    source = options.get("inventory")
    if source is None:
        return None
    return inventory.parse(
        read_text(source, options.display_name("inventory"), aws),
        source,
        known_regions=known_regions(),
        default_role_name=options.get("role_name"),
        default_external_id=options.get("external_id"),
    )
