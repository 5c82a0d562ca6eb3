"""Drafts of exceptions: items of the file with placeholders for what the other tool does not know."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from auditor.domain.check import Check
from auditor.domain.repair import BLANK

#: Keys that every item needs, in the order of the file, with those that an import may know between them.
_KEYS = (
    *("id", "check", "account", "region", "resource"),
    *("reason", "justification", "owner", "ticket", "expires"),
)
_NEEDED = ("reason", "justification", "owner", "expires")


@dataclass(slots=True)
class Import:
    """Drafts in the order of the source, and one sentence for each thing that could not be carried over."""

    drafts: list[dict[str, str]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    _numbers: Counter[str] = field(default_factory=Counter)

    def add(self, prefix: str, **values: str | None) -> None:
        """Add a draft whose ID begins with `prefix`; None and empty texts are left out."""
        self._numbers[prefix] += 1
        known = {"id": f"{prefix}-{self._numbers[prefix]}", **{key: value for key, value in values.items() if value}}
        needed = dict.fromkeys(_NEEDED, BLANK)
        self.drafts.append({key: (needed | known)[key] for key in _KEYS if key in needed or key in known})

    def lose(self, sentence: str) -> None:
        """Note that something could not be carried over."""
        if sentence not in self.lost:
            self.lost.append(sentence)


def checks_by_peer(checks: Iterable[Check[Any]]) -> Mapping[str, tuple[str, ...]]:
    """Return the IDs of checks by their IDs in other tools: aliases, and controls of frameworks."""
    found: dict[str, list[str]] = {}
    for check in checks:
        controls = (control for ids in check.frameworks.values() for control in ids)
        for peer in dict.fromkeys((*check.aliases, *controls)):
            found.setdefault(peer, []).append(check.id)
    return {peer: tuple(ids) for peer, ids in found.items()}
