"""Real task definitions, from their JSON through the parser to the verdict.

`tests/corpus/taskdefs.jsonl` holds one definition a line: `facts` as ECS would describe them, cut down to what the
check reads, and `expected`: the verdict, the failing containers with their reasons, and what other standards say.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.aws.collectors.task_definition import parse
from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as rule
from auditor.domain.check import Status, Verdict

CORPUS = Path(__file__).parents[1] / "corpus" / "taskdefs.jsonl"
LINES: list[dict[str, Any]] = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]


def judge(line: dict[str, Any]) -> Verdict:
    """The verdict on a line; the family, revision and ARN that a published definition lacks are made up."""
    family = line["facts"].get("family") or line["id"]
    arn = f"arn:aws:ecs:us-east-1:111122223333:task-definition/{family}:1"
    task = parse({**line["facts"], "family": family, "revision": 1, "taskDefinitionArn": arn})
    verdict: Verdict = rule.judge(task, rule.parameters)
    return verdict


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_a_published_definition_gets_its_expected_verdict(line: dict[str, Any]) -> None:
    verdict, expected = judge(line), line["expected"]

    assert verdict.status == expected["verdict"]
    assert verdict.standards == expected["standards"]
    failing = verdict.evidence if verdict.status is Status.FAIL else ()
    assert [{"container": each.container, "reasons": list(each.reasons)} for each in failing] == expected["failing"]


def test_the_corpus_shows_every_verdict_and_every_oddity_that_the_parser_must_bear() -> None:
    verdicts = [line["expected"]["verdict"] for line in LINES]
    containers = [each for line in LINES for each in line["facts"]["containerDefinitions"]]

    assert {word: verdicts.count(word) for word in set(verdicts)} == {"PASS": 20, "FAIL": 15, "NOT_APPLICABLE": 155}
    assert any(each.get("privileged") == "true" for each in containers)
    assert any(isinstance(each.get("user"), int) for each in containers)
    assert any("name" not in each for each in containers)
