"""The manual pages of checks."""

from __future__ import annotations

import json

from auditor.domain.check import NoParameters
from auditor.reports.catalogue.manual import page, page_json, page_markdown, sections
from tests.reports.catalogue.described_checks import CIS, Parameters, described


def test_page_is_the_metadata_followed_by_the_manual() -> None:
    shown = page(
        described(
            "ecs-a",
            problem="Something does not hold",
            frameworks={CIS: ("3.1",)},
            parameters=Parameters(owner="payments"),
        )
    )

    assert shown == (
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
        "Checks for the tests of the catalogue. This docstring is their manual page.\n"
        "\n"
        "A manual starts with a sentence.\n"
        "\n"
        "Description\n"
        "-----------\n"
        "Looks at `a|b`.\n"
        "\n"
        "    name  verdict\n"
        "    ----  -------\n"
        "    x     PASS\n"
        "\n"
        "Audit, CLI\n"
        "----------\n"
        "    aws ecs list-clusters"
    )


def test_page_of_a_check_without_parameters_lists_none() -> None:
    assert "parameter" not in page(described("ecs-a", parameters=NoParameters()))


def test_markdown_page_has_a_heading_per_section_and_keeps_tables() -> None:
    shown = page_markdown(described("ecs-a"))

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
    document = json.loads(page_json(described("ecs-a", parameters=Parameters(), reason_texts=words, remediation="Do.")))

    assert [section["title"] for section in document["sections"]] == ["", "Description", "Audit, CLI"]
    assert document["sections"][2]["text"] == "    aws ecs list-clusters"
    assert (document["check"]["id"], document["reasons"], document["remediation"]) == ("ecs-a", words, "Do.")
    assert document["parameters"][0] == {"name": "mode", "default": "lax", "kind": "one of lax, strict"}
    assert document["parameters"][3]["default"] == ["a", "b"]


def test_page_of_a_custom_check_is_sanitized() -> None:
    custom = described("own", title="\x1b[31mred", manual_page="One \x1b[2J.\n\n## Two\n\u202ethree")

    assert all(line.isprintable() for text in (page(custom), page_markdown(custom)) for line in text.splitlines())
    assert "## Two\n\n\\u202ethree" in page_markdown(custom)


def test_a_manual_without_headings_is_one_section() -> None:
    assert list(sections("One.\n\nTwo.")) == [("", "One.\n\nTwo.")]
