"""What the folder of a service provides to judge its resources in files, and the registry of these services.

`auditor/iac/<service>/__init__.py` defines `SERVICE`, an `IacService`. Adding a service adds a folder and edits
nothing else.
"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, reduce
from typing import Any

from auditor.domain.fact import Fact
from auditor.iac.declared import DeclaredResource
from auditor.iac.possible_values import MemberTables
from auditor.yaml_files import Document

#: JSON data that may contain unresolved and conditional values.
JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A CloudFormation type that can be turned into facts.

    `to_fact` makes a fact of a document with the API's keys and of the resource's name in the file, and raises
    MalformedValue. `parts` are lists of parts that evidence names (containers); each maps to a minimal part. The parts
    of a list must become facts independently of each other. `required` are lists that AWS does not accept empty.
    """

    fact_type: type[Any]
    to_fact: Callable[[JsonObject, str], Fact]
    parts: JsonObject = field(default_factory=dict)
    required: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class IacService:
    """One AWS service in CloudFormation templates, Terraform plans and files of its own.

    * `name`: the name in messages, `ECS`; `prefix`: the prefix of its CloudFormation types, `AWS::ECS::`.
    * `types`: the CloudFormation types that can be turned into facts, also those of other services.
    * `terraform_types`: Terraform types by name, with their CloudFormation type, which need not be in `types`. A type
      whose name does not begin with `aws_<service>_` is recognized only if it is listed.
    * `without_settings`: types of either tool that have nothing to judge. Other types of the service that cannot be
      turned into facts are reported as not examined.
    * `other_providers`: Terraform types of other providers for resources of this service. They are not parsed.
    * `terraform_defaults`: attributes, also of blocks, that Terraform reports as known after apply if the configuration
      does not set them, although AWS documents what it does then.
    * `from_cloudformation`, `from_terraform`: convert the properties of a resource to the members of the API.
    * `link`: adds to the resources of a file what follows from other resources of the same file.
    * `redact`: removes what must not appear in reports from the expressions of a document.
    * `members`: the possible values of unresolved members. `free_maps`: maps whose keys the author chooses;
      `free_texts`: members whose texts the author chooses.
    * `documents`: returns the resources of a file that is neither template nor plan, None if there are none;
      `document_format` describes such a file, as in `a task definition with containerDefinitions`.
    """

    name: str
    prefix: str
    types: Mapping[str, ResourceType] = field(default_factory=dict)
    terraform_types: Mapping[str, str] = field(default_factory=dict)
    without_settings: frozenset[str] = frozenset()
    other_providers: re.Pattern[str] | None = None
    terraform_defaults: frozenset[str] = frozenset()
    from_cloudformation: Callable[[JsonObject], JsonObject] = lambda properties: properties
    from_terraform: Callable[[JsonObject], JsonObject] = lambda values: values
    link: Callable[[tuple[DeclaredResource, ...]], tuple[DeclaredResource, ...]] = lambda resources: resources
    redact: Callable[[JsonObject], JsonObject] = lambda document: document
    members: MemberTables = field(default_factory=MemberTables)
    free_maps: frozenset[str] = frozenset()
    free_texts: frozenset[str] = frozenset()
    documents: Callable[[Document], tuple[DeclaredResource, ...] | None] | None = None
    document_format: str = ""

    def owns(self, type_: str) -> bool:
        """Whether a CloudFormation or Terraform type belongs to this service."""
        is_prefixed = type_.startswith((self.prefix, *terraform_prefixes(self.prefix)))
        is_of_other_provider = self.other_providers is not None and bool(self.other_providers.fullmatch(type_))
        return is_prefixed or is_of_other_provider or type_ in self.types or type_ in self.terraform_types


@cache
def services() -> tuple[IacService, ...]:
    """Return the services of all folders next to this module, by name."""
    import auditor.iac as package  # noqa: PLC0415 - this module is part of that package

    found = [
        importlib.import_module(f"{package.__name__}.{module.name}").SERVICE
        for module in pkgutil.iter_modules(package.__path__)
        if module.ispkg
    ]
    return tuple(sorted(found, key=lambda service: service.name))


def service_of(type_: str) -> IacService | None:
    """Return the service that a CloudFormation or Terraform type belongs to, None if no folder handles it."""
    return next((service for service in services() if service.owns(type_)), None)


def linked(resources: Iterable[DeclaredResource]) -> tuple[DeclaredResource, ...]:
    """Return the resources of a file with what follows from others of them."""
    return reduce(lambda linked_resources, service: service.link(linked_resources), services(), tuple(resources))


def parsed_types() -> Mapping[str, ResourceType]:
    """Return all CloudFormation types that can be turned into facts."""
    return {type_: resource_type for service in services() for type_, resource_type in service.types.items()}


def terraform_prefixes(type_: str) -> tuple[str, ...]:
    """Return the prefixes of Terraform types in the service of a CloudFormation type, for `aws` and `awscc`."""
    _, _, rest = type_.partition("::")
    service = rest.partition("::")[0].lower()
    return (f"aws_{service}_", f"awscc_{service}_") if service else ()
