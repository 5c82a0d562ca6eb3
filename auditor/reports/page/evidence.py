"""The evidence of a finding, grouped by revision: each part with its reasons and details."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.domain.check import Detail, Evidence
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo
from auditor.domain.usage import Usage
from auditor.reports.labels import phrases
from auditor.reports.sanitize import sanitize

_NAME = 80
_VALUE = 100
_MOST_DETAILS = 5
_MOST_WORDS = 3
#: A family may have any number of failing revisions with any number of containers; the row has them all.
_MOST_REVISIONS = 6
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a resource, empty where it is the whole. `details` are names and values, made harmless."""

    name: str
    said: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What is the same of some revisions, newest or running first; `unsaid` counts parts that are left out."""

    revisions: tuple[int, ...]
    parts: tuple[Part, ...]
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class Shown:
    """Everything that is shown of a finding's evidence. With `several`, revisions are to be told apart."""

    groups: tuple[Group, ...]
    several: bool
    omitted: int


def shown(finding: Finding, check: CheckInfo) -> Shown:
    """Group the evidence of a finding; where it has none, its reasons speak for the whole of it."""
    by_revision: dict[int | None, list[Part]] = {}
    for each in finding.evidence:
        if each.reasons:
            by_revision.setdefault(each.revision, []).append(_part(each, check, finding.usage))
    if not by_revision:
        by_revision[None] = [Part("", phrases(finding.reasons, check.reason_texts))]
    alike: dict[tuple[Part, ...], list[int]] = {}
    for revision, parts in by_revision.items():
        alike.setdefault(tuple(parts), []).extend([] if revision is None else [revision])
    groups = [
        Group(tuple(revisions), parts[:_MOST_PARTS], max(0, len(parts) - _MOST_PARTS))
        for parts, revisions in alike.items()
    ]
    left_out = sum(len(group.revisions) for group in groups[_MOST_REVISIONS:])
    return Shown(tuple(groups[:_MOST_REVISIONS]), len(by_revision) > 1, left_out)


def line(finding: Finding, check: CheckInfo) -> str:
    """Return what is the matter in one line, without details."""
    foremost = shown(finding, check).groups[0].parts
    return "; ".join(f"{part.name} {part.said}" if part.name else part.said for part in foremost)


def _part(evidence: Evidence, check: CheckInfo, usage: Usage | None) -> Part:
    details = tuple(_details(evidence, usage))[:_MOST_DETAILS]
    return Part(sanitize(evidence.part, _NAME), phrases(evidence.reasons, check.reason_texts), details)


def _details(evidence: Evidence, usage: Usage | None) -> Iterator[tuple[str, str]]:
    """Yield the details that add to the reason: not absent values or booleans, nor lists that the usage shows too."""
    shown = [tuple(value) for value in usage.to_row().values() if isinstance(value, list)] if usage else []
    for name, value in evidence.details.items():
        if value is not None and value not in {"", ()} and not isinstance(value, bool) and value not in shown:
            yield sanitize(name, _NAME), _value(value)


def _value(value: Detail) -> str:
    if not isinstance(value, tuple):
        return sanitize(str(value), _VALUE)
    words = [sanitize(each, _VALUE) for each in value[:_MOST_WORDS]]
    more = [f"{len(value) - _MOST_WORDS:,} more"] if len(value) > _MOST_WORDS else []
    return ", ".join([*words, *more])
