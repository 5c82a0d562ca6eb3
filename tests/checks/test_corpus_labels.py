"""Published task definitions, from their JSON through the parser to the verdicts of the checks, by label."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from auditor.domain.check import Status, Verdict
from tests.builders import check_by_id
from tests.checks.corpus import ALWAYS_RELIABLE, LINES, definition

#: What a label or a verdict finds in a definition, sorted so that the two can be compared.
Found = list[tuple[str, ...]]


@dataclass(frozen=True)
class Label:
    """A label and the check for it.

    `expected` reads the label, `found` the verdict; `lines` is the number of lines that have the label.
    """

    name: str
    check: str
    expected: Callable[[Any], Iterable[tuple[str, ...]]]
    found: Callable[[Verdict], Iterable[tuple[str, ...]]]
    lines: int

    def expectation(self, line: dict[str, Any]) -> Found:
        return sorted(self.expected(line["labels"][self.name]))

    def verdict(self, line: dict[str, Any]) -> Found:
        check = check_by_id(self.check)
        verdict: Verdict = check.judge(definition(line), check.parameters)
        return sorted(self.found(verdict)) if verdict.status is Status.FAIL else []


def names(label: list[str]) -> Found:
    return [(name,) for name in label]


def flag(label: bool) -> Found:  # noqa: FBT001 - the value of the label
    return [("host",)] if label else []


def containers(verdict: Verdict) -> Found:
    return [(part.part,) for part in verdict.evidence]


def whole(verdict: Verdict) -> Found:
    return [("host",) for _ in verdict.evidence]


def variables(verdict: Verdict) -> Found:
    """Return the container and the name of each variable, without the detector of its value."""
    return [
        (part.part, text.partition(" (")[0])
        for part in verdict.evidence
        if isinstance(texts := part.details["environment"], tuple)
        for text in texts
    ]


KINDS = {"exact": "runtime-socket", "parent": "runtime-socket-folder"}

LABELS = (
    Label("privileged", "ecs-privileged-container", names, containers, 20),
    Label(
        "root_user",
        "ecs-linux-root-user",
        names,
        lambda verdict: [(part.part,) for part in verdict.evidence if "root-user" in part.reasons],
        15,
    ),
    Label("pid_host", "ecs-host-pid-mode", flag, whole, 10),
    Label("ipc_host", "ecs-host-ipc-mode", flag, whole, 5),
    Label("readonly_root_missing", "ecs-writable-root-filesystem", names, containers, 181),
    Label("env_secret_names", "ecs-env-secret-names", lambda label: map(tuple, label), variables, 1),
    Label(
        "env_secret_suspect",
        "ecs-env-secret-values",
        lambda label: [(container, name) for container, name, kind in label if kind == "literal"],
        variables,
        4,
    ),
    Label("no_log_config", "ecs-logging-missing", names, containers, 82),
    Label(
        "docker_sock_mount",
        "ecs-docker-socket-mount",
        lambda label: [(KINDS[kind], *rest) for kind, *rest in label],
        lambda verdict: [
            (*part.reasons, str(part.details["sourceVolume"]), part.part, str(part.details["containerPath"]))
            for part in verdict.evidence
        ],
        18,
    ),
    Label(
        "dangerous_capabilities",
        "ecs-added-capabilities",
        lambda label: [(entry["container"],) for entry in label if entry["critical"]],
        containers,
        4,
    ),
)

#: Lines whose verdict deliberately differs from the label, with the finding of the check.
DISAGREEMENTS: dict[str, dict[str, Found]] = {
    # The label calls AUDIT_CONTROL elevated, not critical; it turns off the audit of the whole host.
    "dangerous_capabilities": {"td-0250": [("${WorkloadName}",)]},
}


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_the_check_agrees_with_the_label(label: Label) -> None:
    counted = [line for line in LINES if line["reliable"] or label.name in ALWAYS_RELIABLE]
    differing = {line["id"]: label.verdict(line) for line in counted if label.verdict(line) != label.expectation(line)}

    assert differing == DISAGREEMENTS.get(label.name, {})


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_the_label_occurs_in_the_corpus(label: Label) -> None:
    assert sum(bool(label.expectation(line)) for line in LINES) == label.lines


def test_every_label_has_a_check() -> None:
    assert {label.name for label in LABELS} == {name for line in LINES for name in line["labels"]}
