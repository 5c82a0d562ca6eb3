"""Accepted risks: the exceptions file, which findings its items cover, and which items need attention.

Pure. `parse` reads the file, `Register` says what covers the findings of one account, and `review` tells after a run
which items have expired, expire soon, match nothing, or are too broad.
"""

from auditor.exceptions.load import parse
from auditor.exceptions.model import ExceptionItem, ExceptionsFileContent, Policy
from auditor.exceptions.register import Cover, Register
from auditor.exceptions.review import lint_all, review
from auditor.exceptions.tally import Tally

__all__ = [
    "Cover",
    "ExceptionItem",
    "ExceptionsFileContent",
    "Policy",
    "Register",
    "Tally",
    "lint_all",
    "parse",
    "review",
]
