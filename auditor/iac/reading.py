"""A file's text into what it holds, whichever kind of file it is."""

from __future__ import annotations

import json
from typing import Any

from auditor.domain.errors import ConfigError, Problem
from auditor.iac import cloudformation, terraform
from auditor.iac.declared import Contents, Draft
from auditor.iac.ecs import task_definition_files
from auditor.iac.ecs.to_facts import parser
from auditor.iac.key_case import Collision
from auditor.iac.scenarios import Trials
from auditor.iac.unresolved import discreet
from auditor.parsers.json_values import MalformedValue
from auditor.yaml_files import TEMPLATE, Document, parse

#: Characters. Plans are written by a machine and grow with everything that Terraform manages.
LARGEST_PLAN = 100_000_000

_UNSUPPORTED = "is neither a task definition, nor a CloudFormation template, nor what `terraform show -json` prints"
_ADVICE = "Give a task definition with containerDefinitions, a template with Resources, or a plan as JSON."


def read(text: str, source: str) -> Contents:
    """Return what a file holds. Raises ConfigError with every problem, for any text."""
    try:
        found = _plan(text, source) or _written(text, source)
    except Collision as collision:
        where = ".".join(map(str, collision.path))
        raise ConfigError([Problem(source, 0, where, str(collision), "Keep one of the two.")]) from None
    problems = [problem for draft in found.drafts for problem in _malformed(draft)]
    if problems:
        raise ConfigError(problems)
    return found


def trials(draft: Draft) -> Trials:
    """Return all that a draft may come to."""
    return Trials(discreet(draft.document), parser(draft.type, draft.name))


def _plan(text: str, source: str) -> Contents | None:
    """What Terraform has written: lines say nothing there, and it may be larger than what people write."""
    data = _json(text) if '"planned_values"' in text or '"terraform_version"' in text else None
    return terraform.contents(data, source) if isinstance(data, dict) and terraform.is_terraform(data) else None


def _json(text: str) -> Any:  # noqa: ANN401 - plain data; None where it is not JSON
    if len(text) > LARGEST_PLAN:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _written(text: str, source: str) -> Contents:
    document = parse(text, source, TEMPLATE)
    found = cloudformation.contents(document) if _is_template(document) else task_definition_files.contents(document)
    if found is None:
        raise ConfigError([Problem(source, 0, "", _UNSUPPORTED, _ADVICE)])
    return found


def _is_template(document: Document) -> bool:
    data = document.data
    return isinstance(data, dict) and ("Resources" in data or "AWSTemplateFormatVersion" in data)


def _malformed(draft: Draft) -> list[Problem]:
    """What the parsers say of a draft: a document that cannot be understood must not read as a clean one."""
    try:
        trials(draft).fact()
    except MalformedValue as error:
        where = f"{draft.name}: {error.path}"
        advice = "ECS would not take it either; correct it."
        return [Problem(draft.source, draft.line_of(error.path), where, error.what, advice)]
    return []
