"""The JSON that `auditor checks --format json` prints: the list, and the page of one check."""

from dataclasses import dataclass

from auditor.contracts.document import Document, SchemaVersion
from auditor.domain.check import Severity


@dataclass(frozen=True, kw_only=True)
class CheckDescription(Document):
    """What the list says about a check."""

    id: str
    """Its ID."""
    title: str
    """What it requires."""
    problem: str
    """What is wrong if it fails."""
    severity: Severity
    """How bad a failure is."""
    fact_type: str
    """The kind of fact that it judges."""
    origin: str
    """`built in`, or the file or the Python distribution that it comes from."""
    frameworks: dict[str, list[str]]
    """The controls that it covers, by framework."""
    api_calls: dict[str, str]
    """What it costs in a region to read what it judges, in words, by collector."""


@dataclass(frozen=True, kw_only=True)
class CheckListDocument(Document):
    """The result of `auditor checks --format json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    checks: list[CheckDescription]
    """The checks, sorted by ID."""


@dataclass(frozen=True, kw_only=True)
class ParameterDescription(Document):
    """A parameter that the settings file may set."""

    name: str
    """Its name."""
    default: str | int | float | bool | list[str] | None
    """Its default value."""
    kind: str
    """What values it takes, in words."""


@dataclass(frozen=True, kw_only=True)
class ManualSection(Document):
    """A section of the manual page."""

    title: str
    """Its heading; empty for the text before the first heading."""
    text: str
    """Its text."""


@dataclass(frozen=True, kw_only=True)
class CheckPageDocument(Document):
    """The result of `auditor checks ID --format json`."""

    schema_version: SchemaVersion
    """The version of this contract."""
    check: CheckDescription
    """What the list says about the check."""
    remediation: str
    """What to do about a failure."""
    reasons: dict[str, str]
    """What each reason of the check means."""
    parameters: list[ParameterDescription]
    """The parameters that the settings file may set."""
    sections: list[ManualSection]
    """The manual page, section by section."""
