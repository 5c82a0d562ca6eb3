"""The contents of task definitions: recipes that were written to have a known verdict.

A recipe is a network mode with containers. Combined with variants (members that the flagship check must ignore) and
converted to JSON once, it is a template with a few slots, so that a response costs one formatting of bytes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fleet.organization import Family, Organization

FAIL, PASS, NOT_APPLICABLE = "FAIL", "PASS", "NOT_APPLICABLE"

#: The prefix of every value that must never leave a collector.
CANARY = "CANARY"

Containers = tuple[tuple[str | None, bool | None], ...]
_ABSENT = None


@dataclass(frozen=True, slots=True)
class Recipe:
    """A definition in short form. `containers` are (user, privileged); `reasons` are those of a failure."""

    verdict: str
    mode: str | None
    containers: Containers
    reasons: tuple[str, ...] = ()
    failing: tuple[int, ...] = ()


def _fails(
    *containers: tuple[str | None, bool | None], root: tuple[int, ...] = (), power: tuple[int, ...] = ()
) -> Recipe:
    reasons = (("privileged",) if power else ()) + (("root-user",) if root else ())
    return Recipe(FAIL, "host", containers, reasons, tuple(sorted({*root, *power})))


def _passes(*containers: tuple[str | None, bool | None]) -> Recipe:
    return Recipe(PASS, "host", containers)


def _not_applicable(mode: str | None, *containers: tuple[str | None, bool | None]) -> Recipe:
    return Recipe(NOT_APPLICABLE, mode, containers)


RECIPES = (
    _fails(("root", None), root=(0,)),
    _fails(("root", False), root=(0,)),
    _fails(("0", None), root=(0,)),
    _fails(("0:0", False), root=(0,)),
    _fails(("00", None), root=(0,)),
    _fails(("root:app", None), root=(0,)),
    _fails(("0:1000", None), root=(0,)),
    _fails((None, True), power=(0,)),
    _fails(("", True), power=(0,)),
    _fails(("1000", True), power=(0,)),
    _fails(("root", True), root=(0,), power=(0,)),
    _fails(("app", None), ("1000:1000", False), ("0", None), root=(2,)),
    _fails((None, True), ("app", None), power=(0,)),
    _fails(("nobody", None), ("app", True), ("root", False), root=(2,), power=(1,)),
    _passes((None, None)),
    _passes((None, False)),
    _passes(("", None)),
    _passes(("1000", None)),
    _passes(("1000:0", False)),
    _passes(("app:root", None)),
    _passes(("app", None)),
    _passes(("Root", None)),
    _passes(("10", None), ("nobody:0", False)),
    _passes(("app", False), (None, None), ("65534:65534", None)),
    _not_applicable("bridge", ("root", True)),
    _not_applicable("bridge", ("0", None)),
    _not_applicable("awsvpc", ("root", None)),
    _not_applicable("awsvpc", (None, None), ("app", False)),
    _not_applicable(_ABSENT, ("0:0", True)),
    _not_applicable(_ABSENT, (None, None)),
    _not_applicable("none", ("root", None)),
)

_ENVIRONMENT = [{"name": "MODE", "value": f"{CANARY}-<<account>>-<<family>>-<<revision>>"}]
_LOGS = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/<<family>>", "awslogs-region": "<<region>>"}}
_ROLE = "arn:aws:iam::<<account>>:role/<<family>>"

#: (task-level members, members of every container). None of them matters to the flagship check.
VARIANTS: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    ({}, {}),
    (
        {"taskRoleArn": _ROLE, "executionRoleArn": f"{_ROLE}-execution", "cpu": "256", "memory": "512"},
        {
            "logConfiguration": {**_LOGS, "options": {**_LOGS["options"], "mode": "non-blocking"}},  # type: ignore[dict-item]  # nested JSON
            "readonlyRootFilesystem": True,
            "secrets": [{"name": "TOKEN", "valueFrom": "arn:aws:ssm:<<region>>:<<account>>:parameter/<<family>>"}],
        },
    ),
    (
        {
            "pidMode": "host",
            "ipcMode": "host",
            "volumes": [{"name": "docker", "host": {"sourcePath": "/var/run/docker.sock"}}],
        },
        {
            "linuxParameters": {"capabilities": {"add": ["SYS_ADMIN", "NET_ADMIN"], "drop": []}},
            "mountPoints": [{"sourceVolume": "docker", "containerPath": "/var/run/docker.sock", "readOnly": False}],
            "logConfiguration": _LOGS,
        },
    ),
    (
        {
            "taskRoleArn": _ROLE,
            "executionRoleArn": _ROLE,
            "volumes": [{"name": "data", "efsVolumeConfiguration": {"fileSystemId": "fs-0123456789abcdef0"}}],
        },
        {
            "environment": [
                {"name": "AWS_SECRET_ACCESS_KEY", "value": f"{CANARY}-secret-<<account>>-<<family>>"},
                {"name": "DB_PASSWORD", "value": f"{CANARY}-password-<<region>>-<<revision>>"},
                {"name": "LOG_LEVEL", "value": "info"},
                {"name": "PADDING", "value": "<<padding>>"},
            ],
        },
    ),
    (
        {"placementConstraints": [{"type": "memberOf", "expression": "attribute:os == '</script><b>'"}]},
        {
            "dockerLabels": {"title": "<script>alert(1)</script>", "bell": "\x1b[31m\x07", "mark": "\u202etxt.exe"},
            "command": ["sh", "-c", "echo '</style>' && exec app"],
        },
    ),
)

_TAGS: tuple[list[dict[str, str]], ...] = (
    [],
    [{"key": "owner", "value": "team-<<family>>"}, {"key": "env", "value": "prod"}],
    [{"key": "note", "value": "<img src=x onerror=alert(1)> \u202e 100%"}],
)

Template = tuple[Recipe, bytes, bytes]


def _document(recipe: Recipe, dressing: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
    task, every = dressing
    containers = []
    for number, (user, privileged) in enumerate(recipe.containers):
        container: dict[str, Any] = {
            "name": container_name(number),
            "image": "<<account>>.dkr.ecr.<<region>>.amazonaws.com/<<family>>:<<revision>>",
            "cpu": 128,
            "memory": 256,
            "portMappings": [],
            "essential": number == 0,
            "environment": _ENVIRONMENT,
            "mountPoints": [],
            "volumesFrom": [],
            "systemControls": [],
        }
        container |= {} if user is None else {"user": user}
        container |= {} if privileged is None else {"privileged": privileged}
        containers.append(container | every)
    mode = {} if recipe.mode is None else {"networkMode": recipe.mode}
    return {"containerDefinitions": containers, "volumes": [], "placementConstraints": [], **mode, **task}


def container_name(number: int) -> str:
    """Return the name of a container by its index."""
    return ("app", "agent", "proxy")[number]


def _bytes(document: object) -> bytes:
    """Return JSON whose `<<slots>>` are slots of a bytes format."""
    text = json.dumps(document, separators=(",", ":")).replace("%", "%%")
    return re.sub("<<([a-z]+)>>", r"%(\1)b", text).encode()


@cache
def templates(verdict: str) -> tuple[Template, ...]:
    """Return every recipe with a verdict in every variant: (recipe, JSON members, tags)."""
    recipes = [recipe for recipe in RECIPES if recipe.verdict == verdict]
    return tuple(
        (recipe, _bytes(_document(recipe, dressing))[1:-1], _bytes(_TAGS[(number + len(recipe.containers)) % 3]))
        for number, (dressing, recipe) in enumerate(product(VARIANTS, recipes))
    )


def template_of(organization: Organization, family: Family, revision: int) -> Template:
    """Choose the verdict of a revision, then one of the templates that have it.

    The verdict of a family changes at most once among the revisions of its first night, and may change in every later
    revision.
    """
    changed_at = family.first + family.bits % (family.first_night_newest - family.first + 2)
    side = revision if revision > family.first_night_newest else int(revision >= changed_at)
    bits = organization.random_bits("side", family.account, family.region, family.index, side)
    shape = organization.shape
    if bits % 1000 >= shape.host_share * 1000:
        verdict = NOT_APPLICABLE
    else:
        verdict = FAIL if (bits >> 16) % 1000 < shape.fail_share * 1000 else PASS
    choice = templates(verdict)
    return choice[(bits >> 32) % len(choice)]


def describe(
    organization: Organization, family: Family, revision: int, *, tags: list[dict[str, str]] | None = None
) -> bytes:
    """Return the body of the response to DescribeTaskDefinition, with `tags` unless they are None."""
    _, members, _ = template_of(organization, family, revision)
    status = family.status(revision)
    registered = 1_600_000_000 + family.index * 1000 + revision * 86_400
    slots = {
        b"account": family.account.encode(),
        b"region": family.region.encode(),
        b"family": family.name.encode(),
        b"revision": b"%d" % revision,
        b"padding": b"x" * organization.shape.padding,
    }
    ended = b"" if status == "ACTIVE" else b',"deregisteredAt":%d.25' % (registered + 3600)
    return b'{"taskDefinition":{"taskDefinitionArn":"%b","family":"%b","revision":%d,"status":"%b"%b,%b}%b}' % (
        family.arn(revision).encode(),
        slots[b"family"],
        revision,
        status.encode(),
        b',"registeredAt":%d.5,"registeredBy":"arn:aws:iam::%b:user/ci"%b' % (registered, slots[b"account"], ended),
        members % slots,
        b"" if tags is None else b',"tags":' + json.dumps(tags, separators=(",", ":")).encode(),
    )
