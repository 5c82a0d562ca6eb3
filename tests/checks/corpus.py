"""The published definitions of `tests/corpus/taskdefs.jsonl`, one per line.

`facts` is the definition as ECS would describe it, reduced to the fields that checks read; values of environment
variables are made up in the shape of the published ones. `expected` is the verdict of the flagship check and of other
rule sets. `labels` is what a reader of the definition found, by names of containers. If `reliable` is false, parts of
the definition were not visible, and only the labels in `ALWAYS_RELIABLE` count.

Left out: template texts instead of numbers, and empty names of capabilities.
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
    """Parse a line. The family, revision and ARN that a published definition lacks are made up."""
    family = line["facts"].get("family") or line["id"]
    arn = f"arn:aws:ecs:us-east-1:111122223333:task-definition/{family}:1"
    return parse({**line["facts"], "family": family, "revision": 1, "taskDefinitionArn": arn})
