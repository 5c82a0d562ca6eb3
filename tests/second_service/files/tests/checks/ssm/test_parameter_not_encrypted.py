from __future__ import annotations

import pytest
from auditor.checks.ssm.parameter_not_encrypted import parameter_not_encrypted
from auditor.domain.ssm.parameters import Parameter

from auditor.domain.check import NoParameters, Status


@pytest.mark.parametrize(
    ("kind", "status"), [("SecureString", Status.PASS), ("String", Status.FAIL), ("StringList", Status.FAIL)]
)
def test_only_a_secure_string_passes(kind: str, status: Status) -> None:
    assert parameter_not_encrypted.judge(Parameter("arn", "name", 1, kind), NoParameters()).status is status
