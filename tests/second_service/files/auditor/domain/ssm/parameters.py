"""Parameters of the Systems Manager Parameter Store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from auditor.domain.aws_resource import Resource
from auditor.domain.fact import fact_kind


@fact_kind("parameter")
@dataclass(frozen=True, slots=True)
class Parameter:
    """One version of a parameter, without its value. `kind` is String, StringList or SecureString."""

    TYPE: ClassVar[str] = "AWS::SSM::Parameter"

    arn: str
    name: str
    version: int
    kind: str

    @property
    def resource(self) -> Resource:
        """The parameter as a resource."""
        return Resource(self.arn, self.TYPE, self.name)
