"""YAML and JSON text into plain data with line numbers.

`decode` turns bytes into text and `parse` turns text into a `Document`; both accept any input and raise `ConfigError`
with all problems that they find. In the dialect TEMPLATE, tags call functions. `explain` turns the validation errors of
a model into problems with advice.
"""

from auditor.yaml_files.dialect import TEMPLATE, Dialect
from auditor.yaml_files.document import Document, Node, Path
from auditor.yaml_files.encoding import decode
from auditor.yaml_files.explain import FieldError, Noun, explain, suggestion, unknown_choice
from auditor.yaml_files.quoting import quote
from auditor.yaml_files.read import parse, parse_with_duplicates
from auditor.yaml_files.scalars import one_or_more, resolve
from auditor.yaml_files.schema import kinds_at
from auditor.yaml_files.write import dump

__all__ = [
    "TEMPLATE",
    "Dialect",
    "Document",
    "FieldError",
    "Node",
    "Noun",
    "Path",
    "decode",
    "dump",
    "explain",
    "kinds_at",
    "one_or_more",
    "parse",
    "parse_with_duplicates",
    "quote",
    "resolve",
    "suggestion",
    "unknown_choice",
]
