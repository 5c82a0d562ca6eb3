"""Usage: what uses the resource of a finding. Each service has its own shape; this module knows none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self


@dataclass(frozen=True, slots=True)
class UsageText:
    """Usage in words, for reports. The names in it come from AWS accounts and are not sanitized.

    `sentence` says where the resource is used, `short` the same in a few words, and `warnings` what makes a finding
    more urgent there, such as a public IP address.
    """

    sentence: str
    short: str
    warnings: tuple[str, ...] = ()


class Usage(Protocol):
    """What uses a resource. A class of this shape belongs to one service, which documents the keys of `to_row`."""

    @property
    def in_use(self) -> bool:
        """Whether anything is known to use the resource."""

    @property
    def is_public(self) -> bool | None:
        """Whether something that uses the resource has a public IP address; None if that is not known of all."""

    @property
    def complete(self) -> bool:
        """Whether everything that could use the resource was examined; if not, there may be more."""

    @classmethod
    def merge(cls, usages: Sequence[Self]) -> Self:
        """Return the usage of several revisions of one resource together."""

    def to_row(self) -> dict[str, Any]:
        """Return the usage as plain JSON, as output rows hold it."""

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """Return the usage that `to_row` wrote. Raises KeyError, TypeError or ValueError if the row is malformed."""

    def describe(self) -> UsageText:
        """Return the usage in words."""
