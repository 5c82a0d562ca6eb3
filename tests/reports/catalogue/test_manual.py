"""What `auditor checks` prints, on checks made up for the test.

A page begins with a sentence.

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
from auditor.reports.catalogue.manual import Described, page, page_json, page_markdown, sections

CIS = "cis-compute-1.1"
COSTS = {"ecs-task-definitions": "1 per family"}
OF_CLUSTERS = {"ecs-clusters": "2 per 100 clusters"}


@dataclass(frozen=True, slots=True)
class Knobs:
    """Some of each kind."""

    mode: Literal["lax", "strict"] = "lax"
    owner: str = "nobody"
    quick: bool = True
    names: tuple[str, ...] = ("a", "b")


def judge(_task: TaskDefinition, _params: object) -> Verdict:
    return Verdict(Status.PASS)


def check(name: str, costs: dict[str, str] = COSTS, **members: Any) -> Described:  # noqa: ANN401 - members of a check
    given: dict[str, Any] = {"title": "Something holds", "severity": Severity.LOW, "frameworks": {}}
    return Described(Check(id=name, judge=judge, **{"fact_type": TaskDefinition, **given, **members}), costs)


BOOK = [
    check("ecs-a", severity=Severity.CRITICAL, frameworks={CIS: ("3.10", "3.4"), "aws-fsbp": ("ECS.4",)}),
    check(
        "ecs-longer",
        OF_CLUSTERS,
        title="Another thing holds",
        fact_type=Cluster,
        frameworks={CIS: ("3.9",)},
        origin=Origin("acme", "1.2"),
    ),
    check("ecs-odd", {}, title="Odd\x1b[31m", origin=Origin("mine.yaml", "sha256:0123")),
]


def test_the_list_is_a_table_and_below_it_what_the_checks_cost() -> None:
    assert listing(BOOK) == (
        "ID          SEVERITY  JUDGES          FROM       TITLE                FRAMEWORKS\n"
        "ecs-a       critical  TaskDefinition  built in   Something holds      "
        "cis-compute-1.1 3.10, 3.4; aws-fsbp ECS.4\n"
        "ecs-longer  low       Cluster         acme 1.2   Another thing holds  cis-compute-1.1 3.9\n"
        "ecs-odd     low       TaskDefinition  mine.yaml  Odd\\x1b[31m          -\n"
        "\n"
        "API calls in a region; checks over the same kind share them\n"
        "Cluster         ecs-clusters          2 per 100 clusters\n"
        "TaskDefinition  ecs-task-definitions  1 per family"
    )


def test_the_list_keeps_the_order_it_is_given() -> None:
    lines = listing([check("b"), check("a")]).splitlines()

    assert [line.split()[0] for line in lines[:3]] == ["ID", "b", "a"]


def test_by_framework_it_is_one_line_a_control_in_the_order_of_their_numbers() -> None:
    lines = listing(BOOK[:2], ["aws-fsbp", CIS]).splitlines()

    assert lines[:8] == [
        "cis-compute-1.1: CIS AWS Compute Services Benchmark 1.1.0",
        "CONTROL  ID          SEVERITY  JUDGES          FROM      TITLE",
        "3.4      ecs-a       critical  TaskDefinition  built in  Something holds",
        "3.9      ecs-longer  low       Cluster         acme 1.2  Another thing holds",
        "3.10     ecs-a       critical  TaskDefinition  built in  Something holds",
        "",
        "aws-fsbp: AWS Foundational Security Best Practices",
        "CONTROL  ID     SEVERITY  JUDGES          FROM      TITLE",
    ]


def test_the_list_as_markdown() -> None:
    assert listing_markdown([check("ecs-a", title="Either | or", frameworks={CIS: ("3.1",)})], [CIS]) == (
        "## cis-compute-1.1: CIS AWS Compute Services Benchmark 1.1.0\n"
        "\n"
        "| Control | ID | Severity | Judges | From | Title |\n"
        "|---|---|---|---|---|---|\n"
        "| 3.1 | ecs-a | low | TaskDefinition | built in | Either \\| or |\n"
        "\n"
        "## API calls in a region; checks over the same kind share them\n"
        "\n"
        "| Kind | Collector | API calls |\n"
        "|---|---|---|\n"
        "| TaskDefinition | ecs-task-definitions | 1 per family |"
    )


def test_the_list_for_programs_names_each_check_once() -> None:
    first, second, _ = json.loads(listing_json(BOOK, [CIS]))["checks"]

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
    assert second["api_calls"] == OF_CLUSTERS


def test_an_empty_list_says_so_and_has_no_checks_for_programs() -> None:
    assert listing([]) == listing_markdown([]) == "No check is selected."
    assert json.loads(listing_json([]))["checks"] == []


def test_the_page_is_the_metadata_and_then_what_the_author_wrote() -> None:
    shown = page(check("ecs-a", frameworks={CIS: ("3.1",)}, parameters=Knobs(owner="payments")))

    assert (
        shown
        == (
            "ecs-a\n"
            "Something holds\n"
            "\n"
            "severity    low\n"
            "judges      TaskDefinition\n"
            "frameworks  cis-compute-1.1 3.1\n"
            "from        built in\n"
            "API calls   1 per family (ecs-task-definitions)\n"
            "parameter   mode = lax (one of lax, strict)\n"
            "parameter   owner = payments (text)\n"
            "parameter   quick = true (true or false)\n"
            "parameter   names = [a, b] (a list of texts)\n"
            "\n"
        )
        + (__doc__ or "").strip()
    )


def test_the_page_of_a_check_that_cannot_be_tuned_has_no_parameters() -> None:
    assert "parameter" not in page(check("ecs-a", parameters=NoParameters()))


def test_the_page_as_markdown_has_a_heading_a_section_and_leaves_tables_as_they_are() -> None:
    shown = page_markdown(check("ecs-a"))

    assert shown.startswith("# ecs-a\n\n**Something holds**\n\n| | |\n|---|---|\n| severity | low |\n")
    assert shown.endswith(
        "A page begins with a sentence.\n"
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


def test_the_page_for_programs_has_its_sections_in_order() -> None:
    words = {"privileged": "is privileged"}
    document = json.loads(page_json(check("ecs-a", parameters=Knobs(), reason_texts=words, remediation="Do.")))

    assert [each["title"] for each in document["sections"]] == ["", "Description", "Audit, CLI"]
    assert document["sections"][2]["text"] == "    aws ecs list-clusters"
    assert (document["check"]["id"], document["reasons"], document["remediation"]) == ("ecs-a", words, "Do.")
    assert document["parameters"][0] == {"name": "mode", "default": "lax", "kind": "one of lax, strict"}
    assert document["parameters"][3]["default"] == ["a", "b"]


def test_a_page_from_elsewhere_is_harmless_on_a_terminal() -> None:
    strange = check("own", title="\x1b[31mred", manual_page="One \x1b[2J.\n\nTwo\n---\n\u202ethree")

    assert all(line.isprintable() for text in (page(strange), page_markdown(strange)) for line in text.splitlines())
    assert "## Two\n\n\\u202ethree" in page_markdown(strange)


def test_a_text_without_headings_is_one_section() -> None:
    assert list(sections("One.\n\nTwo.")) == [("", "One.\n\nTwo.")]
