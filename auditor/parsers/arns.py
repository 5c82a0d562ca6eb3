"""ARNs in answers, held against what stands beside them: a mixed-up answer would blame the wrong resource."""

from __future__ import annotations

import re
from dataclasses import dataclass

from auditor.parsers import json_values
from auditor.parsers.json_values import MalformedValue

_ARN = re.compile(r"(?P<place>arn:[^:]+:ecs:[^:]+:[^:]+):(?P<kind>[a-z-]+)/(?P<name>.+)", re.DOTALL)
_REVISION = re.compile(r"[^:/]+:[1-9][0-9]{0,9}")


@dataclass(frozen=True, slots=True)
class Arn:
    """An ARN of ECS. `place` is its beginning, with partition, region and account; `name` what follows the kind."""

    text: str
    place: str
    name: str

    @property
    def last(self) -> str:
        """The name without what it lies in, such as a service's without its cluster."""
        return self.name.rpartition("/")[2]


def read(value: object, path: str, kind: str, *, beside: Arn | None = None) -> Arn:
    """`value`, when it is the ARN of an ECS resource of this kind, in the account and region of the one `beside` it."""
    found = _ARN.fullmatch(json_values.text(value, path))
    if found is None or found["kind"] != kind:
        raise MalformedValue(path, f"is not the ARN of a {kind} of ECS")
    if beside is not None and found["place"] != beside.place:
        raise MalformedValue(path, "lies in another account or region than what it stands beside")
    return Arn(found[0], found["place"], found["name"])


def definition(value: object, path: str, *, beside: Arn) -> str:
    """`value`, when it is the ARN of a revision of a task definition: without the number nothing could be joined."""
    arn = read(value, path, "task-definition", beside=beside)
    if _REVISION.fullmatch(arn.name):
        return arn.text
    raise MalformedValue(path, "does not name a revision of a task definition")


def optional_definition(value: object, path: str, *, beside: Arn) -> str | None:
    """As `definition`, but None where there is none."""
    return None if value is None or value == "" else definition(value, path, beside=beside)


def check_qualified_name(arn: Arn, path: str, name: str, cluster: Arn) -> str:
    """The text of an ARN that names `name`: alone, as ECS wrote ARNs until 2018, or behind its cluster's name."""
    if arn.name in {name, f"{cluster.last}/{name}"}:
        return arn.text
    raise MalformedValue(path, "does not name what stands beside it")
