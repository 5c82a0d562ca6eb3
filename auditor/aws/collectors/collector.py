"""What a collector is: the calls that turn one scope into facts and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.aws.calls import Line
from auditor.domain.facts import Fact
from auditor.domain.recall import ScopeRecall
from auditor.domain.result import Gap
from auditor.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads one kind of fact.

    `name` stands in the coverage ledger, `actions` are the IAM actions it needs, `version` is that of its notes for
    the next night: a change of what it writes down or how it parses is a new one. `collect` yields facts and gaps as
    they come; it raises CallFailed when the scope itself cannot be listed (any further). `count` only lists, and
    yields as much as `collect` would: its items are for counting, and are judged by nothing.
    """

    name: str
    yields: type[Any]
    actions: tuple[str, ...]
    version: int
    collect: Callable[[Scope, Line, ScopeRecall], Iterator[Fact | Gap]]
    count: Callable[[Scope, Line, ScopeRecall], Iterator[Fact | Gap]]
