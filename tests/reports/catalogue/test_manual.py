"""The list of checks and their manual pages.

A manual starts with a sentence.

Description
-----------
Looks at `a|b`.

    name  verdict
    ----  -------
    x     PASS

Audit, CLI
----------
    aws ecs list-clusters
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from auditor.domain.check import Check, NoParameters, Origin, Severity, Status, Verdict
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.ecs.workloads import Cluster
from auditor.reports.catalogue.catalogue import listing, listing_json, listing_markdown
from auditor.reports.catalogue.manual import DescribedCheck, page, page_json, page_markdown, sections

CIS = "cis-compute-1.1"
COSTS = {"ecs-task-definitions": "1 per family"}
CLUSTER_COSTS = {"ecs-clusters": "2 per 100 clusters"}


@dataclass(frozen=True, slots=True)
class Parameters:
    """A parameter of each type."""

    mode: Literal["lax", "strict"] = "lax"
    owner: str = "platform"
    quick: bool = True
    names: tuple[str, ...] = ("a", "b")


def judge(_task: TaskDefinition, _params: object) -> Verdict:
    return Verdict(Status.PASS)


def check(name: str, costs: dict[str, str] = COSTS, **fields: Any) -> DescribedCheck:  # noqa: ANN401 - fields of a check
    usual: dict[str, Any] = {"title": "Something holds", "severity": Severity.LOW, "frameworks": {}}
    return DescribedCheck(Check(id=name, judge=judge, **{"fact_type": TaskDefinition, **usual, **fields}), costs)


CHECKS = [
    check("ecs-a", severity=Severity.CRITICAL, frameworks={CIS: ("3.10", "3.4"), "aws-fsbp": ("ECS.4",)}),
    check(
        "ecs-longer",
        CLUSTER_COSTS,
        title="Another thing holds",
        fact_type=Cluster,
        frameworks={CIS: ("3.9",)},
        origin=Origin("acme", "1.2"),
    ),
    check("ecs-odd", {}, title="Odd\x1b[31m", origin=Origin("mine.yaml", "sha256:0123")),
]


def test_list_is_a_table_followed_by_the_api_calls() -> None:
    assert listing(CHECKS) == (
        "ID          SEVERITY  FACT            ORIGIN     TITLE                FRAMEWORKS\n"
        "ecs-a       critical  TaskDefinition  built in   Something holds      "
        "cis-compute-1.1 3.10, 3.4; aws-fsbp ECS.4\n"
        "ecs-longer  low       Cluster         acme 1.2   Another thing holds  cis-compute-1.1 3.9\n"
        "ecs-odd     low       TaskDefinition  mine.yaml  Odd\\x1b[31m          -\n"
        "\n"
        "API calls per region (checks of the same fact share them)\n"
        "Cluster         ecs-clusters          2 per 100 clusters\n"
        "TaskDefinition  ecs-task-definitions  1 per family"
    )


def test_list_keeps_the_order_of_the_checks() -> None:
    lines = listing([check("b"), check("a")]).splitlines()

    assert [line.split()[0] for line in lines[:3]] == ["ID", "b", "a"]


def test_list_by_framework_has_one_line_per_control_sorted_by_number() -> None:
    lines = listing(CHECKS[:2], ["aws-fsbp", CIS]).splitlines()

    assert lines[:8] == [
        "cis-compute-1.1: CIS AWS Compute Services Benchmark 1.1.0",
        "CONTROL  ID          SEVERITY  FACT            ORIGIN    TITLE",
        "3.4      ecs-a       critical  TaskDefinition  built in  Something holds",
        "3.9      ecs-longer  low       Cluster         acme 1.2  Another thing holds",
        "3.10     ecs-a       critical  TaskDefinition  built in  Something holds",
        "",
        "aws-fsbp: AWS Foundational Security Best Practices",
        "CONTROL  ID     SEVERITY  FACT            ORIGIN    TITLE",
    ]


def test_list_as_markdown() -> None:
    assert listing_markdown([check("ecs-a", title="Either | or", frameworks={CIS: ("3.1",)})], [CIS]) == (
        "## cis-compute-1.1: CIS AWS Compute Services Benchmark 1.1.0\n"
        "\n"
        "| Control | ID | Severity | Fact | Origin | Title |\n"
        "|---|---|---|---|---|---|\n"
        "| 3.1 | ecs-a | low | TaskDefinition | built in | Either \\| or |\n"
        "\n"
        "## API calls per region (checks of the same fact share them)\n"
        "\n"
        "| Fact | Collector | API calls |\n"
        "|---|---|---|\n"
        "| TaskDefinition | ecs-task-definitions | 1 per family |"
    )


def test_json_list_has_each_check_once() -> None:
    first, second, _ = json.loads(listing_json(CHECKS, [CIS]))["checks"]

    assert first == {
        "id": "ecs-a",
        "title": "Something holds",
        "problem": "",
        "severity": "critical",
        "fact_type": "TaskDefinition",
        "origin": "built in",
        "frameworks": {CIS: ["3.10", "3.4"], "aws-fsbp": ["ECS.4"]},
        "api_calls": COSTS,
    }
    assert second["api_calls"] == CLUSTER_COSTS


def test_empty_list() -> None:
    assert listing([]) == listing_markdown([]) == "No checks are selected."
    assert json.loads(listing_json([]))["checks"] == []


def test_page_is_the_metadata_followed_by_the_manual() -> None:
    shown = page(
        check(
            "ecs-a",
            problem="Something does not hold",
            frameworks={CIS: ("3.1",)},
            parameters=Parameters(owner="payments"),
        )
    )

    assert (
        shown
        == (
            "ecs-a\n"
            "Something holds\n"
            "\n"
            "problem     Something does not hold\n"
            "severity    low\n"
            "fact        TaskDefinition\n"
            "frameworks  cis-compute-1.1 3.1\n"
            "origin      built in\n"
            "API calls   1 per family (ecs-task-definitions)\n"
            "parameter   mode = lax (one of lax, strict)\n"
            "parameter   owner = payments (text)\n"
            "parameter   quick = true (true or false)\n"
            "parameter   names = [a, b] (list of texts)\n"
            "\n"
        )
        + (__doc__ or "").strip()
    )


def test_page_of_a_check_without_parameters_lists_none() -> None:
    assert "parameter" not in page(check("ecs-a", parameters=NoParameters()))


def test_markdown_page_has_a_heading_per_section_and_keeps_tables() -> None:
    shown = page_markdown(check("ecs-a"))

    assert shown.startswith("# ecs-a\n\n**Something holds**\n\n| | |\n|---|---|\n| severity | low |\n")
    assert shown.endswith(
        "A manual starts with a sentence.\n"
        "\n"
        "## Description\n"
        "\n"
        "Looks at `a|b`.\n"
        "\n"
        "    name  verdict\n"
        "    ----  -------\n"
        "    x     PASS\n"
        "\n"
        "## Audit, CLI\n"
        "\n"
        "    aws ecs list-clusters"
    )


def test_json_page_has_the_sections_in_order() -> None:
    words = {"privileged": "is privileged"}
    document = json.loads(page_json(check("ecs-a", parameters=Parameters(), reason_texts=words, remediation="Do.")))

    assert [section["title"] for section in document["sections"]] == ["", "Description", "Audit, CLI"]
    assert document["sections"][2]["text"] == "    aws ecs list-clusters"
    assert (document["check"]["id"], document["reasons"], document["remediation"]) == ("ecs-a", words, "Do.")
    assert document["parameters"][0] == {"name": "mode", "default": "lax", "kind": "one of lax, strict"}
    assert document["parameters"][3]["default"] == ["a", "b"]


def test_page_of_a_custom_check_is_sanitized() -> None:
    custom = check("own", title="\x1b[31mred", manual_page="One \x1b[2J.\n\nTwo\n---\n\u202ethree")

    assert all(line.isprintable() for text in (page(custom), page_markdown(custom)) for line in text.splitlines())
    assert "## Two\n\n\\u202ethree" in page_markdown(custom)


def test_a_manual_without_headings_is_one_section() -> None:
    assert list(sections("One.\n\nTwo.")) == [("", "One.\n\nTwo.")]
