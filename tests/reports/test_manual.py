"""What `auditor checks` prints, on checks made up for the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from auditor.domain.check import Check, NoParameters, Origin, Severity, Status, Verdict
from auditor.domain.facts import TaskDefinition
from auditor.reports.manual import listing, page


@dataclass(frozen=True, slots=True)
class Knobs:
    """Some of each kind."""

    mode: Literal["lax", "strict"] = "lax"
    owner: str = "nobody"
    quick: bool = True


def judge(_task: TaskDefinition, _params: object) -> Verdict:
    return Verdict(Status.PASS)


def check(name: str, **members: Any) -> Check[TaskDefinition]:  # noqa: ANN401 - members of a check
    given: dict[str, Any] = {"title": "Something holds", "severity": Severity.LOW, "frameworks": {}}
    return Check(id=name, over=TaskDefinition, judge=judge, **{**given, **members})


def test_the_list_is_a_table_with_its_columns_below_their_headings() -> None:
    text = listing(
        [
            check(
                "ecs-a", severity=Severity.CRITICAL, frameworks={"cis-compute-1.1": ("3.1", "3.4"), "aws": ("ECS.4",)}
            ),
            check("ecs-longer", title="Another thing holds", origin=Origin("acme", "1.2")),
            check("own-file", origin=Origin("mine.yaml", "sha256:0123")),
        ]
    )

    assert text == (
        "ID          SEVERITY  FRAMEWORKS                           FROM       TITLE\n"
        "ecs-a       critical  aws ECS.4; cis-compute-1.1 3.1, 3.4  built in   Something holds\n"
        "ecs-longer  low       -                                    acme 1.2   Another thing holds\n"
        "own-file    low       -                                    mine.yaml  Something holds\n"
    )


def test_the_list_keeps_the_order_it_is_given() -> None:
    lines = listing([check("b"), check("a")]).splitlines()

    assert [line.split()[0] for line in lines] == ["ID", "b", "a"]


def test_an_empty_list_says_so() -> None:
    assert listing([]) == "No check is selected.\n"


def test_the_page_is_the_metadata_and_then_what_the_author_wrote() -> None:
    shown = check("ecs-a", frameworks={"cis-compute-1.1": ("3.1",)}, parameters=Knobs(owner="payments"))

    assert page(shown) == (
        "ecs-a\n"
        "Something holds\n"
        "\n"
        "severity    low\n"
        "judges      TaskDefinition\n"
        "frameworks  cis-compute-1.1 3.1\n"
        "from        built in\n"
        "parameter   mode = lax (one of lax, strict)\n"
        "parameter   owner = payments (text)\n"
        "parameter   quick = true (true or false)\n"
        "\n"
        "What `auditor checks` prints, on checks made up for the test.\n"
    )


def test_the_page_of_a_check_that_cannot_be_tuned_has_no_parameters() -> None:
    assert "parameter" not in page(check("ecs-a", parameters=NoParameters()))
