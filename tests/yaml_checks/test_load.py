"""Loading folders of check files: the checks, and a problem for each kind of mistake."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.domain.check import Check, NoParameters, Origin, Severity, Status
from auditor.domain.ecs.task_definitions import TaskDefinition
from auditor.domain.errors import Problem
from auditor.domain.fact import fact_kinds
from auditor.yaml_checks import load
from auditor.yaml_checks.judge import UNDECIDABLE_TEXTS
from auditor.yaml_checks.manual import HEADINGS
from tests.builders import container, task_definition
from tests.checks.test_contract import SECTIONS, sections
from tests.yaml_checks.sample_checks import LOCATION, load_folder, write_check

MakeCheck = Callable[..., Check[Any]]

CONFIG = Path(__file__).parents[2] / "config" / "checks"


def problems(folder: Path, **keys: Any) -> list[Problem]:  # noqa: ANN401 - JSON data
    write_check(folder, **keys)
    return load_folder(folder).problems


def test_a_check_has_the_values_of_its_file(make_check: MakeCheck) -> None:
    check = make_check(frameworks={"cis-compute-1.1": ["3.4"], "acme": "7"})

    assert (check.id, check.title, check.severity) == ("own-no-privileged", "No container is privileged", Severity.HIGH)
    assert (check.problem, make_check(problem="A container is privileged").problem) == (
        "No container is privileged",
        "A container is privileged",
    )
    assert check.fact_type is TaskDefinition
    assert check.frameworks == {"cis-compute-1.1": ("3.4",), "acme": ("7",)}
    assert check.remediation == "Register a revision without it."
    assert check.reason_texts == {"privileged": "is privileged", **UNDECIDABLE_TEXTS}
    assert check.parameters == NoParameters()


def test_the_origin_is_the_path_and_the_hash_of_the_file(tmp_path: Path) -> None:
    path = write_check(tmp_path)
    (check,) = load_folder(tmp_path).checks

    assert check.origin == Origin(str(path), f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}")


@pytest.mark.parametrize(
    ("resource", "fail_when", "reads_tags"),
    [
        ("task-definition", "tags.owner == `null`", True),
        ("task-definition", "family == 'tags'", False),
        ("service", "length(task_sets[?tags.owner == `null`]) > `0`", True),
        ("service", "length(task_sets) > `0`", False),
    ],
)
def test_tags_are_collected_only_if_an_expression_reads_them(
    make_check: MakeCheck, resource: str, fail_when: str, *, reads_tags: bool
) -> None:
    assert make_check(resource=resource, fail_when=fail_when).reads_tags is reads_tags


@pytest.mark.parametrize(
    ("fail_when", "reads_state"),
    [
        ("status == 'INACTIVE'", True),
        ("usage.running_tasks > `3`", True),
        ("latest_active > revision", True),
        ("family == 'status'", False),
        ("length(containers) > `3`", False),
    ],
)
def test_an_expression_can_depend_on_what_changes_after_registration(
    make_check: MakeCheck, fail_when: str, *, reads_state: bool
) -> None:
    assert make_check(resource="task-definition", fail_when=fail_when).reads_state is reads_state


@pytest.mark.parametrize("resource", fact_kinds())
def test_every_reason_has_a_manual_repair(make_check: MakeCheck, resource: str) -> None:
    check = make_check(resource=resource, fail_when="arn == ''")

    manual = {reason: repair.manual for reason, repair in check.repairs.items()}
    assert manual == dict.fromkeys(check.reason_texts, check.remediation)


def test_the_manual_page_has_the_sections_of_every_check_in_order(make_check: MakeCheck) -> None:
    page = make_check(applies_when="uses_host_network", frameworks={"acme": ["7"]}).manual

    assert tuple(sections(page)) == tuple(HEADINGS.values()) == SECTIONS
    assert all(sections(page).values())
    assert page.startswith("No container is privileged.\n\n")


def test_the_manual_page_derives_missing_sections_from_the_other_keys(make_check: MakeCheck) -> None:
    manual = {"rationale": "Because.", "roll_back": "Register it again."}
    check = make_check(manual=manual, applies_when="uses_host_network", frameworks={"a": ["7"]})
    texts = sections(check.manual)

    assert (texts["Rationale"], texts["Roll back"]) == ("Because.", "Register it again.")
    assert "    length(containers[?privileged]) > `0`" in texts["Description"].splitlines()
    assert "    uses_host_network" in texts["Description"].splitlines()
    assert all(f"`{reason}`" in texts["Description"] for reason in (*UNDECIDABLE_TEXTS, "privileged"))
    assert texts["Related controls"] == "a 7"
    assert texts["Remediation, CLI"] == "Register a revision without it."
    assert texts["Benefits"] == "The author of this check has not written this section."


@pytest.mark.parametrize(
    ("keys", "line", "path", "message"),
    [
        pytest.param({"id": "Own"}, 1, "id", "Own is not a check ID", id="an ID with a capital letter"),
        pytest.param({"id": "own"}, 1, "id", "own is not a check ID", id="an ID of one word"),
        pytest.param({"id": 7}, 1, "id", "7 is a number, not text", id="a number as ID"),
        pytest.param({"title": "It holds."}, 2, "title", "ends with a full stop", id="a title with a full stop"),
        pytest.param({"title": " "}, 2, "title", "is empty", id="an empty title"),
        pytest.param({"severity": "hihg"}, 3, "severity", "hihg is not one of", id="an unknown severity"),
        pytest.param(
            {"resource": "tsak"}, 4, "resource", "tsak is not one of capacity-provider", id="an unknown resource"
        ),
        pytest.param({"fail_when": "a b"}, 5, "fail_when", "is not JMESPath", id="not an expression"),
        pytest.param({"fail_when": ""}, 5, "fail_when", "is empty", id="an empty expression"),
        pytest.param(
            {"fail_when": True}, 5, "fail_when", "true is a yes/no value, not text", id="a boolean as expression"
        ),
        pytest.param(
            {"fail_when": "usr == 'x'"}, 5, "fail_when", "usr is not a member of TaskDefinition", id="an unknown member"
        ),
        pytest.param(
            {"fail_when": "family"},
            5,
            "fail_when",
            "returns text, not true or false",
            id="an expression that returns a string",
        ),
        pytest.param(
            {"fail_when": "containers[?privileged]"},
            5,
            "fail_when",
            "returns list of Container",
            id="an expression that returns a list",
        ),
        pytest.param(
            {"remediation": "Do it"}, 6, "remediation", "is not a sentence", id="a remediation without a full stop"
        ),
        pytest.param({"reason": "not ok"}, 7, "reason", '"not ok" is not a reason', id="a reason with a space"),
        pytest.param(
            {"reason": "not-read"}, 7, "reason", "is a reserved reason", id="a reason of an undecidable expression"
        ),
        pytest.param({"reason": "throttled"}, 7, "reason", "is a reserved reason", id="a reason of a gap"),
        pytest.param(
            {"reason_text": "fails."}, 8, "reason_text", "ends with a full stop", id="a reason_text with a full stop"
        ),
        pytest.param(
            {"applies_when": "family"}, 9, "applies_when", "returns text", id="applies_when that returns a string"
        ),
        pytest.param(
            {"evidence": "family"}, 9, "evidence", "returns text, not a list", id="evidence that returns a string"
        ),
        pytest.param(
            {"evidence": "containers[].usr"}, 9, "evidence", "usr is not a member", id="evidence with an unknown member"
        ),
        pytest.param(
            {"manual": {"rationle": "x"}}, 9, "manual.rationle", "Did you mean rationale?", id="an unknown section"
        ),
        pytest.param(
            {"frameworks": {"CIS 1": ["1"]}}, 9, "frameworks", "is not a framework", id="an invalid framework name"
        ),
        pytest.param(
            {"frameworks": {"cis": []}}, 9, "frameworks", "is not a framework", id="a framework without controls"
        ),
        pytest.param({"fail_wen": "x"}, 9, "fail_wen", "Did you mean fail_when?", id="an unknown key"),
        pytest.param({"severity": None}, 1, "", "severity is missing", id="a missing severity"),
        pytest.param({"fail_when": None}, 1, "", "fail_when is missing", id="a missing expression"),
    ],
)
def test_a_problem_has_file_line_path_and_advice(
    tmp_path: Path, keys: dict[str, Any], line: int, path: str, message: str
) -> None:
    (problem,) = problems(tmp_path, **keys)

    assert (problem.source, problem.line, problem.path) == (str(tmp_path / "own.yaml"), line, path)
    assert message in str(problem)
    assert problem.advice


def test_all_problems_of_a_file_are_reported_at_once(tmp_path: Path) -> None:
    reported = problems(tmp_path, id="X", severity="bad", fail_when="usr && contaners", evidence="a b", extra=1)

    assert sorted({problem.path for problem in reported}) == ["evidence", "extra", "fail_when", "id", "severity"]
    assert len(reported) == 6, "both misspelt members of one expression are reported"


def test_a_duplicate_key_is_reported_with_the_other_problems(tmp_path: Path) -> None:
    path = write_check(tmp_path, severity="bad")
    path.write_text(path.read_text(encoding="utf-8") + "reason_text: twice\n", encoding="utf-8")

    assert [problem.path for problem in load_folder(tmp_path).problems] == ["reason_text", "severity"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param(b"- a\n", "is not a check", id="a list"),
        pytest.param(b"", "is empty", id="an empty file"),
        pytest.param(b"id: [\n", "not YAML", id="invalid YAML"),
        pytest.param(b"id: a-b\nid: a-c\n", "is a duplicate key", id="a duplicate key"),
        pytest.param(b"\xff\n", "is not UTF-8", id="invalid UTF-8"),
        pytest.param(b"id:\n", "has no value", id="a key without a value"),
    ],
)
def test_a_file_that_is_not_a_check_is_a_problem(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "own.yaml").write_bytes(content)

    reported = load_folder(tmp_path).problems
    assert any(message in str(problem) for problem in reported)
    assert all(problem.source == str(tmp_path / "own.yaml") for problem in reported)


def test_a_duplicate_id_is_reported_with_its_owner(tmp_path: Path) -> None:
    write_check(tmp_path, "a.yaml")
    write_check(tmp_path, "b.yaml")

    (problem,) = load_folder(tmp_path).problems
    (taken,) = load({str(tmp_path): LOCATION}, {"own-no-privileged": "acme"}).problems[:1]

    assert str(problem).startswith(f"{tmp_path}/b.yaml:1: id: own-no-privileged is taken by {tmp_path}/a.yaml\n")
    assert "own-no-privileged is taken by acme" in str(taken)


@pytest.mark.parametrize("exists", [False, True])
def test_a_folder_without_checks_is_reported_at_the_setting(tmp_path: Path, *, exists: bool) -> None:
    folder = tmp_path / "checks"
    if exists:
        folder.mkdir()

    (problem,) = load_folder(folder).problems

    assert (problem.source, problem.line, problem.path) == ("auditor.yaml", 3, "checks.folders[0]")
    assert ("has no checks" if exists else "No such file or directory") in problem.message


def test_a_file_with_the_suffix_yml_is_a_problem(tmp_path: Path) -> None:
    write_check(tmp_path)
    write_check(tmp_path, "other.yml")
    write_check(tmp_path, ".hidden.yaml")
    (tmp_path / "notes.txt").touch()

    assert [str(problem) for problem in load_folder(tmp_path).problems] == [
        f"{tmp_path}/other.yml: is not read: its suffix is .yml\n  -> Rename it to .yaml."
    ]


def test_an_invalid_file_still_defines_its_id(tmp_path: Path) -> None:
    write_check(tmp_path, severity="bad")

    assert [check.id for check in load_folder(tmp_path).checks] == ["own-no-privileged"]


def test_the_example_in_the_readme_is_valid(tmp_path: Path) -> None:
    readme = (CONFIG.parent / "README.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```yaml\n(id: .*?)```", readme, re.DOTALL)
    (tmp_path / "own.yaml").write_text(example, encoding="utf-8")
    loaded = load_folder(tmp_path)
    fact = task_definition(containers=(container("one"), container("two", capabilities_added=("SYS_ADMIN",))))

    assert loaded.problems == []
    verdict = loaded.checks[0].judge(fact, NoParameters())
    assert [(evidence.part, evidence.details) for evidence in verdict.evidence] == [("two", {"adds": ("SYS_ADMIN",)})]


def test_the_shipped_examples_are_valid_and_judge_as_documented() -> None:
    loaded = load_folder(CONFIG)
    by_id = {check.id: check for check in loaded.checks}

    assert loaded.problems == []
    assert {f"{check_id}.yaml" for check_id in by_id} == {path.name for path in CONFIG.iterdir()}
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
        assert [(evidence.part, evidence.details) for evidence in verdict.evidence] == (
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
