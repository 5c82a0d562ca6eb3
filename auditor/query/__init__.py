"""The search language of findings, for `auditor show` and the report: parse a text, match findings. Pure."""

from auditor.query.match import Answer, answer
from auditor.query.parse import QueryError, parse
from auditor.query.record import Record
from auditor.query.terms import Query

__all__ = ["Answer", "Query", "QueryError", "Record", "answer", "parse"]
