"""Write the demo organization as an inventory file, as an operator would."""

import json
from collections.abc import Iterable, Mapping

from auditor.demo.model import EXTERNAL_ID, REGIONS, ROLE_NAME, DemoAccount

_HEAD = f"""\
# The demo organization. Nothing here is real.
defaults:
  role_name: {ROLE_NAME}
  external_id: {EXTERNAL_ID}
  # Patterns and not names: which regions are expected still depends on each account. `all` takes longer.
  regions: {json.dumps([f"{region}*" for region in REGIONS])}
# AWS Organizations provides the accounts, their units and their state.
discover: {{}}
# This file adds tags and exclusions.
accounts:
"""


def render(accounts: Iterable[DemoAccount]) -> str:
    """Return the YAML text. Strings are written as JSON, which is valid YAML, so any text is safe."""
    return _HEAD + "".join(f"  - {_flow_mapping(_entry(account))}\n" for account in accounts if not account.suspended)


def _entry(account: DemoAccount) -> dict[str, object]:
    entry: dict[str, object] = {"id": account.id, "name": account.name, "tags": dict(account.tags)}
    if account.exclude:
        entry["exclude"] = account.exclude
    return entry


def _flow_mapping(entry: Mapping[str, object]) -> str:
    fields = (f"{key}: {_value(value)}" for key, value in entry.items())
    return "{" + ", ".join(fields) + "}"


def _value(value: object) -> str:
    return _flow_mapping(value) if isinstance(value, Mapping) else json.dumps(value)
