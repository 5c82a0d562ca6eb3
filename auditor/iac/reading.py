"""Parses the text of a file: a template, a plan, or a format of a service."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from auditor.domain.errors import ConfigError, Problem
from auditor.iac import cloudformation, terraform
from auditor.iac.declared import DeclaredResource, FileContents
from auditor.iac.json_text import is_json_like, to_plain_json
from auditor.iac.key_case import DuplicateMemberError
from auditor.iac.scenarios import scenarios_of
from auditor.iac.service import service_of, services
from auditor.parsers.json_values import MalformedValue
from auditor.yaml_files import TEMPLATE, Document, parse

#: Characters. Plans are written by a program and grow with everything that Terraform manages.
MAX_PLAN_LENGTH = 100_000_000

#: The member of the answer of GetTemplate that holds the template.
_BODY = "TemplateBody"
_PLAN_MARKS = ('"planned_values"', '"terraform_version"', '"format_version"')


def read(text: str, source: str, parameters: Mapping[str, str | None] | None = None) -> FileContents:
    """Return the contents of a file. Raises ConfigError with all problems of the text.

    `parameters` are values for the parameters of templates, None for a value that is not known.
    """
    try:
        contents = _read_plan(text, source) or _read_document(text, source, parameters or {})
    except DuplicateMemberError as error:
        path = ".".join(map(str, error.path))
        raise ConfigError([Problem(source, 0, path, str(error), "Remove one of the two.")]) from None
    problems = [problem for resource in contents.resources for problem in _problems(resource)]
    if problems:
        raise ConfigError(problems)
    return contents


def _read_plan(text: str, source: str) -> FileContents | None:
    """Return the contents of a Terraform plan, None if the text is none.

    A plan may be larger than YAML files may be, and its lines are of no use.
    """
    if len(text) > MAX_PLAN_LENGTH or not any(mark in text for mark in _PLAN_MARKS):
        return None
    try:
        data: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return terraform.read_plan(data, source) if isinstance(data, Mapping) and terraform.is_plan(data) else None


def _read_document(text: str, source: str, parameter_values: Mapping[str, str | None]) -> FileContents:
    document = _unwrapped(_parse(text, source))
    if problems := [*_commented_keys(document, document.data, ())]:
        raise ConfigError(problems)
    if cloudformation.is_appspec(document):
        advice = "Check the files of the resources that it deploys."
        raise ConfigError([Problem(source, 0, "", "is an AppSpec file of CodeDeploy, not a template", advice)])
    if cloudformation.is_template(document):
        return cloudformation.read_template(document, parameter_values)
    for service in services():
        resources = service.documents(document) if service.documents else None
        if resources is not None:
            return FileContents(source, resources)
    formats = [service.document_format for service in services() if service.document_format]
    advice = f"Pass {', '.join(formats)}, a CloudFormation template, or the output of `terraform show -json`."
    raise ConfigError([Problem(source, 0, "", "is not a file that auditor can check", advice)])


def _parse(text: str, source: str) -> Document:
    return parse(to_plain_json(text, source) if is_json_like(text, source) else text, source, TEMPLATE)


def _unwrapped(document: Document) -> Document:
    """Return the template in the output of `aws cloudformation get-template`; any other document as it is.

    The AWS CLI prints a template in JSON as an object, and one in YAML as text.
    """
    path: tuple[str | int, ...] = ()
    data = document.data
    if isinstance(data, list) and len(data) == 1 and isinstance(data[0], dict) and _BODY in data[0]:
        path, data = (0,), data[0]  # of --output yaml-stream
    if isinstance(data, dict) and _BODY in data and "Resources" not in data:
        path, data = (*path, _BODY), data[_BODY]
    if isinstance(data, str):
        return _parse_within(document, path, data)
    node = document.node_of(path)
    return Document(document.source, node) if node is not None else document


def _parse_within(document: Document, path: tuple[str | int, ...], text: str) -> Document:
    """Parse a text in a document. Its lines are not lines of the file. Raises ConfigError."""
    line = document.line_of(path)
    try:
        return _parse(text, document.source).at_line(line)
    except ConfigError as error:
        problems = []
        for problem in error.problems:
            place = f"line {problem.line} of the template" if problem.line else "the template"
            problems.append(replace(problem, line=line, path=": ".join(filter(None, (place, problem.path)))))
        raise ConfigError(problems) from None


def _commented_keys(document: Document, data: object, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """Yield a problem for each key that starts with a comment of JSON, which YAML takes for a part of the key."""
    children = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, child in children:
        if isinstance(key, str) and key.startswith(("/*", "//")):
            yield document.problem((*path, key), "is a comment of JSON, which YAML does not have", "Remove it.")
        yield from _commented_keys(document, child, (*path, key))


def _problems(resource: DeclaredResource) -> list[Problem]:
    """Return what the parser rejects: a document that cannot be understood must not pass."""
    try:
        scenarios_of(resource).fact()
    except MalformedValue as error:
        service = service_of(resource.type)
        advice = f"{service.name if service else 'AWS'} rejects this value, too. Correct it."
        line = resource.line_of(error.path)
        return [Problem(resource.source, line, f"{resource.name}: {error.path}", error.problem, advice)]
    return []
