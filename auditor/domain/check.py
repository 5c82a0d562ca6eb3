"""A check: one pure function over one kind of fact, with everything the reader needs to know about it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from enum import StrEnum
from types import FunctionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from auditor.domain.manual import manual_page
from auditor.domain.repair import ManualStep, Repair

if TYPE_CHECKING:
    from auditor.domain.finding import Finding

    ManualSteps = Callable[[Finding], Iterable[ManualStep]]

F = TypeVar("F")


class Severity(StrEnum):
    """Severity of a failure, most severe last."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low up to 3 for critical."""
        return _RANKS[self]


#: Iterating over an enumeration for every comparison of two findings takes a noticeable part of a large run.
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Status(StrEnum):
    """The four statuses. UNKNOWN is for a known resource that could not be read or judged."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    FAIL = "FAIL"
    NOT_APPLICABLE = "NOT_APPLICABLE"
    UNKNOWN = "UNKNOWN"


#: What a detail of a piece of evidence may be: what JSON carries, and nothing nested deeper than a list of words.
Detail = str | int | bool | tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one part of a resource contributed to a verdict.

    `part` is the name of the part and `kind` what it is, such as `container` or `volume`; both are empty if the
    evidence is about the resource as a whole. `details` holds what the check examined, by the names of the AWS API.
    `revision` is the revision that the evidence is about, None if the resource has no revisions.
    """

    part: str = ""
    kind: str = ""
    reasons: tuple[str, ...] = ()
    details: Mapping[str, Detail] = field(default_factory=dict, hash=False)
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of a check on one fact. `standards` maps other rule sets to their verdict on the same fact."""

    status: Status
    reasons: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    standards: Mapping[str, Status] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class NoParameters:
    """The parameters of a check that has none."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a check comes from. Both fields are empty for checks that ship with auditor.

    `source` is the path of a file or the name of a distribution; `version` is the hash of the file or the version of
    the distribution, so that it changes when the check does.
    """

    source: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Check(Generic[F]):
    """A check and its metadata.

    `title` states the requirement ("Containers do not run as root"), `problem` what is wrong if it is not met
    ("Container runs as root"). `fact_type` is the kind of fact that the check judges, derived kinds included.
    `frameworks` maps a framework to its control ids; `parameters` holds the defaults. `reason_texts` explains each
    reason as a predicate that follows the name of the part ("is privileged"), and `repairs` holds what fixes it.
    `manual_steps` returns the API calls that fix a finding if no corrected document can. `reads_tags` and `reads_state`
    say that the verdict depends on tags, and on the status, usage or latest revision: these change after a revision is
    registered. `needs` names optional parts of facts, which collectors read only for checks that need them.
    `manual_page` is the manual page of a check that has no module. `controls` are the controls of all frameworks, such
    as `cis-compute-1.1/3.4`. `aliases` are the IDs of the same check in other tools, by which suppressions are
    imported.
    """

    id: str
    title: str
    severity: Severity
    fact_type: type[F]
    judge: Callable[[F, Any], Verdict] = field(repr=False)
    frameworks: Mapping[str, tuple[str, ...]] = field(hash=False)
    remediation: str = ""
    parameters: Any = field(default_factory=NoParameters, hash=False)
    reason_texts: Mapping[str, str] = field(default_factory=dict, hash=False)
    repairs: Mapping[str, Repair] = field(default_factory=dict, hash=False)
    problem: str = ""
    manual_steps: ManualSteps | None = field(default=None, repr=False)
    reads_tags: bool = False
    needs: frozenset[str] = frozenset()
    aliases: tuple[str, ...] = ()
    reads_state: bool = False
    manual_page: str = field(default="", repr=False)
    origin: Origin = Origin()
    controls: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """List the controls of all frameworks once, as rows hold them."""
        controls = sorted(f"{name}/{control}" for name, ids in self.frameworks.items() for control in ids)
        object.__setattr__(self, "controls", tuple(controls))

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[object, ...]]:
        """Pickle a check that replaces its function by name, any other check by its fields."""
        if isinstance(self.judge, FunctionType):
            return _named, (self.judge.__module__, self.judge.__name__, self.origin)
        return type(self), tuple(getattr(self, attribute.name) for attribute in fields(self) if attribute.init)

    @property
    def manual(self) -> str:
        """The manual page: `manual_page`, or the docstring of the module that defines the check, with shared blocks."""
        return self.manual_page or manual_page(sys.modules[self.judge.__module__])


def _named(module: str, name: str, origin: Origin) -> Any:  # noqa: ANN401 - a Check of any kind of fact
    check = getattr(importlib.import_module(module), name)
    return replace(check, origin=origin) if origin != Origin() else check


def check(  # noqa: PLR0913 - keyword-only metadata, one word each
    *,
    id: str,  # noqa: A002 - the usual name
    title: str,
    problem: str,
    severity: Severity,
    fact_type: type[F],
    frameworks: Mapping[str, tuple[str, ...]],
    remediation: str,
    parameters: type[Any] = NoParameters,
    reason_texts: Mapping[str, str] | None = None,
    repairs: Mapping[str, Repair] | None = None,
    manual_steps: ManualSteps | None = None,
    reads_tags: bool = False,
    needs: Iterable[str] = (),
    aliases: tuple[str, ...] = (),
    reads_state: bool = False,
) -> Callable[[Callable[[F, Any], Verdict]], Check[F]]:
    """Turn a pure function into a `Check`.

    `parameters` is a frozen dataclass with a default for every field; the settings file can set its fields. Raises
    TypeError on import if it is not a dataclass.
    """
    if not is_dataclass(parameters):
        raise TypeError(f"{id}: parameters must be a dataclass, not {parameters!r}")

    def build(judge: Callable[[F, Any], Verdict]) -> Check[F]:
        return Check(
            id=id,
            title=title,
            severity=severity,
            fact_type=fact_type,
            judge=judge,
            frameworks=frameworks,
            remediation=remediation,
            parameters=parameters(),
            reason_texts=reason_texts or {},
            repairs=repairs or {},
            problem=problem,
            manual_steps=manual_steps,
            reads_tags=reads_tags,
            aliases=aliases,
            needs=frozenset(needs),
            reads_state=reads_state,
        )

    return build
