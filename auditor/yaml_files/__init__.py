"""Configuration text in, plain data with line numbers out. The only home of YAML.

`decode` turns bytes into text, `parse` turns text into a `Document`; both raise `ConfigError` with every problem they
can find, for any input. In the dialect TEMPLATE a document may call functions by tags. `explain` turns what a model
says of a document into problems that people can act on.
"""

from auditor.yaml_files.dialect import TEMPLATE, Dialect
from auditor.yaml_files.document import Document, Node, Path
from auditor.yaml_files.encoding import decode
from auditor.yaml_files.explain import FieldError, Noun, explain, suggestion, unknown_choice
from auditor.yaml_files.quoting import quote
from auditor.yaml_files.read import parse, parse_with_duplicates
from auditor.yaml_files.scalars import one_or_more, resolve
from auditor.yaml_files.schema import kinds_at

__all__ = [
    "TEMPLATE",
    "FieldError",
    "Dialect",
    "Document",
    "Node",
    "Noun",
    "Path",
    "decode",
    "explain",
    "kinds_at",
    "one_or_more",
    "parse",
    "parse_with_duplicates",
    "resolve",
    "quote",
    "suggestion",
    "unknown_choice",
]
