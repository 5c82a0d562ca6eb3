"""The evidence of a finding as the page shows it: by revision, each part with its reasons and details."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from auditor.domain.check import Detail, Evidence
from auditor.domain.details import detail_value
from auditor.domain.finding import Finding
from auditor.domain.result import CheckInfo
from auditor.domain.usage import Usage
from auditor.reports.labels import describe_reasons
from auditor.reports.sanitize import sanitize

_LONGEST_NAME = 80
_LONGEST_VALUE = 100
_MOST_DETAILS = 5
_MOST_VALUES = 3
#: A family may have any number of failing revisions and containers. The output row has all of them.
_MOST_REVISIONS = 6
_MOST_PARTS = 12


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of a resource, sanitized. `name` is empty for the resource as a whole.

    `problem` is a predicate that follows the name, such as `is privileged`; `details` are names and values.
    """

    name: str
    problem: str
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class RevisionGroup:
    """Revisions with the same evidence. `omitted` is the number of parts that are not shown."""

    revisions: tuple[int, ...]
    parts: tuple[PartView, ...]
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What the page shows of a finding's evidence.

    `several` is True if the evidence is about several revisions; `omitted` is the number of those not shown.
    """

    groups: tuple[RevisionGroup, ...]
    several: bool
    omitted: int


def evidence_view(finding: Finding, check: CheckInfo) -> EvidenceView:
    """Group the evidence of a finding by revision. Without evidence, its reasons are about the whole resource."""
    parts_by_revision: dict[int | None, list[PartView]] = {}
    for evidence in finding.evidence:
        if evidence.reasons:
            parts_by_revision.setdefault(evidence.revision, []).append(_part(evidence, check, finding.usage))
    if not parts_by_revision:
        parts_by_revision[None] = [PartView("", describe_reasons(finding.reasons, check.reason_texts))]
    alike: dict[tuple[PartView, ...], list[int]] = {}
    for revision, parts in parts_by_revision.items():
        alike.setdefault(tuple(parts), []).extend([] if revision is None else [revision])
    groups = [
        RevisionGroup(tuple(revisions), parts[:_MOST_PARTS], max(0, len(parts) - _MOST_PARTS))
        for parts, revisions in alike.items()
    ]
    omitted = sum(len(group.revisions) for group in groups[_MOST_REVISIONS:])
    return EvidenceView(tuple(groups[:_MOST_REVISIONS]), len(parts_by_revision) > 1, omitted)


def evidence_line(finding: Finding, check: CheckInfo) -> str:
    """Return what is wrong in one line, without details."""
    parts = evidence_view(finding, check).groups[0].parts
    return "; ".join(f"{part.name} {part.problem}" if part.name else part.problem for part in parts)


def _part(evidence: Evidence, check: CheckInfo, usage: Usage | None) -> PartView:
    problem = describe_reasons(evidence.reasons, check.reason_texts)
    details = tuple(islice(_details(evidence, usage), _MOST_DETAILS))
    return PartView(sanitize(evidence.part, _LONGEST_NAME), problem, details)


def _details(evidence: Evidence, usage: Usage | None) -> Iterator[tuple[str, str]]:
    """Yield the details that add to the reason: not absent values or booleans, nor lists that the usage shows too."""
    in_usage = [tuple(value) for value in usage.to_row().values() if isinstance(value, list)] if usage else []
    for name, detail in evidence.details.items():
        # As it is read back from a row, so that a report from stored rows shows the same.
        value = detail_value(detail) if isinstance(detail, str) else detail
        if value is not None and value not in {"", ()} and not isinstance(value, bool) and value not in in_usage:
            yield sanitize(name, _LONGEST_NAME), _format_value(value)


def _format_value(value: Detail) -> str:
    if not isinstance(value, tuple):
        return sanitize(str(value), _LONGEST_VALUE)
    values = [sanitize(text, _LONGEST_VALUE) for text in value[:_MOST_VALUES]]
    more = [f"{len(value) - _MOST_VALUES:,} more"] if len(value) > _MOST_VALUES else []
    return ", ".join([*values, *more])
