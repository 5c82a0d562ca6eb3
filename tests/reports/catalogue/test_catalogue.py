"""The list of checks."""

from __future__ import annotations

import json

from auditor.reports.catalogue.catalogue import listing, listing_json, listing_markdown
from tests.reports.catalogue.described_checks import CHECKS, CIS, CLUSTER_COSTS, COSTS, described


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
    lines = listing([described("b"), described("a")]).splitlines()

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
    assert listing_markdown([described("ecs-a", title="Either | or", frameworks={CIS: ("3.1",)})], [CIS]) == (
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
