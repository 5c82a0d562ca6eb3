"""Real task definitions, from their JSON through the parser to the verdicts of the checks, label by label."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import pytest

from auditor.domain.check import Status, Verdict
from tests.builders import check_by_id
from tests.checks.corpus import ALWAYS_RELIABLE, LINES, definition

#: What a label says of a line, or a verdict of a definition: sorted, so that the two can be compared.
Found = list[tuple[str, ...]]


@dataclass(frozen=True)
class Label:
    """A label with the check that answers it. `expected` reads the label, `found` the verdict; `lines` have any."""

    name: str
    check: str
    expected: Callable[[Any], Iterable[tuple[str, ...]]]
    found: Callable[[Verdict], Iterable[tuple[str, ...]]]
    lines: int

    def says(self, line: dict[str, Any]) -> Found:
        return sorted(self.expected(line["labels"][self.name]))

    def verdict(self, line: dict[str, Any]) -> Found:
        check = check_by_id(self.check)
        verdict: Verdict = check.judge(definition(line), check.parameters)
        return sorted(self.found(verdict)) if verdict.status is Status.FAIL else []


def words(label: list[str]) -> Found:
    return [(each,) for each in label]


def yes(label: bool) -> Found:  # noqa: FBT001 - what the label holds
    return [("host",)] if label else []


def containers(verdict: Verdict) -> Found:
    return [(each.part,) for each in verdict.evidence]


def whole(verdict: Verdict) -> Found:
    return [("host",) for _ in verdict.evidence]


def variables(verdict: Verdict) -> Found:
    """The container and the name of each variable, without what is said of its value."""
    return [
        (each.part, name.partition(" (")[0])
        for each in verdict.evidence
        if isinstance(names := each.details["environment"], tuple)
        for name in names
    ]


KINDS = {"exact": "runtime-socket", "parent": "runtime-socket-folder"}

LABELS = (
    Label("privileged", "ecs-privileged-container", words, containers, 20),
    Label(
        "root_user",
        "ecs-linux-root-user",
        words,
        lambda verdict: [(each.part,) for each in verdict.evidence if "root-user" in each.reasons],
        15,
    ),
    Label("pid_host", "ecs-host-pid-mode", yes, whole, 10),
    Label("ipc_host", "ecs-host-ipc-mode", yes, whole, 5),
    Label("readonly_root_missing", "ecs-writable-root-filesystem", words, containers, 181),
    Label("env_secret_names", "ecs-env-secret-names", lambda label: map(tuple, label), variables, 1),
    Label(
        "env_secret_suspect",
        "ecs-env-secret-values",
        lambda label: [(container, name) for container, name, kind in label if kind == "literal"],
        variables,
        4,
    ),
    Label("no_log_config", "ecs-logging-missing", words, containers, 82),
    Label(
        "docker_sock_mount",
        "ecs-docker-socket-mount",
        lambda label: [(KINDS[kind], *rest) for kind, *rest in label],
        lambda verdict: [
            (*each.reasons, str(each.details["sourceVolume"]), each.part, str(each.details["containerPath"]))
            for each in verdict.evidence
        ],
        18,
    ),
    Label(
        "dangerous_capabilities",
        "ecs-added-capabilities",
        lambda label: [(each["container"],) for each in label if each["critical"]],
        containers,
        4,
    ),
)

#: Where we say something else than the label, and why: line to what we find.
DISAGREEMENTS: dict[str, dict[str, Found]] = {
    # AUDIT_CONTROL, which the label calls elevated and not critical, switches the audit of the whole host off.
    "dangerous_capabilities": {"td-0250": [("${WorkloadName}",)]},
}


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_the_check_says_what_the_label_says(label: Label) -> None:
    counted = [line for line in LINES if line["reliable"] or label.name in ALWAYS_RELIABLE]
    differing = {line["id"]: label.verdict(line) for line in counted if label.verdict(line) != label.says(line)}

    assert differing == DISAGREEMENTS.get(label.name, {})


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.name)
def test_the_label_is_about_something(label: Label) -> None:
    assert sum(bool(label.says(line)) for line in LINES) == label.lines


def test_every_label_has_its_check() -> None:
    assert {label.name for label in LABELS} == {name for line in LINES for name in line["labels"]}
