"""What a collector is: the calls that turn one scope into facts and gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from auditor.aws.calls import Line
from auditor.domain.facts import Fact
from auditor.domain.result import Gap
from auditor.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class Collector:
    """Reads one kind of fact.

    `name` stands in the coverage ledger, `actions` are the IAM actions it needs. `collect` yields facts and gaps as
    they come; it raises CallFailed or Malformed when the scope itself cannot be listed (any further).
    """

    name: str
    yields: type[Any]
    actions: tuple[str, ...]
    collect: Callable[[Scope, Line], Iterator[Fact | Gap]]
