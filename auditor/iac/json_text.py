"""JSON files: comments and trailing commas are accepted, everything else that is not JSON is refused.

A YAML parser would accept more: it takes a comment for a part of the next key, and an expression for text.
"""

import json
import re

from auditor.domain.errors import ConfigError, Problem
from auditor.yaml_files import quote

#: A string, a comment, or a comma before a closing bracket, which may have comments in between.
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*\n|/\*.*?\*/)*[}\]])', re.DOTALL)
_NOT_NEWLINE = re.compile(r"[^\n]")
#: What a program replaces before it uses the file, or the beginning of an expression of another language.
_PLACEHOLDER = re.compile(r"\$\{[^}\n]*\}|\{\{.*?\}\}|<[\w.%= -]+>|\$\w+|#\{[^}\n]*\}|__\w+__|%\w+%|@\w+@")
_JSONNET = re.compile(r"\b(?:local|import|std)\b|::|\+:")
#: What may be before a document: comments of JSON, of YAML and of Jsonnet, and the marker of a YAML document.
_LEAD = re.compile(r"(?:\s|\ufeff|//[^\n]*(?:\n|$)|/\*.*?\*/|\#[^\n]*(?:\n|$)|---(?=\s))*", re.DOTALL)
_INI = re.compile(r"\s*\[[\w. -]+\][ \t]*(?:\n|$)")
_EXTRA_DATA = "Extra data"


def is_json_like(text: str, source: str) -> bool:
    """Whether a text claims to be JSON, by its first character or by its name."""
    return text[_lead(text) :][:1] in ("{", "[") or source.lower().endswith(".json")


def to_plain_json(text: str, source: str) -> str:
    """Return JSON without comments and trailing commas, with the same lines. Raises ConfigError if it is not JSON."""
    plain = text.removeprefix("\ufeff")
    if _error(plain) is None:
        return plain
    lead = _lead(plain)
    plain = _NOT_NEWLINE.sub(" ", plain[:lead]) + _TOKEN.sub(_blank, plain[lead:])
    error = _error(plain)
    if error is None:
        return plain
    if not plain.strip():
        raise ConfigError([Problem(source, 1, "", "is empty", "Add content to the file, or do not name it.")])
    raise ConfigError([_problem(error, plain, source)])


def _lead(text: str) -> int:
    """Return the length of the comments and the white space before a document."""
    match = _LEAD.match(text)
    return match.end() if match else 0


def _error(text: str) -> json.JSONDecodeError | None:
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error
    except (
        ValueError,
        RecursionError,
    ):  # too deep, or an integer with thousands of digits: the YAML parser explains it
        return None
    return None


def _blank(match: re.Match[str]) -> str:
    token = match.group()
    return token if token.startswith('"') else _NOT_NEWLINE.sub(" ", token)


def _problem(error: json.JSONDecodeError, text: str, source: str) -> Problem:
    line_start = text.rfind("\n", 0, error.pos) + 1
    rest = text[error.pos :].partition("\n")[0]
    placeholder = _PLACEHOLDER.match(text, error.pos) or _PLACEHOLDER.match(text, max(line_start, error.pos - 1))
    if placeholder:
        message = f"this is not JSON: the placeholder {quote(placeholder.group())} is not quoted"
        return Problem(source, error.lineno, "", message, "Quote it, or check the file after its replacement.")
    if error.msg == _EXTRA_DATA and rest[:1] in ("{", "["):
        advice = "Put the documents into one list, or check one file for each."
        return Problem(source, error.lineno, "", "this is not JSON: a second JSON document starts here", advice)
    if _INI.match(text):
        return Problem(source, error.lineno, "", "this is not JSON, but looks like INI", "Check JSON or YAML files.")
    message = f"this is not JSON: {error.msg.lower()} at column {error.colno}, near {quote(rest[:30] or 'the end')}"
    advice = "Check quotes, commas and brackets; comments and trailing commas are accepted."
    if _JSONNET.search(rest):
        advice = "If it is Jsonnet or another language, check the JSON that it generates."
    return Problem(source, error.lineno, "", message, advice)
