"""The shipped schemas: up to date, complete, and strict about the files that operators write."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor import schemas
from auditor.archive import encode
from auditor.domain.coverage import CoverageStatus
from auditor.domain.reason import Reason
from auditor.schemas.generate import generate
from auditor.yaml_files import parse
from tests import builders
from tests.schemas.validation import errors

CONFIG = Path(__file__).parents[2] / "config"
RUN = "20261123T020000Z-1a2b3c"


def example(name: str) -> Any:  # noqa: ANN401 - the content of any file
    return parse((CONFIG / name).read_text(encoding="utf-8"), name).data


def finding_row() -> Any:  # noqa: ANN401 - JSON
    return json.loads(encode.line(encode.finding_row(builders.finding(), RUN)))


def coverage_row() -> Any:  # noqa: ANN401 - JSON
    coverage = builders.coverage(CoverageStatus.NOT_EXAMINED, reason=Reason.ROLE_DENIED)
    return json.loads(encode.line(encode.coverage_row(coverage, RUN)))


@pytest.mark.parametrize("name", schemas.NAMES)
def test_the_shipped_schema_is_up_to_date(name: str) -> None:
    assert json.loads(schemas.read(name)) == json.loads(generate(name)), "run `python -m auditor.schemas`"


@pytest.mark.parametrize("name", schemas.NAMES)
def test_a_schema_names_its_draft_and_describes_every_key(name: str) -> None:
    schema = json.loads(schemas.read(name))

    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["title"] == f"auditor {name}"
    undescribed = [
        key
        for part in [schema, *schema.get("$defs", {}).values()]
        for key, value in part.get("properties", {}).items()
        if "description" not in value and "$ref" not in value
    ]
    assert undescribed == []


EXAMPLES = [
    ("inventory", "inventory.yaml"),
    ("settings", "auditor.yaml"),
    ("exceptions", "exceptions.yaml"),
    *(("check", f"checks/{path.name}") for path in sorted((CONFIG / "checks").iterdir())),
]


@pytest.mark.parametrize(("schema", "file"), EXAMPLES)
def test_an_example_file_fits_its_schema(schema: str, file: str) -> None:
    assert errors(schema, example(file)) == []


@pytest.mark.parametrize(("schema", "file"), EXAMPLES)
def test_an_example_file_names_its_schema_for_editors(schema: str, file: str) -> None:
    first_line = (CONFIG / file).read_text(encoding="utf-8").splitlines()[0]

    assert first_line.startswith("# yaml-language-server: $schema=")
    schema_file = (CONFIG / file).parent / first_line.partition("$schema=")[2]
    assert schema_file.resolve().name == f"{schema}.schema.json"
    assert schema_file.exists()


@pytest.mark.parametrize(
    ("schema", "data"),
    [
        pytest.param("finding", finding_row() | {"status": "CLEAN"}, id="a finding with an unknown status"),
        pytest.param("finding", finding_row() | {"schema_version": "2.0"}, id="a finding of another version"),
        pytest.param("coverage", coverage_row() | {"reason": "bad-luck"}, id="a coverage row with an unknown reason"),
        pytest.param("coverage", {"region": "eu-west-1"}, id="a coverage row without most keys"),
        pytest.param("inventory", {"accounts": [{"id": 12}]}, id="an account ID that is a number"),
        pytest.param("inventory", {"accounts": [{"id": "000000000001", "regoins": "all"}]}, id="a misspelt key"),
        pytest.param("inventory", {"discover": None}, id="a key without a value"),
        pytest.param("settings", {"limits": {"workers": 513}}, id="too many workers"),
        pytest.param("settings", {"limits": {"deadline": "two hours"}}, id="a deadline in words"),
        pytest.param("check", example("checks/ecs-owner-tag.yaml") | {"over": "bucket"}, id="an unknown kind of fact"),
        pytest.param("check", {"id": "a-b"}, id="a check without most keys"),
        pytest.param("settings", {"emit": ["fail"]}, id="a status in lower case"),
    ],
)
def test_data_that_breaks_the_contract_does_not_fit(schema: str, data: object) -> None:
    assert errors(schema, data) != []


def test_reading_an_unknown_schema_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        schemas.read("weather")
