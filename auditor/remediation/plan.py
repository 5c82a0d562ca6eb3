"""A remediation plan as data: the steps that apply a corrected document, and those that roll it back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: Name of the variable that holds the ARN of the corrected resource, in both scripts.
NEW = "NEW"
#: File of the corrected document.
NEW_DOCUMENT = "new.json"
#: File in which the apply script saves the ARN, for the rollback script and for a second start.
NEW_ARN = "new.arn"
#: File in which a person ticks the decisions, without which the apply script does not start.
DECISIONS = "decisions.md"


@dataclass(frozen=True, slots=True)
class Saved:
    """A parameter whose value is the ARN that an earlier step has saved under `name`."""

    name: str


@dataclass(frozen=True, slots=True)
class Existing:
    """A resource that makes a registration unnecessary while a query about it returns `value`."""

    arn: str
    operation: str
    parameters: Mapping[str, Any] = field(hash=False)
    query: str
    value: str


@dataclass(frozen=True, slots=True)
class Step:
    """One AWS operation, as the API names it, or one of the CLI's waiters if `waits` is set.

    `document` is the file with the input, `query` the path of the ARN in the answer, and `saves` the name under which
    later steps use that ARN. With `unless`, the ARN of the existing resource is saved instead of a call.
    """

    service: str
    operation: str
    why: str
    parameters: Mapping[str, Any] = field(default_factory=dict, hash=False)
    document: str = ""
    query: str = ""
    saves: str = ""
    unless: Existing | None = None
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that apply a corrected document, and those that roll it back.

    `before` is what a person decides before the scripts run, `after` what is left to do afterwards, and
    `rollback_notes` what to know about the rollback. `open` are findings that the corrected document does not resolve.
    """

    steps: tuple[Step, ...]
    rollback: tuple[Step, ...]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    rollback_notes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
