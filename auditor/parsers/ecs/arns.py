"""ARNs of ECS. Pure."""

import re

from auditor.parsers import arns
from auditor.parsers.arns import Arn
from auditor.parsers.json_values import MalformedValue

_REVISION = re.compile(r"[^:/]+:[1-9][0-9]{0,9}")


def read(value: object, path: str, kind: str, *, same_scope_as: Arn | None = None) -> Arn:
    """Return `value` as the ARN of an ECS resource of this kind, such as `service`. Raises MalformedValue."""
    return arns.read(value, path, "ecs", f"{kind}/", same_scope_as=same_scope_as)


def revision_arn(value: object, path: str, *, same_scope_as: Arn) -> str:
    """Return `value` if it is the ARN of a task definition revision. Raises MalformedValue, also if it has no number.

    Without its number a revision could not be joined with its definition.
    """
    arn = read(value, path, "task-definition", same_scope_as=same_scope_as)
    if _REVISION.fullmatch(arn.name):
        return arn.text
    raise MalformedValue(path, "does not name a revision of a task definition")


def optional_revision_arn(value: object, path: str, *, same_scope_as: Arn) -> str | None:
    """Return what `revision_arn` returns, or None if `value` is None or empty. Raises MalformedValue."""
    return None if value is None or value == "" else revision_arn(value, path, same_scope_as=same_scope_as)


def check_qualified_name(arn: Arn, path: str, name: str, cluster: Arn) -> str:
    """Return the text of an ARN that names `name`, with or without the cluster's name before it.

    ECS wrote ARNs without the cluster until 2018. Raises MalformedValue if the ARN names something else.
    """
    if arn.name in {name, f"{cluster.last}/{name}"}:
        return arn.text
    raise MalformedValue(path, "does not contain the name next to it")
