"""Parameters are encrypted.

## Profile level
None: a rule of this test.

## Description
Fails if a parameter is not a SecureString.

## Rationale
Everyone who may read the parameter may read a String.

## Benefits
Only principals with the permission to decrypt can read the value.

## Drawbacks
Readers need the permission to decrypt.

## Default value
String.

## Permissions needed
`ssm:DescribeParameters`, `ssm:GetParameter`.

## Audit, console
1. Open Parameter Store in the region, and look at the column Type.

## Audit, CLI
    aws ssm describe-parameters --query "Parameters[].[Name, Type]" --region REGION

## Remediation, console
1. Create a parameter of the type SecureString, and let the readers use it.
2. Delete the old parameter.

## Remediation, CLI
    aws ssm put-parameter --name NAME --value VALUE --type SecureString --overwrite --region REGION

## Roll back
    aws ssm put-parameter --name NAME --value VALUE --type String --overwrite --region REGION

## References
https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html

## Related controls
None.
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
