"""The rule for tags of task definitions, services and clusters."""

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.checks._verdicts import not_applicable, pass_with_notes, resource_verdict, unknown_verdict
from auditor.checks.ecs._commands import ecs_call
from auditor.checks.ecs._common import is_terminating
from auditor.domain.check import Evidence, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import Cluster, Service
from auditor.domain.finding import Finding
from auditor.domain.repair import BLANK, ManualStep, Repair

#: Reserved for tags that AWS sets, in any mixture of upper and lower case.
_RESERVED = "aws:"

_UNTAGGED, _MISSING, _NOT_READ = "untagged", "required-tags-missing", "tags-not-read"
#: A note on PASS.
FROM_INDEX = "tags-from-index"

REASON_TEXTS = {
    _UNTAGGED: "has no user tag",
    _MISSING: "lacks a required tag",
    _NOT_READ: "has tags that were not read",
}

REPAIRS = {
    _UNTAGGED: Repair("Find the owner, and tag it with ecs:TagResource; no new revision is needed."),
    _MISSING: Repair("Choose the missing values, and tag it with ecs:TagResource; no new revision is needed."),
    _NOT_READ: Repair("Allow the auditor to read the tags; the evidence says what prevented it, if AWS said so."),
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
        because = fact.tags_unread if isinstance(fact, TaskDefinition) else None
        return unknown_verdict(_NOT_READ, **({"because": because} if because else {}))
    keys = tuple(sorted(fact.tags))
    missing = tuple(key for key in params.required_keys if key not in fact.tags)
    if missing:
        return resource_verdict(_MISSING, tags=keys, missing=missing)
    tagged = not all(map(_is_reserved, keys))
    verdict = resource_verdict(None if tagged else _UNTAGGED, tags=keys)
    from_index = isinstance(fact, TaskDefinition) and fact.tags_from_index
    return pass_with_notes(verdict, [Evidence(reasons=(FROM_INDEX,), details={"tags": keys})] if from_index else ())


def add_tags(finding: Finding) -> Iterator[ManualStep]:
    """Yield the call that adds the missing tags."""
    lists = [evidence.details.get("missing") for evidence in finding.evidence]
    missing = [key for keys in lists if isinstance(keys, tuple) for key in keys]
    tags = [{"key": key, "value": BLANK} for key in dict.fromkeys(missing or [BLANK])]
    yield ecs_call("TagResource", resourceArn=finding.resource.arn, tags=tags)


def _is_reserved(key: str) -> bool:
    return key.lower().startswith(_RESERVED)
