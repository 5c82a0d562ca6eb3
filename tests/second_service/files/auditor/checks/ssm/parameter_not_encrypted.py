"""Parameters are encrypted.

## Profile level
None: a rule of this test.

## Description
Fails if a parameter is not a SecureString.

## Rationale
Everyone who may read the parameter's metadata may read a String.

## Impact
Readers need the permission to decrypt.

## Default value
String.

## Permissions needed
`ssm:DescribeParameters`, `ssm:GetParameter`.
"""

from __future__ import annotations

from auditor.domain.ssm.parameters import Parameter

from auditor.checks._verdicts import resource_verdict
from auditor.domain.check import NoParameters, Severity, Verdict, check
from auditor.domain.repair import Repair


@check(
    id="ssm-parameter-not-encrypted",
    title="Parameters are encrypted",
    problem="Parameter is not encrypted",
    severity=Severity.MEDIUM,
    fact_type=Parameter,
    frameworks={},
    remediation="Create the parameter again as a SecureString.",
    reason_texts={"not-encrypted": "is not encrypted"},
    repairs={"not-encrypted": Repair("Create the parameter again as a SecureString.")},
)
def parameter_not_encrypted(parameter: Parameter, _: NoParameters) -> Verdict:
    """Judge one parameter."""
    return resource_verdict(None if parameter.kind == "SecureString" else "not-encrypted", type=parameter.kind)
