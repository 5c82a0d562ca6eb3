"""What a service offers for remediation. Each package in this folder has a module `service` with a `SERVICE`."""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, TypeVar

from auditor.domain.check import Check
from auditor.domain.finding import Finding
from auditor.domain.repair import ManualStep
from auditor.remediation.plan import Plan

T = TypeVar("T")
Inputs = TypeVar("Inputs")


class Client(Protocol):
    """Calls one region of the finding's account."""

    def call(self, service: str, operation: str, read: Callable[[Mapping[str, Any]], T], /, **parameters: object) -> T:
        """Return what `read` makes of the answer. Raises ReadError.

        `read` raises MalformedValue if the answer is not what the API documents; the call is then repeated.
        """


@dataclass(frozen=True, slots=True)
class Remediation:
    """A plan with its documents: `new` is the corrected input of a registration, `old` the current ones by file name.

    `change` is the difference between the finding's own document and the new one, without values that may be secrets.
    """

    plan: Plan
    new: Mapping[str, Any] = field(hash=False)
    old: Mapping[str, Mapping[str, Any]] = field(hash=False)
    change: str


@dataclass(frozen=True, slots=True)
class NotRemediated:
    """Nothing was corrected; `text` says why, and what to do."""

    text: str


@dataclass(frozen=True, slots=True)
class ConfiguredCheck:
    """A check with its parameters in the settings."""

    check: Check[Any]
    parameters: object


@dataclass(frozen=True, slots=True)
class Failure(ConfiguredCheck):
    """A failing finding with its check."""

    finding: Finding


@dataclass(frozen=True, slots=True)
class Request:
    """What to correct in one document: the failures of one resource, the most severe first.

    `subject` stands for the findings of all of them, as `combine` returns it. With `partly`, findings may remain open
    if the corrected document resolves any. `others` are the other enabled checks, which must not begin to fail.
    """

    subject: Finding
    failures: tuple[Failure, ...]
    others: tuple[ConfiguredCheck, ...] = ()
    partly: bool = False


class Service(Protocol[Inputs]):
    """Corrects the documents of one service's resources. `Inputs` is what the service makes a plan from."""

    name: str
    """The service's name in the AWS API, for example `ecs`."""
    resource_types: Collection[str]
    """CloudFormation types of the resources that have a document to correct."""

    def can_repair(self, finding: Finding, check: Check[Any]) -> bool:
        """Return whether some reason of the finding has a repair that changes the document."""

    def combine(self, findings: Sequence[Finding]) -> Finding:
        """Return one finding with the evidence and the usage of all, which are about one resource or one family."""

    def actions(self, finding: Finding) -> tuple[str, ...]:
        """Return the IAM actions that `describe` needs."""

    def describe(self, finding: Finding, client: Client) -> Inputs:
        """Describe the failing revisions and what uses them. Raises ReadError."""

    def read(self, finding: Finding, answer: Mapping[str, Any]) -> Inputs:
        """Return the inputs from a saved answer of the describe operation. Raises MalformedValue."""

    def describe_step(self, finding: Finding) -> ManualStep:
        """Return the API call whose answer `read` takes."""

    def request_shape(self, finding: Finding) -> str:
        """Return the name of the registration's input, whose members a new document may have."""

    def remediate(self, request: Request, inputs: Inputs, members: Collection[str]) -> Remediation | NotRemediated:
        """Return the plan, once the corrected document was judged again. Raises AuditorError.

        `members` are those of the registration's input.
        """


@cache
def services() -> tuple[Service[Any], ...]:
    """Return the services of the packages in this folder."""
    package = importlib.import_module(__package__ or "auditor.remediation")
    names = [info.name for info in pkgutil.iter_modules(package.__path__, f"{package.__name__}.") if info.ispkg]
    return tuple(importlib.import_module(f"{name}.service").SERVICE for name in names)


def service_of(resource_type: str) -> Service[Any] | None:
    """Return the service that corrects resources of a CloudFormation type; None if there is none."""
    return next((service for service in services() if resource_type in service.resource_types), None)
