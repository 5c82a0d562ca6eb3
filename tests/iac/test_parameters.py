"""Values for the parameters of templates."""

from __future__ import annotations

import pytest

from auditor.domain.errors import ConfigError
from auditor.iac import judge, parse_parameters, read
from tests.builders import NOW
from tests.iac.sample_files import HOST_NETWORK, template

BODY = "{NetworkMode: host, ContainerDefinitions: [{Name: a, User: !Ref User}]}"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        pytest.param('[{"ParameterKey": "A", "ParameterValue": "b"}]', {"A": "b"}, id="the list of create-stack"),
        pytest.param('[{"ParameterKey": "A", "UsePreviousValue": true}]', {"A": None}, id="a previous value"),
        pytest.param('["A=b", "C=d=e"]', {"A": "b", "C": "d=e"}, id="a list of assignments"),
        pytest.param('{"A": "b", "N": 1, "L": ["x", "y"]}', {"A": "b", "N": "1", "L": "x,y"}, id="an object"),
        pytest.param('{"Parameters": {"A": true}, "Tags": {}}', {"A": "true"}, id="the configuration of a pipeline"),
        pytest.param("# stage\nA=b\n\nC = 'd e'\n", {"A": "b", "C": "d e"}, id="lines"),
        pytest.param("", {}, id="an empty file"),
    ],
)
def test_parameters_are_read_in_every_form(text: str, values: dict[str, str | None]) -> None:
    assert parse_parameters(text, "p") == values


@pytest.mark.parametrize(
    "text", ["A", "a b=c", '[{"ParameterKey": "A"}]', '{"A": {"b": 1}}', '[["A"]]', "[A]", '{"A": null}', "[1]"]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ConfigError):
        parse_parameters(text, "p")


@pytest.mark.parametrize(
    ("parameter", "values", "status"),
    [
        ("{Type: String}", {}, "UNKNOWN"),
        ("{Type: String}", {"User": "root"}, "FAIL"),
        ("{Type: String, Default: root}", {"User": "app"}, "PASS"),
        ("{Type: String, Default: app}", {"User": None}, "UNKNOWN"),
        ("{Type: 'AWS::SSM::Parameter::Value<String>'}", {"User": "app"}, "UNKNOWN"),
    ],
)
def test_a_value_replaces_the_default(parameter: str, values: dict[str, str | None], status: str) -> None:
    file = read(template(BODY, parameters=f"{{User: {parameter}}}"), "f.yaml", values)

    (finding,) = judge([file], (HOST_NETWORK,), NOW).findings
    assert finding.finding.status == status
    assert file.parameters == {"User"}
