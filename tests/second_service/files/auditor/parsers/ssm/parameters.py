"""Parse what GetParameter returns. The value is never kept."""

from __future__ import annotations

from auditor.domain.ssm.parameters import Parameter

from auditor.parsers import json_values


def parse(raw: object) -> Parameter:
    """Return the parameter. Raises MalformedValue."""
    parameter = json_values.as_object(raw, "Parameter")
    return Parameter(
        arn=json_values.text(parameter.get("ARN"), "ARN"),
        name=json_values.text(parameter.get("Name"), "Name"),
        version=json_values.positive_int(parameter.get("Version"), "Version"),
        kind=json_values.text(parameter.get("Type"), "Type"),
    )
