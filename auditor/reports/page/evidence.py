"""The evidence of a finding as people read it: by revision, each part with what is the matter, and what shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.domain.check import Detail, Evidence
from auditor.domain.ecs.usage import Usage
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo
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


def _part(evidence: Evidence, check: CheckInfo, in_use: Usage | None) -> Part:
    details = tuple(_details(evidence, check, in_use))[:_MOST_DETAILS]
    return Part(sanitize(evidence.container, _NAME), phrases(evidence.reasons, check.reason_texts), details)


def _details(evidence: Evidence, check: CheckInfo, in_use: Usage | None) -> Iterator[tuple[str, str]]:
    """Yield what says more than the reason does: not what is absent or a mere yes or no, nor again what runs it."""
    if evidence.user and any("user" in _lines(check, reason) for reason in evidence.reasons):
        yield "user", sanitize(evidence.user, _VALUE)
    told = (in_use.services, in_use.clusters) if in_use else ()
    for name, value in evidence.details.items():
        if value is not None and value not in {"", ()} and not isinstance(value, bool) and value not in told:
            yield sanitize(name, _NAME), _value(value)


def _lines(check: CheckInfo, reason: str) -> Mapping[str, object]:
    repair = check.repairs.get(reason)
    return repair.container if repair else {}


def _value(value: Detail) -> str:
    if not isinstance(value, tuple):
        return sanitize(str(value), _VALUE)
    words = [sanitize(each, _VALUE) for each in value[:_MOST_WORDS]]
    more = [f"{len(value) - _MOST_WORDS:,} more"] if len(value) > _MOST_WORDS else []
    return ", ".join([*words, *more])
