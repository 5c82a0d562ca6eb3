"""Folders of files to checks, and every way in which they can be wrong."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any

import pytest

from auditor.domain.check import NoParameters, Origin, Severity, Status
from auditor.domain.ecs.task_definitions import Definition
from auditor.domain.errors import Problem
from auditor.yaml_checks import load
from auditor.yaml_checks.judge import UNANSWERED
from auditor.yaml_checks.manual import HEADINGS
from auditor.yaml_checks.model import KINDS
from tests.builders import container, task_definition
from tests.checks.test_contract import SECTIONS, sections
from tests.yaml_checks.sample_checks import PLACE, check, found, put

CONFIG = Path(__file__).parents[2] / "config" / "checks"


def problems(folder: Path, **members: Any) -> list[Problem]:  # noqa: ANN401 - plain data
    put(folder, **members)
    return found(folder).problems


def test_a_file_is_a_check_like_any_other(tmp_path: Path) -> None:
    own = check(tmp_path, frameworks={"cis-compute-1.1": ["3.4"], "acme": "7"})

    assert (own.id, own.title, own.severity) == ("own-no-privileged", "No container is privileged", Severity.HIGH)
    assert own.fact_type is KINDS["task-definition"]
    assert own.frameworks == {"cis-compute-1.1": ("3.4",), "acme": ("7",)}
    assert own.remediation == "Register a revision without it."
    assert own.reason_texts == {"privileged": "is privileged", **UNANSWERED}
    assert own.parameters == NoParameters()


def test_it_says_where_it_comes_from_and_which_text_of_it_this_is(tmp_path: Path) -> None:
    path = put(tmp_path)
    (own,) = found(tmp_path).checks

    assert own.origin == Origin(str(path), f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")


@pytest.mark.parametrize(
    ("over", "fail_when", "reads"),
    [
        ("task-definition", "tags.owner == `null`", True),
        ("task-definition", "family == 'tags'", False),
        ("service", "length(task_sets[?tags.owner == `null`]) > `0`", True),
        ("service", "length(task_sets) > `0`", False),
    ],
)
def test_tags_are_only_asked_for_where_they_are_read(tmp_path: Path, over: str, fail_when: str, *, reads: bool) -> None:
    assert check(tmp_path, over=over, fail_when=fail_when).reads_tags is reads


@pytest.mark.parametrize("over", KINDS)
def test_what_fails_in_a_definition_is_for_a_person_to_mend(tmp_path: Path, over: str) -> None:
    own = check(tmp_path, over=over, fail_when="arn == ''")

    repaired = set(own.reason_texts) if issubclass(own.fact_type, Definition) else set()
    assert {reason: each.manual for reason, each in own.repairs.items()} == dict.fromkeys(repaired, own.remediation)


def test_the_page_has_the_sections_of_every_check_in_their_order(tmp_path: Path) -> None:
    page = check(tmp_path, applies_when="uses_host_network", frameworks={"acme": ["7"]}).manual

    assert tuple(sections(page)) == tuple(HEADINGS.values()) == SECTIONS
    assert all(sections(page).values())
    assert page.startswith("No container is privileged.\n\n")


def test_the_page_says_what_the_author_wrote_and_fills_in_what_the_file_says(tmp_path: Path) -> None:
    manual = {"rationale": "Because.", "back_out": "Register it again."}
    told = sections(check(tmp_path, manual=manual, applies_when="uses_host_network", frameworks={"a": ["7"]}).manual)

    assert (told["Rationale"], told["Back-out"]) == ("Because.", "Register it again.")
    assert "    length(containers[?privileged]) > `0`" in told["Description"].splitlines()
    assert "    uses_host_network" in told["Description"].splitlines()
    assert all(f"`{reason}`" in told["Description"] for reason in (*UNANSWERED, "privileged"))
    assert told["Related controls"] == "a 7"
    assert told["Remediation, CLI"] == "Register a revision without it."
    assert told["Impact for"] == "The author of this check has not written this section."


@pytest.mark.parametrize(
    ("members", "line", "path", "said"),
    [
        pytest.param({"id": "Own"}, 1, "id", "Own is not an id", id="an id with capitals"),
        pytest.param({"id": "own"}, 1, "id", "own is not an id", id="an id of one word"),
        pytest.param({"id": 7}, 1, "id", "7 is a number, not text", id="an id that is a number"),
        pytest.param({"title": "It holds."}, 2, "title", "ends with a full stop", id="a title that is a sentence"),
        pytest.param({"title": " "}, 2, "title", "is empty", id="an empty title"),
        pytest.param({"severity": "hihg"}, 3, "severity", "hihg is not one of", id="no such severity"),
        pytest.param({"over": "tsak"}, 4, "over", "tsak is not one of task-definition", id="no such kind"),
        pytest.param({"fail_when": "a b"}, 5, "fail_when", "is not JMESPath", id="no expression"),
        pytest.param({"fail_when": ""}, 5, "fail_when", "is empty", id="an empty expression"),
        pytest.param({"fail_when": True}, 5, "fail_when", "true is a yes/no value, not text", id="no text"),
        pytest.param({"fail_when": "usr == 'x'"}, 5, "fail_when", "usr is not a member of TaskDefinition", id="a name"),
        pytest.param({"fail_when": "family"}, 5, "fail_when", "gives text, not true or false", id="gives a text"),
        pytest.param({"fail_when": "containers[?privileged]"}, 5, "fail_when", "gives list of Container", id="a list"),
        pytest.param({"remediation": "Do it"}, 6, "remediation", "is not a sentence", id="a remedy in half a sentence"),
        pytest.param({"reason": "not ok"}, 7, "reason", '"not ok" is not a reason', id="a reason of two words"),
        pytest.param({"reason": "not-read"}, 7, "reason", "is a word of auditor's own", id="a reason of ours"),
        pytest.param({"reason": "throttled"}, 7, "reason", "is a word of auditor's own", id="a reason of a gap"),
        pytest.param({"words": "fails."}, 8, "words", "ends with a full stop", id="words that are a sentence"),
        pytest.param({"applies_when": "family"}, 9, "applies_when", "gives text", id="applies when a text"),
        pytest.param({"evidence": "family"}, 9, "evidence", "gives text, not a list", id="evidence that is no list"),
        pytest.param({"evidence": "containers[].usr"}, 9, "evidence", "usr is not a member", id="evidence of nothing"),
        pytest.param({"manual": {"rationle": "x"}}, 9, "manual.rationle", "Did you mean rationale?", id="no section"),
        pytest.param({"frameworks": {"CIS 1": ["1"]}}, 9, "frameworks", "is not a framework", id="no framework"),
        pytest.param({"frameworks": {"cis": []}}, 9, "frameworks", "is not a framework", id="no controls"),
        pytest.param({"fail_wen": "x"}, 9, "fail_wen", "Did you mean fail_when?", id="an unknown key"),
        pytest.param({"severity": None}, 1, "", "severity is missing", id="no severity at all"),
        pytest.param({"fail_when": None}, 1, "", "fail_when is missing", id="no expression at all"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_line_path_and_advice(
    tmp_path: Path, members: dict[str, Any], line: int, path: str, said: str
) -> None:
    (problem,) = problems(tmp_path, **members)

    assert (problem.source, problem.line, problem.path) == (str(tmp_path / "own.yaml"), line, path)
    assert said in str(problem)
    assert problem.advice


def test_everything_that_is_wrong_with_a_file_comes_at_once(tmp_path: Path) -> None:
    wrong = problems(tmp_path, id="X", severity="bad", fail_when="usr && contaners", evidence="a b", extra=1)

    assert sorted({each.path for each in wrong}) == ["evidence", "extra", "fail_when", "id", "severity"]
    assert len(wrong) == 6, "both names of one expression are told"


def test_a_key_that_is_given_twice_is_told_together_with_all_else(tmp_path: Path) -> None:
    path = put(tmp_path, severity="bad")
    path.write_text(path.read_text(encoding="utf-8") + "words: twice\n", encoding="utf-8")

    assert [each.path for each in found(tmp_path).problems] == ["words", "severity"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        pytest.param(b"- a\n", "is not a check", id="a list"),
        pytest.param(b"", "is empty", id="nothing"),
        pytest.param(b"id: [\n", "not YAML", id="no YAML"),
        pytest.param(b"id: a-b\nid: a-c\n", "is given twice", id="a key twice"),
        pytest.param(b"\xff\n", "is not UTF-8", id="bytes"),
        pytest.param(b"id:\n", "has no value", id="a key without a value"),
    ],
)
def test_what_is_no_file_of_a_check_is_said(tmp_path: Path, body: bytes, said: str) -> None:
    (tmp_path / "own.yaml").write_bytes(body)

    assert any(said in str(each) for each in found(tmp_path).problems)
    assert all(each.source == str(tmp_path / "own.yaml") for each in found(tmp_path).problems)


def test_an_id_that_is_taken_is_said_with_who_has_it(tmp_path: Path) -> None:
    put(tmp_path, "a.yaml")
    put(tmp_path, "b.yaml")

    (problem,) = found(tmp_path).problems
    (taken,) = load({str(tmp_path): PLACE}, {"own-no-privileged": "acme"}).problems[:1]

    assert str(problem).startswith(f"{tmp_path}/b.yaml:1: id: own-no-privileged is taken by {tmp_path}/a.yaml\n")
    assert "own-no-privileged is taken by acme" in str(taken)


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_without_checks_is_said_where_it_is_named(tmp_path: Path, there: bool) -> None:  # noqa: FBT001
    folder = tmp_path / "checks"
    if there:
        folder.mkdir()

    (problem,) = found(folder).problems

    assert (problem.source, problem.line, problem.path) == ("auditor.yaml", 3, "checks.folders[0]")
    assert ("holds no check" if there else "No such file or directory") in problem.message


def test_a_file_with_another_ending_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    put(tmp_path)
    put(tmp_path, "other.yml")
    put(tmp_path, ".hidden.yaml")
    (tmp_path / "notes.txt").touch()

    assert [str(each) for each in found(tmp_path).problems] == [
        f"{tmp_path}/other.yml: is not read\n  -> Name it .yaml, or move it elsewhere."
    ]


def test_a_faulty_file_keeps_its_id_so_that_nobody_is_told_twice(tmp_path: Path) -> None:
    put(tmp_path, severity="bad")

    assert [each.id for each in found(tmp_path).checks] == ["own-no-privileged"]


def test_the_example_in_the_readme_is_in_order(tmp_path: Path) -> None:
    readme = (CONFIG.parents[1] / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(id: .*?)```", readme, re.DOTALL)
    (tmp_path / "own.yaml").write_text(example, encoding="utf-8")
    loaded = found(tmp_path)
    fact = task_definition(containers=(container("one"), container("two", capabilities_added=("SYS_ADMIN",))))

    assert loaded.problems == []
    verdict = loaded.checks[0].judge(fact, NoParameters())
    assert [(each.container, each.details) for each in verdict.evidence] == [("two", {"adds": ("SYS_ADMIN",)})]


def test_the_examples_are_in_order_and_do_what_they_say() -> None:
    loaded = found(CONFIG)
    by_id = {each.id: each for each in loaded.checks}

    assert loaded.problems == []
    assert {f"{id_}.yaml" for id_ in by_id} == {path.name for path in CONFIG.iterdir()}
    for image, status in {
        "app:latest": Status.FAIL,
        "app": Status.FAIL,
        "": Status.FAIL,
        "app:1": Status.PASS,
        "app@sha256:00": Status.PASS,
        "registry:5000/app": Status.PASS,
    }.items():
        fact = task_definition(containers=(container("one", image="a:1"), container("two", image=image)))
        verdict = by_id["ecs-image-tag-latest"].judge(fact, NoParameters())
        assert verdict.status is status, image
        assert [(each.container, each.details) for each in verdict.evidence] == (
            [("two", {"image": image})] if status is Status.FAIL else []
        )
    owned: dict[str, Any] = {"status": "ACTIVE", "tags": {"owner": "web"}}
    for fields, status in [
        (owned, Status.PASS),
        (owned | {"tags": {}}, Status.FAIL),
        (owned | {"tags": {"owner": ""}}, Status.FAIL),
        (owned | {"tags": None}, Status.UNKNOWN),
        (owned | {"status": "INACTIVE"}, Status.NOT_APPLICABLE),
    ]:
        assert by_id["ecs-owner-tag"].judge(task_definition(**fields), NoParameters()).status is status
