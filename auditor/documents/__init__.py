"""Configuration text in, plain data with line numbers out. The only home of YAML.

`decode` turns bytes into text, `parse` turns text into a `Document`; both raise `ConfigError` with every problem they
can find, for any input. In the dialect TEMPLATE a document may call functions by tags. `explain` turns what a model
says of a document into problems that people can act on.
"""

from auditor.documents.dialect import TEMPLATE, Dialect
from auditor.documents.document import Document, Node, Path
from auditor.documents.explain import Complaint, Noun, explain, suggestion
from auditor.documents.read import parse, parse_with_slips
from auditor.documents.scalars import resolve
from auditor.documents.schema import kinds_at
from auditor.documents.screen import decode
from auditor.documents.show import show

__all__ = [
    "TEMPLATE",
    "Complaint",
    "Dialect",
    "Document",
    "Node",
    "Noun",
    "Path",
    "decode",
    "explain",
    "kinds_at",
    "parse",
    "parse_with_slips",
    "resolve",
    "show",
    "suggestion",
]
