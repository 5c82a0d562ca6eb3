"""What to change in the document of a definition that fails: what can be pasted, what goes, what a person decides."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from auditor.domain.check import Repair
from auditor.domain.finding import Finding
from auditor.reports.labels import join_words
from auditor.reports.sanitize import sanitize

_NAME = 80
_MOST_NAMES = 5
#: A cut document cannot be pasted: longer ones are not shown at all.
_MOST_PASTE = 20_000
_TOO_LONG = "What to paste is too long for this page; the check's own page says what to change."


@dataclass(frozen=True, slots=True)
class Change:
    """`paste` is JSON, empty where no fixed value mends it; `sentences` say what else is to be done.

    `revision` is the one that it is meant for where the finding is about several.
    """

    paste: str = ""
    sentences: tuple[str, ...] = ()
    revision: int | None = None

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.paste or self.sentences)


def change(finding: Finding, repairs: Mapping[str, Repair]) -> Change:
    """Return what mends the revision that a finding is about first: the next one is made from it."""
    if not finding.evidence:
        return Change()
    foremost = finding.evidence[0].revision
    containers: dict[str, dict[str, Any]] = {}
    definition: dict[str, Any] = {}
    by_hand: dict[str, None] = {}
    for each in finding.evidence:
        for repair in (repairs[reason] for reason in each.reasons if reason in repairs):
            if each.revision != foremost:
                continue
            definition = _merged(definition, repair.definition)
            if repair.container and each.privileged is not None:  # only containers have a privilege to speak of
                name = sanitize(each.container, _NAME)
                containers[name] = _merged(containers.get(name, {}), repair.container)
            by_hand.update(dict.fromkeys(filter(None, [repair.manual])))
    several = len({each.revision for each in finding.evidence}) > 1
    paste = _pasted(definition, containers)
    too_long = (_TOO_LONG,) if len(paste) > _MOST_PASTE else ()
    sentences = (*too_long, *_removals(definition, containers), *by_hand)
    return Change("" if too_long else paste, sentences, foremost if several else None)


def _pasted(definition: Mapping[str, Any], containers: Mapping[str, Mapping[str, Any]]) -> str:
    document = _set(definition)
    changed = [{"name": name, **_set(lines)} for name, lines in containers.items() if _set(lines)]
    if changed:
        document["containerDefinitions"] = changed
    return json.dumps(document, indent=2) if document else ""


def _removals(definition: Mapping[str, Any], containers: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    yield from (f"Take out `{path}`." for path in _taken_out(definition))
    owners: dict[str, list[str]] = defaultdict(list)
    for name, lines in containers.items():
        for path in _taken_out(lines):
            owners[path].append(f"`{name}`")
    for path, names in owners.items():
        more = [f"{len(names) - _MOST_NAMES} more"] if len(names) > _MOST_NAMES else []
        yield f"Take out `{path}` of {join_words([*names[:_MOST_NAMES], *more])}."


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Lay one document over another: objects are merged, anything else is replaced."""
    result = dict(below)
    for key, value in above.items():
        under = result.get(key)
        if isinstance(value, Mapping):
            result[key] = _merged(under if isinstance(under, Mapping) else {}, value)
        else:
            result[key] = value
    return result


def _set(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given a value."""
    kept = {key: _set(value) if isinstance(value, Mapping) else value for key, value in document.items()}
    return {key: value for key, value in kept.items() if value is not None and value != {}}


def _taken_out(document: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the paths of what is taken out."""
    for key, value in document.items():
        if value is None:
            yield f"{prefix}{key}"
        elif isinstance(value, Mapping):
            yield from _taken_out(value, f"{prefix}{key}.")
