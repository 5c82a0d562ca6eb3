"""Published task definitions, from their JSON through the parser to the verdict of the flagship check."""

from __future__ import annotations

from typing import Any

from auditor.checks.ecs.host_network_privileged_or_root import host_network_privileged_or_root as check
from auditor.domain.check import Status, Verdict
from tests.checks.corpus import LINES, definition


def outcome(line: dict[str, Any]) -> dict[str, Any]:
    """Return the verdict on a line in the form of its field `expected`."""
    verdict: Verdict = check.judge(definition(line), check.parameters)
    failing = verdict.evidence if verdict.status is Status.FAIL else ()
    return {
        "verdict": verdict.status,
        "standards": verdict.standards,
        "failing": [{"container": part.part, "reasons": list(part.reasons)} for part in failing],
    }


def test_every_published_definition_gets_its_expected_verdict() -> None:
    outcomes = {line["id"]: outcome(line) for line in LINES}
    expected = {line["id"]: {key: line["expected"][key] for key in outcomes[line["id"]]} for line in LINES}

    assert len(outcomes) == len(LINES)
    assert {name: outcomes[name] for name in outcomes if outcomes[name] != expected[name]} == {}


def test_the_corpus_has_every_verdict_and_every_oddity_that_the_parser_must_accept() -> None:
    verdicts = [line["expected"]["verdict"] for line in LINES]
    containers = [container for line in LINES for container in line["facts"]["containerDefinitions"]]

    assert {status: verdicts.count(status) for status in set(verdicts)} == {
        "PASS": 20,
        "FAIL": 15,
        "NOT_APPLICABLE": 155,
    }
    assert any(container.get("privileged") == "true" for container in containers)
    assert any(isinstance(container.get("user"), int) for container in containers)
    assert any("name" not in container for container in containers)
