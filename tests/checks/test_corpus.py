"""Real task definitions, from their JSON through the parser to the verdict of the flagship rule."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as rule
from auditor.domain.check import Status, Verdict
from tests.checks.corpus import LINES, definition


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["id"])
def test_a_published_definition_gets_its_expected_verdict(line: dict[str, Any]) -> None:
    verdict: Verdict = rule.judge(definition(line), rule.parameters)
    expected = line["expected"]

    assert verdict.status == expected["verdict"]
    assert verdict.standards == expected["standards"]
    failing = verdict.evidence if verdict.status is Status.FAIL else ()
    assert [{"container": each.part, "reasons": list(each.reasons)} for each in failing] == expected["failing"]


def test_the_corpus_shows_every_verdict_and_every_oddity_that_the_parser_must_bear() -> None:
    verdicts = [line["expected"]["verdict"] for line in LINES]
    containers = [each for line in LINES for each in line["facts"]["containerDefinitions"]]

    assert {word: verdicts.count(word) for word in set(verdicts)} == {"PASS": 20, "FAIL": 15, "NOT_APPLICABLE": 155}
    assert any(each.get("privileged") == "true" for each in containers)
    assert any(isinstance(each.get("user"), int) for each in containers)
    assert any("name" not in each for each in containers)
