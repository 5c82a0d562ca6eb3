"""Finds resources to report as not examined: an enabled check covers their type, and no parser reads it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from auditor.domain.fact import fact_kinds
from auditor.domain.file_report import SourceLocation, UncheckedItem
from auditor.iac.declared import FileContents
from auditor.iac.service import service_of, terraform_prefixes

#: The resource types that SAM creates for its own (AWS SAM reference, generated CloudFormation resources).
_SAM_TYPES: Mapping[str, frozenset[str]] = {
    "AWS::Serverless::Api": frozenset(("AWS::ApiGateway::RestApi", "AWS::ApiGateway::Stage")),
    "AWS::Serverless::Function": frozenset(("AWS::Lambda::Function", "AWS::IAM::Role")),
    "AWS::Serverless::GraphQLApi": frozenset(("AWS::AppSync::GraphQLApi",)),
    "AWS::Serverless::HttpApi": frozenset(("AWS::ApiGatewayV2::Api", "AWS::ApiGatewayV2::Stage")),
    "AWS::Serverless::LayerVersion": frozenset(("AWS::Lambda::LayerVersion",)),
    "AWS::Serverless::SimpleTable": frozenset(("AWS::DynamoDB::Table",)),
    "AWS::Serverless::StateMachine": frozenset(("AWS::StepFunctions::StateMachine", "AWS::IAM::Role")),
}


class Coverage:
    """The resource types that the enabled checks cover, given by their kinds of facts, derived kinds included."""

    def __init__(self, fact_types: Iterable[type[Any]]) -> None:
        fact_kinds()  # imports the derived kinds of all services
        self._types = frozenset(type_ for fact_type in fact_types for type_ in _resource_types(fact_type))
        self._without_service = sorted(type_ for type_ in self._types if service_of(type_) is None)
        self._prefixes = tuple(prefix for type_ in self._without_service for prefix in terraform_prefixes(type_))

    def unchecked(self, file: FileContents) -> Iterator[UncheckedItem]:
        """Yield the unparsed resources of a file that a check or its service covers."""
        for resource in file.unparsed:
            if self._covers(resource.type):
                yield UncheckedItem(resource.location, resource.name, resource.reason)
        yield from self._unknown_terraform_types(file)

    def _covers(self, type_: str) -> bool:
        if type_ in self._types or _SAM_TYPES.get(type_, frozenset()) & self._types:
            return True
        service = service_of(type_)
        if service is None:
            return type_.startswith(self._prefixes)
        if service.terraform_types.get(type_) in self._types:
            return True
        is_service_covered = any(covered.startswith(service.prefix) for covered in self._types)
        return is_service_covered and type_ not in service.without_settings

    def _unknown_terraform_types(self, file: FileContents) -> Iterator[UncheckedItem]:
        """Yield an item if a plan may have resources of a covered type that cannot be recognized.

        Most Terraform types begin with the name of their service, but not all: `aws_instance` is `AWS::EC2::Instance`.
        """
        others = [resource.type for resource in file.unparsed if resource.type.startswith("aws")]
        unrecognized = [
            covered
            for covered in self._without_service
            if not any(other.startswith(terraform_prefixes(covered)) for other in others)
        ]
        if unrecognized and any(service_of(type_) is None for type_ in others):
            reason = f"auditor does not know the Terraform types of {', '.join(unrecognized)}"
            yield UncheckedItem(SourceLocation(file.source), "plan", reason)


def _resource_types(fact_type: type[Any]) -> Iterator[str]:
    """Yield the CloudFormation types of a kind of fact and of the kinds derived from it."""
    type_ = getattr(fact_type, "TYPE", "")
    if type_:
        yield type_
    for derived in fact_type.__subclasses__():
        yield from _resource_types(derived)
