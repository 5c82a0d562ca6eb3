"""Whether somebody has tagged a resource: the same question for task definitions, services and clusters."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.checks._verdicts import not_applicable, of_whole
from auditor.checks.ecs._going import is_going
from auditor.checks.ecs._unclear import unclear
from auditor.domain.check import Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import Cluster, Service
from auditor.domain.repair import Repair

#: Reserved for tags that AWS itself sets, in any mixture of upper and lower case.
_RESERVED = "aws:"

_UNTAGGED, _MISSING, _NOT_READ = "untagged", "required-tags-missing", "tags-not-read"

WORDS = {
    _UNTAGGED: "has no tag of its own",
    _MISSING: "lacks a required tag",
    _NOT_READ: "has tags that were not read",
}

REPAIRS = {
    _UNTAGGED: Repair(manual="Decide who owns it, and tag it with ecs:TagResource; no new revision is needed."),
    _MISSING: Repair(
        manual="Decide on the missing values, and tag it with ecs:TagResource; no new revision is needed."
    ),
    _NOT_READ: Repair(manual="Let the auditor read the tags: it needs the action that describes the resource."),
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """`required_keys` must all be there, spelt exactly so. Without any, one tag that is not AWS's own is enough."""

    required_keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse keys that no tag can have, and keys that AWS sets: nobody could meet them."""
        for key in self.required_keys:
            if not key.strip():
                raise ValueError("required_keys: a tag's key is never empty")
            if _is_reserved(key):
                raise ValueError(f"required_keys: {key!r} begins with `aws:`, and only AWS sets such tags")


def judge_tags(fact: Cluster | Service | TaskDefinition, params: Parameters) -> Verdict:
    """FAIL where a required tag is missing, or with none required, where nobody has tagged it at all."""
    if is_going(fact):
        return not_applicable()
    if fact.tags is None:
        return unclear(_NOT_READ)
    keys = tuple(sorted(fact.tags))
    missing = tuple(key for key in params.required_keys if key not in fact.tags)
    if missing:
        return of_whole(_MISSING, tags=keys, missing=missing)
    return of_whole(_UNTAGGED if all(map(_is_reserved, keys)) else None, tags=keys)


def _is_reserved(key: str) -> bool:
    return key.lower().startswith(_RESERVED)
