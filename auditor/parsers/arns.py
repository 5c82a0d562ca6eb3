"""ARNs in answers, compared with the ARNs next to them: a mixed-up answer would blame the wrong resource."""

from dataclasses import dataclass

from auditor.parsers import json_values
from auditor.parsers.json_values import MalformedValue

_PARTS = 6


@dataclass(frozen=True, slots=True)
class Arn:
    """A parsed ARN.

    `scope` is its beginning: partition, service, region and account. `name` follows the kind of resource, such as
    `prod/web` in `...:service/prod/web`.
    """

    text: str
    scope: str
    name: str

    @property
    def last(self) -> str:
        """The last part of the name, such as a service's name without its cluster."""
        return self.name.rpartition("/")[2]


def read(  # noqa: PLR0913 - what an ARN must match
    value: object,
    path: str,
    service: str,
    kind: str,
    *,
    is_regional: bool = True,
    same_scope_as: Arn | None = None,
) -> Arn:
    """Return `value` as an ARN of this service and kind of resource.

    `kind` is what precedes the name, with its separator: `service/`, `function:`, or nothing for an S3 bucket. The
    ARNs of a regional service have a region and an account. Raises MalformedValue if `value` is anything else, or if it
    belongs to another account or region than `same_scope_as`.
    """
    text = json_values.text(value, path)
    parts = text.split(":", _PARTS - 1)
    is_arn = len(parts) == _PARTS and parts[0] == "arn" and parts[1] != "" and parts[2] == service
    if not is_arn or not parts[5].startswith(kind) or parts[5] == kind or (is_regional and "" in parts[3:5]):
        raise MalformedValue(path, f"is not the ARN of a {kind.rstrip('/:') or 'resource'} of {service}")
    scope = ":".join(parts[:5])
    if same_scope_as is not None and scope != same_scope_as.scope:
        raise MalformedValue(path, "belongs to another account or region than the ARN next to it")
    return Arn(text, scope, parts[5].removeprefix(kind))
