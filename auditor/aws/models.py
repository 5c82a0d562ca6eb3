"""botocore's descriptions of the services: members of shapes, and the names of page tokens.

The descriptions, tens of megabytes of them, are read once per process. Processes that are forked afterwards share them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import botocore
from botocore.exceptions import DataNotFoundError
from botocore.loaders import create_loader
from botocore.model import ServiceModel

from auditor.domain.errors import AuditorError

if TYPE_CHECKING:
    from auditor.aws.collectors.collector import Collector

BOTOCORE_VERSION = str(botocore.__version__)

#: Shared by everything that reads descriptions, the clients included.
LOADER = create_loader()


@dataclass(frozen=True, slots=True)
class PageTokens:
    """How a list operation continues: the request's `parameter` takes what the answer's `member` holds."""

    parameter: str
    member: str


@cache
def page_tokens(service: str, operation: str) -> PageTokens | None:
    """Return the token names of a list operation, or None if botocore has no simple paginator for it."""
    try:
        paginators = LOADER.load_service_model(service, "paginators-1")["pagination"]
    except DataNotFoundError:
        return None
    paginator = paginators.get(operation, {})
    parameter, member = paginator.get("input_token"), paginator.get("output_token")
    # Some operations have several tokens, or JMESPath expressions instead of names.
    if isinstance(parameter, str) and isinstance(member, str) and member.isidentifier():
        return PageTokens(parameter, member)
    return None


def members(service: str, shape: str) -> frozenset[str]:
    """Return the members of a shape that the installed botocore knows; none if it does not know the shape."""
    model = _service_model(service)
    if shape not in model.shape_names:
        return frozenset()
    structure: Any = model.shape_for(shape)
    return frozenset(structure.members)


def unknown_members(collector: Collector) -> tuple[str, ...]:
    """Return what a collector reads and the installed botocore does not know, as `service:Shape.member`."""
    unknown: list[str] = []
    for shape, names in collector.required_members.items():
        known = members(collector.service, shape)
        unknown += [f"{collector.service}:{shape}.{name}" for name in names if name not in known]
    return tuple(unknown)


def check_required_members(collectors: Iterable[Collector]) -> None:
    """Raise AuditorError if the installed botocore does not know a member that a collector reads.

    botocore drops members that it does not know, without a warning: a check would then pass for lack of data.
    """
    unknown = [name for collector in collectors for name in unknown_members(collector)]
    if unknown:
        raise AuditorError(
            f"botocore {BOTOCORE_VERSION} does not know {', '.join(unknown)}, which the enabled checks read.",
            "Install the versions of config/requirements.lock, or a newer botocore.",
        )


@cache
def _service_model(service: str) -> ServiceModel:
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)
