"""The rule for tags of task definitions, services and clusters."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks._verdicts import not_applicable, resource_verdict, unknown_verdict
from auditor.checks.ecs._commands import ecs_call
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import Cluster, Service
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK, ManualStep, Repair

#: Reserved for tags that AWS sets, in any mixture of upper and lower case.
_RESERVED = "aws:"

_UNTAGGED, _MISSING, _NOT_READ = "untagged", "required-tags-missing", "tags-not-read"

REASON_TEXTS = {
    _UNTAGGED: "has no user tag",
    _MISSING: "lacks a required tag",
    _NOT_READ: "has tags that were not read",
}

REPAIRS = {
    _UNTAGGED: Repair("Find the owner, and tag it with ecs:TagResource; no new revision is needed."),
    _MISSING: Repair("Choose the missing values, and tag it with ecs:TagResource; no new revision is needed."),
    _NOT_READ: Repair("Allow the auditor to read the tags: it needs the action that describes the resource."),
}


@dataclass(frozen=True, slots=True)
class Parameters:
    """`required_keys` must all be present, spelled exactly so. If it is empty, one tag not set by AWS is enough."""

    required_keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse keys that no tag can have, and keys that only AWS can set."""
        for key in self.required_keys:
            if not key.strip():
                raise ValueError("required_keys: the key of a tag cannot be empty")
            if _is_reserved(key):
                raise ValueError(f"required_keys: {key!r} begins with `aws:`; only AWS can set such tags")


def judge_tags(fact: Cluster | Service | TaskDefinition, params: Parameters) -> Verdict:
    """Return FAIL if a required tag is missing, or if none is required and only AWS has set tags."""
    if is_terminating(fact):
        return not_applicable()
    if fact.tags is None:
        return unknown_verdict(_NOT_READ)
    keys = tuple(sorted(fact.tags))
    missing = tuple(key for key in params.required_keys if key not in fact.tags)
    if missing:
        return resource_verdict(_MISSING, tags=keys, missing=missing)
    return resource_verdict(_UNTAGGED if all(map(_is_reserved, keys)) else None, tags=keys)


def add_tags(finding: Finding) -> Iterator[ManualStep]:
    """Yield the call that adds the missing tags."""
    lists = [evidence.details.get("missing") for evidence in finding.evidence]
    missing = [key for keys in lists if isinstance(keys, tuple) for key in keys]
    tags = [{"key": key, "value": BLANK} for key in dict.fromkeys(missing or [BLANK])]
    yield ecs_call("TagResource", resourceArn=finding.resource.arn, tags=tags)


def _is_reserved(key: str) -> bool:
    return key.lower().startswith(_RESERVED)
