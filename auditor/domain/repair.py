"""Repairs: what fixes a reason of a check. Each service derives its own; this module knows none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from auditor.domain.aws_resource import Resource
    from auditor.domain.check import Evidence

#: Marks a value that a person must fill in. The apply script refuses to start while it is there.
BLANK = "AUDITOR_REPLACE_ME"


@dataclass(slots=True)
class Suggestion:
    """What to change in the document of a resource so that a finding is fixed.

    `document` holds the members to set, ready to paste as JSON. `removals` maps the path of a member to remove to the
    names of the parts to remove it from; the names are empty for the document itself. `manual` holds what a person
    has to decide or do, in the order in which it was added and without repetition.
    """

    document: dict[str, Any] = field(default_factory=dict)
    removals: dict[str, list[str]] = field(default_factory=dict)
    manual: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.document or self.removals or self.manual)


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair that a person carries out by hand: `manual` says what to decide or do."""

    manual: str = ""

    def add_to(self, suggestion: Suggestion, evidence: Evidence, resource: Resource) -> None:  # noqa: ARG002 - for derived classes
        """Add this repair of the part that `evidence` is about to `suggestion`."""
        if self.manual and self.manual not in suggestion.manual:
            suggestion.manual.append(self.manual)


@dataclass(frozen=True, slots=True)
class ManualStep:
    """An API call that a person makes to fix a finding.

    `service` is the name of the service in the AWS CLI; `operation` and the keys of `parameters` are those of the AWS
    API. A parameter can contain blanks, for which the person must choose values.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)


def suggest(evidence: Sequence[Evidence], repairs: Mapping[str, Repair], resource: Resource) -> Suggestion:
    """Return what fixes the reasons of `evidence` in one document of `resource`, by the repairs of a check."""
    suggestion = Suggestion()
    for part in evidence:
        for reason in part.reasons:
            if reason in repairs:
                repairs[reason].add_to(suggestion, part, resource)
    return suggestion
