"""What to change to fix a finding, as the page shows it: JSON to paste, members to remove, decisions."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from auditor.domain.finding import Finding
from auditor.domain.repair import Repair, suggest
from auditor.reports.labels import join_at_most
from auditor.reports.sanitize import sanitize

_LONGEST_NAME = 80
_MOST_NAMES = 5
#: A truncated document cannot be pasted, so a longer one is left out.
_LONGEST_PASTE = 20_000
_TOO_LONG = "The JSON to paste is too long for this page; the manual page of the check says what to change."


@dataclass(frozen=True, slots=True)
class Change:
    """`paste` is JSON, empty if there is nothing to set; `sentences` say what to remove and what to decide.

    `revision` is the revision that the change is for, if the finding is about several.
    """

    paste: str = ""
    sentences: tuple[str, ...] = ()
    revision: int | None = None

    def __bool__(self) -> bool:
        return bool(self.paste or self.sentences)


def change(finding: Finding, repairs: Mapping[str, Repair]) -> Change:
    """Return what fixes the revision that a finding is primarily about. The next revision is made from it."""
    if not finding.evidence:
        return Change()
    revision = finding.evidence[0].revision
    evidence = [part for part in finding.evidence if part.revision == revision]
    suggestion = suggest(evidence, repairs, finding.resource)
    paste = json.dumps(suggestion.document, indent=2) if suggestion.document else ""
    too_long = (_TOO_LONG,) if len(paste) > _LONGEST_PASTE else ()
    several = len(evidence) < len(finding.evidence)
    sentences = (*too_long, *_removals(suggestion.removals), *suggestion.manual)
    return Change("" if too_long else paste, sentences, revision if several else None)


def _removals(removals: Mapping[str, list[str]]) -> Iterator[str]:
    for path, parts in removals.items():
        names = [f"`{sanitize(part, _LONGEST_NAME)}`" for part in parts]
        yield f"Remove `{path}` from {join_at_most(names, _MOST_NAMES)}." if parts else f"Remove `{path}`."
