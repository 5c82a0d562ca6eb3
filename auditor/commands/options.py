"""The flags of a command, as the commands read them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.errors import ConfigError, Problem
from auditor.settings import Override

#: Flags that set something in the settings file, and where it is there.
_IN_SETTINGS = {
    "output": "output",
    "check": "checks.include",
    "exclude_check": "checks.exclude",
    "framework": "checks.frameworks",
    "revisions": "revisions",
    "introduced": "introduced",
    "checks_folder": "checks.folders",
    "workers": "limits.workers",
    "processes": "limits.processes",
    "headroom": "limits.headroom",
    "deadline": "limits.deadline",
    "connect_timeout": "limits.connect_timeout",
    "read_timeout": "limits.read_timeout",
    "fail_on": "fail_on",
    "min_coverage": "min_coverage",
    "emit": "emit",
    "bucket_owner": "bucket_owner",
    "spool": "spool",
}


@dataclass(frozen=True, slots=True)
class Options:
    """Flags by name, what to call each of them in messages, and the environment."""

    flags: Mapping[str, Any]
    labels: Mapping[str, str]
    environ: Mapping[str, str]

    def get(self, name: str) -> str | None:
        """Return a flag's value, None where it is not given or empty."""
        return self.flags.get(name) or None

    def get_list(self, name: str) -> tuple[str, ...]:
        """Return the values of a flag that may be repeated. An environment variable holds them with commas between."""
        values = self.flags.get(name) or ()
        return tuple(part.strip() for value in values for part in value.split(",") if part.strip())

    def display_name(self, name: str) -> str:
        """Return what to call a flag: `--output`, or the environment variable that set it."""
        return self.labels.get(name, f"--{name.replace('_', '-')}")

    def overrides(self) -> dict[str, Override]:
        """Return what the flags say that the settings file might say too."""
        given = {name: key for name, key in _IN_SETTINGS.items() if self.flags.get(name)}
        return {key: Override(self._value(name), self.display_name(name)) for name, key in given.items()}

    def _value(self, name: str) -> Any:  # noqa: ANN401 - text, or a list of it
        value = self.flags[name]
        return list(self.get_list(name)) if isinstance(value, tuple) else value


def reject_unknown_variables(environ: Mapping[str, str], known: Collection[str]) -> None:
    """Raise ConfigError for every `AUDITOR_*` variable that nothing reads.

    A misspelt AUDITOR_INVENTORY would quietly audit one account in place of the organization.
    """
    unknown = sorted(name for name in environ if name.startswith("AUDITOR_") and name not in known) if known else []
    if unknown:
        raise ConfigError([Problem("environment", 0, name, "no such setting", _hint(name, known)) for name in unknown])


def _hint(name: str, known: Collection[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {close[0]}?" if close else "`auditor run --help` lists the variables."
