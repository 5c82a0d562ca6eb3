"""What is known before deployment of pseudo parameters, and of the names and ARNs of resources in the same template.

Sources: CloudFormation Template Reference, pseudo parameters and the return values of each resource type.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from auditor.iac.substitution import is_scalar, to_text
from auditor.iac.unresolved import OpenText, Unresolved

Parts = tuple[str | OpenText, ...]

#: Stand for an account and a region that no file and no setting names.
SAMPLE_ACCOUNT = "000000000000"
SAMPLE_REGION = "zz-none-1"
_ACCOUNT, _REGION, _PARTITION, _SUFFIX = "AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix"
_CHOICES: Mapping[str, tuple[str, ...]] = {
    _ACCOUNT: (SAMPLE_ACCOUNT,),
    _REGION: (SAMPLE_REGION,),
    _PARTITION: ("aws", "aws-cn", "aws-us-gov"),
    _SUFFIX: ("amazonaws.com", "amazonaws.com.cn"),
}
#: Literals of documents and parameters that an account or a region can be equal to.
_LITERALS = {
    f"Ref {_ACCOUNT}": re.compile(r"(?<!\d)\d{12}(?!\d)"),
    f"Ref {_REGION}": re.compile(r"\b[a-z]{2,4}(?:-[a-z]+)+-\d\b"),
}

#: Text of attributes, by type and attribute. `${Name}` is a property, or else a name that CloudFormation generates.
KNOWN_ATTRIBUTES: Mapping[tuple[str, str], str] = {
    ("AWS::IAM::Role", "Ref"): "${RoleName}",
    ("AWS::IAM::Role", "Arn"): "arn:${AWS::Partition}:iam::${AWS::AccountId}:role${Path}${RoleName}",
    ("AWS::ECR::Repository", "Ref"): "${RepositoryName}",
    ("AWS::ECR::Repository", "RepositoryUri"): (
        "${AWS::AccountId}.dkr.ecr.${AWS::Region}.${AWS::URLSuffix}/${RepositoryName}"
    ),
}
_DEFAULTS = {"Path": "/"}
_VARIABLE = re.compile(r"\$\{([^}]+)\}")


def pseudo_parameter(name: str) -> Parts:
    """Return what is known of a pseudo parameter; nothing if it is not known."""
    if name in _CHOICES:
        return (OpenText(f"Ref {name}", _CHOICES[name]),)
    return (OpenText(f"Ref {name}", is_name=True),) if name == "AWS::StackName" else ()


def resource_text(template: str, resource: str, property_of: Callable[[str], Any]) -> Parts:
    """Return the parts of an attribute of a resource, whose properties `property_of` resolves."""
    parts: list[str | OpenText] = []
    end = 0
    for match in _VARIABLE.finditer(template):
        parts += [template[end : match.start()], *_variable(match[1], resource, property_of)]
        end = match.end()
    return tuple(part for part in (*parts, template[end:]) if part)


def _variable(name: str, resource: str, property_of: Callable[[str], Any]) -> Parts:
    if name.startswith("AWS::"):
        return pseudo_parameter(name)
    value = property_of(name)
    if is_scalar(value):
        return (to_text(value),)
    if isinstance(value, Unresolved):
        return value.text_parts
    if value is None and name in _DEFAULTS:
        return (_DEFAULTS[name],)
    if value is None:
        return (OpenText(f"name of {resource}", is_name=True, is_unique=True),)
    return (OpenText(f"{name} of {resource}"),)


def without_samples(text: str) -> str:
    """Return a text with pseudo parameters instead of the values that stand for them."""
    for name in (_ACCOUNT, _REGION):
        text = text.replace(_CHOICES[name][0], f"${{{name}}}")
    return text


def find_literals(text: str) -> Mapping[str, tuple[str, ...]]:
    """Return by pseudo parameter all accounts and regions in a text that it can be equal to."""
    return {identity: tuple(dict.fromkeys(pattern.findall(text))) for identity, pattern in _LITERALS.items()}
