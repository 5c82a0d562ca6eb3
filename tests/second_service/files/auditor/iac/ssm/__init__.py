"""Parameters in CloudFormation templates and Terraform plans."""

from __future__ import annotations

from auditor.domain.ssm.parameters import Parameter

from auditor.iac.service import IacService, JsonObject, ResourceType


def _parameter(document: JsonObject, name: str) -> Parameter:
    return Parameter(f"arn:aws:ssm:none:000000000000:parameter/{name}", name, 1, document.get("type", "String"))


SERVICE = IacService(
    name="Systems Manager",
    prefix="AWS::SSM::",
    types={"AWS::SSM::Parameter": ResourceType(Parameter, _parameter)},
    terraform_types={"aws_ssm_parameter": "AWS::SSM::Parameter"},
)
