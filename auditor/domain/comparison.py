"""What a run is compared with: an earlier run, what it left of each account, and what of that is not usable."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class UnreadHistory:
    """An account that could not be compared, because what the earlier run left of it is missing or not usable."""

    account_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """The earlier run that a run was compared with.

    `run_id` is None if there is no earlier run. `problem` says why nothing of it is usable, and `unread` lists the
    accounts of which nothing is.
    """

    run_id: str | None = None
    problem: str = ""
    unread: tuple[UnreadHistory, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether every account was compared."""
        return self.run_id is not None and not self.problem and not self.unread


@dataclass(frozen=True, slots=True)
class Baseline:
    """The earlier run that a run is to be compared with, before its history is read. It can be pickled.

    `digests` maps account IDs to the SHA-256 of what the run left of them, and `rows_only` are accounts of which it has
    rows and left nothing. `run_id` and `problem` are those of `Comparison`. `manifest_sha256` is the digest of its
    manifest, None if that could not be read.
    """

    run_id: str | None = None
    problem: str = ""
    digests: Mapping[str, str] = field(default_factory=dict)
    rows_only: frozenset[str] = frozenset()
    manifest_sha256: str | None = None

    @property
    def usable(self) -> bool:
        """Whether there is anything to compare with."""
        return self.run_id is not None and not self.problem
