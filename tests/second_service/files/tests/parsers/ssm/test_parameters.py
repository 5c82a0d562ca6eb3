from __future__ import annotations

import pytest
from auditor.domain.ssm.parameters import Parameter
from auditor.parsers.ssm.parameters import parse

from auditor.parsers.json_values import MalformedValue

RAW = {"ARN": "arn", "Name": "name", "Version": 1, "Type": "String", "Value": "secret"}


def test_the_value_is_not_kept() -> None:
    assert parse(RAW) == Parameter("arn", "name", 1, "String")


@pytest.mark.parametrize("raw", [None, {}, {**RAW, "Version": "x"}, {**RAW, "Type": None}])
def test_a_malformed_answer_is_refused(raw: object) -> None:
    with pytest.raises(MalformedValue):
        parse(raw)
