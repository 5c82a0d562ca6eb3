"""Validation against the shipped schemas."""

from __future__ import annotations

import json

import jsonschema

from auditor import schemas


def errors(name: str, data: object) -> list[str]:
    """Return how `data` breaks the shipped schema called `name`."""
    schema = json.loads(schemas.read(name))
    jsonschema.Draft202012Validator.check_schema(schema)
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(data)]
