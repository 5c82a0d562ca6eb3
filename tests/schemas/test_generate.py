from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from auditor import schemas
from auditor.archive import encode
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.schemas.generate import generate
from auditor.yaml_files import parse
from tests import builders

CONFIG = Path(__file__).parents[2] / "config"
RUN = "20261123T020000Z-1a2b3c"


def validator(name: str) -> jsonschema.Draft202012Validator:
    schema = json.loads(schemas.read(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def objections(name: str, data: object) -> list[str]:
    return [error.message for error in validator(name).iter_errors(data)]


def example(name: str) -> Any:  # noqa: ANN401 - whatever stands in the file
    return parse((CONFIG / name).read_text(encoding="utf-8"), name).data


def a_finding() -> Any:  # noqa: ANN401 - JSON
    return json.loads(encode.line(encode.finding_row(builders.finding(), RUN)))


def a_coverage() -> Any:  # noqa: ANN401 - JSON
    coverage = builders.coverage(CoverageStatus.NOT_EXAMINED, reason=Reason.ROLE_DENIED)
    return json.loads(encode.line(encode.coverage_row(coverage, RUN)))


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_shipped_schema_is_what_the_models_say(name: str) -> None:
    assert json.loads(schemas.read(name)) == json.loads(generate(name)), "run `python -m auditor.schemas`"


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_schema_names_its_draft_and_describes_every_key(name: str) -> None:
    schema = json.loads(schemas.read(name))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == f"auditor {name}"
    places = [schema, *schema.get("$defs", {}).values()]
    silent = [
        key
        for place in places
        for key, value in place.get("properties", {}).items()
        if "description" not in value and "$ref" not in value
    ]
    assert silent == []


EXAMPLES = [
    ("inventory", "inventory.yaml"),
    ("settings", "auditor.yaml"),
    *(("check", f"checks/{path.name}") for path in sorted((CONFIG / "checks").iterdir())),
]


@pytest.mark.parametrize(("schema", "file"), EXAMPLES)
def test_the_example_files_fit_their_schemas(schema: str, file: str) -> None:
    assert objections(schema, example(file)) == []


@pytest.mark.parametrize(("schema", "file"), EXAMPLES)
def test_the_example_files_name_their_schemas_for_editors(schema: str, file: str) -> None:
    first = (CONFIG / file).read_text(encoding="utf-8").splitlines()[0]

    assert first.startswith("# yaml-language-server: $schema=")
    named = (CONFIG / file).parent / first.partition("$schema=")[2]
    assert named.resolve().name == f"{schema}.schema.json"
    assert named.exists()


def test_rows_fit_their_schemas() -> None:
    unknown = json.loads(encode.line(encode.finding_row(builders.unknown(), RUN)))

    assert objections("finding", a_finding()) == []
    assert objections("finding", unknown) == []
    assert objections("coverage", a_coverage()) == []


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        pytest.param("finding", a_finding() | {"status": "CLEAN"}, id="a finding with a fifth word"),
        pytest.param("finding", a_finding() | {"more": 1}, id="a finding with a key of its own"),
        pytest.param("finding", a_finding() | {"schema_version": "2.0"}, id="a finding of another version"),
        pytest.param("coverage", a_coverage() | {"reason": "bad-luck"}, id="a ledger row with a reason of its own"),
        pytest.param("coverage", {"region": "eu-west-1"}, id="a ledger row that lacks most keys"),
        pytest.param("inventory", {"accounts": [{"id": 12}]}, id="an account id that is a number"),
        pytest.param("inventory", {"accounts": [{"id": "000000000001", "regoins": "all"}]}, id="a misspelt key"),
        pytest.param("inventory", {"discover": None}, id="a discovery without a value"),
        pytest.param("settings", {"limits": {"workers": 513}}, id="too many workers"),
        pytest.param("settings", {"limits": {"deadline": "two hours"}}, id="a deadline in words"),
        pytest.param("check", example("checks/ecs-owner-tag.yaml") | {"over": "bucket"}, id="a check over a bucket"),
        pytest.param("check", {"id": "a-b"}, id="a check that lacks most keys"),
        pytest.param("settings", {"emit": ["fail"]}, id="a status in small letters"),
    ],
)
def test_what_breaks_the_contract_does_not_fit(schema: str, data: object) -> None:
    assert objections(schema, data) != []


def test_there_is_no_schema_of_anything_else() -> None:
    with pytest.raises(FileNotFoundError):
        schemas.read("weather")
