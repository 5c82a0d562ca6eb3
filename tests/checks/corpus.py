"""The published definitions of `tests/corpus/taskdefs.jsonl`, one a line.

`facts` is the definition as ECS would describe it, cut down to what checks read; values of environment variables are
made up, in the shape of what was published. `expected` is what the flagship rule and other standards say. `labels` is
what a reader of the definition found, by names of containers. Where `reliable` is false, parts of the definition were
not visible, and only the labels of `ALWAYS_RELIABLE` count.

Not carried over: texts that a template fills in where ECS has a number, and empty names of capabilities.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.parsers.ecs.task_definitions import parse

FILE = Path(__file__).parents[1] / "corpus" / "taskdefs.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]

ALWAYS_RELIABLE = {"privileged", "root_user", "pid_host", "ipc_host"}


def definition(line: dict[str, Any]) -> TaskDefinition:
    """Parse a line; the family, revision and ARN that a published definition lacks are made up."""
    family = line["facts"].get("family") or line["id"]
    arn = f"arn:aws:ecs:us-east-1:111122223333:task-definition/{family}:1"
    return parse({**line["facts"], "family": family, "revision": 1, "taskDefinitionArn": arn})
